"""People on call with an open page, and how long it takes until it rings.

The page itself notes when it began to ring; the benchmarks measure by the same function.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page

from accounts.clock import database_now
from accounts.models import Organization
from dispatch.actions.requests import open_request
from dispatch.models import Request
from tests.dispatch.drafts import draft
from tests.factories import UserFactory
from tests.journeys.searches import volunteer_of
from volunteers.actions import switch_on_call
from volunteers.models import Volunteer

RUNG = "html[data-ringing]"


def ready_one(city: Organization, **values: Any) -> Volunteer:
    """Somebody with a sign-in who is on call for two hours."""
    user = UserFactory(email=None, password=None)
    volunteer: Volunteer = volunteer_of(city, user=user, **values)
    at = database_now()
    return switch_on_call(volunteer, at + timedelta(hours=2), by=None, at=at)


def want_video(city: Organization) -> Request:
    """Somebody at the counter wants to talk Vietnamese by video, now."""
    at = database_now()
    return open_request(city, draft(at, urgency="now", mode="video"), by=None, at=at)


def ring_delay(city: Organization, page: Page, timeout: float = 20) -> float:
    """Seconds from opening a request to the ring on the page, which must be silent before.

    Both times are of this machine's clock. Raises playwright's TimeoutError.
    """
    begin = time.time()
    want_video(city)
    page.wait_for_selector(RUNG, state="attached", timeout=timeout * 1000)
    rang = page.evaluate("Number(document.documentElement.dataset.rangAt)")
    return float(rang) / 1000 - begin
