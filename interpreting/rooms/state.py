"""How a room stands in the eyes of one seat: the ``room`` message of the socket. Reads only.

Guests see who is inside, by role and pseudonym in their language; only the desk sees who was invited or waits.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from interpreting.models import Room, Seat
from interpreting.rooms.actions.sessions import is_joined, session_of
from interpreting.rooms.labels import label_for


def room_message(seat: Seat, at: datetime) -> dict[str, Any]:
    """For a seat with its room, at the instant ``at`` (UTC)."""
    room = seat.room
    is_open = room.state == Room.State.OPEN
    others = [_seen_by(seat, other, at) for other in _shown(seat)] if is_open else []
    session = session_of(room) if is_open else None
    minutes = int((at - session.started_at).total_seconds() // 60) if session else 0
    return {
        "type": "room",
        "version": room.version,
        "state": room.state,
        "locked": room.locked,
        "audio_only": room.audio_only,
        "me": {"seat": seat.pk, "role": seat.role, "state": seat.state, "number": seat.number},
        "seats": others,
        "interpreter": is_open and _has_interpreter(room),
        "started_at": session.started_at.isoformat() if session else None,
        "minutes": max(0, minutes),
        "end_reason": room.end_reason,
    }


def _has_interpreter(room: Room) -> bool:
    """Somebody is booked or invited to interpret; until then an interpreter is being looked for."""
    return room.seats.filter(role=Seat.Role.INTERPRETER, state__in=Seat.ACTIVE_STATES).exists()


def _shown(seat: Seat) -> list[Seat]:
    states: list[str] = [Seat.State.ADMITTED]
    if seat.role == Seat.Role.DESK:
        states = Seat.ACTIVE_STATES
    elif seat.state != Seat.State.ADMITTED:
        return [seat]
    found = Seat.objects.filter(room=seat.room_id, state__in=states)
    return list(found.order_by("number"))


def _seen_by(me: Seat, other: Seat, at: datetime) -> dict[str, Any]:
    joined = is_joined(other, at)
    return {
        "seat": other.pk,
        "number": other.number,
        "role": other.role,
        "label": label_for(other, "ja" if me.role == Seat.Role.DESK else me.language),
        "language": other.language,
        "state": other.state,
        "joined": joined,
        "session": other.session if joined else None,
        "polite": me.pk > other.pk,
    }
