"""Approving, taking an approval back, correcting: what the accountant does with priced entries.

Two different people: who confirmed the report (of a booking that was called off, or of a reversal: who
recorded it) does not approve the entry, and nobody approves what pays themselves, unless the
organization's policy says ``single_handed`` (each such approval is logged as one). What is approved
never changes; a correction is a reversal that names what it takes back, in a month that is open.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from accounts.audit import record
from accounts.errors import MOVED, ActionError
from accounts.models import Organization, User
from accounts.times import local
from honoraria.closing import points
from honoraria.closing.books import booking_day, check_open, lock_books
from honoraria.models import Books, Honorarium
from honoraria.months import Month
from interpreting.models import Report

SAME_PERSON = "活動報告を確認した人と謝礼を承認する人は、別の人にしてください。"
SAME_RECORDER = "取消料を記録した人と謝礼を承認する人は、別の人にしてください。"
SAME_CORRECTOR = "取消しの行を作った人と承認する人は、別の人にしてください。"
OWN = "自分が受け取る謝礼は、ほかの人が承認してください。"


@dataclass(slots=True)
class Approved:
    """What a bulk approval did: entries and yen approved, and who was left out and why.

    ``exceptions``: entries that somebody has to look at one by one (no receipt, far above the usual).
    """

    count: int = 0
    total: int = 0
    same_person: list[int] = field(default_factory=list)
    exceptions: list[int] = field(default_factory=list)


def approve(
    honorarium: Honorarium, *, by: User, at: datetime, seen_total: int | None = None
) -> Honorarium:
    """Approve one draft. ``seen_total``: the yen that were on the screen.

    Raises ActionError: changed_meanwhile, month_closed, not_confirmed, same_person.
    """
    with transaction.atomic():
        entry, books = _locked(honorarium)
        check_open(books, entry.booked_on)
        if seen_total is not None and seen_total != entry.total:
            raise ActionError("changed_meanwhile", MOVED)
        _move(entry, Honorarium.State.APPROVED)
        _check_report(entry)
        alone = refusal(entry, by)
        if alone and not single_handed(entry.organization):
            raise ActionError("same_person", alone)
        entry.approved_at, entry.approved_by = at, by
        entry.save(update_fields=["state", "approved_at", "approved_by"])
        more = {"single_handed": True} if alone else {}
        _log(entry, "honorarium.approved", by=by, at=at, total=entry.total, **more)
    return entry


def unapprove(honorarium: Honorarium, *, by: User, at: datetime) -> Honorarium:
    """Back to draft, until the month is closed and while nothing corrects it."""
    with transaction.atomic():
        entry, books = _locked(honorarium)
        check_open(books, entry.booked_on)
        if entry.corrections.exists():
            raise ActionError("has_correction", "訂正があるため、承認を取り消せません。")
        _move(entry, Honorarium.State.DRAFT)
        entry.approved_at, entry.approved_by = None, None
        entry.save(update_fields=["state", "approved_at", "approved_by"])
        _log(entry, "honorarium.unapproved", by=by, at=at, total=entry.total)
    return entry


def approve_all(
    organization: Organization,
    month: Month,
    *,
    by: User,
    at: datetime,
    only: Collection[int] | None = None,
    hold: Collection[int] = (),
) -> Approved:
    """Approve the drafts of a month, all or ``only`` those, but never what is in ``hold``.

    Entries that the same person answers for or is paid stay drafts and are named in the result; so
    are the exceptions, unless they are among ``only``: then somebody saw them and did not hold them.
    Raises ActionError: month_closed.
    """
    done = Approved()
    with transaction.atomic():
        check_open(lock_books(organization), month.last)
        drafts = Honorarium.objects.of(organization).between(month.first, month.last).drafts()
        confirmed = Q(report__state=Report.State.CONFIRMED) | Q(report=None)
        reversal = Q(kind=Honorarium.Kind.REVERSAL)  # whose report may be on its way back
        drafts = drafts.filter(confirmed | reversal).exclude(pk__in=hold)
        if only is not None:
            drafts = drafts.filter(pk__in=only)
        else:
            done.exceptions = sorted(points.exceptions(drafts, organization))
            drafts = drafts.exclude(pk__in=done.exceptions)
        answered_by = Coalesce("recorded_by", "report__confirmed_by")
        rows = list(
            drafts.select_for_update(of=("self",))
            .order_by("pk")
            .values_list("pk", "total", answered_by, "volunteer__user")
        )
        alone = [pk for pk, _, *people in rows if by.pk in people]
        allowed = single_handed(organization)
        done.same_person = [] if allowed else alone
        left = set(done.same_person)
        chosen = [(pk, total) for pk, total, *_ in rows if pk not in left]
        keys = [pk for pk, _ in chosen]
        done.count, done.total = len(chosen), sum(total for _, total in chosen)
        Honorarium.objects.filter(pk__in=keys).update(
            state=Honorarium.State.APPROVED, approved_at=at, approved_by=by
        )
        if keys:
            record(
                f"honoraria:{month}",
                "honoraria.approved",
                organization=organization,
                by=by,
                at=at,
                count=done.count,
                total=done.total,
                entries=keys,
                held=sorted({*hold, *done.exceptions}),
                single_handed=alone if allowed else [],
            )
    return done


def correct(honorarium: Honorarium, reason: str, *, by: User, at: datetime) -> Honorarium:
    """Take an approved entry back by a reversal, which waits for approval itself.

    A reversal of what is closed or paid is booked into the first open month, since closed months
    never change. Afterwards the report can be returned or priced anew. Raises ActionError:
    reason_missing, not_approved, has_correction, is_reversal.
    """
    if not reason.strip():
        raise ActionError("reason_missing", "理由を入力してください。", field="reason", status=400)
    with transaction.atomic():
        entry, books = _locked(honorarium)
        if entry.kind == Honorarium.Kind.REVERSAL:
            raise ActionError("is_reversal", "取消しの行は訂正できません。")
        if entry.state == Honorarium.State.DRAFT:
            text = "承認前の謝礼は、訂正ではなく活動報告の差戻しで直してください。"
            raise ActionError("not_approved", text)
        if entry.corrections.exists():
            raise ActionError("has_correction", "すでに訂正されています。")
        reversal = Honorarium.objects.create(
            organization=entry.organization,
            volunteer=entry.volunteer,
            assignment=entry.assignment,
            report=entry.report,
            recorded_by=by,
            tariff_version=entry.tariff_version,
            tariff_name=entry.tariff_name,
            kind=Honorarium.Kind.REVERSAL,
            corrects=entry,
            activity_date=entry.activity_date,
            booked_on=booking_day(books, entry.booked_on, local(at).date()),
            minutes=-entry.minutes,
            fee=-entry.fee,
            transport=-entry.transport,
            total=-entry.total,
            derivation=_reversed_lines(entry),
            paid_by=entry.paid_by,
            tax=entry.tax,
            transport_to=entry.transport_to,
            created_at=at,
            reason=reason.strip()[:300],
        )
        _log(reversal, "honorarium.reversed", by=by, at=at, total=reversal.total, reverses=entry.pk)
    return reversal


def single_handed(organization: Organization) -> bool:
    """The organization lets one person confirm and approve."""
    return organization.may_act_alone


def refusal(entry: Honorarium, user: User) -> str:
    """Why this person alone may not approve the entry, in words; empty when nothing stands against."""
    if entry.volunteer.user_id == user.pk:
        return OWN
    if entry.answered_by_id != user.pk:
        return ""
    if entry.kind == Honorarium.Kind.REVERSAL:
        return SAME_CORRECTOR
    return SAME_PERSON if entry.report else SAME_RECORDER


def _reversed_lines(entry: Honorarium) -> list[dict[str, object]]:
    day = entry.activity_date
    title = f"{day.year}年{day.month}月{day.day}日の謝礼の取消し"
    lines: list[dict[str, object]] = [{"code": "reversal", "text": title, "amount": 0}]
    return lines + [{**line, "amount": -line["amount"]} for line in entry.derivation]


def _locked(honorarium: Honorarium) -> tuple[Honorarium, Books]:
    """The entry with books and report locked first, in the order that drafting locks them."""
    books = lock_books(honorarium.organization_id)
    if honorarium.report_id is not None:
        Report.objects.select_for_update().get(pk=honorarium.report_id)
    found = (
        Honorarium.objects.select_for_update(of=("self",))
        .select_related("organization", "report", "assignment", "volunteer", "tariff_version")
        .filter(pk=honorarium.pk)
        .first()
    )
    if found is None:  # a draft goes when its report is returned
        raise ActionError("changed_meanwhile", MOVED)
    return found, books


def _check_report(entry: Honorarium) -> None:
    if entry.report is None or entry.kind == Honorarium.Kind.REVERSAL:
        return
    if entry.report.state != Report.State.CONFIRMED:
        raise ActionError("not_confirmed", "活動報告がまだ確認されていません。")


def _move(entry: Honorarium, to: str) -> None:
    if to not in entry.MOVES[Honorarium.State(entry.state)]:
        raise ActionError("wrong_state", MOVED)
    entry.state = to


def _log(entry: Honorarium, verb: str, *, by: User | None, at: datetime, **detail: Any) -> None:
    record(entry.key, verb, organization=entry.organization_id, by=by, at=at, **detail)
