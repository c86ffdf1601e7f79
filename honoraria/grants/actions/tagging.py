"""Judging what of an entry or a cost counts for a programme, one by one or many at once.

A reversal is always judged as the entry it takes back. Every judgement is logged with what was
before; tags may change after a claim was submitted, which shows as a difference to its snapshot.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import User
from honoraria.grants.actions.programmes import lock_programme
from honoraria.grants.entries import costs_of_year, honoraria_of_year, with_partners
from honoraria.models import Cost, Honorarium, Programme, Tag

Reason = Tag.Reason
COUNTS = {Reason.DESK_WORK, Reason.SHARED}
COUNTS_NOT = {
    Reason.BEFORE_DECISION,
    Reason.OTHER_GRANT,
    Reason.FOR_JAPANESE,
    Reason.GIVE_AWAY,
    Reason.NOT_DESK,
}
WRITTEN = ["numerator", "denominator", "tax_credit", "reason", "note", "decided_at", "decided_by"]


@dataclass(frozen=True, slots=True)
class Share:
    """How much counts and why: 1/1 all of it, 0/1 nothing; ``tax_credit`` in yen comes off first."""

    numerator: int
    denominator: int
    reason: str
    note: str = ""
    tax_credit: int = 0

    def check(self) -> None:
        """Raises ActionError: bad_share, wrong_reason, note_missing."""
        if self.denominator < 1 or not 0 <= self.numerator <= self.denominator:
            text = "按分は、分子を分母以下にし、分母を1以上にしてください。"
            raise ActionError("bad_share", text, field="numerator", status=400)
        if self.numerator == 0 and self.reason in COUNTS:
            raise _refusal("wrong_reason", "対象外とする理由を選んでください。", "reason")
        if self.numerator == self.denominator and self.reason in COUNTS_NOT:
            raise _refusal("wrong_reason", "対象とする理由を選んでください。", "reason")
        if 0 < self.numerator < self.denominator and not self.note:
            raise _refusal("note_missing", "按分の根拠を備考に入力してください。", "note")
        if self.reason == Reason.OTHER and not self.note:
            raise _refusal("note_missing", "理由を備考に入力してください。", "note")


def tag(
    programme: Programme,
    share: Share,
    *,
    honoraria: Collection[int] = (),
    costs: Collection[int] = (),
    by: User,
    at: datetime,
) -> int:
    """Judge entries and costs of the programme's year; returns how many judgements changed.

    Keys that are not of the year or not approved are left out. Raises ActionError: see `Share`,
    and tax_credit.
    """
    share.check()
    if share.tax_credit and (honoraria or len(costs) != 1):
        text = "控除できる消費税は、経費1件ごとに入力してください。"
        raise _refusal("tax_credit", text, "tax_credit")
    with transaction.atomic():
        locked = lock_programme(programme)
        changed = _write(locked, Honorarium, set(honoraria), share, by=by, at=at)
        changed += _write(locked, Cost, set(costs), share, by=by, at=at)
    return changed


def untag(
    programme: Programme,
    *,
    honoraria: Collection[int] = (),
    costs: Collection[int] = (),
    by: User,
    at: datetime,
) -> int:
    """Make judgements undone; returns how many."""
    with transaction.atomic():
        locked = lock_programme(programme)
        gone = _remove(locked, Honorarium, set(honoraria), by=by, at=at)
        gone += _remove(locked, Cost, set(costs), by=by, at=at)
    return gone


def _write(
    programme: Programme,
    model: type[Honorarium] | type[Cost],
    wanted: set[int],
    share: Share,
    *,
    by: User,
    at: datetime,
) -> int:
    if not wanted:
        return 0
    name, keys = _of_year(programme, model, wanted)
    if share.tax_credit:
        _check_tax(keys, share)
    before = _before(programme, name, keys)
    new = (share.numerator, share.denominator, share.tax_credit, share.reason, share.note)
    changed = sorted(key for key in keys if before.get(key) != new)
    Tag.objects.bulk_create(
        (
            Tag(
                programme=programme,
                numerator=share.numerator,
                denominator=share.denominator,
                tax_credit=share.tax_credit,
                reason=share.reason,
                note=share.note,
                decided_at=at,
                decided_by=by,
                **{f"{name}_id": key},
            )
            for key in changed
        ),
        batch_size=2000,
        update_conflicts=True,
        update_fields=WRITTEN,
        unique_fields=["programme", name],
    )
    if changed:
        detail: dict[str, Any] = {"share": f"{share.numerator}/{share.denominator}"}
        detail |= {"reason": share.reason, "note": share.note, "tax_credit": share.tax_credit}
        detail |= {"kind": name, "entries": changed, "before": _in_words(before, changed)}
        _log(programme, "grant.tagged", by=by, at=at, count=len(changed), **detail)
    return len(changed)


def _remove(
    programme: Programme,
    model: type[Honorarium] | type[Cost],
    wanted: set[int],
    *,
    by: User,
    at: datetime,
) -> int:
    if not wanted:
        return 0
    name, keys = _of_year(programme, model, wanted)
    before = _before(programme, name, keys)
    Tag.objects.filter(programme=programme, **{f"{name}__in": keys}).delete()
    if before:
        gone = sorted(before)
        detail = {"kind": name, "entries": gone, "before": _in_words(before, gone)}
        _log(programme, "grant.untagged", by=by, at=at, count=len(gone), **detail)
    return len(before)


def _of_year(
    programme: Programme, model: type[Honorarium] | type[Cost], wanted: set[int]
) -> tuple[str, set[int]]:
    of_year = honoraria_of_year if model is Honorarium else costs_of_year
    rows = of_year(programme.organization_id, programme.fiscal_year)
    own = set(rows.filter(pk__in=wanted).values_list("pk", flat=True))
    pairs = with_partners(model, own)
    keys = set(rows.filter(pk__in=pairs).values_list("pk", flat=True))
    return model._meta.model_name or "", keys


def _before(programme: Programme, name: str, keys: set[int]) -> dict[int, tuple[Any, ...]]:
    rows = Tag.objects.filter(programme=programme, **{f"{name}__in": keys})
    fields = ("numerator", "denominator", "tax_credit", "reason", "note")
    return {row[0]: row[1:] for row in rows.values_list(f"{name}_id", *fields)}


def _check_tax(keys: set[int], share: Share) -> None:
    for tax in Cost.objects.filter(pk__in=keys).values_list("consumption_tax", flat=True):
        if share.tax_credit > abs(tax):
            text = f"控除できる消費税が、この経費の消費税（{abs(tax):,}円）を超えています。"
            raise _refusal("tax_credit", text, "tax_credit")


def _in_words(before: dict[int, tuple[Any, ...]], keys: list[int]) -> dict[str, str]:
    return {
        str(key): f"{before[key][0]}/{before[key][1]} {before[key][3]}"
        for key in keys
        if key in before
    }


def _refusal(code: str, text: str, field: str) -> ActionError:
    return ActionError(code, text, field=field, status=400)


def _log(programme: Programme, verb: str, *, by: User, at: datetime, **detail: Any) -> None:
    record(programme.key, verb, organization=programme.organization_id, by=by, at=at, **detail)
