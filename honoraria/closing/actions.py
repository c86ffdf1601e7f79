"""Closing a month, and opening the last one again: the only moves between approved and closed.

Both hold the books, so that nobody books, approves or corrects meanwhile. A warning that the
closing person did not see (or saw with another count) refuses it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Membership, Organization, Role, User
from honoraria.closing import points
from honoraria.closing.books import lock_books
from honoraria.closing.checklist import Check, checklist
from honoraria.models import Books, Charge, Closing, Honorarium, HonorariumQuerySet, PaymentLine
from honoraria.months import Month


def close_month(
    organization: Organization,
    month: Month,
    *,
    by: User,
    at: datetime,
    accept: Collection[str] = (),
) -> Closing:
    """Close it: its approved entries become closed, the books stand at its last day.

    Charges that were not issued by then move into the next month.

    ``accept``: the warnings consented to, by code or by ``code:count``. Raises ActionError:
    already_closed, open_points, warnings_open.
    """
    with transaction.atomic():
        books = lock_books(organization)
        if books.closed_through is not None and month.last <= books.closed_through:
            raise ActionError("already_closed", f"{month.words}は、すでに締め済みです。")
        warnings = _consented(checklist(organization, month, at), set(accept))
        closed = _entries(organization, month).filter(state=Honorarium.State.APPROVED)
        sums = closed.order_by().aggregate(
            count=Count("pk"), minutes=Sum("minutes", default=0), total=Sum("total", default=0)
        )
        closed.update(state=Honorarium.State.CLOSED)
        charges = Charge.objects.of(organization).between(month.first, month.last).drafts()
        moved = charges.update(booked_on=month.after.first)
        _stand_at(books, month)
        closing = Closing.objects.create(
            organization=organization,
            month=month.first,
            closed_at=at,
            closed_by=by,
            warnings=[{"code": one.code, "count": one.count} for one in warnings],
            **sums,
        )
        detail = {**sums, "accepted": {one.code: one.count for one in warnings}}
        detail |= {"charges_moved": moved} if moved else {}
        _log(organization, month, "month.closed", by=by, at=at, **detail)
    return closing


def reopen_month(
    organization: Organization, month: Month, reason: str, *, by: User, at: datetime
) -> Closing:
    """Open the last closed month again: its entries are approved, no longer closed.

    Claims that were submitted for the year stay; the log names them, since changes show up there.

    Raises ActionError: reason_missing, not_allowed (administrators only), not_last, paid (an entry
    is in a payment that stands; a correction is booked into an open month instead).
    """
    if not reason.strip():
        raise ActionError("reason_missing", "理由を入力してください。", field="reason", status=400)
    with transaction.atomic():
        books = lock_books(organization)
        _only_admins(organization, by)
        if books.closed_through != month.last:
            raise ActionError("not_last", "再開できるのは、最後に締めた月だけです。")
        _not_paid(organization, month)
        closing = Closing.objects.select_for_update().get(
            organization=organization, month=month.first, reopened_at=None
        )
        closing.reopened_at, closing.reopened_by = at, by
        closing.reason = reason.strip()[:300]
        closing.save(update_fields=["reopened_at", "reopened_by", "reason"])
        _stand_at(books, month.before if _closed_before(organization, month) else None)
        entries = _entries(organization, month).filter(state=Honorarium.State.CLOSED)
        entries.update(state=Honorarium.State.APPROVED)
        detail = {"reason": closing.reason, "count": closing.count, "total": closing.total}
        claims = points.submitted_claims(organization, month.first, month.last)
        detail |= {"claims": sorted(one.pk for one in claims)} if claims else {}
        _log(organization, month, "month.reopened", by=by, at=at, **detail)
    return closing


def _consented(found: list[Check], accept: set[str]) -> list[Check]:
    """The warnings, all of them accepted."""
    blocking = [one for one in found if one.blocks]
    if blocking:
        text = "、".join(f"{one.text}（{one.count:,}件）" for one in blocking[:3])
        raise ActionError("open_points", f"まだ締められません。残っている対応：{text}")
    left = [one for one in found if not {one.code, one.consent} & accept]
    if left:
        text = "、".join(f"{one.text}（{one.count:,}件）" for one in left[:3])
        raise ActionError("warnings_open", f"次の注意を確認してから締めてください：{text}")
    return found


def _entries(organization: Organization, month: Month) -> HonorariumQuerySet:
    return Honorarium.objects.of(organization).between(month.first, month.last)


def _only_admins(organization: Organization, by: User) -> None:
    admins = Membership.objects.filter(organization=organization, role=Role.ADMIN, active=True)
    if not admins.filter(user=by).exists():
        raise ActionError("not_allowed", "月の再開は管理者だけができます。", status=403)


def _not_paid(organization: Organization, month: Month) -> None:
    entries = _entries(organization, month)
    if PaymentLine.objects.filter(honorarium__in=entries, stands=True).exists():
        text = (
            "この月の謝礼は支払の手続きに入っているため、再開できません。"
            "訂正は、開いている月に取消しの行を作って行ってください。"
        )
        raise ActionError("paid", text)


def _closed_before(organization: Organization, month: Month) -> bool:
    """Whether anything before the month is closed: not when it was the first one ever closed."""
    closings = Closing.objects.filter(organization=organization, reopened_at=None)
    if closings.filter(month__lt=month.first).exists():
        return True
    closed = Honorarium.objects.of(organization).filter(booked_on__lt=month.first)
    states = [Honorarium.State.CLOSED, Honorarium.State.PAID]
    return closed.filter(state__in=states).exists()


def _stand_at(books: Books, month: Month | None) -> None:
    books.closed_through = month.last if month else None
    books.save(update_fields=["closed_through"])


def _log(
    organization: Organization, month: Month, verb: str, *, by: User, at: datetime, **detail: Any
) -> None:
    record(f"month:{month}", verb, organization=organization, by=by, at=at, **detail)
