"""The session that a room carries: it runs from the moment two roles meet until the room ends.

Kept are roles and seconds and how the line was; never names, addresses or contents.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Greatest

from interpreting.beginning import begin_session
from interpreting.models import Room, Seat, Session, Visit
from interpreting.rooms.quality import summary

LOST = timedelta(seconds=45)
"""A seat whose page has not been seen for so long is no longer joined (it says so every 20 s)."""


def is_joined(seat: Seat, at: datetime) -> bool:
    """A page of the seat is in the room at this moment."""
    here = seat.state == Seat.State.ADMITTED and bool(seat.connection)
    return here and seat.last_seen_at is not None and at - seat.last_seen_at < LOST


def session_of(room: Room) -> Session | None:
    """The running session of a room."""
    found = Session.objects.filter(request_id=room.request_id, kind=Session.Kind.ROOM)
    return found.filter(ended_at=None).first()


def start_session_if_met(room: Room, *, at: datetime) -> Session | None:
    """On a locked room: begin when an interpreter and somebody else are in it; else None."""
    found = room.seats.exclude(connection="").select_related("assignment__offer__wave")
    here = [seat for seat in found if is_joined(seat, at)]
    interpreters = [seat for seat in here if seat.role == Seat.Role.INTERPRETER]
    if not interpreters or len({seat.role for seat in here}) < 2 or session_of(room):
        return None
    assignment = next((seat.assignment for seat in interpreters if seat.assignment), None)
    return begin_session(room.request, Session.Kind.ROOM, assignment, at=at)


def close_visits(room: Room, *, at: datetime, seat: Seat | None = None) -> None:
    """End what is still open, at the instant the seat was last seen if its page is gone.

    Gone is also who has a socket on record that nobody has heard of: its server process died.
    """
    gone = Q(seat__connection="") | Q(seat__last_seen_at__lte=at - LOST)
    still = Visit.objects.filter(seat__room=room, left_at=None)
    if seat is not None:
        still = still.filter(seat=seat)
    for visit in still.filter(gone).select_related("seat"):
        visit.left_at = max(visit.joined_at, visit.seat.last_seen_at or at)
        visit.save(update_fields=["left_at"])
    still.update(left_at=Greatest(F("joined_at"), at))


def close_session(room: Room, *, at: datetime, reason: str) -> Session | None:
    """On a locked room whose visits are closed: write the sums.

    It was over when the last person went, not when somebody thought of ending the room.
    """
    session = session_of(room)
    if session is None:
        return None
    visits = list(Visit.objects.filter(seat__room=room).select_related("seat"))
    seconds: dict[int, float] = {}
    roles: dict[int, str] = {}
    for visit in visits:
        length = ((visit.left_at or at) - visit.joined_at).total_seconds()
        seconds[visit.seat_id] = seconds.get(visit.seat_id, 0.0) + length
        roles[visit.seat_id] = visit.seat.role
    session.participants = [
        {"role": roles[pk], "seconds": round(length)} for pk, length in seconds.items()
    ]
    session.network = summary([visit.network for visit in visits])
    over = max((visit.left_at for visit in visits if visit.left_at), default=at)
    session.ended_at, session.end_reason = max(session.started_at, min(over, at)), reason
    session.save()
    return session
