"""What the desk and a guest do with a three-way call: start, add, redial, hang up, end.

Nothing here dials: a queued leg is dialled by the worker after the commit (`dialling`), or by the
desk itself where no provider is set up. When a conference ends every number in it is blanked.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from accounts.errors import ActionError
from accounts.models import User
from dispatch.models import Assignment, Request
from interpreting.models import PhoneConference, PhoneLeg, Room, Seat
from interpreting.rooms.actions import common as rooms
from interpreting.telephone.common import (
    carrier_for,
    lock_conference,
    lock_leg,
    lock_open_conference,
    log,
    must_move,
    save_and_announce,
)
from interpreting.telephone.numbers import callable_number
from interpreting.telephone.sessions import close_session, start_session_if_met

ROLES = (Seat.Role.DESK, Seat.Role.RESIDENT, Seat.Role.INTERPRETER)
MOST_CALLS = 20  # legs of one conference, redials included
NOTED_FROM = {Seat.State.WAITING, Seat.State.ADMITTED}
OVER = {
    "left": PhoneLeg.State.LEFT,
    "no_answer": PhoneLeg.State.NO_ANSWER,
    "busy": PhoneLeg.State.BUSY,
}


def start_conference(
    request: Request, numbers: Mapping[str, str], *, beside: list[str], by: User, at: datetime
) -> PhoneConference:
    """Open the request's conference, or find it, and call everybody in ``numbers``.

    ``numbers``: role → number as typed; the interpreter's is taken from the register and may be
    anything but empty. ``beside``: roles that take part without a telephone of their own. Raises
    ActionError ``nobody_to_call``, ``wrong_number``, ``number_not_allowed``, ``already_calling``.
    """
    wanted = {role: typed for role, typed in numbers.items() if role in ROLES and typed.strip()}
    if not wanted:
        raise ActionError("nobody_to_call", "電話をかける方を選んでください。", status=400)
    with transaction.atomic():
        conference = _open(request, by=by, at=at)
        conference.beside = [role for role in beside if role in ROLES and role not in wanted]
        for role, typed in wanted.items():
            _call(conference, role, typed, by=by, at=at)
        save_and_announce(conference)
        log(conference, "telephone.started", by=by, at=at, people=len(wanted))
    return conference


def redial(leg: PhoneLeg, *, by: User, at: datetime) -> PhoneLeg:
    """Call somebody again with the number known of this conference, or a noted number at last."""
    with transaction.atomic():
        conference, leg = lock_leg(leg.pk)
        conference = lock_open_conference(conference.pk)
        if leg.state == PhoneLeg.State.READY:
            must_move(leg, PhoneLeg.State.QUEUED)
            leg.save(update_fields=["state"])
            again = leg
            _wake(conference, leg)
        elif leg.is_over and leg.number:
            again = _new_leg(conference, leg, at=at)
        else:
            raise _already_calling()
        save_and_announce(conference)
        log(conference, "telephone.redialled", by=by, at=at, leg=again)
    return again


def hang_up(leg: PhoneLeg, *, by: User, at: datetime) -> PhoneLeg:
    """End one call; the provider is told after the commit."""
    with transaction.atomic():
        conference, leg = lock_leg(leg.pk)
        if leg.is_over:
            return leg
        _close_leg(conference, leg, at=at)
        save_and_announce(conference)
        log(conference, "telephone.hung_up", by=by, at=at, leg=leg)
    return leg


def end_conference(
    conference: PhoneConference, *, by: User | None, at: datetime, reason: str = "desk"
) -> PhoneConference:
    """End every call, blank every number, write the session's sums; a second time does nothing."""
    with transaction.atomic():
        conference = lock_conference(conference.pk)
        if conference.state == PhoneConference.State.ENDED:
            return conference
        for leg in conference.legs.select_for_update():
            if not leg.is_over:
                _close_leg(conference, leg, at=at)
        conference.legs.update(number="")
        close_session(conference, at=at, reason=reason)
        conference.state = PhoneConference.State.ENDED
        conference.ended_at, conference.end_reason = at, reason
        save_and_announce(conference)
        log(conference, "telephone.ended", by=by, at=at)
    return conference


