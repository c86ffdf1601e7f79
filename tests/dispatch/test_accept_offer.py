"""Answering an offer: one winner per seat, everybody told, the same tap the same answer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from dispatch.actions.offers import accept_offer, assign_directly, decline_offer, withdraw_offer
from dispatch.models import Assignment, Offer, Request
from realtime.models import Message
from tests.factories import OfferFactory, RequestFactory, VolunteerFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(city: Organization, hana: Volunteer, minh: Volunteer) -> tuple[Offer, Offer]:
    """Hana and Minh are asked for the same one-seat request."""
    request = RequestFactory(organization=city)
    return (
        OfferFactory(request=request, volunteer=hana),
        OfferFactory(request=request, volunteer=minh),
    )


def test_the_first_acceptance_wins_and_fills_the_request(
    asked: tuple[Offer, Offer], now: datetime
) -> None:
    answer = accept_offer(asked[0], via="web", at=now)
    request = Request.objects.get()
    assert answer.outcome == "yours"
    assert request.status == "filled"
    assert [a.volunteer for a in request.assignments.active()] == [asked[0].volunteer]


def test_a_second_acceptance_is_kindly_too_late_and_kept_as_standby(
    asked: tuple[Offer, Offer], now: datetime
) -> None:
    accept_offer(asked[0], via="web", at=now)
    answer = accept_offer(asked[1], via="web", at=now)
    assert answer.outcome == "too_late"
    assert Offer.objects.get(pk=asked[1].pk).late_yes_at == now
    assert Assignment.objects.count() == 1


def test_everybody_else_hears_that_it_is_filled(asked: tuple[Offer, Offer], now: datetime) -> None:
    accept_offer(asked[0], via="web", at=now)
    told = Message.objects.get(kind="filled")
    assert told.recipient == asked[1].volunteer.key
    assert Offer.objects.get(pk=asked[1].pk).state == "withdrawn"


def test_the_same_tap_again_gets_the_same_answer(asked: tuple[Offer, Offer], now: datetime) -> None:
    first = accept_offer(asked[0], via="web", at=now)
    again = accept_offer(asked[0], via="web", at=now + timedelta(minutes=5))
    assert again.outcome == "yours"
    assert again.assignment == first.assignment
    assert AuditEntry.objects.filter(verb="offer.accepted").count() == 1


def test_declining_is_noted_and_asks_the_engine_for_a_refill_at_once(
    asked: tuple[Offer, Offer], now: datetime
) -> None:
    Request.objects.update(
        next_action_at=now + timedelta(hours=2),
        ladder=[{"kind": "volunteer", "label": "現地", "minutes": 60, "lead_minutes": None}],
    )
    decline_offer(asked[0], via="phone", at=now, reason="予定がある")
    request = Request.objects.get()
    assert (request.next_action, request.next_action_at) == ("wave", now)
    assert Offer.objects.get(pk=asked[0].pk).decline_reason == "予定がある"


def test_a_declined_offer_can_still_be_taken_while_nobody_has_it(
    asked: tuple[Offer, Offer], now: datetime
) -> None:
    decline_offer(asked[0], via="web", at=now)
    assert accept_offer(asked[0], via="web", at=now).outcome == "yours"


def test_declining_after_accepting_does_not_give_the_seat_up(
    asked: tuple[Offer, Offer], now: datetime
) -> None:
    accept_offer(asked[0], via="web", at=now)
    assert decline_offer(asked[0], via="web", at=now).outcome == "yours"
    assert Assignment.objects.active().count() == 1


def test_a_withdrawn_offer_is_too_late(
    asked: tuple[Offer, Offer], now: datetime, coordinator: User
) -> None:
    withdraw_offer(asked[0], by=coordinator, at=now)
    assert accept_offer(asked[0], via="web", at=now).outcome == "too_late"


def test_two_seats_take_two_people(city: Organization, now: datetime) -> None:
    request = RequestFactory(organization=city, seats=2)
    offers = [OfferFactory(request=request) for _ in range(3)]
    outcomes = [accept_offer(o, via="web", at=now).outcome for o in offers]
    assert outcomes == ["yours", "yours", "too_late"]
    assert sorted(a.seat for a in request.assignments.active()) == [1, 2]


def test_one_person_cannot_take_two_overlapping_jobs(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    first = OfferFactory(request=RequestFactory(organization=city), volunteer=hana)
    second = OfferFactory(
        request=RequestFactory(organization=city, place_name="図書館"), volunteer=hana
    )
    accept_offer(first, via="web", at=now)
    with pytest.raises(ActionError) as caught:
        accept_offer(second, via="web", at=now)
    assert caught.value.code == "overlap"
    assert Request.objects.get(pk=second.request_id).status == "open"


def test_travel_between_two_places_counts_as_overlap(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    first = RequestFactory(organization=city)
    far = RequestFactory(
        organization=city,
        place_name="遠い学校",
        place_lat=35.80,
        place_lon=139.30,
        starts_at=first.ends_at + timedelta(minutes=20),
    )
    accept_offer(OfferFactory(request=first, volunteer=hana), via="web", at=now)
    with pytest.raises(ActionError, match="同じ時間帯"):
        accept_offer(OfferFactory(request=far, volunteer=hana), via="web", at=now)


def test_two_patients_at_one_hospital_may_follow_each_other(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    first = RequestFactory(organization=city)
    second = RequestFactory(organization=city, starts_at=first.ends_at)
    accept_offer(OfferFactory(request=first, volunteer=hana), via="web", at=now)
    answer = accept_offer(OfferFactory(request=second, volunteer=hana), via="web", at=now)
    assert answer.outcome == "yours"


def test_somebody_without_a_valid_term_cannot_accept(city: Organization, now: datetime) -> None:
    request = RequestFactory(organization=city)
    lapsed = VolunteerFactory(organization=city, registration=False)
    with pytest.raises(ActionError) as caught:
        accept_offer(OfferFactory(request=request, volunteer=lapsed), via="web", at=now)
    assert caught.value.code == "not_valid"


def test_a_direct_assignment_seats_somebody_without_an_offer(
    city: Organization, hana: Volunteer, coordinator: User, now: datetime
) -> None:
    request = RequestFactory(organization=city)
    assignment = assign_directly(request, hana, by=coordinator, at=now)
    assert assignment.seat == 1
    assert Message.objects.get(kind="booked").recipient == hana.key


def test_no_message_tells_who_the_resident_is_or_where(
    asked: tuple[Offer, Offer], now: datetime
) -> None:
    accept_offer(asked[0], via="web", at=now)
    request = Request.objects.get()
    for message in Message.objects.all():
        for secret in (request.resident_name, request.place_name, request.place_address, "内科"):
            assert secret not in message.body


def test_whoever_was_asked_and_is_then_assigned_hears_only_that(
    asked: tuple[Offer, Offer], coordinator: User, now: datetime
) -> None:
    offer = asked[0]
    assign_directly(offer.request, offer.volunteer, by=coordinator, at=now)
    offer.refresh_from_db()
    assert (offer.state, offer.answered_via) == ("accepted", "desk")
    told = Message.objects.filter(recipient=offer.volunteer.key)
    assert list(told.values_list("kind", flat=True)) == ["booked"]


def test_whoever_is_asked_for_a_day_after_the_pause_can_accept(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    hana.status, hana.paused_until = "paused", now.date()
    hana.save()
    offer = OfferFactory(request=RequestFactory(organization=city), volunteer=hana)
    assert accept_offer(offer, via="web", at=now).outcome == "yours"
