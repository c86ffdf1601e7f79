"""Presses that come too late or from an old page, and requests whose waves are stopped."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.errors import ActionError
from accounts.models import Organization, User
from dispatch.actions.offers import accept_offer
from dispatch.actions.requests import (
    cancel_request,
    open_request,
    reopen_request,
    stop_waves,
)
from dispatch.engine import advance
from tests.dispatch.drafts import draft
from tests.factories import OfferFactory, RequestFactory, VolunteerFactory

pytestmark = pytest.mark.django_db


def test_a_filled_request_is_not_reopened_from_an_old_page(
    city: Organization, coordinator: User, now: datetime
) -> None:
    request = open_request(city, draft(now), by=None, at=now)
    cancel_request(request, cancelled_by="body", reason="x", by=coordinator, at=now)
    reopen_request(request, by=coordinator, at=now)
    offer = OfferFactory(request=request, volunteer=VolunteerFactory(organization=city))
    accept_offer(offer, via="web", at=now)
    with pytest.raises(ActionError, match="再開"):
        reopen_request(request, by=coordinator, at=now)
    request.refresh_from_db()
    assert request.status == "filled"


def test_a_yes_after_the_end_is_too_late_although_the_engine_has_not_looked_yet(
    city: Organization, now: datetime
) -> None:
    offer = OfferFactory(
        request=RequestFactory(organization=city),
        volunteer=VolunteerFactory(organization=city),
    )
    answer = accept_offer(offer, via="web", at=offer.request.ends_at)
    assert answer.outcome == "too_late"
    assert not offer.request.assignments.exists()


@pytest.mark.parametrize("urgency", ["now", "booked"])
def test_a_stopped_request_rests_between_reminders_and_ends_on_time(
    city: Organization, coordinator: User, now: datetime, urgency: str
) -> None:
    request = open_request(city, draft(now, urgency=urgency), by=None, at=now)
    stop_waves(request, by=coordinator, at=now)
    steps = 0
    request.refresh_from_db()
    while request.next_action_at is not None:
        at = request.next_action_at
        steps += 1
        assert steps < 200, "it reminds the desk again and again"
        advance(request.pk, at)
        request.refresh_from_db()
    assert (request.status, request.closed_at) == ("unmet", request.ends_at)


def test_stopping_shortly_before_the_end_does_not_put_the_end_off(
    city: Organization, coordinator: User, now: datetime
) -> None:
    request = open_request(city, draft(now, urgency="now"), by=None, at=now)
    stop_waves(request, by=coordinator, at=request.ends_at - timedelta(minutes=5))
    request.refresh_from_db()
    assert request.next_action_at == request.ends_at
