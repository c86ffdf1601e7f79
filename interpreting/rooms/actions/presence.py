"""Being in a room: joining its media, being seen, dropping out, leaving.

A seat is held by one socket at a time, the newest. Whoever was admitted and dropped out comes back
without a new admission for two minutes; the desk and interpreters always.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.errors import ActionError
from dispatch.actions.assignments import start
from dispatch.models import Assignment
from interpreting.models import Room, Seat, Visit
from interpreting.rooms.actions.common import (
    free_number,
    lock_open_room,
    lock_seat,
    log,
    move,
    must_be_unlocked,
    save_and_announce,
)
from interpreting.rooms.actions.sessions import close_visits, is_joined, start_session_if_met

GRACE = timedelta(seconds=120)
NEVER_WAIT = (Seat.Role.DESK, Seat.Role.INTERPRETER)
State = Seat.State


def join(seat_id: int, *, session: str, connection: str, at: datetime) -> Seat:
    """A page wants media: it takes the seat from any other page of the same person.

    ``session`` is the page's own random name. Returns the seat: admitted and joined, or waiting.
    Raises ``room_ended``, ``removed``, ``room_locked``, ``room_full``.
    """
    with transaction.atomic():
        room, seat = lock_seat(seat_id)
        lock_open_room(room.pk)
        if seat.state == State.REMOVED:
            raise ActionError("removed", "", status=410)
        _come_back(room, seat, at)
        begun = None
        if seat.state == State.ADMITTED:
            if not (seat.session == session and is_joined(seat, at)):
                close_visits(room, at=at, seat=seat)
                Visit.objects.create(seat=seat, joined_at=at)
            seat.connection, seat.session, seat.last_seen_at = connection, session, at
            seat.save()
            begun = start_session_if_met(room, at=at)
        seat.save()
        save_and_announce(room)
    if begun and begun.assignment:
        _start_assignment(begun.assignment, at)
    return seat


def seen(seat_id: int, *, connection: str, network: dict[str, Any], at: datetime) -> bool:
    """The page is still there; False when another one has taken the seat."""
    held = Seat.objects.filter(pk=seat_id, connection=connection).update(last_seen_at=at)
    if held:
        Visit.objects.filter(seat=seat_id, left_at=None).update(network=network)
    return bool(held)


def drop(seat_id: int, *, connection: str, network: dict[str, Any], at: datetime) -> None:
    """The page's socket is gone without a goodbye; somebody else's socket is left alone."""
    with transaction.atomic():
        room, seat = lock_seat(seat_id)
        if not seat.connection or seat.connection != connection:
            return
        still = Visit.objects.filter(seat=seat, left_at=None)
        still.update(network=network | {"dropped": True})
        close_visits(room, at=at, seat=seat)
        seat.connection, seat.last_seen_at = "", at
        seat.save(update_fields=["connection", "last_seen_at"])
        save_and_announce(room)


def leave(seat: Seat, *, at: datetime, network: dict[str, Any] | None = None) -> Seat:
    """Go, by one's own wish; coming back needs admission again. The same again does nothing."""
    with transaction.atomic():
        room, seat = lock_seat(seat.pk)
        if room.state == Room.State.ENDED or State.LEFT not in seat.MOVES[seat.state]:
            return seat
        if network is not None:
            Visit.objects.filter(seat=seat, left_at=None).update(network=network)
        close_visits(room, at=at, seat=seat)
        move(seat, State.LEFT)
        seat.connection, seat.ended_at = "", at
        seat.save()
        log(room, "room.left", by=None, at=at, seat=seat)
        save_and_announce(room)
    return seat


def _come_back(room: Room, seat: Seat, at: datetime) -> None:
    """Where a returning page stands: in its seat, or in the waiting room after too long."""
    never_waits = seat.role in NEVER_WAIT and seat.admitted_at is not None
    if seat.state == State.LEFT:
        must_be_unlocked(room)
        seat.number = free_number(room)
        move(seat, State.ADMITTED if never_waits else State.WAITING)
        seat.ended_at = None
        seat.waiting_since = at if seat.state == State.WAITING else seat.waiting_since
    away = at - seat.last_seen_at if seat.last_seen_at and not is_joined(seat, at) else timedelta(0)
    if seat.state == State.ADMITTED and away > GRACE and not never_waits:
        move(seat, State.WAITING)
        seat.waiting_since = at


def _start_assignment(assignment: Assignment, at: datetime) -> None:
    """The interpretation has begun; a booking that was started by a button is left as it is."""
    if assignment.state in {Assignment.State.CONFIRMED, Assignment.State.RECONFIRMED}:
        try:
            start(assignment, at=at)
        except ActionError:  # cancelled at this very moment: the room will hear of it
            return
