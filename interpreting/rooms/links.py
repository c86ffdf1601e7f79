"""When a room opens, and what the pages of the floors below show of it (`dispatch.subscriptions`).

Who is needed now or today gets the room at once with the booking; a booked one opens a quarter of
an hour before, or when the desk presses the button.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.models import Assignment, Mode, Request, Urgency
from interpreting.models import Room, Seat, Session
from interpreting.rooms.actions.rooms import end_room, open_room, open_room_of
from interpreting.rooms.actions.seats import remove, seat_interpreter
from interpreting.rooms.actions.sessions import is_joined

log = logging.getLogger(__name__)

EARLY, LATE = timedelta(minutes=15), timedelta(hours=2)
FORGOTTEN = timedelta(hours=2)
SPOKEN = (Mode.VIDEO, Mode.PHONE)


def is_remote(assignment: Assignment) -> bool:
    """It is spoken from afar; a translation in writing needs no room."""
    mode = assignment.request.mode
    return mode in SPOKEN or (assignment.remote and mode != Mode.TRANSLATION)


def may_open(assignment: Assignment, at: datetime) -> bool:
    """The interpreter may come in at the instant ``at``, opening the room if need be."""
    request = assignment.request
    over = request.status not in {Request.Status.OPEN, Request.Status.FILLED}
    if over or not is_remote(assignment) or assignment.state not in _WORKING:
        return False
    if Room.objects.filter(request=request, state=Room.State.ENDED).exists():
        return False  # who wants to go on asks the desk
    soon = request.urgency != Urgency.BOOKED or at >= request.starts_at - EARLY
    return soon and at < request.ends_at + LATE


_WORKING = (Assignment.State.CONFIRMED, Assignment.State.RECONFIRMED, Assignment.State.STARTED)


def opens_at(assignment: Assignment) -> datetime | None:
    """When the room of a booking opens by itself (UTC); None once it may, or if it never will."""
    request, at = assignment.request, database_now()
    if assignment.state not in _WORKING or not is_remote(assignment):
        return None
    open_ = request.status in {Request.Status.OPEN, Request.Status.FILLED}
    opens = request.starts_at - EARLY
    if not open_ or at >= opens or request.urgency != Urgency.BOOKED:
        return None
    return None if Room.objects.filter(request=request).exists() else opens


def room_link(assignment: Assignment) -> str | None:
    """Where the interpreter comes in, as long as there is something to come into."""
    if assignment.state not in _WORKING or not is_remote(assignment):
        return None
    if open_room_of(assignment.request) is None and not may_open(assignment, database_now()):
        return None
    return reverse("volunteer_room:room", args=[assignment.pk])


def request_panel(request: Request) -> tuple[str, dict[str, Any]] | None:
    """The part of the request's page about its room; none for a translation."""
    if request.mode == Mode.TRANSLATION:
        return None
    room = open_room_of(request)
    sessions = list(Session.objects.filter(request=request, kind=Session.Kind.ROOM))
    may = request.status in {Request.Status.OPEN, Request.Status.FILLED}
    if room is None and not may and not sessions:
        return None
    past = [(session, _roles(session)) for session in sessions]
    context = {"room": room, "found": request, "may_open": may, "sessions": past}
    return "interpreting/room/_request_panel.html", context


def _roles(session: Session) -> str:
    """Who took part, such as «窓口・通訳・相談者»."""
    known = dict(Seat.Role.choices)
    words = [str(known.get(one.get("role", ""), "")) for one in session.participants]
    return "・".join(word for word in words if word)


def room_states(request_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Address and state in words of the open room of each request that has one."""
    found = Room.objects.filter(request__in=request_ids, state=Room.State.OPEN)
    return {
        room.request_id: (reverse("interpreting:room", args=[room.pk]), _in_words(room))
        for room in found.prefetch_related("seats")
    }


def _in_words(room: Room) -> str:
    at = database_now()
    states = [seat.state for seat in room.seats.all()]
    waiting = states.count(Seat.State.WAITING)
    if waiting:
        return f"通訳ルーム：{waiting}人が待合室にいます"
    inside = sum(1 for seat in room.seats.all() if is_joined(seat, at))
    return f"通訳ルーム：{inside}人が入室中" if inside else "通訳ルームを開けています"


def on_seated(assignment: Assignment, at: datetime) -> None:
    """Somebody has the job: now and today the room opens by itself, with the interpreter's seat."""
    room = open_room_of(assignment.request)
    if room is None and assignment.request.urgency != Urgency.BOOKED and is_remote(assignment):
        room = open_room(assignment.request, by=None, at=at)
    if room is not None and is_remote(assignment):
        try:
            with transaction.atomic():
                seat_interpreter(assignment, room, at=at)
        except ActionError:  # full: the desk makes place, the booking stands
            return


def on_released(assignment: Assignment, at: datetime) -> None:
    """The job was taken back: the seat goes with it."""
    for seat in Seat.objects.filter(assignment=assignment, state__in=Seat.ACTIVE_STATES):
        remove(seat, by=None, at=at)


def on_over(request: Request, at: datetime) -> None:
    """The request is over, and so is its room."""
    room = open_room_of(request)
    if room is not None:
        end_room(room, by=None, at=at, reason="request_over")


def open_due(at: datetime) -> int:
    """Open the rooms of booked requests that begin soon; returns how many."""
    soon = Assignment.objects.active().filter(
        request__urgency=Urgency.BOOKED,
        request__status__in=[Request.Status.OPEN, Request.Status.FILLED],
        request__starts_at__gt=at - EARLY,
        request__starts_at__lte=at + EARLY,
        request__rooms=None,
    )
    opened = 0
    for assignment in soon.select_related("request", "volunteer"):
        if may_open(assignment, at):
            opened += _done("open", assignment.pk, partial(_open_with, assignment, at))
    return opened


def _open_with(assignment: Assignment, at: datetime) -> None:
    room = open_room(assignment.request, by=None, at=at)
    seat_interpreter(assignment, room, at=at)


def _done(what: str, pk: int, act: Callable[[], object]) -> bool:
    """One row of a sweep; what is wrong with it does not keep the others waiting."""
    try:
        with transaction.atomic():
            act()
    except Exception:
        log.exception("could not %s the room of %s", what, pk)
        return False
    return True


def end_forgotten(at: datetime) -> int:
    """End rooms in which nobody has been for two hours after the time was over."""
    before = at - FORGOTTEN
    idle = Room.objects.filter(state=Room.State.OPEN, opened_at__lt=before)
    idle = idle.filter(request__ends_at__lt=before)
    ended = 0
    for room in idle.exclude(seats__last_seen_at__gte=before).distinct():
        ended += _done("end", room.pk, partial(end_room, room, by=None, at=at, reason="abandoned"))
    return ended
