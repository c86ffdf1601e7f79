"""When an agreement ends, nobody of the lender is still asked under it, and nothing stands still."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import AuditEntry, Organization, User
from dispatch.actions.offers import accept_offer
from dispatch.actions.sharing import end
from dispatch.engine import advance
from dispatch.log_texts import sentence
from dispatch.models import Assignment, Offer, Request, SharingAgreement
from realtime.models import Message
from tests.dispatch.desk import booked, counter
from tests.factories import OfferFactory, SharingAgreementFactory, VolunteerFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def linh(town: Organization) -> Volunteer:
    """The town's volunteer, who said yes to neighbours."""
    return VolunteerFactory(organization=town, accepts_neighbours=True)


@pytest.fixture
def agreement(city: Organization, town: Organization) -> SharingAgreement:
    """The city may ask the town's people."""
    return SharingAgreementFactory(borrower=city, lender=town)


@pytest.fixture
def asked(city: Organization, agreement: SharingAgreement, linh: Volunteer, now: datetime) -> Offer:
    """Linh was asked by the city and has the message on her telephone."""
    request = counter(city, now)
    advance(request.pk, now)
    offer = request.offers.get(volunteer=linh)
    Message.objects.filter(subject_key=offer.key).update(state=Message.State.DELIVERED)
    return offer


def test_the_open_offers_are_taken_back_and_the_people_told(
    asked: Offer, agreement: SharingAgreement, town: Organization, outsider: User, now: datetime
) -> None:
    at = now + timedelta(minutes=1)
    end(agreement, organization=town, by=outsider, at=at)
    asked.refresh_from_db()
    assert (asked.state, asked.answered_at) == (Offer.State.WITHDRAWN, at)
    assert Message.objects.filter(kind="offer_cancelled", recipient=asked.volunteer.key).exists()
    line = AuditEntry.objects.get(subject=asked.request.key, verb="neighbours.ended")
    assert line.actor_id is None, "the lender's staff has no name at the borrower's"
    assert line.actor_label == town.name
    assert "1人への打診を取り下げました" in sentence(line.verb, line.detail)


def test_the_request_goes_on_at_once(
    asked: Offer, agreement: SharingAgreement, city: Organization, coordinator: User, now: datetime
) -> None:
    at = now + timedelta(minutes=1)
    end(agreement, organization=city, by=coordinator, at=at)
    request = Request.objects.get(pk=asked.request_id)
    assert (request.next_action, request.next_action_at) == (Request.NextAction.WAVE, at)
    advance(request.pk, at)
    request.refresh_from_db()
    assert request.current_rung["kind"] != "neighbour"
    line = AuditEntry.objects.get(subject=request.key, verb="neighbours.ended")
    assert line.actor_id == coordinator.pk


def test_who_has_said_yes_stays(
    asked: Offer, agreement: SharingAgreement, city: Organization, now: datetime
) -> None:
    accept_offer(asked, via="web", at=now)
    end(agreement, organization=city, by=None, at=now)
    assert Assignment.objects.active().filter(request=asked.request).exists()
    asked.refresh_from_db()
    assert asked.state == Offer.State.ACCEPTED


def test_offers_of_ones_own_and_of_another_agreement_stay_open(
    asked: Offer, agreement: SharingAgreement, city: Organization, town: Organization,
    hana: Volunteer, now: datetime,
) -> None:  # fmt: skip
    own = OfferFactory(request=booked(city, now), volunteer=hana)
    the_towns_own = OfferFactory(request=booked(town, now), volunteer=asked.volunteer)
    other = VolunteerFactory()
    SharingAgreementFactory(borrower=city, lender=other.organization)
    lent = OfferFactory(request=booked(city, now), volunteer=other)
    end(agreement, organization=city, by=None, at=now)
    still_open = set(Offer.objects.open().values_list("pk", flat=True))
    assert still_open == {own.pk, the_towns_own.pk, lent.pk}
