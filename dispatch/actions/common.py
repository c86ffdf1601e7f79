"""What every action of this app does alike: lock, move, touch, log and announce."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import User
from dispatch.models import Assignment, Offer, Request
from realtime.events import organization_group, publish, volunteer_group


def lock_request(pk: int) -> Request:
    """The request with a row lock; every change of it or its offers starts here."""
    request = Request.objects.select_for_update(of=("self",)).select_related("organization")
    locked = request.get(pk=pk)
    locked.loaded_next_action_at = locked.next_action_at
    return locked


def move(row: Request | Offer | Assignment, field: str, to: str) -> None:
    """Set a state field if the model's table of moves allows it, else raise ``wrong_state``."""
    if to not in row.MOVES[getattr(row, field)]:
        raise ActionError(
            "wrong_state",
            _("状態が変わったため、この操作はできません。画面を更新してご確認ください。"),
        )
    setattr(row, field, to)


def log(
    request: Request, verb: str, *, by: User | None, at: datetime, label: str = "", **detail: Any
) -> None:
    """A line in the request's log."""
    record(
        request.key,
        verb,
        organization=request.organization_id,
        by=by,
        at=at,
        label=label,
        **detail,
    )


def save_and_announce(
    request: Request, *, event: str = "request.changed", volunteers: list[int] | None = None
) -> None:
    """Save the locked request with a new version and hint to the board and to volunteers."""
    request.version += 1
    request.save()
    if getattr(request, "loaded_next_action_at", None) != request.next_action_at:
        wake_engine(request)
    publish(event, request.pk, request.version, organization_group(request.organization_id))
    for volunteer_id in volunteers or []:
        publish("offer.changed", request.pk, request.version, volunteer_group(volunteer_id))


def wake_engine(request: Request) -> None:
    """Defer a wake-up for the request's next action; the sweep finds it if this is lost."""
    from dispatch.tasks import advance_request

    if request.next_action_at:
        advance_request.configure(schedule_at=request.next_action_at).defer(request_id=request.pk)


def note_for_calendars(assignment: Assignment, at: datetime) -> tuple[str, str]:
    """Count a change that calendars have to be told; returns the fields to save."""
    assignment.calendar_sequence += 1
    assignment.calendar_changed_at = at
    return "calendar_sequence", "calendar_changed_at"


def schedule(request: Request, action: str, at: datetime | None) -> None:
    """Say what happens next to the request, and when (UTC)."""
    request.next_action, request.next_action_at = action, at
