"""What makes the board alive when the demo starts: people on call, somebody at the counter.

Done at every start, because both are momentary: whoever was on call yesterday is not today. Three
of the people with a handset (Vietnamese, Chinese, English) stay on call while the demo runs, so that
a call by video always rings somewhere; who ended it by hand is left alone. Two people of the second
association who said yes to their neighbours are on call as well.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization
from config.demo import cast, town
from config.demo.needs import Asker
from config.demo.people import PERSONAS
from dispatch.actions.requests import open_request
from dispatch.models import Request, Urgency
from volunteers.actions import switch_on_call
from volunteers.models import Volunteer

ON_CALL = 7
READY_PERSONAS = 3
NEIGHBOURS = 2
READY_FOR = timedelta(hours=12)


def freshen(at: datetime) -> None:
    """Put some people on call and, if nobody stands at the counter, take a request for now."""
    city = Organization.objects.get(slug=cast.CITY)
    coordinator = cast.player("coordinator")
    _on_call(city, at)
    waiting = Request.objects.of(city).open().filter(urgency=Urgency.NOW)
    if not waiting.exists():
        asker = Asker(city, town.SPOTS, Random())  # noqa: S311
        draft = asker.counter(at, language="zh")
        open_request(city, draft, by=coordinator, at=at)


def _on_call(city: Organization, at: datetime) -> None:
    ready = Volunteer.objects.of(city)
    if not ready.on_call(at).exists():
        able = ready.filter(status=Volunteer.Status.ACTIVE, accepts_video=True)
        others = able.exclude(number__in=_named()).filter(channel=Volunteer.Channel.SMS)
        chosen = others.order_by("-last_seen_at", "pk")[: ON_CALL - READY_PERSONAS]
        for hours, volunteer in enumerate(chosen):
            until = at + timedelta(hours=1 + hours % 4, minutes=30)
            switch_on_call(volunteer, until, by=None, at=at)
    stay_ready(at)
    _neighbours_on_call(at)


def _neighbours_on_call(at: datetime) -> None:
    willing = Volunteer.objects.filter(
        organization__slug=cast.TOWN,
        status=Volunteer.Status.ACTIVE,
        accepts_neighbours=True,
        channel=Volunteer.Channel.SMS,
    )
    for volunteer in willing.order_by("-number")[:NEIGHBOURS]:
        switch_on_call(volunteer, at + READY_FOR, by=None, at=at)


def stay_ready(at: datetime) -> int:
    """Put the three back on call, unless somebody ended it on the handset; returns how many."""
    away = Volunteer.objects.filter(organization__slug=cast.CITY, number__in=_named()).exclude(
        on_call_until__gt=at
    )
    back = 0
    for volunteer in away:
        if _ended_by_hand(volunteer):
            continue
        with suppress(ActionError):  # paused or left, by somebody who tries that out
            switch_on_call(volunteer, at + READY_FOR, by=None, at=at)
            back += 1
    return back


def _named() -> list[int]:
    return [persona.number for persona in PERSONAS[:READY_PERSONAS]]


def _ended_by_hand(volunteer: Volunteer) -> bool:
    """The last change was somebody's own «待機をやめる» or the desk's, not a time that ran out."""
    changes = AuditEntry.objects.filter(
        subject=volunteer.key, verb__in=["volunteer.on_call", "volunteer.off_call"]
    )
    last = changes.order_by("-id").first()
    return last is not None and last.verb == "volunteer.off_call" and last.actor_id is not None
