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

from django.db import transaction

from accounts.clock import database_now
from dispatch.actions.assignments import close_if_over
from dispatch.actions.common import log, save_and_announce, schedule
from dispatch.actions.offers import send_wave, withdraw_open_offers
from dispatch.actions.requests import release_everybody
from dispatch.candidates import find_candidates
from dispatch.chances import fill_chance, still_yes, wave_size
from dispatch.ladder import ASKING, VIDEO, deadline_of
from dispatch.matching import Ranking
from dispatch.messages import ask_to_reconfirm
from dispatch.models import Assignment, Offer, Request, Urgency
from dispatch.policy import decent_hour
from dispatch.timing import after_filling, class_of
from realtime.models import Message
from volunteers.models import Volunteer

logger = logging.getLogger(__name__)
DESK_REMINDER = timedelta(minutes=30)
NOW_REMINDER = timedelta(minutes=5)


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
        if request.status == Request.Status.OPEN:
            _advance_open(request, at)
        elif request.status == Request.Status.FILLED:
            _advance_filled(request, at)
        else:
            schedule(request, Request.NextAction.NONE, None)
        save_and_announce(request, event=_event(request))
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
    if at >= request.ends_at:
        _end_unmet(request, at)
        return
    _expire_offers(request, at)
    if request.waves_stopped:
        schedule(request, Request.NextAction.DESK, _reminder(request, at))
        return
    # a rung that has nobody opens the next one in the same moment
    for _ in range(len(request.ladder) + 1):
        if request.current_rung.get("kind") not in ASKING:
            schedule(request, Request.NextAction.DESK, _reminder(request, at))
            _climb_if_over(request, at)
            return
        if not _climb_if_over(request, at) and _ask(request, at):
            return


def _ask(request: Request, at: datetime) -> bool:
    """Send what the wave lacks and plan the next look; False when the rung has nobody left."""
    plan = request.policy[class_of(request, at)]
    pending = _pending(request, at, plan["horizon_minutes"])
    ranking = _candidates(request, at)
    if wait_until := _quiet_until(request, at):
        ranking = _night_people(ranking)
        if not ranking.candidates:
            deadline = _deadline(request)  # a later rung may need its lead time before the morning
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
    if not size and not pending and _next_exists(request):
        _climb(request, at, why="nobody_left")
        return False
    if not size and not pending:
        schedule(request, Request.NextAction.DESK, _reminder(request, at))
        return True
    _plan_next(request, at, minutes=plan["check_minutes"])
    return True


def _plan_next(request: Request, at: datetime, *, minutes: float) -> None:
    check = at + timedelta(minutes=minutes)
    deadline = _deadline(request)
    if deadline and deadline <= check:
        schedule(request, Request.NextAction.RUNG, max(deadline, at))
    else:
        schedule(request, Request.NextAction.WAVE, min(check, request.ends_at))


def _candidates(request: Request, at: datetime) -> Ranking:
    remote = True if request.current_rung.get("kind") == VIDEO else None
    return find_candidates(request, at=at, remote=remote, policy=request.policy)


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

    An offer whose message could not leave waits for a telephone call and is not counted on.
    """
    stuck = set(
        Message.objects.filter(
            subject_key__in=[offer.key for offer in request.offers.open()],
            kind__startswith="offer",
            state__in=[Message.State.FAILED, Message.State.BY_HAND],
        ).values_list("subject_key", flat=True)
    )
    return [
        still_yes(offer.chance, offer.sent_at or offer.created_at, at, timedelta(minutes=horizon))
        for offer in request.offers.open()
        if offer.key not in stuck
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


def _deadline(request: Request) -> datetime | None:
    return deadline_of(
        request.ladder,
        request.rung,
        request.rung_since or request.opened_at,
        urgency=request.urgency,
        starts_at=request.starts_at,
    )


def _next_exists(request: Request) -> bool:
    return request.rung + 1 < len(request.ladder)


def _climb_if_over(request: Request, at: datetime) -> bool:
    """Open the next rung when this one's time is up."""
    deadline = _deadline(request)
    if deadline is None or deadline > at:
        return False
    _climb(request, at, why="time_over")
    return True


def _climb(request: Request, at: datetime, *, why: str) -> None:
    request.rung, request.rung_since = request.rung + 1, at
    rung = request.current_rung
    schedule(request, Request.NextAction.DESK, _reminder(request, at))
    log(
        request, "rung.opened", by=None, at=at, rung=rung["kind"], rung_label=rung["label"], why=why
    )


def _reminder(request: Request, at: datetime) -> datetime:
    """When the desk is reminded again, or the next rung opens, whichever comes first.

    While the waves are stopped no rung opens, so a deadline that has passed must not count.
    """
    every = NOW_REMINDER if request.urgency == Urgency.NOW else DESK_REMINDER
    deadline = _deadline(request)
    if deadline is None or deadline <= at:
        deadline = request.ends_at
    return max(min(at + every, deadline, request.ends_at), at + timedelta(seconds=1))


def _expire_offers(request: Request, at: datetime) -> None:
    request.offers.open().filter(expires_at__lte=at).update(state=Offer.State.EXPIRED)


def _end_unmet(request: Request, at: datetime) -> None:
    """Time is over and nobody came: the request ends as unmet and counts as such."""
    if request.assignments.active().exists():
        # some of several seats were taken: what was arranged goes on
        withdraw_open_offers(request, at=at)
        request.status = Request.Status.FILLED
        schedule(request, *after_filling(request, at))
        return
    release_everybody(request, reason="cancelled", at=at)
    request.status, request.closed_at = Request.Status.UNMET, at
    request.cancel_reason = "時間内に引き受ける人が見つからなかった"
    schedule(request, Request.NextAction.NONE, None)
    log(request, "request.unmet", by=None, at=at, reason=request.cancel_reason)


def _advance_filled(request: Request, at: datetime) -> None:
    if request.next_action == Request.NextAction.RECONFIRM:
        _reconfirm(request, at)
    else:
        close_if_over(request, at)


def _reconfirm(request: Request, at: datetime) -> None:
    """Ask everybody booked; in the evening the desk hears who has not answered."""
    waiting = request.assignments.filter(state=Assignment.State.CONFIRMED)
    unasked = waiting.filter(reconfirm_asked_at__isnull=True)
    if unasked.exists():
        for assignment in unasked.select_related("volunteer__organization"):
            ask_to_reconfirm(assignment, at=at)
        unasked.update(reconfirm_asked_at=at)
        log(request, "reconfirm.asked", by=None, at=at)
        schedule(
            request,
            Request.NextAction.RECONFIRM,
            min(at + timedelta(hours=6), request.starts_at),
        )
        return
    if waiting.exists():
        log(request, "reconfirm.silent", by=None, at=at, waiting=waiting.count())
    schedule(request, Request.NextAction.CLOSE, max(request.ends_at, at + timedelta(seconds=1)))