def note_number(seat: Seat, typed: str, *, at: datetime) -> PhoneLeg:
    """A guest in a room types the own number; the desk calls it with one press.

    Raises ActionError for a number that may not be called or a seat that is not in the room.
    """
    number = callable_number(typed, field="number")
    with transaction.atomic():
        room = Room.objects.select_related("request__organization").get(pk=seat.room_id)
        if room.state != Room.State.OPEN or seat.state not in NOTED_FROM or seat.role not in ROLES:
            raise ActionError("not_in_room", "いまは電話で参加できません。", status=409)
        conference = _open(room.request, by=None, at=at)
        old = _living(conference, seat.role, seat.pk)
        if old is not None and old.state != PhoneLeg.State.READY:
            raise _already_calling()
        if old is not None:
            old.number, old.language = number, seat.language
            old.save(update_fields=["number", "language"])
            leg = old
        else:
            leg = _leg(conference, seat.role, number, at=at, language=seat.language)
            leg.seat, leg.state = seat, PhoneLeg.State.READY
            leg.save()
        save_and_announce(conference)
        log(conference, "telephone.noted", by=None, at=at, leg=leg)
    _tell_room(room.pk)
    return leg


def _tell_room(room_id: int) -> None:
    """The desk's panel shows it at once. Afterwards, as others lock the request before the room."""
    with transaction.atomic():
        rooms.save_and_announce(rooms.lock_room(room_id))


def reveal_number(leg: PhoneLeg, *, by: User, at: datetime) -> str:
    """The number for somebody who dials by hand, in E.164; every look is in the log."""
    with transaction.atomic():
        conference, leg = lock_leg(leg.pk)
        if conference.carrier != PhoneConference.Carrier.HAND or not leg.number:
            raise ActionError("no_number", "表示できる番号はありません。")
        if leg.state in {PhoneLeg.State.READY, PhoneLeg.State.QUEUED}:
            leg.state, leg.dialled_at = PhoneLeg.State.RINGING, at
            leg.save(update_fields=["state", "dialled_at"])
        save_and_announce(conference)
        log(conference, "telephone.revealed", by=by, at=at, leg=leg)
    return leg.number


def record_joined(leg: PhoneLeg, *, by: User, at: datetime) -> PhoneLeg:
    """By hand: somebody is on the line."""
    with transaction.atomic():
        conference, leg = _lock_by_hand(leg)
        must_move(leg, PhoneLeg.State.JOINED)
        leg.joined_at = at
        leg.save(update_fields=["state", "joined_at"])
        start_session_if_met(conference, at=at)
        save_and_announce(conference)
        log(conference, "telephone.joined", by=by, at=at, leg=leg)
    return leg


def record_over(leg: PhoneLeg, outcome: str, *, by: User, at: datetime) -> PhoneLeg:
    """By hand: somebody hung up (left), did not answer (no_answer) or was busy."""
    with transaction.atomic():
        conference, leg = _lock_by_hand(leg)
        must_move(leg, OVER[outcome])
        leg.ended_at = max(at, leg.joined_at or at)
        leg.save(update_fields=["state", "ended_at"])
        save_and_announce(conference)
        log(conference, f"telephone.{outcome}", by=by, at=at, leg=leg)
    return leg


def _open(request: Request, *, by: User | None, at: datetime) -> PhoneConference:
    """The open conference of a request, locked; made if there is none."""
    locked = Request.objects.select_for_update(of=("self",)).select_related("organization")
    request = locked.get(pk=request.pk)
    if request.status in {Request.Status.CANCELLED, Request.Status.FINISHED}:
        raise ActionError("request_over", "この依頼は終了しています。")
    found = PhoneConference.objects.filter(request=request, state=PhoneConference.State.OPEN)
    if (conference := found.first()) is not None:
        return lock_open_conference(conference.pk)
    room = Room.objects.filter(request=request, state=Room.State.OPEN).first()
    return PhoneConference.objects.create(
        organization=request.organization,
        request=request,
        room=room,
        carrier=carrier_for(request.organization),
        name=secrets.token_urlsafe(32),
        language=(room.guest_language if room else "") or request.language,
        opened_at=at,
        opened_by=by,
    )


def _call(
    conference: PhoneConference, role: str, typed: str, *, by: User, at: datetime
) -> PhoneLeg:
    if _living(conference, role, None) is not None:
        raise _already_calling()
    if role != Seat.Role.INTERPRETER:
        language = conference.language if role == Seat.Role.RESIDENT else "ja"
        number = callable_number(typed, field=role)
        _replace_noted(conference, role, number, at=at)
        leg = _leg(conference, role, number, at=at, language=language)
    else:
        leg = _interpreters_leg(conference, at=at)
    leg.save()
    _wake(conference, leg)
    return leg


def _living(conference: PhoneConference, role: str, seat_id: int | None) -> PhoneLeg | None:
    """The call of a seat that is not over, or of a role whom nobody's seat stands for."""
    legs = conference.legs.filter(role=role, seat=seat_id)
    return legs.exclude(state__in=PhoneLeg.OVER).first()


