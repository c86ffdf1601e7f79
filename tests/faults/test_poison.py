"""One broken row must not stop the work on all the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.clock import database_now
from accounts.models import Organization
from dispatch.engine import advance_due
from dispatch.models import Request
from tests.journeys.searches import open_search, volunteer_of


def test_a_request_that_cannot_be_advanced_does_not_stop_the_others(
    city: Organization, caplog: pytest.LogCaptureFixture
) -> None:
    volunteer_of(city)
    at = database_now()
    broken = open_search(city, asked=0, policy={}, next_action_at=at - timedelta(minutes=5))
    sound = open_search(city, asked=0, next_action_at=at - timedelta(minutes=1))
    assert advance_due(at) == 1
    assert sound.offers.exists()
    broken.refresh_from_db()
    assert broken.status == Request.Status.OPEN
    assert f"request {broken.pk}" in caplog.text
