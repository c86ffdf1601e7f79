"""What dispatch adds to the register: history on a profile, and letting go of those who leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.errors import ActionError
from accounts.models import Organization, User
from dispatch.models import Assignment, Offer, Request
from dispatch.register_panels import last_served, leavers, release
from tests.factories import AssignmentFactory, OfferFactory, RequestFactory
from volunteers.actions import pause_volunteer, withdraw_volunteer
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(city: Organization, hana: Volunteer) -> Assignment:
    """Hana is booked for the day after tomorrow."""
    return AssignmentFactory(
        volunteer=hana, request=RequestFactory(organization=city, status="filled")
    )


def test_the_profile_shows_figures_and_the_latest_jobs(
    booking: Assignment, coordinator: User, client_of: Callable[[User], Client]
) -> None:
    text = client_of(coordinator).get(f"/volunteers/{booking.volunteer_id}/").content.decode()
    assert "打診と派遣" in text
    assert f"/requests/{booking.request_id}/" in text


def test_last_served_names_only_people_with_a_finished_job(
    booking: Assignment, hana: Volunteer, minh: Volunteer
) -> None:
    assert last_served([hana.pk, minh.pk]) == {}
    Assignment.objects.update(state="finished")
    assert last_served([hana.pk, minh.pk]) == {hana.pk: datetime(2026, 11, 26).date()}


def test_whoever_leaves_is_released_from_offers_and_bookings(
    booking: Assignment, hana: Volunteer, city: Organization, coordinator: User, now: datetime
) -> None:
    offer = OfferFactory(
        request=RequestFactory(organization=city, place_name="図書館"), volunteer=hana
    )
    withdraw_volunteer(hana, reason="転居", by=coordinator, at=now)
    assert leavers(now) == [hana.pk]
    assert release(hana.pk, now) == 2
    assert leavers(now) == []
    assert Offer.objects.get(pk=offer.pk).state == "withdrawn"
    assert Request.objects.get(pk=booking.request_id).status == "open"


def test_whoever_pauses_keeps_what_was_promised(
    booking: Assignment, hana: Volunteer, coordinator: User, now: datetime
) -> None:
    pause_volunteer(hana, until=None, reason="介護", by=coordinator, at=now)
    assert release(hana.pk, now) == 0
    assert Assignment.objects.get(pk=booking.pk).is_active


def test_an_active_person_is_never_released(booking: Assignment, now: datetime) -> None:
    assert release(booking.volunteer_id, now) == 0


def test_an_answer_given_meanwhile_does_not_keep_bookings_from_being_released(
    booking: Assignment,
    hana: Volunteer,
    city: Organization,
    coordinator: User,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    OfferFactory(request=RequestFactory(organization=city, place_name="図書館"), volunteer=hana)
    withdraw_volunteer(hana, reason="転居", by=coordinator, at=now)

    def answered(*args: object, **kwargs: object) -> None:
        raise ActionError("wrong_state", "")

    monkeypatch.setattr("dispatch.register_panels.withdraw_offer", answered)
    assert release(hana.pk, now) == 1
    assert not Assignment.objects.get(pk=booking.pk).is_active
