"""Texts from volunteers' telephones, as the tests send them, and what came back."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from accounts.models import Organization
from dispatch.actions.offers import mark_sent, send_wave
from dispatch.match_values import Candidate
from dispatch.models import Offer, Request
from realtime.inbox import receive
from realtime.models import Inbound, Message
from tests.factories import RequestFactory
from volunteers.models import Volunteer

NUMBER = count(1)


def request_on(city: Organization, day: int, **fields: object) -> Request:
    """An open request of the city ``day`` days after the others, so that none overlap."""
    request: Request = RequestFactory.build(organization=city)
    starts_at = request.starts_at + timedelta(days=day)
    made: Request = RequestFactory(organization=city, starts_at=starts_at, **fields)
    return made


def ask(request: Request, *people: Volunteer, at: datetime) -> list[Offer]:
    """Offers with codes, made as a wave makes them and handed over to the provider."""
    candidates = [Candidate(person.pk, 1, (), 0.5, 10, ()) for person in people]
    offers = send_wave(request, candidates, at=at, reason="試験")
    Message.objects.filter(subject_key__in=[one.key for one in offers], state="queued").update(
        state="sent", sent_at=at
    )
    for offer in offers:
        mark_sent(offer.pk, at=at)
    return offers


def text(body: str, sender: Volunteer | str, at: datetime, channel: str = "sms") -> Inbound:
    """Somebody writes; returns the text as it was kept."""
    address = sender if isinstance(sender, str) else sender.mobile
    if channel == "line" and not isinstance(sender, str):
        address = sender.line_id
    inbound = receive(channel, f"SM{next(NUMBER)}", address, body, at)
    assert inbound is not None
    inbound.refresh_from_db()
    return inbound


def replies(inbound: Inbound) -> list[str]:
    """What was sent back."""
    found = Message.objects.filter(subject_key=f"inbound:{inbound.pk}").order_by("pk")
    return list(found.values_list("body", flat=True))
