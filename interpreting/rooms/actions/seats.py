"""Who may sit in a room: invited by a link, admitted from the waiting room, removed.

A link belongs to the first browser that gives its consent; that browser keeps the seat by a cookie.
The desk and a booked interpreter have seats of their own and never wait.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import ActionError
from accounts.models import User
from dispatch.models import Assignment
from interpreting.models import Room, Seat
from interpreting.rooms import providers, tokens
from interpreting.rooms.actions.common import (
    active_seats,
    free_number,
    lock_open_room,
    lock_seat,
    log,
    move,
    must_be_unlocked,
    new_seat,
    save_and_announce,
)
from interpreting.rooms.actions.sessions import close_visits

LINK_LIVES = timedelta(hours=2)
CODE_TRIES = 5
CONSENT_VERSION = "2026-11"
BY_LINK = (Seat.Role.RESIDENT, Seat.Role.OBSERVER, Seat.Role.INTERPRETER)
MAX_LABEL = 30
State = Seat.State


def seat_desk(room: Room, user: User, *, at: datetime) -> Seat:
    """The seat of a member of staff, admitted at once; raises ``room_full``, ``room_ended``."""
    with transaction.atomic():
        room = lock_open_room(room.pk)
        mine = room.seats.filter(role=Seat.Role.DESK, user=user).exclude(state=State.REMOVED)
        seat = mine.order_by("-id").first()
        if seat and seat.is_active:
            return seat
        label = room.request.desk.name if room.request.desk else room.organization.name
        seat = _take_again(room, seat, at) if seat else _new_admitted(
            room, Seat.Role.DESK, at=at, user=user, label=label[:60]
        )  # fmt: skip
        log(room, "room.entered", by=user, at=at, seat=seat)
        save_and_announce(room)
    return seat


def seat_interpreter(assignment: Assignment, room: Room, *, at: datetime) -> Seat:
    """The seat of a booked interpreter, under a pseudonym, admitted at once.

    Raises ``removed`` after the desk removed the person, ``not_assigned`` when the booking is over.
    """
    with transaction.atomic():
        room = lock_open_room(room.pk)
        assignment = Assignment.objects.select_related("volunteer").get(pk=assignment.pk)
        if not assignment.is_active or assignment.request_id != room.request_id:
            raise ActionError("not_assigned", _("この派遣は取り消されました。"), status=404)
        seat = room.seats.filter(assignment=assignment).order_by("-id").first()
        if seat and seat.state == State.REMOVED:
            raise ActionError("removed", _("窓口の操作で退室になりました。"), status=410)
        if seat and seat.is_active:
            return seat
        volunteer = assignment.volunteer
        seat = _take_again(room, seat, at) if seat else _new_admitted(
            room, Seat.Role.INTERPRETER, at=at, assignment=assignment, volunteer=volunteer,
            label=volunteer.pseudonym[:60], language=volunteer.message_language,
        )  # fmt: skip
        log(room, "room.entered", by=None, at=at, seat=seat)
        save_and_announce(room)
    return seat


def hold_by_cookie(seat: Seat, *, at: datetime) -> str:
    """A cookie for the browser of a booked interpreter who is not signed in; the newest counts."""
    with transaction.atomic():
        room, seat = lock_seat(seat.pk)
        secret = tokens.new_secret(tokens.COOKIE, seat.pk)
        seat.holder_hash = tokens.hashed(secret)
        seat.save(update_fields=["holder_hash"])
        log(room, "room.bound", by=None, at=at, seat=seat)
    return secret


def invite(room: Room, role: str, *, by: User, at: datetime) -> tuple[Seat, str]:
    """A seat for whoever opens a link, and the link's secret, which is never to be had again.

    Links given before stay good; `invite_again` renews one. Raises ``unknown_role``,
    ``room_full``, ``room_ended``.
    """
    if role not in BY_LINK:
        raise ActionError("unknown_role", "この役割では招待できません。", status=400)
    with transaction.atomic():
        room = lock_open_room(room.pk)
        label, language = _label(room, role), _language(room, role)
        seat = new_seat(room, role, at=at, label=label, language=language)
        secret = _renew_link(seat, at)
        log(room, "room.invited", by=by, at=at, seat=seat)
        save_and_announce(room)
    return seat, secret


def invite_again(seat: Seat, *, by: User, at: datetime) -> tuple[Seat, str]:
    """A new link for a guest's seat, e.g. for another telephone; the former browser loses it."""
    with transaction.atomic():
        room, seat = lock_seat(seat.pk)
        lock_open_room(room.pk)
        if seat.role not in BY_LINK or seat.assignment_id or not seat.is_active:
            raise ActionError("wrong_state", "この席には新しいリンクを作れません。")
        close_visits(room, at=at, seat=seat)
        secret = _renew_link(seat, at)
        seat.holder_hash, seat.connection, seat.state = "", "", State.INVITED
        seat.consented_at = seat.waiting_since = seat.admitted_at = seat.last_seen_at = None
        seat.save()
        log(room, "room.invited", by=by, at=at, seat=seat, again=True)
        save_and_announce(room)
    return seat, secret


