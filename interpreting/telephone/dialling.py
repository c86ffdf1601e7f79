"""Talking to the provider about single calls, by the worker and never inside a transaction.

A call is made at most once per leg: the leg is claimed first. When the answer is lost nobody knows
whether it rings; the leg then waits for a callback and fails when none comes. What callbacks leave
untold is asked for. Times are instants in UTC.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.clock import database_now
from interpreting.models import PhoneConference, PhoneLeg
from interpreting.telephone.actions import end_idle
from interpreting.telephone.legs import STATES, fail, hear
from realtime.transports import NotSent, TryLater, Unknown
from realtime.twilio_client import provider_errors, twilio_client

logger = logging.getLogger(__name__)
State = PhoneLeg.State
RING_SECONDS = 45
LONGEST_SECONDS = 3 * 3600
MOST_ATTEMPTS = 3  # while the provider says that it is busy
NO_NEWS = {
    State.QUEUED: timedelta(seconds=60),
    State.RINGING: timedelta(seconds=90),
    State.ANSWERED: timedelta(seconds=120),
    State.JOINED: timedelta(minutes=10),
}
IDLE = timedelta(minutes=30)
EVENTS = ["initiated", "ringing", "answered", "completed"]
NOT_GOING_ON = ("provider 404", "provider 400 code 21220")


def mind(leg_id: int, at: datetime | None = None) -> None:
    """Do what the leg needs now: dial it, or hang it up."""
    at = at or database_now()
    leg = PhoneLeg.objects.filter(pk=leg_id).first()
    if leg is None:
        return
    if leg.hang_up_at is not None:
        _hang_up(leg, at)
    elif leg.state == State.QUEUED and leg.dialled_at is None:
        _dial(leg.pk, at)


def mind_all(at: datetime | None = None) -> None:
    """What lost wake-ups and lost callbacks left behind, and conferences that nobody ended."""
    at = at or database_now()
    ours = PhoneLeg.objects.filter(conference__carrier=PhoneConference.Carrier.TWILIO)
    waiting = Q(state=State.QUEUED, dialled_at=None)
    to_hang_up = Q(hang_up_at__isnull=False, hung_up_at=None, provider_id__isnull=False)
    for leg_id in ours.filter(waiting | to_hang_up).values_list("pk", flat=True):
        mind(leg_id, at)
    for leg in ours.filter(state__in=PhoneLeg.LIVE, dialled_at__isnull=False):
        if at - (leg.news_at or leg.dialled_at or at) > NO_NEWS[State(leg.state)]:
            ask_about(leg, at)
    for conference in PhoneConference.objects.filter(state=PhoneConference.State.OPEN):
        end_idle(conference, at=at, after=IDLE)


def ask_about(leg: PhoneLeg, at: datetime) -> None:
    """Ask the provider how the call is; one that it never heard of has failed."""
    if leg.provider_id is None:
        fail(leg.pk, "no_news", at=at)
        return
    try:
        with provider_errors():
            call = twilio_client().calls(leg.provider_id).fetch()
    except NotSent as error:
        fail(leg.pk, str(error), at=at)
    except (TryLater, Unknown) as error:
        logger.warning("leg %s: no word: %s", leg.pk, error)
    else:
        to = STATES.get(str(call.status))
        if to is not None:
            hear(leg.token, leg.provider_id, to, at=at)


def _dial(leg_id: int, at: datetime) -> None:
    leg = _claim(leg_id, at)
    if leg is None:
        return
    conference = leg.conference
    if conference.organization.is_demo or settings.DEMO:
        fail(leg.pk, "demo", at=at)  # whatever led here: the demo calls nobody
        return
    try:
        with provider_errors():
            call = twilio_client().calls.create(
                to=leg.number,
                from_=settings.TWILIO_VOICE_NUMBER,
                url=_address("answer", leg.token),
                method="POST",
                status_callback=_address("status", leg.token),
                status_callback_event=EVENTS,
                status_callback_method="POST",
                timeout=RING_SECONDS,
                time_limit=LONGEST_SECONDS,
            )
    except TryLater as error:
        _give_back(leg, at, str(error))
    except Unknown as error:
        logger.warning("leg %s: nobody knows whether it rings: %s", leg.pk, error)
    except NotSent as error:
        fail(leg.pk, str(error), at=at)
    else:
        hear(leg.token, str(call.sid), State.QUEUED, at=at)
        mind(leg.pk, at)  # the desk may have hung up meanwhile


def _claim(leg_id: int, at: datetime) -> PhoneLeg | None:
    """The leg, if it is for us to dial; nobody else will."""
    with transaction.atomic():
        found = PhoneLeg.objects.select_for_update(of=("self",), skip_locked=True)
        leg = (
            found.select_related("conference__organization")
            .filter(
                pk=leg_id,
                state=State.QUEUED,
                dialled_at=None,
                hang_up_at=None,
                conference__state=PhoneConference.State.OPEN,
                conference__carrier=PhoneConference.Carrier.TWILIO,
            )
            .first()
        )
        if leg is not None:
            leg.dialled_at, leg.attempts = at, leg.attempts + 1
            leg.save(update_fields=["dialled_at", "attempts"])
    return leg


def _give_back(leg: PhoneLeg, at: datetime, problem: str) -> None:
    """Nothing rings; the sweep tries again, a few times."""
    if leg.attempts >= MOST_ATTEMPTS:
        fail(leg.pk, problem, at=at)
        return
    PhoneLeg.objects.filter(pk=leg.pk, provider_id=None).update(dialled_at=None)


def _hang_up(leg: PhoneLeg, at: datetime) -> None:
    if leg.hung_up_at is not None or leg.provider_id is None:
        return
    try:
        with provider_errors():
            twilio_client().calls(leg.provider_id).update(status="completed")
    except NotSent as error:
        if not str(error).startswith(NOT_GOING_ON):
            logger.warning("leg %s: not hung up: %s", leg.pk, error)
    except (TryLater, Unknown) as error:
        logger.warning("leg %s: not hung up yet: %s", leg.pk, error)
        return
    PhoneLeg.objects.filter(pk=leg.pk).update(hung_up_at=at)


def _address(what: str, token: str) -> str:
    """Where the provider asks or tells us, below the configured public address."""
    return settings.PUBLIC_BASE_URL + reverse(f"telephone:{what}", args=[token])
