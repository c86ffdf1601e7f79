"""A room as a whole: opened, locked, handed to a tablet or to another interpreter, ended for all."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.errors import ActionError
from accounts.models import User
from dispatch.actions.common import lock_request
from dispatch.actions.common import save_and_announce as save_request
from dispatch.actions.offers import finish_seating, take_seat, take_yes
from dispatch.messages import tell_accepted
from dispatch.models import Assignment, Mode, Request
from interpreting import guest_texts
from interpreting.models import Room, Seat
from interpreting.rooms import providers, tokens
from interpreting.rooms.actions.common import (
    active_seats,
    lock_open_room,
    lock_room,
    log,
    save_and_announce,
)
from interpreting.rooms.actions.sessions import close_session, close_visits
from interpreting.rooms.actions.taking_over import settle
from volunteers.models import Volunteer

CODE_LIVES = timedelta(minutes=5)
OVER = {Request.Status.CANCELLED, Request.Status.UNMET, Request.Status.FINISHED}
MOST_SEATS = 20


def open_room(request: Request, *, by: User | None, at: datetime) -> Room:
    """The open room of a request, made if there is none; raises ``request_over``."""
    with transaction.atomic():
        locked = lock_request(request.pk)
        if found := open_room_of(locked):
            return found
        if locked.status in OVER:
            raise ActionError(
                "request_over", "この依頼は終了しているため、通訳ルームは開けません。"
            )
        room = Room.objects.create(
            organization_id=locked.organization_id,
            request=locked,
            provider=providers.chosen(),
            audio_only=locked.mode == Mode.PHONE,
            guest_language=guest_texts.choose("", locked.language),
            opened_at=at,
            opened_by=by,
        )
        log(room, "room.opened", by=by, at=at)
        save_and_announce(room)
    return room


def open_room_of(request: Request) -> Room | None:
    """The room that is open for a request now."""
    found = Room.objects.filter(request=request, state=Room.State.OPEN)
    return found.select_related("organization", "request__desk").first()


def set_lock(room: Room, *, locked: bool, by: User, at: datetime) -> Room:
    """Let nobody new in (who is inside may come back after a drop), or let people in again."""
    with transaction.atomic():
        room = lock_open_room(room.pk)
        if room.locked != locked:
            room.locked = locked
            log(room, "room.locked" if locked else "room.unlocked", by=by, at=at)
            save_and_announce(room)
    return room


def make_code(room: Room, *, by: User, at: datetime) -> str:
    """Six digits by which a tablet becomes the desk's second device; the code before it dies.

    Good for five minutes, five wrong tries and one tablet. Raises ``room_ended``.
    """
    with transaction.atomic():
        live = Room.objects.filter(code_expires_at__gt=at).exclude(pk=room.pk)
        used = set(live.values_list("code_hash", flat=True))
        locked = lock_open_room(room.pk)
        code = next(c for c in iter(tokens.new_code, None) if tokens.hashed_code(c) not in used)
        locked.code_hash, locked.code_tries = tokens.hashed_code(code), 0
        locked.code_expires_at = room.code_expires_at = at + CODE_LIVES
        log(locked, "room.code_made", by=by, at=at)
        save_and_announce(locked)
    return code


def hand_over(room: Room, volunteer: Volunteer, *, by: User, at: datetime) -> Assignment:
    """Book a further interpreter, who is told and enters; the present one stays until leaving.

    The request gets one seat more. Raises ``room_ended``, ``overlap``, ``already_here`` and, for
    somebody who may not be sent (paused, without a term or a pledge), ``not_valid``.
    """
    with transaction.atomic():
        request = lock_request(room.request_id)
        room = lock_open_room(room.pk)
        if request.assignments.active().filter(volunteer=volunteer).exists():
            raise ActionError("already_here", "この方はすでにこの依頼の通訳者です。")
        held = request.assignments.active().count()
        request.seats = min(MOST_SEATS, max(request.seats, held + 1))
        request.save(update_fields=["seats"])
        own = take_yes(request, volunteer, by=by, at=at)
        assignment = take_seat(request, volunteer, at=at, offer=own, remote=True)
        log(room, "room.handed_over", by=by, at=at, volunteer=volunteer.pk)
        if request.status == Request.Status.OPEN:
            finish_seating(request, at=at, volunteer_id=volunteer.pk)
        else:
            save_request(request, volunteers=[volunteer.pk])
        tell_accepted(assignment, at=at)
        save_and_announce(room)
    return assignment


def end_room(room: Room, *, by: User | None, at: datetime, reason: str = "ended") -> Room:
    """End it for everybody: links, cookies and codes die, the session is summed up.

    ``reason``: ended (by the desk), request_over or abandoned. The same again changes nothing.
    """
    with transaction.atomic():
        room = lock_room(room.pk)
        if room.state == Room.State.ENDED:
            return room
        settle(lock_request(room.request_id), at=at)
        close_visits(room, at=at)
        close_session(room, at=at, reason=reason)
        active_seats(room).update(state=Seat.State.LEFT, ended_at=at)
        room.seats.update(token_hash=None, token_expires_at=None, holder_hash="", connection="")
        room.state, room.ended_at, room.end_reason = Room.State.ENDED, at, reason
        room.code_hash, room.code_expires_at, room.code_tries = "", None, 0
        log(room, "room.ended", by=by, at=at, reason=reason)
        save_and_announce(room)
        transaction.on_commit(lambda: providers.end(room), robust=True)
    return room
