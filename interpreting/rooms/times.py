"""When an interpreter was at work in rooms and calls: what a report is filled in with. Reads only."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, Min

from dispatch.models import Assignment
from interpreting.models import PhoneLeg, Session, Visit

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
    visits = Visit.objects.filter(seat__assignment=assignment, left_at__isnull=False)
    calls = PhoneLeg.objects.filter(assignment=assignment, joined_at__isnull=False)
    own = [
        visits.aggregate(start=Min("joined_at"), end=Max("left_at")),
        calls.filter(ended_at__isnull=False).aggregate(start=Min("joined_at"), end=Max("ended_at")),
    ]
    own = [one for one in own if one["start"]]  # who goes on by telephone took part in both
    if not own:  # neither a seat nor a call of ours: an operator's line of this booking
        mine = sessions.filter(assignment=assignment)
        own = [mine.aggregate(start=Min("started_at"), end=Max("ended_at"))]
    if own[0]["start"] is None:
        return None
    start = _floor(max(min(one["start"] for one in own), span["start"]))
    latest = min(max(one["end"] for one in own), span["end"])
    end = _floor(latest + MINUTE - timedelta(microseconds=1))
    return start, max(end, start + MINUTE)


def _floor(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
