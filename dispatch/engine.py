"""The engine: what happens next to a request, at its time.

`advance` is called by a wake-up job, by the sweep, and may be called any number of times: it locks
the request, does what is due, and writes the next action with its time in the same transaction. A
worker killed anywhere leaves either the state before or the state after. Instants are UTC by the
database's clock.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.clock import database_now
from dispatch import standby
from dispatch.actions.assignments import close_if_over
from dispatch.actions.common import log, save_and_announce, schedule
from dispatch.actions.offers import send_wave, withdraw_open_offers
from dispatch.actions.operators import ON_THE_PHONE, fail
from dispatch.actions.reconfirming import follow_up
from dispatch.actions.requests import release_everybody
from dispatch.actions.rings import ring_on_call
from dispatch.actions.rungs import closed_because, open_next
from dispatch.candidates import find_candidates
from dispatch.chances import fill_chance, still_yes, wave_size
from dispatch.ladder import ASKING, NEIGHBOUR, REMOTE, VIDEO, VOLUNTEER, next_index
from dispatch.matching import Ranking
from dispatch.models import Mode, Offer, OperatorCall, Request, Urgency
from dispatch.neighbours import find_neighbours
from dispatch.operators import running_call
from dispatch.policy import DEFAULT, Policy, decent_hour
from dispatch.subscriptions import tell_over
from dispatch.timing import after_filling, class_of, reminder, rung_deadline
from dispatch.unmet import why_unmet
from realtime.models import Message
from volunteers.models import Volunteer

logger = logging.getLogger(__name__)


def advance(request_id: int, at: datetime | None = None) -> bool:
    """Do what is due on one request; False when nothing was due or another worker has it."""
    at = at or database_now()
    with transaction.atomic():
        request = (
            Request.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("organization")
            .filter(pk=request_id, next_action_at__lte=at)
            .first()
        )
        if request is None:
            return False
        silent = False
        if request.status in {Request.Status.OPEN, Request.Status.FILLED}:
            # also while another seat is still open: those who are booked must not be forgotten
            silent = follow_up(request, at)
        if request.status == Request.Status.OPEN:
            _advance_open(request, at)
        elif request.status == Request.Status.FILLED:
            close_if_over(request, at)
        else:
            schedule(request, Request.NextAction.NONE, None)
        save_and_announce(request, event="request.needs_desk" if silent else _event(request))
    return True


def advance_due(at: datetime | None = None, limit: int = 200) -> int:
    """Advance every request that is due, oldest first: the sweep behind the wake-ups."""
    moment = at or database_now()
    due = Request.objects.filter(next_action_at__lte=moment).order_by("next_action_at")
    return sum(_advance_alone(pk, at) for pk in list(due.values_list("pk", flat=True)[:limit]))


def _advance_alone(request_id: int, at: datetime | None) -> bool:
    """One request that fails must not keep the sweep from all the others."""
    try:
        return advance(request_id, at)
    except Exception:
        logger.exception("request %s", request_id)
        return False


def _event(request: Request) -> str:
    if request.status == Request.Status.OPEN and request.next_action == Request.NextAction.DESK:
        return "request.needs_desk"
    return "request.changed"


def _advance_open(request: Request, at: datetime) -> None:
    call = running_call(request)
    if call and (
        call.state == OperatorCall.State.CONNECTED
        or at < max(request.ends_at, call.dialled_at + ON_THE_PHONE)
    ):
        # the desk is on the telephone: nothing climbs past it
        _expire_offers(request, at)
        schedule(request, Request.NextAction.DESK, max(reminder(request, at), at + ON_THE_PHONE))
        return
    if at >= request.ends_at:
        _end_unmet(request, at)
        return
    _expire_offers(request, at)
    if request.waves_stopped:
        schedule(request, Request.NextAction.DESK, reminder(request, at))
        return
    # a rung that has nobody opens the next one in the same moment
    for _ in range(len(request.ladder) + 1):
        if _climb_if_over(request, at):
            continue
        if request.current_rung.get("kind") not in ASKING:
            schedule(request, Request.NextAction.DESK, reminder(request, at))
            return
        if _ask(request, at):
            return


def _ask(request: Request, at: datetime) -> bool:
    """Send what the wave lacks and plan the next look; False when the rung has nobody left."""
    plan = request.policy[class_of(request, at)]
    ringing = ring_on_call(request, at, _policy(request))
    if ringing.alone and ringing.look_at:
        # for some seconds people on call have it to themselves
        _plan_next(request, at, minutes=(ringing.look_at - at) / timedelta(minutes=1))
        return True
    pending = _pending(request, at, plan["horizon_minutes"])
    ranking = standby.first(request, _without(_candidates(request, at), ringing.waiting))
    if wait_until := _quiet_until(request, at):
        ranking = _night_people(ranking)
        if not ranking.candidates:
            deadline = rung_deadline(
                request
            )  # a later rung may need its lead time before the morning
            schedule(request, Request.NextAction.WAVE, min(wait_until, deadline or wait_until))
            return True
    horizon = plan["horizon_minutes"]
    chances = [still_yes(c.chance, at, at, horizon) for c in ranking.candidates]
    seats = request.seats - request.assignments.active().count()
    size = wave_size(pending, chances, seats, plan["target"], plan["max_wave"])
    if size:
        send_wave(
            request,
            ranking.candidates[:size],
            at=at,
            reason=_reason(size, ranking.able, len(pending), plan),
            pool_size=ranking.able,
            chance=round(fill_chance(pending + chances[:size], seats), 3),
        )
    if not size and not pending:
        if open_next(request, at, why="nobody_left"):
            return False
        schedule(request, Request.NextAction.DESK, reminder(request, at))
        return True
    chance = _too_slow(request, seats, at)
    if chance is not None and open_next(request, at, why="low_chance", chance=chance):
        return False
    _plan_next(request, at, minutes=plan["check_minutes"])
    if ringing.look_at and request.next_action_at and ringing.look_at < request.next_action_at:
        schedule(request, Request.NextAction.WAVE, ringing.look_at)
    return True


def _without(ranking: Ranking, ids: frozenset[int]) -> Ranking:
    """People on call who are rung in a moment are not asked by an ordinary offer before."""
    kept = [one for one in ranking.candidates if one.volunteer_id not in ids]
    return replace(ranking, candidates=kept)


def _plan_next(request: Request, at: datetime, *, minutes: float) -> None:
    check = at + timedelta(minutes=minutes)
    deadline = rung_deadline(request)
    if deadline and deadline <= check:
        schedule(request, Request.NextAction.RUNG, max(deadline, at))
    else:
        schedule(request, Request.NextAction.WAVE, min(check, request.ends_at))


def _too_slow(request: Request, seats: int, at: datetime) -> float | None:
    """At the counter: the chance that somebody comes in time, when it is too small to wait for."""
    early = request.policy.get("early_video") or DEFAULT["early_video"]
    following = next_index(request.ladder, request.rung)
    if following is None or Mode(request.mode).is_remote or class_of(request, at) != "now":
        return None
    rung, upcoming = request.current_rung, request.ladder[following]
    beside = upcoming["kind"] == VIDEO and upcoming.get("parallel")
    if rung.get("kind") != VOLUNTEER or not beside or closed_because(request, upcoming, at):
        return None
    chance = fill_chance(_pending(request, at, early["minutes"]), seats)
    return round(chance, 2) if chance < early["below"] else None


def _candidates(request: Request, at: datetime) -> Ranking:
    kind, policy = request.current_rung.get("kind"), _policy(request)
    if kind == NEIGHBOUR:
        return find_neighbours(request, at=at, policy=policy)
    remote = True if kind in REMOTE else None
    return find_candidates(request, at=at, remote=remote, policy=policy)


def _policy(request: Request) -> Policy:
    """The request's policy; on some rungs only people with the training may be asked."""
    policy: Policy = request.policy
    rung: dict[str, Any] = request.current_rung
    if request.field not in (rung.get("certified_fields") or []):
        return policy
    return policy | {"qualified_fields": [*policy.get("qualified_fields", []), request.field]}


