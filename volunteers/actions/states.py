"""Pausing, coming back, leaving, and being on call.

Nobody who is paused or has left is offered anything, and neither is on call. What happens to open
offers is decided by dispatch, which subscribes (`volunteers.subscriptions`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.errors import ActionError
from accounts.models import User
from accounts.times import TOKYO
from volunteers import subscriptions
from volunteers.actions import rows
from volunteers.models import Volunteer

Status = Volunteer.Status
REASON_LENGTH = 300


def pause_volunteer(
    volunteer: Volunteer, *, until: date | None, reason: str, by: User | None, at: datetime
) -> Volunteer:
    """Ask nothing of the person until the end of the day ``until`` (None: until told otherwise).

    Raises ActionError: until_past, not_possible.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        _check_move(present, Status.PAUSED)
        if until is not None and until < at.astimezone(TOKYO).date():
            text = "休止終了日は今日以降の日にしてください。"
            raise ActionError("until_past", text, field="until", status=400)
        present.status, present.paused_until, present.on_call_until = Status.PAUSED, until, None
        rows.save(present, "status", "paused_until", "on_call_until")
        for subscriber in subscriptions.on_paused:
            subscriber(present, by, at)
        _record(present, "paused", by, at, until=_written(until), reason=reason)
    return present


def resume_volunteer(volunteer: Volunteer, *, by: User | None, at: datetime) -> Volunteer:
    """Back from a pause, or back into the register after having left.

    Raises ActionError: not_possible.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        before = present.status
        _check_move(present, Status.ACTIVE)
        present.status, present.paused_until = Status.ACTIVE, None
        rows.save(present, "status", "paused_until")
        _record(present, "resumed" if before == Status.PAUSED else "returned", by, at)
    return present


def resume_rested(*, at: datetime) -> int:
    """Bring back everybody whose pause is over; for the worker, any number of times a day."""
    today = at.astimezone(TOKYO).date()
    due = Volunteer.objects.filter(status=Status.PAUSED, paused_until__lt=today)
    done = 0
    for volunteer in due.order_by("pk"):
        with transaction.atomic():
            present = rows.lock(volunteer)
            still_due = present.paused_until is not None and present.paused_until < today
            if present.status == Status.PAUSED and still_due:
                resume_volunteer(present, by=None, at=at)
                done += 1
    return done


def withdraw_volunteer(
    volunteer: Volunteer, *, reason: str, by: User | None, at: datetime
) -> Volunteer:
    """The person leaves the register; the row stays for reports and payments.

    Raises ActionError: not_possible.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        _check_move(present, Status.WITHDRAWN)
        present.status = Status.WITHDRAWN
        present.paused_until = present.on_call_until = None
        rows.save(present, "status", "paused_until", "on_call_until")
        for subscriber in subscriptions.on_withdrawn:
            subscriber(present, by, at)
        _record(present, "withdrawn", by, at, reason=reason)
    return present


def switch_on_call(
    volunteer: Volunteer, until: datetime | None, *, by: User | None, at: datetime
) -> Volunteer:
    """Ready for video from now until the instant ``until``; None ends it.

    Saying so oneself counts as an answer (``last_seen_at``), and so does saying it again: rings
    missed before count no more. Raises ActionError: not_active, not_valid, until_past.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        if until is not None and present.status != Status.ACTIVE:
            raise ActionError("not_active", "休止中・退会の方は待機にできません。")
        if until is not None and not _may_be_asked(present, at):
            raise ActionError("not_valid", "登録期間または誓約の手続きが必要です。")
        if until is not None and until <= at:
            raise ActionError("until_past", "待機の終わりは今より後にしてください。", field="until")
        if present.on_call_until == until:
            return present
        present.on_call_until = until
        present.on_call_since = at if until else None
        if by is not None and by.pk == present.user_id:
            present.last_seen_at = at
        rows.save(present, "on_call_until", "on_call_since", "last_seen_at")
        for ready in subscriptions.on_ready if until else ():
            ready(present, at)
        verb = "off_call" if until is None else "on_call"
        _record(present, verb, by, at, until=_written(until))
    return present


def mark_seen(volunteer: Volunteer | int, *, at: datetime) -> None:
    """Remember that the person gave a sign of life; never goes back, counts no version."""
    key = volunteer if isinstance(volunteer, int) else volunteer.pk
    rows_of = Volunteer.objects.filter(pk=key)
    (rows_of.filter(last_seen_at=None) | rows_of.filter(last_seen_at__lt=at)).update(
        last_seen_at=at
    )


def _may_be_asked(volunteer: Volunteer, at: datetime) -> bool:
    today = at.astimezone(TOKYO).date()
    return Volunteer.objects.offerable(today).filter(pk=volunteer.pk).exists()


def _check_move(volunteer: Volunteer, to: str) -> None:
    if to not in Volunteer.MOVES[volunteer.status]:
        text = f"「{volunteer.get_status_display()}」の方には、この操作はできません。"
        raise ActionError("not_possible", text)


def _written(until: date | None) -> str:
    return until.isoformat() if until else ""


def _record(volunteer: Volunteer, verb: str, by: User | None, at: datetime, **detail: str) -> None:
    told: dict[str, Any] = {name: text[:REASON_LENGTH] for name, text in detail.items() if text}
    audit.record(
        volunteer.key,
        f"volunteer.{verb}",
        organization=volunteer.organization_id,
        by=by,
        at=at,
        **told,
    )
