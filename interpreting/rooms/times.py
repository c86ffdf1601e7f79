"""When an interpreter was at work in rooms and calls: what a report is filled in with. Reads only."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, Min

from dispatch.models import Assignment
from interpreting.models import Session, Visit

MINUTE = timedelta(minutes=1)


def activity_of(assignment: Assignment) -> tuple[datetime, datetime] | None:
    """From the first to the last minute of the person's own part, outwards to whole minutes (UTC).

    Only what lies within a session of the request counts, and only once it has ended; None when
    there is nothing to go by.
    """
    sessions = Session.objects.filter(request_id=assignment.request_id, ended_at__isnull=False)
    span = sessions.aggregate(start=Min("started_at"), end=Max("ended_at"))
    if span["start"] is None:
        return None
    own = Visit.objects.filter(seat__assignment=assignment, left_at__isnull=False).aggregate(
        start=Min("joined_at"), end=Max("left_at")
    )
    if own["start"] is None:  # no seat in a room: a call or an operator's line of this booking
        mine = sessions.filter(assignment=assignment)
        own = mine.aggregate(start=Min("started_at"), end=Max("ended_at"))
    if own["start"] is None:
        return None
    start = _floor(max(own["start"], span["start"]))
    end = _floor(min(own["end"], span["end"]) + MINUTE - timedelta(microseconds=1))
    return start, max(end, start + MINUTE)


def _floor(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