def _night_people(ranking: Ranking) -> Ranking:
    """In the quiet hours only those are asked who allow messages at night."""
    ids = [c.volunteer_id for c in ranking.candidates]
    awake = set(
        Volunteer.objects.filter(pk__in=ids, night_messages=True).values_list("pk", flat=True)
    )
    kept = [c for c in ranking.candidates if c.volunteer_id in awake]
    return replace(ranking, candidates=kept, able=len(kept))


def _pending(request: Request, at: datetime, horizon: float) -> list[float]:
    """For each open offer the probability that it still says yes within the horizon.

    An offer whose message could not leave waits for a telephone call and is not counted on, nor is
    a ring that nobody answered.
    """
    stuck = set(
        Message.objects.unreached()
        .filter(
            subject_key__in=[offer.key for offer in request.offers.open()],
            kind__startswith="offer",
        )
        .values_list("subject_key", flat=True)
    )
    return [
        still_yes(offer.chance, offer.sent_at or offer.created_at, at, timedelta(minutes=horizon))
        for offer in request.offers.open()
        if offer.key not in stuck and not (offer.rings_until and offer.rings_until <= at)
    ]


def _reason(size: int, pool: int, pending: int, plan: dict[str, float]) -> str:
    waiting = f"返事待ち{pending}人と合わせて" if pending else ""
    return (
        f"候補{pool}人のうち上位{size}人。{waiting}"
        f"{_span(plan['horizon_minutes'])}以内に決まる見込みを{plan['target']:.0%}以上にするため"
    )


def _span(minutes: float) -> str:
    return f"{minutes:g}分" if minutes < 120 else f"{minutes / 60:g}時間"


def _quiet_until(request: Request, at: datetime) -> datetime | None:
    """For a booked job in the quiet hours: when the next decent hour begins."""
    if request.urgency != Urgency.BOOKED:
        return None
    organization = request.organization
    decent = decent_hour(at, organization.quiet_from, organization.quiet_to)
    return min(decent, request.ends_at) if decent > at else None


def _climb_if_over(request: Request, at: datetime) -> bool:
    """Open the next rung when this one's time is up."""
    deadline = rung_deadline(request)
    if deadline is None or deadline > at:
        return False
    return open_next(request, at, why="time_over")


def _expire_offers(request: Request, at: datetime) -> None:
    request.offers.open().filter(expires_at__lte=at).update(state=Offer.State.EXPIRED)


def _end_unmet(request: Request, at: datetime) -> None:
    """Time is over and nobody came: the request ends as unmet and counts as such."""
    _give_up_call(request, at)
    if request.assignments.active().exists():
        # some of several seats were taken: what was arranged goes on
        withdraw_open_offers(request, at=at)
        request.status = Request.Status.FILLED
        schedule(request, *after_filling(request, at))
        return
    request.cancel_reason = why_unmet(request)
    release_everybody(request, reason="cancelled", at=at)
    request.status, request.closed_at = Request.Status.UNMET, at
    schedule(request, Request.NextAction.NONE, None)
    log(request, "request.unmet", by=None, at=at, reason=request.cancel_reason)
    tell_over(request, at)


def _give_up_call(request: Request, at: datetime) -> None:
    """A call that was dialled and never recorded as answered does not outlive the request."""
    if call := running_call(request):
        fail(request, call, reason="依頼の時間が終わった", by=None, at=at)
