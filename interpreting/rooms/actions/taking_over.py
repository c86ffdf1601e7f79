"""Asking another interpreter to take over while the present one goes on, and giving that up again.

The request gets one seat more and is open again for whoever was chosen; the engine asks nobody else
meanwhile. A yes is that of any offer: it takes the seat, and the room with it. Whoever was asked in
vain stays to be seen until the desk gives up or somebody comes.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.errors import ActionError
from accounts.models import User
from dispatch.actions.common import lock_request, schedule
from dispatch.actions.common import move as move_request
from dispatch.actions.common import save_and_announce as save_request
from dispatch.actions.offers import fill_if_complete, send_wave, withdraw_open_offers
from dispatch.actions.rings import ring_these
from dispatch.candidates import rank_people
from dispatch.models import Offer, Request
from dispatch.ringing import on_call_now
from dispatch.timing import reminder
from interpreting.models import Room
from interpreting.rooms.actions.common import lock_open_room, log, save_and_announce
from volunteers.models import Volunteer

REASON = "通訳の交代のため、職員が選んで依頼"
MOST_SEATS = 20


def ask_to_take_over(room: Room, volunteer: Volunteer, *, by: User, at: datetime) -> Offer:
    """Ring somebody on call, send an offer to anybody else; the first yes has the seat.

    Raises ``room_ended``, ``request_over``, ``already_here``, ``already_asked`` and ``not_able``
    with the reason why the person cannot be asked.
    """
    with transaction.atomic():
        request = lock_request(room.request_id)
        room = lock_open_room(room.pk)
        if request.assignments.active().filter(volunteer=volunteer).exists():
            raise ActionError("already_here", "この方はすでにこの依頼の通訳者です。")
        if any(one.volunteer_id == volunteer.pk and one.is_open for one in asked(request)):
            raise ActionError("already_asked", "この方にはすでに依頼しています。")
        _open_a_seat(request, at)
        policy = {**request.policy, "just_asked_minutes": 0}
        ranking = rank_people(request, [volunteer.pk], at=at, remote=True, policy=policy)
        if not ranking.candidates:
            reasons = "、".join(r.text for one in ranking.excluded for r in one.reasons)
            raise ActionError("not_able", f"この方には依頼できません。{reasons}")
        chosen = ranking.candidates
        if on_call_now(Volunteer.objects.filter(pk=volunteer.pk), at).exists():
            offers = ring_these(request, chosen, by=by, at=at, reason=REASON, pool=1)
        else:
            offers = send_wave(request, chosen, at=at, by=by, reason=REASON, remote=True)
        if not offers:
            raise ActionError("already_asked", "この方にはすでに依頼しています。")
        log(room, "room.taking_over_asked", by=by, at=at, volunteer=volunteer.pk)
        save_request(request, volunteers=[volunteer.pk])
        save_and_announce(room)
    return offers[0]


def give_up_taking_over(room: Room, *, by: User | None, at: datetime) -> None:
    """Take the offers back; the request has as many seats again as people are booked."""
    with transaction.atomic():
        request = lock_request(room.request_id)
        if settle(request, at=at):
            log(room, "room.taking_over_given_up", by=by, at=at)
            save_and_announce(lock_open_room(room.pk))


def settle(request: Request, *, at: datetime) -> bool:
    """On a locked request: nobody is asked to take over any more; False if nobody was."""
    if request.status != Request.Status.OPEN or not asked(request):
        return False
    held = request.assignments.active().count()
    ours = request.waves.filter(reason=REASON, at=request.search_since).exists()
    if held and ours:  # opened for this alone: else people are looked for anyhow
        request.seats = held
        told = fill_if_complete(request, at=at)
    else:
        told = withdraw_open_offers(request, at=at)
    save_request(request, volunteers=told)
    return True


def asked(request: Request) -> list[Offer]:
    """The latest offer to each person who was asked to take over, while that goes on."""
    if request.status != Request.Status.OPEN:
        return []
    found = request.offers.filter(wave__reason=REASON, created_at__gte=request.search_since)
    latest = {
        offer.volunteer_id: offer for offer in found.select_related("volunteer").order_by("pk")
    }
    return [one for one in latest.values() if one.state != Offer.State.ACCEPTED]


def _open_a_seat(request: Request, at: datetime) -> None:
    """One free seat on a locked request, for whoever is chosen; nobody else is asked for it."""
    if request.status == Request.Status.OPEN:
        return
    if request.status != Request.Status.FILLED or request.ends_at <= at:
        raise ActionError("request_over", "この依頼は終了しているため、依頼できません。")
    request.seats = min(MOST_SEATS, request.assignments.active().count() + 1)
    request.waves_stopped = True
    # who was asked before belongs to a search that is over
    request.search_since = at
    move_request(request, "status", Request.Status.OPEN)
    schedule(request, Request.NextAction.DESK, reminder(request, at))
