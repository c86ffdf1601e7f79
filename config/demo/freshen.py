"""What makes the board alive when the demo starts: people on call, somebody at the counter.

Done at every start, because both are momentary: whoever was on call yesterday is not today.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from accounts.models import Organization
from config.demo import cast, town
from config.demo.needs import Asker
from config.demo.people import PERSONAS
from dispatch.actions.requests import open_request
from dispatch.models import Request, Urgency
from volunteers.actions import switch_on_call
from volunteers.models import Volunteer

ON_CALL = 7
READY_PERSONAS = 3


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
    if ready.on_call(at).exists():
        return
    named = [persona.number for persona in PERSONAS[:READY_PERSONAS]]
    able = ready.filter(status=Volunteer.Status.ACTIVE, accepts_video=True)
    chosen = list(able.filter(number__in=named))
    others = able.exclude(number__in=named).filter(channel=Volunteer.Channel.SMS)
    chosen += list(others.order_by("-last_seen_at", "pk")[: ON_CALL - len(chosen)])
    for hours, volunteer in enumerate(chosen):
        until = at + timedelta(hours=1 + hours % 4, minutes=30)
        switch_on_call(volunteer, until, by=None, at=at)
