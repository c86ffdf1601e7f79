"""棚卸: counting the box once a month, with a second person.

Who counts writes down what was in the box at the end of the month (or is in it now, while the month
runs) beside what the register says of that day; somebody else checks. Only then does a difference
become a line of the register.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import User
from accounts.times import local
from honoraria.actions import single_handed
from honoraria.gift_cards import ledger
from honoraria.models import GiftCardCount, GiftCardKind, GiftCardMove
from honoraria.months import Month

SAME_PERSON = "数えた人と確認する人は、別の人にしてください。"


def count(
    kind: GiftCardKind, month: Month, counted: int, *, reason: str = "", by: User, at: datetime
) -> GiftCardCount:
    """Write down ``counted`` cards for a month: this one or the one before, as often as wished
    until it is checked.

    Raises ActionError: bad_month, bad_count, reason_missing, counted_and_checked.
    """
    this = Month.of(local(at).date())
    if month not in {this, this.before}:
        text = "棚卸は、今月分と先月分だけ入力できます。"
        raise ActionError("bad_month", text, status=400)
    if not 0 <= counted <= ledger.MOST:
        raise ActionError("bad_count", "枚数を入力してください。", field="counted", status=400)
    with transaction.atomic():
        row = ledger.lock_kinds(kind.organization_id, [kind.pk])[kind.pk]
        expected = ledger.balance_on(row, month.last)
        if counted != expected and not reason.strip():
            text = f"帳簿の残り{expected:,}枚と違います。差異の理由を入力してください。"
            raise ActionError("reason_missing", text, field="reason", status=400)
        found = GiftCardCount.objects.filter(kind=row, month=month.first).first()
        if found is not None and found.checked_at is not None:
            raise ActionError("counted_and_checked", "この月の棚卸は確認済みです。")
        found = found or GiftCardCount(kind=row, month=month.first)
        found.expected, found.counted = expected, counted
        found.reason = reason.strip()[:200] if counted != expected else ""
        found.counted_at, found.counted_by = at, by
        found.save()
        _log(found, "gift_cards.counted", by, at)
    return found


def check_count(found: GiftCardCount, *, by: User, at: datetime, seen: int) -> GiftCardCount:
    """A second person has counted too; the difference becomes a line of the register.

    ``seen``: the cards counted that were on the screen. Raises ActionError: changed_meanwhile,
    checked, same_person, insufficient_stock.
    """
    with transaction.atomic():
        row = ledger.lock_kinds(found.kind.organization_id, [found.kind_id])[found.kind_id]
        line = GiftCardCount.objects.select_related("kind__organization").get(pk=found.pk)
        if line.checked_at is not None:
            raise ActionError("checked", "すでに確認されています。")
        if line.counted != seen:
            text = "数え直されました。画面を更新してご確認ください。"
            raise ActionError("changed_meanwhile", text)
        alone = line.counted_by_id == by.pk
        if alone and not single_handed(line.kind.organization):
            raise ActionError("same_person", SAME_PERSON)
        line.checked_at, line.checked_by = at, by
        line.move = _difference(row, line, at)
        line.save(update_fields=["checked_at", "checked_by", "move"])
        _log(line, "gift_cards.count_checked", by, at, single_handed=alone)
    return line


def _difference(kind: GiftCardKind, line: GiftCardCount, at: datetime) -> GiftCardMove | None:
    """What was too much or missing when it was counted, as a line of the day of the check."""
    if line.counted == line.expected:
        return None
    return ledger.write(
        kind,
        GiftCardMove.Verb.COUNTED,
        line.counted - line.expected,
        on=local(at).date(),
        by=line.counted_by,
        at=at,
        reason=line.reason,
        checked_at=line.checked_at,
        checked_by=line.checked_by,
    )


def _log(
    line: GiftCardCount, verb: str, by: User, at: datetime, single_handed: bool = False
) -> None:
    more: dict[str, Any] = {"single_handed": True} if single_handed else {}
    record(
        f"gift_card_kind:{line.kind_id}", verb, organization=line.kind.organization_id, by=by,
        at=at, month=f"{line.month:%Y-%m}", expected=line.expected, counted=line.counted,
        reason=line.reason, **more,
    )  # fmt: skip
