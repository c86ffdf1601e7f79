"""「行けます」: when a booked person is asked for a positive answer, again, and when the desk hears.

The question goes on the last day before the job on which the office works, at 10:00 in Tokyo, so
that somebody is there in the afternoon who can find another person. Whoever said yes less than
half a day before that has just answered and is not asked. Instants are UTC; reads only.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.times import instant, local
from dispatch.models import Assignment, Request, Urgency
from dispatch.policy import decent_hour
from volunteers.availability import is_holiday

ASK_MINUTE = 10 * 60
FRESH_YES = timedelta(hours=12)
"""A yes that is no older than this when the question would be due is an answer to it."""
SECOND = timedelta(hours=3)
ALARM = timedelta(hours=6)
FARTHEST = 4
"""Over long holidays nobody is asked more than so many days ahead: an early yes says little."""


def question_at(
    starts_at: datetime, booked_at: datetime, quiet_from: int = 0, quiet_to: int = 0
) -> datetime | None:
    """When to ask about a job, never in the quiet hours (minutes of the day); None: not at all."""
    eve = local(starts_at).date() - timedelta(days=1)
    day = eve
    for back in range(FARTHEST):
        one = eve - timedelta(days=back)
        if one.weekday() < 5 and not is_holiday(one):
            day = one
            break
    ask_at = decent_hour(instant(day, ASK_MINUTE), quiet_from, quiet_to)
    return ask_at if ask_at < starts_at and booked_at <= ask_at - FRESH_YES else None


def again_at(asked_at: datetime, starts_at: datetime) -> datetime:
    """When to ask a second time: after three hours, sooner when the job is near."""
    return asked_at + min(SECOND, (starts_at - asked_at) / 4)


def alarm_at(asked_at: datetime, starts_at: datetime) -> datetime:
    """When silence becomes the desk's business: after six hours, at the latest half-way."""
    return asked_at + min(ALARM, (starts_at - asked_at) / 2)


def due_at(assignment: Assignment) -> datetime | None:
    """When the next of the three steps is due for a booking; None when there is none left.

    Expects the request and its organization.
    """
    request = assignment.request
    if assignment.state != Assignment.State.CONFIRMED or request.urgency != Urgency.BOOKED:
        return None
    asked = assignment.reconfirm_asked_at
    if asked is None:
        town = request.organization
        return question_at(request.starts_at, assignment.created_at, town.quiet_from, town.quiet_to)
    if assignment.reconfirm_again_at is None:
        return again_at(asked, request.starts_at)
    if assignment.reconfirm_silent_at is None:
        return alarm_at(asked, request.starts_at)
    return None


def is_silent(assignment: Assignment, at: datetime) -> bool:
    """Asked, and nothing heard for so long that the desk has to act; by the rows alone."""
    asked = assignment.reconfirm_asked_at
    if asked is None or assignment.state != Assignment.State.CONFIRMED:
        return False
    return at >= alarm_at(asked, assignment.request.starts_at)


def waiting_on(request: Request) -> list[Assignment]:
    """The bookings of a request that a positive answer is missing from."""
    found = request.assignments.filter(state=Assignment.State.CONFIRMED)
    waiting = list(found.select_related("volunteer__organization"))
    for one in waiting:
        one.request = request  # the row in hand, which may be locked and not yet saved
    return waiting


def next_step_at(request: Request) -> datetime | None:
    """When the next question or alarm is due (UTC), over everybody booked; None: nothing is."""
    due = [when for one in waiting_on(request) if (when := due_at(one))]
    return min(due, default=None)
