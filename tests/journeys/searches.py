"""Requests that people were just asked for, in the present, and a tap as a phone sends it."""

from __future__ import annotations

import http.client
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from accounts.clock import database_now
from accounts.models import Organization
from dispatch.models import Offer, Request
from tests import factories


def open_search(city: Organization, *, asked: int = 1, **request: Any) -> Request:
    """An open request in two days for which ``asked`` people hold an offer for two hours."""
    at = database_now()
    start = (at + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    values = {
        "starts_at": start,
        "ends_at": start + timedelta(hours=1),
        "opened_at": at,
        "search_since": at,
        "next_action_at": at + timedelta(hours=1),
    }
    found = factories.RequestFactory(organization=city, **(values | request))
    wave = factories.WaveFactory(request=found, at=at)
    for _ in range(asked):
        factories.OfferFactory(
            request=found,
            wave=wave,
            volunteer=volunteer_of(city),
            created_at=at,
            sent_at=at,
            expires_at=at + timedelta(hours=2),
        )
    return found


def volunteer_of(city: Organization, **values: Any) -> Any:
    """Somebody registered today, last month and next year."""
    today = database_now().date()
    term = (today - timedelta(days=90), today + timedelta(days=400), today - timedelta(days=90))
    return factories.VolunteerFactory(organization=city, registration=term, **values)


def tap(url: str, offer: Offer, verb: str = "accept", timeout: float = 30) -> int:
    """Press the button of an offer's page on the web process at ``url``; the status."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)
    try:
        path = f"/o/{offer.token}/{verb}/"
        connection.request("POST", path, "", {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
