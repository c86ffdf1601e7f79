"""Whoever no message may reach is telephoned by the desk: asked, called off, and confirmed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.actions.calls import record_call
from dispatch.actions.offers import accept_offer
from dispatch.actions.requests import cancel_request
from dispatch.calls import call_list
from dispatch.engine import advance
from dispatch.models import Assignment, Offer, Request
from dispatch.reconfirming import question_at
from realtime.models import Message
from tests.dispatch.desk import booked
from tests.factories import NOW
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
EVERYTHING = ["asking", "news", "reminder"]
LATER = NOW + timedelta(minutes=5)
WRONG_NUMBER = {"contact_wrong_at": NOW, "email": "", "phone": "", "line_id": ""}
ALL_MUTED = {
    "email": "hana@example.jp",
    "other_channels": ["email"],
    "muted": {"sms": EVERYTHING, "email": EVERYTHING},
}
AFTER_STOP = {"sms_stopped_at": NOW, "email": "", "other_channels": []}


@pytest.fixture(params=[WRONG_NUMBER, ALL_MUTED, AFTER_STOP], ids=["wrong", "muted", "stopped"])
def person(request: Any, hana: Volunteer) -> Volunteer:
    """Hana, whom no message that asks may reach."""
    Volunteer.objects.filter(pk=hana.pk).update(**request.param)
    hana.refresh_from_db()
    return hana


@pytest.fixture
def wanted(city: Any, person: Volunteer) -> Request:
    """A booked need for which the engine has asked."""
    request = booked(city, NOW)
    advance(request.pk, NOW)
    return request


def calls(city: Any, at: Any) -> list[str]:
    return [call.message.kind for call in call_list(city, at)]


def test_an_offer_is_read_out_by_the_desk(city, coordinator, person, wanted):
    [call] = call_list(city, LATER)
    assert (call.volunteer, call.message.kind, call.offer.state) == (person, "offer", "prepared")
    record_call(call.message, by=coordinator, at=LATER)
    assert Offer.objects.get().state == "sent"
    assert call_list(city, LATER) == []


def test_a_cancelled_booking_is_known_or_telephoned(city, coordinator, person, wanted):
    accept_offer(wanted.offers.get(), via="desk", at=LATER)
    cancel_request(Request.objects.get(), cancelled_by="body", reason="", by=coordinator, at=LATER)
    message = Message.objects.get(kind="booking_cancelled")
    ways = [message.channel, *(way["channel"] for way in message.further)]
    # it has to be known, whatever was muted; the desk comes last
    assert ways == (["sms", "email", "hand"] if person.muted else ["hand"])
    assert calls(city, LATER) == ([] if person.muted else ["booking_cancelled"])


def test_the_question_of_the_day_before_is_asked_by_the_desk(city, person, wanted):
    accept_offer(wanted.offers.get(), via="desk", at=LATER)
    long_ago = NOW - timedelta(days=14)
    Assignment.objects.update(created_at=long_ago)
    asked = question_at(wanted.starts_at, long_ago)
    advance(wanted.pk, asked)
    assert "reconfirm" in calls(city, asked)
