"""Ringing people on call: on their page, by push and by message at once, and letting silent ones go.

A ring is an offer that rings until an instant; accepting and declining are those of any offer, so
exactly one person answers and the others stop ringing in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from dispatch.actions.common import lock_request, log, save_and_announce
from dispatch.actions.offers import new_wave
from dispatch.ladder import NEIGHBOUR
from dispatch.match_values import Candidate
from dispatch.models import Mode, Offer, Request, Urgency, Wave
from dispatch.neighbours import borrowers_of, is_lent
from dispatch.offer_codes import codes_for
from dispatch.operators import running_call
from dispatch.policy import Policy, policy_for
from dispatch.ring_messages import send_ring, tell_off_call
from dispatch.ringing import Ringing, missed_in_a_row, plan, settings_of
from dispatch.timing import offer_expiry
from realtime.events import publish, volunteer_group
from volunteers.actions import switch_on_call
from volunteers.models import Volunteer


def ring_on_call(request: Request, at: datetime, policy: Policy | None = None) -> Ringing:
    """Ring who is next, on a locked open request in the caller's transaction; returns the plan."""
    ringing = plan(request, at, policy)
    if ringing.now:
        _ring(request, ringing, at)
    return ringing


def _ring(request: Request, ringing: Ringing, at: datetime) -> None:
    pool = len(ringing.now) + len(ringing.waiting)
    reason = f"待機中の{pool}人のうち{len(ringing.now)}人を呼び出し"
    ring_these(request, ringing.now, by=None, at=at, reason=reason, pool=pool)


def ring_these(
    request: Request,
    candidates: Sequence[Candidate],
    *,
    by: User | None,
    at: datetime,
    reason: str,
    pool: int,
) -> list[Offer]:
    """Ring these people on call, on a locked open request; ``pool``: how many could be rung."""
    wanted = settings_of(request)
    until = at + timedelta(seconds=wanted["rings_until_seconds"])
    chance = max(candidate.chance for candidate in candidates)
    wave = new_wave(request, at=at, reason=reason, pool_size=pool, chance=chance)
    found = Volunteer.objects.select_related("organization").in_bulk(
        [candidate.volunteer_id for candidate in candidates]
    )
    codes = codes_for(found.values(), at=at)
    offers = []
    for candidate in candidates:
        person = found[candidate.volunteer_id]
        offer = _offer(request, wave, person, candidate, code=codes[person.pk], until=until)
        send_ring(offer, at=at, message_at=at + timedelta(seconds=wanted["sms_after_seconds"]))
        # the page has to ring now: polling alone would take seconds
        group = volunteer_group(candidate.volunteer_id)
        publish("offer.changed", request.pk, request.version + 1, group)
        offers.append(offer)
    log(request, "ring.sent", by=by, at=at, number=wave.number, asked=len(found), reason=reason)
    return offers


def _offer(
    request: Request,
    wave: Wave,
    volunteer: Volunteer,
    candidate: Candidate,
    *,
    code: str,
    until: datetime,
) -> Offer:
    """The offer that rings: an open one for the same thing rings (again), else a new one.

    An open offer to come to the place ends as expired, which a person may still accept.
    """
    remote, at = not Mode(request.mode).is_remote, wave.at
    present = request.offers.open().select_for_update().filter(volunteer=volunteer).first()
    if present and present.remote == remote:
        present.rings_until, present.wave = until, wave
        present.save(update_fields=["rings_until", "wave"])
        present.request, present.volunteer = request, volunteer
        return present
    if present:
        present.state = Offer.State.EXPIRED
        present.save(update_fields=["state"])
    return Offer.objects.create(
        request=request,
        volunteer=volunteer,
        wave=wave,
        remote=remote,
        code=code,
        rank=candidate.rank,
        chance=candidate.chance,
        reasons=[{"code": r.code, "text": r.text, "for": r.in_favour} for r in candidate.reasons],
        created_at=at,
        expires_at=offer_expiry(request, at),
        rings_until=until,
    )


def ring_for_waiting(volunteer: Volunteer, *, at: datetime) -> int:
    """Somebody has come on call: ring for every request that waits; returns how many.

    Also where the desk is to call an operator already, unless it is on that telephone; and for a
    neighbour that may borrow this person, where its neighbours' rung is open.
    """
    asking = [volunteer.organization_id]
    if volunteer.accepts_neighbours:
        asking += borrowers_of(volunteer.organization_id)
    waiting = Request.objects.open().filter(organization__in=asking)
    waiting = waiting.filter(urgency=Urgency.NOW, waves_stopped=False, ends_at__gt=at)
    rang = 0
    for pk in waiting.order_by("opened_at").values_list("pk", flat=True):
        with transaction.atomic():
            request = lock_request(pk)
            if request.status != Request.Status.OPEN or running_call(request):
                continue
            if is_lent(volunteer, request.organization_id) and not _asks_neighbours(request):
                continue
            if ring_on_call(request, at).now:
                save_and_announce(request)
                rang += 1
    return rang


def _asks_neighbours(request: Request) -> bool:
    return request.current_rung.get("kind") == NEIGHBOUR


def rest_the_silent(*, at: datetime) -> int:
    """Take off call, with a message, whoever let several rings in a row pass; returns how many.

    The desk's list of people on call has to be true.
    """
    done = 0
    for volunteer in Volunteer.objects.on_call(at).select_related("organization"):
        if (
            missed_in_a_row(volunteer, at)
            < policy_for(volunteer.organization)["ring"]["missed_rings"]
        ):
            continue
        with transaction.atomic():
            tell_off_call(volunteer, at=at)
            switch_on_call(volunteer, None, by=None, at=at)
        done += 1
    return done
