"""Edges of the dispatch rules: seats changed, nights, failed messages, video picks, partly filled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accounts.errors import ActionError
from accounts.models import Organization, User
from dispatch.actions.assignments import give_back
from dispatch.actions.offers import (
    accept_offer,
    assign_directly,
    offer_to,
    withdraw_offer,
)
from dispatch.actions.requests import edit_request, open_request
from dispatch.candidates import find_candidates
from dispatch.engine import advance
from dispatch.models import Assignment, Offer, Request
from realtime.models import Message
from tests.dispatch.drafts import draft
from tests.factories import AssignmentFactory, OfferFactory, RequestFactory, VolunteerFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)  # 22:30 in Tokyo


def taken(city: Organization, at: datetime, **changes: object) -> Request:
    return open_request(city, draft(at, **changes), by=None, at=at)


def test_raising_the_seats_of_a_filled_request_searches_again(
    city: Organization, hana: Volunteer, coordinator: User, now: datetime
) -> None:
    request = taken(city, now)
    assign_directly(request, hana, by=coordinator, at=now)
    edited = edit_request(request, replace(draft(now), seats=2), by=coordinator, at=now)
    assert (edited.status, edited.next_action) == ("open", "wave")
    assert edited.assignments.active().count() == 1


def test_lowering_the_seats_to_those_taken_fills_the_request(
    city: Organization, hana: Volunteer, minh: Volunteer, coordinator: User, now: datetime
) -> None:
    request = taken(city, now, seats=2)
    assign_directly(request, hana, by=coordinator, at=now)
    offer = OfferFactory(request=request, volunteer=minh)
    edited = edit_request(request, replace(draft(now), seats=1), by=coordinator, at=now)
    assert edited.status == "filled"
    assert Offer.objects.get(pk=offer.pk).state == "withdrawn"


def test_fewer_seats_than_people_booked_is_refused(
    city: Organization, hana: Volunteer, minh: Volunteer, coordinator: User, now: datetime
) -> None:
    request = taken(city, now, seats=2)
    for person in (hana, minh):
        assign_directly(request, person, by=coordinator, at=now)
    with pytest.raises(ActionError) as caught:
        edit_request(request, replace(draft(now), seats=1), by=coordinator, at=now)
    assert caught.value.code == "too_few_seats"
    assert Request.objects.get(pk=request.pk).seats == 2


def test_a_translation_fits_beside_anything(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    job = OfferFactory(request=RequestFactory(organization=city), volunteer=hana)
    written = OfferFactory(
        request=RequestFactory(organization=city, mode="translation"), volunteer=hana
    )
    assert accept_offer(job, via="web", at=now).outcome == "yours"
    assert accept_offer(written, via="web", at=now).outcome == "yours"


def test_people_picked_for_video_are_asked_for_video(
    city: Organization, hana: Volunteer, coordinator: User, now: datetime
) -> None:
    request = taken(city, now)
    picked = find_candidates(request, at=now, remote=True).candidates
    (offer,) = offer_to(request, picked, by=coordinator, at=now, remote=True)
    assert offer.remote
    assert Message.objects.get().kind == "offer_video"


def test_a_failed_message_does_not_count_as_a_likely_yes(city: Organization, now: datetime) -> None:
    for _ in range(8):
        VolunteerFactory(organization=city)
    request = taken(city, now)
    advance(request.pk, now)
    first = request.offers.count()
    Message.objects.update(state="failed")
    request.refresh_from_db()
    later = request.next_action_at
    assert later is not None
    advance(request.pk, later)
    assert request.offers.count() > first


def quiet_nights(city: Organization) -> None:
    """No messages from 21:00 to 8:00."""
    city.quiet_from, city.quiet_to = 21 * 60, 8 * 60
    city.save()


def test_at_night_only_those_are_asked_who_allow_it(city: Organization) -> None:
    quiet_nights(city)
    VolunteerFactory(organization=city)
    owl = VolunteerFactory(organization=city, night_messages=True)
    start = NIGHT + timedelta(days=2, hours=12)
    request = taken(city, NIGHT, starts_at=start, ends_at=start + timedelta(hours=1))
    advance(request.pk, NIGHT)
    assert [o.volunteer for o in request.offers.all()] == [owl]


def test_other_messages_about_a_booking_wait_for_the_morning_too(
    city: Organization, hana: Volunteer, coordinator: User
) -> None:
    quiet_nights(city)
    request = taken(city, NIGHT)
    assign_directly(request, hana, by=coordinator, at=NIGHT)
    message = Message.objects.get(kind="booked")
    assert message.not_before == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)  # 8:00 in Tokyo


def test_today_nobody_waits_for_a_head_start_that_nobody_has(
    city: Organization, hana: Volunteer, minh: Volunteer, now: datetime
) -> None:
    request = taken(
        city, now, urgency="today", starts_at=now + timedelta(hours=3),
        ends_at=now + timedelta(hours=4),
    )  # fmt: skip
    advance(request.pk, now)
    assert set(Message.objects.values_list("not_before", flat=True)) == {now}


def test_whoever_is_looking_hears_a_little_earlier(
    city: Organization, hana: Volunteer, minh: Volunteer, coordinator: User, now: datetime
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(last_seen_at=now - timedelta(seconds=20))
    request = taken(city, now)
    offer_to(request, find_candidates(request, at=now).candidates, by=coordinator, at=now)
    leaves = dict(Message.objects.values_list("recipient", "not_before"))
    assert leaves == {hana.key: now, minh.key: now + timedelta(seconds=30)}


def test_a_withdrawn_offer_is_not_blamed_on_somebody_else(
    city: Organization, hana: Volunteer, coordinator: User, now: datetime
) -> None:
    request = taken(city, now)
    offer = OfferFactory(request=request, volunteer=hana)
    withdraw_offer(offer, by=coordinator, at=now)
    assert [m.kind for m in Message.objects.all()] == ["offer_cancelled"]


def test_a_missing_report_is_asked_for_again_on_later_days_but_not_daily(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    booking = AssignmentFactory(
        volunteer=hana,
        request=RequestFactory(organization=city, status="filled", next_action="close",
                               next_action_at=now, starts_at=now - timedelta(hours=2),
                               ends_at=now),
    )  # fmt: skip
    at = now
    for _ in range(8):
        advance(booking.request_id, at)
        at += timedelta(days=1)
    assert Message.objects.filter(kind="report").count() == 4  # days 0, 1, 3 and 7
    assert Request.objects.get(pk=booking.request_id).next_action_at == at


def test_when_time_is_over_with_some_seats_taken_the_others_are_told(
    city: Organization, hana: Volunteer, minh: Volunteer, coordinator: User, now: datetime
) -> None:
    request = taken(city, now, urgency="now", seats=2)
    assign_directly(request, hana, by=coordinator, at=now)
    offer = OfferFactory(request=request, volunteer=minh)
    Request.objects.filter(pk=request.pk).update(next_action_at=request.ends_at)
    advance(request.pk, request.ends_at)
    assert Request.objects.get(pk=request.pk).status == "filled"
    assert Offer.objects.get(pk=offer.pk).state == "withdrawn"


def test_a_seat_given_back_while_others_are_still_sought_is_sought_at_once(
    city: Organization, hana: Volunteer, coordinator: User, now: datetime
) -> None:
    request = taken(city, now, seats=2)
    booking = assign_directly(request, hana, by=coordinator, at=now)
    Request.objects.filter(pk=request.pk).update(next_action_at=now + timedelta(hours=2))
    give_back(booking, reason="発熱", at=now)
    request.refresh_from_db()
    assert (request.next_action, request.next_action_at) == ("wave", now)
    assert Assignment.objects.get(pk=booking.pk).state == "cancelled"


def test_an_old_page_cannot_accept_a_time_it_does_not_show(
    city: Organization, hana: Volunteer, coordinator: User, now: datetime
) -> None:
    request = taken(city, now)
    offer = OfferFactory(request=request, volunteer=hana, state="declined", created_at=now)
    later = now + timedelta(minutes=5)
    moved = replace(draft(now), starts_at=draft(now).starts_at + timedelta(minutes=30))
    edit_request(request, moved, by=coordinator, at=later)
    assert accept_offer(offer, via="web", at=later).outcome == "too_late"
    assert not Assignment.objects.exists()
