"""What every action on a room does alike: lock, find a place, move, log and announce."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import User
from dispatch.actions.common import lock_request
from interpreting.models import Room, Seat
from realtime.events import organization_group, publish

PLACES = 5
FULL = "room_full"


def room_group(room_id: int) -> str:
    """The group that every socket of a room hears."""
    return f"room-{room_id}"


def lock_room(pk: int) -> Room:
    """The room with a row lock; every change of it or its seats starts here.

    Its request is locked first, as by everybody who ends a request and its room with it: a session
    that begins, or a booking, would lock it later and might wait for them crosswise.
    """
    lock_request(Room.objects.values_list("request_id", flat=True).get(pk=pk))
    found = Room.objects.select_for_update(of=("self",))
    return found.select_related("organization", "request__desk").get(pk=pk)


def lock_open_room(pk: int) -> Room:
    """The locked room; raises ``room_ended`` when it is over."""
    room = lock_room(pk)
    if room.state != Room.State.OPEN:
        raise ActionError("room_ended", _("この通訳ルームは終了しました。"), status=410)
    return room


def lock_seat(pk: int) -> tuple[Room, Seat]:
    """The locked room of a seat, and the seat as it is now."""
    room = lock_room(Seat.objects.values_list("room_id", flat=True).get(pk=pk))
    return room, Seat.objects.select_for_update().get(pk=pk)


def active_seats(room: Room) -> QuerySet[Seat]:
    """Seats that somebody may still sit on."""
    return room.seats.filter(state__in=Seat.ACTIVE_STATES)


def free_number(room: Room) -> int:
    """The lowest free place of a locked room; raises ``room_full``."""
    taken = set(active_seats(room).values_list("number", flat=True))
    free = next((n for n in range(1, PLACES + 1) if n not in taken), None)
    if free is None:
        raise ActionError(FULL, _("この通訳ルームは満席です（5人まで）。"))
    return free


def must_be_unlocked(room: Room) -> None:
    """Nobody new comes into a locked room; raises ``room_locked``."""
    if room.locked:
        raise ActionError("room_locked", _("いまは新しい人が入れません（施錠中）。"))


def move(seat: Seat, to: str) -> None:
    """Set the state if the table of moves allows it, else raise ``wrong_state``."""
    if to not in seat.MOVES[seat.state]:
        text = _("状態が変わったため、この操作はできません。画面を更新してご確認ください。")
        raise ActionError("wrong_state", text)
    seat.state = to


def new_seat(room: Room, role: str, *, at: datetime, **fields: Any) -> Seat:
    """A seat on the lowest free place of a locked room."""
    number = free_number(room)
    return Seat.objects.create(room=room, number=number, role=role, created_at=at, **fields)


def log(
    room: Room, verb: str, *, by: User | None, at: datetime, seat: Seat | None = None, **detail: Any
) -> None:
    """A line in the request's log; people at a seat are called by their role."""
    words = {"role": seat.get_role_display(), "seat": seat.pk} if seat else {}
    record(
        room.request.key,
        verb,
        organization=room.organization_id,
        by=by,
        at=at,
        label="" if by or seat is None else seat.get_role_display(),
        room=room.pk,
        **words,
        **detail,
    )


def save_and_announce(room: Room) -> None:
    """Save the locked room with a new version; its sockets and the desk's pages hear of it."""
    room.version += 1
    room.save()
    groups = [room_group(room.pk), organization_group(room.organization_id)]
    publish("room.changed", room.pk, room.version, *groups)