def _replace_noted(conference: PhoneConference, role: str, number: str, *, at: datetime) -> None:
    """The desk calls a number that a guest has noted: it is not called a second time.

    Raises ``already_calling`` when that call is going on.
    """
    for noted in conference.legs.filter(role=role).exclude(state__in=PhoneLeg.OVER):
        if noted.number != number:
            continue
        if noted.state != PhoneLeg.State.READY:
            raise _already_calling()
        noted.state, noted.ended_at, noted.problem = PhoneLeg.State.FAILED, at, "replaced"
        noted.save(update_fields=["state", "ended_at", "problem"])


def _interpreters_leg(conference: PhoneConference, *, at: datetime) -> PhoneLeg:
    """A call to the interpreter of the request, at the number in the register."""
    assignment = interpreter_of(conference.request)
    number = number_of(assignment) if assignment else ""
    if assignment is None or not number:
        text = "通訳の方の電話番号が登録されていません。"
        raise ActionError("no_interpreter_number", text, field="interpreter", status=400)
    leg = _leg(conference, Seat.Role.INTERPRETER, number, at=at, language="ja")
    leg.assignment, leg.volunteer = assignment, assignment.volunteer
    return leg


def interpreter_of(request: Request) -> Assignment | None:
    """Whose turn it is to interpret: the first who holds a seat and is not done yet."""
    holding = request.assignments.active().exclude(state=Assignment.State.FINISHED)
    return holding.select_related("volunteer").order_by("seat", "id").first()


def number_of(assignment: Assignment) -> str:
    """The interpreter's number in the register, the mobile before the landline; or empty."""
    return assignment.volunteer.mobile or assignment.volunteer.phone


def _leg(
    conference: PhoneConference, role: str, number: str, *, at: datetime, language: str
) -> PhoneLeg:
    """A leg that is not saved yet."""
    if conference.legs.count() >= MOST_CALLS:
        raise ActionError("too_many_calls", "この依頼では、これ以上電話をかけられません。")
    return PhoneLeg(
        conference=conference,
        role=role,
        number=number,
        language=language,
        token=secrets.token_urlsafe(32),
        created_at=at,
    )


def _new_leg(conference: PhoneConference, like: PhoneLeg, *, at: datetime) -> PhoneLeg:
    if _living(conference, like.role, like.seat_id) is not None:
        raise _already_calling()
    leg = _leg(conference, like.role, like.number, at=at, language=like.language)
    leg.seat_id, leg.volunteer_id = like.seat_id, like.volunteer_id
    leg.assignment_id = like.assignment_id
    leg.save()
    _wake(conference, leg)
    return leg


def _close_leg(conference: PhoneConference, leg: PhoneLeg, *, at: datetime) -> None:
    """End a leg for us at once; whoever has a call at the provider hears it there soon."""
    leg.state = PhoneLeg.State.LEFT
    leg.ended_at, leg.hang_up_at = max(at, leg.joined_at or at), at
    if leg.dialled_at is None or conference.carrier == PhoneConference.Carrier.HAND:
        leg.hung_up_at = at  # there is nothing to hang up
    leg.save(update_fields=["state", "ended_at", "hang_up_at", "hung_up_at"])
    if leg.hung_up_at is None:
        _wake(conference, leg)


def _lock_by_hand(leg: PhoneLeg) -> tuple[PhoneConference, PhoneLeg]:
    conference, leg = lock_leg(leg.pk)
    lock_open_conference(conference.pk)
    if conference.carrier != PhoneConference.Carrier.HAND:
        raise ActionError("not_by_hand", "この通話の状態は自動で記録されます。")
    return conference, leg


def _wake(conference: PhoneConference, leg: PhoneLeg) -> None:
    """Defer a wake-up of the worker; the sweep finds the leg if this is lost."""
    from interpreting.telephone.tasks import mind_leg

    if conference.carrier == PhoneConference.Carrier.TWILIO:
        mind_leg.defer(leg_id=leg.pk)


def _already_calling() -> ActionError:
    return ActionError("already_calling", "すでに電話をかけています。")


def end_idle(conference: PhoneConference, *, at: datetime, after: timedelta) -> bool:
    """End a conference that nobody has been on for a while; True if it did."""
    if conference.legs.filter(state__in=PhoneLeg.LIVE).exists():
        return False
    legs = conference.legs.exclude(ended_at=None).order_by("-ended_at")
    quiet_since = legs.values_list("ended_at", flat=True).first() or conference.opened_at
    if at - quiet_since < after:
        return False
    end_conference(conference, by=None, at=at, reason="quiet")
    return True


__all__ = [
    "end_conference",
    "end_idle",
    "hang_up",
    "interpreter_of",
    "note_number",
    "number_of",
    "record_joined",
    "record_over",
    "redial",
    "reveal_number",
    "start_conference",
]
