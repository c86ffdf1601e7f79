"""When things happen around a request: expiry of offers, decent hours, what follows a booking. Pure
but for the rows it reads."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Organization
from accounts.times import instant, local
from dispatch.ladder import deadline_of
from dispatch.models import Request, Urgency
from dispatch.policy import decent_hour, urgency_class
from dispatch.reconfirming import next_step_at
from realtime import quiet
from volunteers.availability import is_holiday
from volunteers.models import Volunteer

DESK_REMINDER = timedelta(minutes=30)
NOW_REMINDER = timedelta(minutes=5)
WORK_BEGINS = 10 * 60
PRESSING = timedelta(hours=1)
"""Less than this between the end of the quiet hours and the job: whoever may be asked is asked now."""
WATCHING = timedelta(minutes=2)


def class_of(request: Request, at: datetime) -> str:
    """The policy's urgency class of a request at an instant: now, today, tomorrow or later."""
    return urgency_class(request.urgency, request.starts_at, at)


def offer_expiry(request: Request, at: datetime) -> datetime:
    """Until when an offer waits for an answer: twice the horizon, at most until it is useless."""
    horizon = request.policy[class_of(request, at)]["horizon_minutes"]
    end = request.ends_at if request.urgency == Urgency.NOW else request.starts_at
    return max(min(at + 2 * timedelta(minutes=horizon), end), at + timedelta(minutes=1))


def is_watching(volunteer: Volunteer, at: datetime) -> bool:
    """The volunteer has a page open, or had a moment ago."""
    return volunteer.last_seen_at is not None and at - volunteer.last_seen_at < WATCHING


def send_not_before(
    request: Request, volunteer: Volunteer, at: datetime, *, head_start: bool = False
) -> datetime:
    """When an offer's message may leave (UTC).

    ``head_start``: somebody of this wave is looking at a page and hears a little earlier than the
    others. Nobody is written to in the quiet hours for a booked job unless they allow it.
    """
    if request.urgency == Urgency.NOW:
        return at
    later = head_start and not is_watching(volunteer, at)
    leaves = at + timedelta(seconds=request.policy["head_start_seconds"]) if later else at
    return quiet_until(request, volunteer, leaves)


def quiet_until(request: Request, volunteer: Volunteer, at: datetime) -> datetime:
    """``at``, or the next decent hour for messages about a booked job that is still to come."""
    if request.urgency != Urgency.BOOKED:
        return at
    decent = decent_for(volunteer, request.organization, at)
    return at if at < request.starts_at < decent else decent


def decent_for(volunteer: Volunteer, organization: Organization, at: datetime) -> datetime:
    """``at``, or the end of the hours in which this person is not written to (UTC)."""
    hours = hours_for(volunteer, organization)
    return decent_hour(at, *hours) if hours else at


def hours_for(volunteer: Volunteer, organization: Organization) -> quiet.Hours | None:
    """The person's own quiet hours if they chose some, else those of the organization."""
    if volunteer.night_messages:
        return None
    if volunteer.quiet_from is not None and volunteer.quiet_to is not None:
        return volunteer.quiet_from, volunteer.quiet_to
    return organization.quiet_from, organization.quiet_to


def hours_about(request: Request, volunteer: Volunteer, at: datetime) -> quiet.Hours | None:
    """The quiet hours that every try of a message about a request keeps, as `quiet_until` does.

    None when it cannot wait until they are over.
    """
    hours = hours_for(volunteer, request.organization)
    if hours is None or request.urgency != Urgency.BOOKED:
        return None
    return None if at < request.starts_at < quiet.end_after(at, hours[1]) else hours


def after_filling(request: Request, at: datetime) -> tuple[str, datetime]:
    """What follows once every seat is taken: a question or alarm about who comes, else the end."""
    due = next_step_at(request)
    if due is not None and due < request.starts_at:
        return Request.NextAction.RECONFIRM, max(due, at)
    return Request.NextAction.CLOSE, max(request.ends_at, at)


def is_pressing(request: Request, at: datetime) -> bool:
    """A seat of a booked job comes free at night, and to ask in the morning would be too late.

    By day nothing has to be decided: `class_of` follows the clock.
    """
    if request.urgency != Urgency.BOOKED or at >= request.ends_at:
        return False
    organization = request.organization
    decent = decent_hour(at, organization.quiet_from, organization.quiet_to)
    return decent > at and request.starts_at - decent < PRESSING


def rung_deadline(request: Request) -> datetime | None:
    """When the rung after the present one opens (UTC), or None."""
    return deadline_of(
        request.ladder,
        request.rung,
        request.rung_since or request.opened_at,
        urgency=request.urgency,
        starts_at=request.starts_at,
    )


def reminder(request: Request, at: datetime) -> datetime:
    """When the desk is reminded again, or the next rung opens, whichever comes first.

    While the waves are stopped no rung opens, so a deadline that has passed must not count.
    """
    every = NOW_REMINDER if request.urgency == Urgency.NOW else DESK_REMINDER
    deadline = rung_deadline(request)
    if deadline is None or deadline <= at:
        deadline = request.ends_at
    return max(min(at + every, deadline, request.ends_at), at + timedelta(seconds=1))


def next_working_start(at: datetime) -> datetime:
    """10:00 in Tokyo of the next day on which an office works (UTC)."""
    day = local(at).date() + timedelta(days=1)
    while day.weekday() >= 5 or is_holiday(day):
        day += timedelta(days=1)
    return instant(day, WORK_BEGINS)
