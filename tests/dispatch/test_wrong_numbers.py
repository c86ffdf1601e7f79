"""After «this is not my number»: the number gets no code and proves nothing, until it is proved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from dispatch.idle import is_idle
from realtime.models import Message
from tests.dispatch.answers import ask, request_on, text
from tests.dispatch.test_own_contacts import last_code
from tests.factories import OfferFactory, VolunteerFactory
from volunteers.actions.contacts import change_contact, report_wrong_contact
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def wrong(hana, now, clock) -> Volunteer:
    """Hana, new in the register, whose number somebody else has."""
    Volunteer.objects.filter(pk=hana.pk).update(
        email="hana@example.jp", mobile="+819011112222", created_at=now - timedelta(days=30)
    )
    report_wrong_contact(hana, at=now)
    hana.refresh_from_db()
    return hana


def test_the_number_gets_no_code(wrong):
    browser = Client()
    answer = browser.post("/v/sign-in/", {"contact": "090-1111-2222"})
    assert answer["Location"] == "/v/code/"  # as for a number that nobody knows
    assert not Message.objects.filter(kind="code").exists()


def test_it_gets_none_for_the_same_person_in_another_register(wrong, town):
    same = {"name": wrong.name, "birth_date": wrong.birth_date, "mobile": wrong.mobile}
    VolunteerFactory(organization=town, **same)
    Client().post("/v/sign-in/", {"contact": wrong.mobile})
    assert not Message.objects.filter(kind="code").exists()


def test_others_of_the_family_who_share_the_telephone_still_sign_in(wrong, city):
    VolunteerFactory(organization=city, mobile=wrong.mobile)
    Client().post("/v/sign-in/", {"contact": wrong.mobile})
    assert Message.objects.get(kind="code").address == wrong.mobile


def test_signing_in_by_email_says_nothing_about_the_mobile(wrong):
    browser = Client()
    browser.post("/v/sign-in/", {"contact": wrong.email})
    browser.post("/v/code/", {"code": last_code()})
    assert browser.post("/v/prove/", {"number": wrong.number}).status_code == 302
    assert browser.get("/v/").status_code == 200
    wrong.refresh_from_db()
    assert wrong.contact_wrong_at is not None


def test_a_new_address_leaves_the_mark_and_a_proved_mobile_ends_it(wrong, now):
    change_contact(wrong, "email", "new@example.jp", by=None, at=now)
    wrong.refresh_from_db()
    assert wrong.contact_wrong_at is not None
    assert is_idle(wrong, now)
    change_contact(wrong, "mobile", wrong.mobile, by=None, at=now)
    wrong.refresh_from_db()
    assert (wrong.contact_wrong_at, wrong.contact_confirmed_at) == (None, now)


def test_a_yes_by_text_from_it_is_asked_who_it_is(wrong, city, now):
    [offer] = ask(request_on(city, 0), wrong, at=now)
    text("A1", wrong, now + timedelta(minutes=1))
    offer.refresh_from_db()
    assert offer.state != "accepted"


def test_a_yes_by_link_counts_with_the_registration_number_for_this_once(wrong, city, now):
    offer = OfferFactory(
        request=request_on(city, 1), volunteer=wrong, expires_at=now + timedelta(hours=2)
    )
    browser = Client()
    browser.post(f"/o/{offer.token}/accept/")
    offer.refresh_from_db()
    assert offer.state != "accepted"
    browser.post(f"/o/{offer.token}/prove/", {"number": wrong.number})
    offer.refresh_from_db()
    wrong.refresh_from_db()
    assert offer.state == "accepted"
    assert wrong.contact_wrong_at is not None