def bind_seat(seat_id: int, link: str, *, language: str, at: datetime) -> tuple[Seat, str]:
    """The first browser that agrees takes the seat; returns the cookie's secret.

    Raises ``link_used`` for every other browser, ``link_expired``, ``room_ended``, ``room_locked``.
    """
    with transaction.atomic():
        room, seat = lock_seat(seat_id)
        lock_open_room(room.pk)
        if not tokens.matches(seat.token_hash, link) or (seat.token_expires_at or at) <= at:
            raise ActionError("link_expired", _("このリンクは期限が切れています。"), status=410)
        if seat.holder_hash:
            raise ActionError("link_used", _("このリンクは別の端末で使われています。"), status=410)
        must_be_unlocked(room)
        move(seat, State.WAITING)
        secret = tokens.new_secret(tokens.COOKIE, seat.pk)
        seat.holder_hash, seat.language = tokens.hashed(secret), language
        seat.consented_at, seat.consent_version, seat.waiting_since = at, CONSENT_VERSION, at
        seat.save()
        log(room, "room.bound", by=None, at=at, seat=seat)
        save_and_announce(room)
    return seat, secret


def redeem_code(code: str, *, at: datetime) -> tuple[Seat, str]:
    """Six digits make a tablet the desk's second device; returns its seat and cookie.

    A wrong try counts against the codes that begin alike; the fifth kills them. Raises
    ``wrong_code``, ``room_locked``, ``room_full``.
    """
    with transaction.atomic():
        alike = Room.objects.filter(state=Room.State.OPEN, code_expires_at__gt=at)
        alike = alike.filter(code_hash__startswith=tokens.code_group(code))
        found = alike.filter(code_hash=tokens.hashed_code(code), code_tries__lt=CODE_TRIES).first()
        if found is None:  # in order, so that two wrong tries do not wait crosswise
            rows = list(alike.order_by("pk").select_for_update().values_list("pk", flat=True))
            Room.objects.filter(pk__in=rows).update(code_tries=F("code_tries") + 1)
    if found is None:
        raise wrong_code()
    with transaction.atomic():
        room = lock_open_room(found.pk)
        if room.code_hash != tokens.hashed_code(code) or room.code_tries >= CODE_TRIES:
            raise wrong_code()
        must_be_unlocked(room)
        label = room.request.desk.name if room.request.desk else room.organization.name
        seat = _new_admitted(room, Seat.Role.DESK, at=at, label=label[:60])
        secret = tokens.new_secret(tokens.COOKIE, seat.pk)
        seat.holder_hash = tokens.hashed(secret)
        seat.save(update_fields=["holder_hash"])
        room.code_hash, room.code_expires_at = "", None
        log(room, "room.code_used", by=None, at=at, seat=seat)
        save_and_announce(room)
    return seat, secret


def wrong_code() -> ActionError:
    """The same words for a mistyped, a used and an expired code."""
    text = _("番号が違うか、期限が切れています。画面の新しい番号を入れてください。")
    return ActionError("wrong_code", text, field="code", status=422)


