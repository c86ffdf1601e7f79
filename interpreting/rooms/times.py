"""When an interpreter was at work in rooms and calls: what a report is filled in with. Reads only."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, Min

from dispatch.models import Assignment
from interpreting.models import PhoneLeg, Seat, Session, Visit

MINUTE = timedelta(minutes=1)


def activity_of(assignment: Assignment) -> tuple[datetime, datetime] | None:
    """From the first to the last minute of the person's own part, outwards to whole minutes (UTC).

    Only what lies within a session of the request counts, and only once it has ended or the
    person has left for good while it goes on; None when there is nothing to go by.
    """
    sessions = Session.objects.filter(request_id=assignment.request_id)
    if not _has_left(assignment):
        sessions = sessions.filter(ended_at__isnull=False)
    span = sessions.aggregate(start=Min("started_at"), end=Max("ended_at"))
    if span["start"] is None:
        return None
    if sessions.filter(ended_at__isnull=True).exists():
        span["end"] = None
    visits = Visit.objects.filter(seat__assignment=assignment, left_at__isnull=False)
    calls = PhoneLeg.objects.filter(assignment=assignment, joined_at__isnull=False)
    own = [
        visits.aggregate(start=Min("joined_at"), end=Max("left_at")),
        calls.filter(ended_at__isnull=False).aggregate(start=Min("joined_at"), end=Max("ended_at")),
    ]
    own = [one for one in own if one["start"]]  # who goes on by telephone took part in both
    if not own:  # neither a seat nor a call of ours: an operator's line of this booking
        mine = sessions.filter(assignment=assignment, ended_at__isnull=False)
        own = [mine.aggregate(start=Min("started_at"), end=Max("ended_at"))]
    if own[0]["start"] is None:
        return None
    start = _floor(max(min(one["start"] for one in own), span["start"]))
    latest = max(one["end"] for one in own)
    latest = min(latest, span["end"] or latest)
    end = _floor(latest + MINUTE - timedelta(microseconds=1))
    return start, max(end, start + MINUTE)


def _has_left(assignment: Assignment) -> bool:
    """The person's part is over: a seat was left or taken away, and none is sat on any more."""
    seats = Seat.objects.filter(assignment=assignment)
    still = PhoneLeg.objects.filter(assignment=assignment, ended_at=None).exists()
    return not still and seats.exists() and not seats.filter(state__in=Seat.ACTIVE_STATES).exists()


def _floor(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
