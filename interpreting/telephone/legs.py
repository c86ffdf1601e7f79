"""What becomes known of single calls, whether by a callback, an answer or by asking: one effect.

Words may come twice, late and in any order; a leg only goes forward. A call that belongs to nobody
here, or that the desk has ended meanwhile, changes nothing. ``Heard`` says what was made of it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction

from interpreting.models import PhoneConference, PhoneLeg
from interpreting.telephone.common import (
    lock_conference,
    log,
    may_move,
    save_and_announce,
)
from interpreting.telephone.sessions import start_session_if_met

logger = logging.getLogger(__name__)
State = PhoneLeg.State
# the provider's words for a call → our states; whoever answered has not joined yet
STATES = {
    "queued": State.QUEUED,
    "initiated": State.QUEUED,
    "ringing": State.RINGING,
    "in-progress": State.ANSWERED,
    "completed": State.LEFT,
    "busy": State.BUSY,
    "no-answer": State.NO_ANSWER,
    "failed": State.FAILED,
    "canceled": State.LEFT,
}
SKEW = timedelta(minutes=5)


class Heard(Enum):
    """What a word about a call led to."""

    CHANGED = "changed"
    OLD = "old"
    UNKNOWN = "unknown"


def hear(token: str, call: str, to: str, *, at: datetime, said_at: datetime | None = None) -> Heard:
    """A word about the leg with this token: the call ``call`` has come to our state ``to``.

    ``said_at``: when the provider says it happened; without it, or when it cannot be, ``at``.
    """
    conference_id = (
        PhoneLeg.objects.filter(token=token).values_list("conference_id", flat=True).first()
    )
    if conference_id is None:
        logger.warning("word about an unknown leg, call %s", call)
        return Heard.UNKNOWN
    with transaction.atomic():
        conference = lock_conference(conference_id)
        leg = PhoneLeg.objects.select_for_update(of=("self",)).get(token=token)
        if not _adopt(leg, call):
            logger.warning("leg %s is another call than %s", leg.pk, call)
            return Heard.UNKNOWN
        leg.news_at = at
        changed = _advance(conference, leg, to, _when(leg, at, said_at))
        leg.save()
        if changed:
            start_session_if_met(conference, at=leg.joined_at or at)
            save_and_announce(conference)
    return Heard.CHANGED if changed else Heard.OLD


def hear_conference(
    name: str, call: str, *, joined: bool, at: datetime, said_at: datetime | None = None
) -> Heard:
    """A word about a conference: the call has joined it, or left it."""
    leg = PhoneLeg.objects.filter(conference__name=name, provider_id=call).first()
    if leg is None:
        logger.warning("word about an unknown participant, call %s", call)
        return Heard.UNKNOWN
    to = State.JOINED if joined else State.LEFT
    return hear(leg.token, call, to, at=at, said_at=said_at)


def known_calls(ids: set[str]) -> set[str]:
    """Which of the provider's call ids are legs; a search for a lost call must pass them over."""
    found = PhoneLeg.objects.filter(provider_id__in=ids)
    return {str(one) for one in found.values_list("provider_id", flat=True)}


def fail(leg_id: int, problem: str, *, at: datetime) -> None:
    """The call was not made, or nothing was heard of it."""
    with transaction.atomic():
        conference_id = PhoneLeg.objects.values_list("conference_id", flat=True).get(pk=leg_id)
        conference = lock_conference(conference_id)
        leg = PhoneLeg.objects.select_for_update(of=("self",)).get(pk=leg_id)
        if not may_move(leg, State.FAILED):
            return
        leg.state, leg.ended_at, leg.problem = State.FAILED, at, problem[:60]
        leg.save(update_fields=["state", "ended_at", "problem"])
        save_and_announce(conference)
        log(conference, "telephone.failed", by=None, at=at, leg=leg)


def _adopt(leg: PhoneLeg, call: str) -> bool:
    """The first word says which call the leg is, should the answer to our own be lost."""
    if leg.provider_id is None and leg.dialled_at is not None and call:
        leg.provider_id = call
    return bool(call) and leg.provider_id == call


def _advance(conference: PhoneConference, leg: PhoneLeg, to: str, when: datetime) -> bool:
    if to == State.JOINED and leg.state == State.LEFT and leg.joined_at is None:
        # the end overtook the beginning; how long they talked still counts
        leg.joined_at = min(when, leg.ended_at or when)
        return False
    if not may_move(leg, to):
        return False
    leg.state = to
    if to == State.JOINED:
        leg.joined_at = when
    elif leg.is_over:
        leg.ended_at = max(when, leg.joined_at or when)
    if to in {State.JOINED, *leg.OVER}:
        log(conference, f"telephone.{to}", by=None, at=when, leg=leg)
    return True


def _when(leg: PhoneLeg, at: datetime, said_at: datetime | None) -> datetime:
    """The provider's instant if it fits what we know, else ours."""
    if said_at is None or not at - SKEW <= said_at <= at or said_at < leg.created_at:
        return at
    return said_at