def admit(seat: Seat, *, by: User, at: datetime, agreed: bool = False) -> Seat:
    """Let somebody in from the waiting room; the same again changes nothing.

    ``agreed``: the desk has asked everybody in the room, as the resident was promised. Without it
    nobody is let in to listen (``not_agreed``).
    """
    with transaction.atomic():
        room, seat = lock_seat(seat.pk)
        lock_open_room(room.pk)
        if seat.state == State.ADMITTED:
            return seat
        if seat.state != State.WAITING:
            raise ActionError("not_waiting", "この方は待合室にいません。")
        if needs_agreement(seat) and not agreed:
            text = "相談者と参加者全員の了解を得てから、確認欄にチェックを入れて許可してください。"
            raise ActionError("not_agreed", text, field="agreed")
        move(seat, State.ADMITTED)
        seat.admitted_at, seat.last_seen_at = at, None
        seat.save()
        words = {"agreed": True} if needs_agreement(seat) else {}
        log(room, "room.admitted", by=by, at=at, seat=seat, **words)
        save_and_announce(room)
    return seat


def needs_agreement(seat: Seat) -> bool:
    """Somebody who only listens: the consent page promises that all are asked before."""
    return seat.role == Seat.Role.OBSERVER


def remove(seat: Seat, *, by: User | None, at: datetime) -> Seat:
    """Out, at once and for good: link, cookie, socket and relay credentials stop working."""
    with transaction.atomic():
        room, seat = lock_seat(seat.pk)
        if seat.state == State.REMOVED or room.state == Room.State.ENDED:
            return seat
        if seat.state == State.LEFT:
            raise ActionError("wrong_state", "この方はすでに退室しています。")
        close_visits(room, at=at, seat=seat)
        move(seat, State.REMOVED)
        seat.token_hash, seat.token_expires_at, seat.holder_hash = None, None, ""
        seat.connection, seat.ended_at = "", at
        seat.save()
        log(room, "room.removed", by=by, at=at, seat=seat)
        save_and_announce(room)
        transaction.on_commit(lambda: providers.remove(seat), robust=True)
    return seat


def may_relabel(seat: Seat) -> bool:
    """Only guests; a desk and a booked interpreter have their name or pseudonym."""
    return seat.role in BY_LINK and seat.assignment_id is None and seat.is_active


def relabel(seat: Seat, label: str, *, by: User, at: datetime) -> Seat:
    """What the others read under an observer's or a guest interpreter's picture («看護師»)."""
    label = " ".join(label.split())
    if not label or len(label) > MAX_LABEL or "\x00" in label:
        text = f"表示名は1〜{MAX_LABEL}文字で入力してください。"
        raise ActionError("bad_label", text, field="label", status=400)
    with transaction.atomic():
        room, seat = lock_seat(seat.pk)
        if not may_relabel(seat):
            raise ActionError("wrong_state", "この席の表示名は変えられません。")
        seat.label = label
        seat.save(update_fields=["label"])
        log(room, "room.relabelled", by=by, at=at, seat=seat)
        save_and_announce(room)
    return seat


def _new_admitted(room: Room, role: str, *, at: datetime, **fields: object) -> Seat:
    return new_seat(room, role, at=at, state=State.ADMITTED, admitted_at=at, **fields)


def _take_again(room: Room, seat: Seat, at: datetime) -> Seat:
    """Somebody who left and never waits comes back, on whichever place is free."""
    seat.number = free_number(room)
    move(seat, State.ADMITTED)
    seat.admitted_at, seat.ended_at, seat.last_seen_at = at, None, None
    seat.save()
    return seat


def _renew_link(seat: Seat, at: datetime) -> str:
    secret = tokens.new_secret(tokens.LINK, seat.pk)
    seat.token_hash, seat.token_expires_at = tokens.hashed(secret), at + LINK_LIVES
    seat.save(update_fields=["token_hash", "token_expires_at"])
    return secret


def _label(room: Room, role: str) -> str:
    """«相談者», and «相談者 2» for a second one; no names."""
    alike = active_seats(room).filter(role=role).count()
    word = str(Seat.Role(role).label)
    return f"{word} {alike + 1}" if alike else word


def _language(room: Room, role: str) -> str:
    return (room.guest_language or "ja-simple") if role == Seat.Role.RESIDENT else "ja"
