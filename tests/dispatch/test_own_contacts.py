"""Numbers and addresses: a new one counts after its code, an idle one is asked who it is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.sessions import VOLUNTEER_SESSION
from dispatch.answering import answer_offer
from dispatch.idle import is_idle, is_own_number
from dispatch.models import Offer
from realtime.models import Message
from tests.factories import AssignmentFactory, OfferFactory, RequestFactory, VolunteerFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
NEW = "+819055556666"


def code_in(message: Message) -> str:
    found = re.search(r"\d{6}", message.body)
    assert found
    return found[0]


def last_code() -> str:
    return code_in(Message.objects.filter(kind="code").latest("pk"))


@pytest.fixture
def phone(hana, client_of, clock) -> Client:
    """Hana's telephone."""
    return client_of(hana.user)


# a new contact -------------------------------------------------------------------------------------
def test_a_new_number_counts_after_the_code_sent_to_it(phone, hana, now):
    former = hana.mobile
    phone.post("/v/contact/mobile/", {"value": "090-5555-6666"})
    code = Message.objects.get(kind="code")
    assert (code.channel, code.address) == ("sms", NEW)
    hana.refresh_from_db()
    assert hana.mobile == former
    assert (
        phone.post("/v/contact/mobile/code/", {"code": code_in(code)})["Location"] == "/v/channels/"
    )
    hana.refresh_from_db()
    assert (hana.mobile, hana.contact_confirmed_at) == (NEW, now)
    told = Message.objects.get(kind="contact_changed")
    assert (told.address, NEW in told.body) == (former, False)


def test_a_wrong_code_changes_nothing(phone, hana):
    former = hana.mobile
    phone.post("/v/contact/mobile/", {"value": NEW})
    wrong = f"{(int(last_code()) + 1) % 10**6:06}"
    assert phone.post("/v/contact/mobile/code/", {"code": wrong}).status_code == 422
    hana.refresh_from_db()
    assert hana.mobile == former


def test_the_code_of_one_contact_does_not_open_another(phone, hana):
    phone.post("/v/contact/mobile/", {"value": NEW})
    first = last_code()
    phone.post("/v/contact/mobile/", {"value": "+819077778888"})
    if first != last_code():
        assert phone.post("/v/contact/mobile/code/", {"code": first}).status_code == 422
    hana.refresh_from_db()
    assert hana.mobile not in {NEW, "+819077778888"}


def test_the_code_is_worth_nothing_after_ten_minutes(phone, hana, clock):
    phone.post("/v/contact/mobile/", {"value": NEW})
    code = last_code()
    clock.move(minutes=11)
    assert phone.post("/v/contact/mobile/code/", {"code": code}).status_code == 422


@pytest.mark.parametrize(("kind", "value"), [("mobile", "12"), ("email", "hana"), ("email", "")])
def test_what_is_no_contact_is_refused(phone, kind, value):
    assert phone.post(f"/v/contact/{kind}/", {"value": value}).status_code == 422
    assert not Message.objects.exists()


def test_it_changes_in_every_register_that_had_the_former_one(phone, hana, town):
    Volunteer.objects.filter(pk=hana.pk).update(email="old@example.jp")
    same = VolunteerFactory(organization=town, user=hana.user, email="old@example.jp")
    phone.post("/v/contact/email/", {"value": "New@Example.jp"})
    phone.post("/v/contact/email/code/", {"code": last_code()})
    same.refresh_from_db()
    assert same.email == "new@example.jp"


# idle numbers --------------------------------------------------------------------------------------
@pytest.fixture
def silent(minh, clock, now) -> Volunteer:
    """Minh, who has not been heard of for half a year and a day."""
    Volunteer.objects.filter(pk=minh.pk).update(
        created_at=now - timedelta(days=400), contact_confirmed_at=now - timedelta(days=181)
    )
    minh.refresh_from_db()
    return minh


@pytest.fixture
def offer(silent, city):
    """An open offer to him."""
    return OfferFactory(request=RequestFactory(organization=city), volunteer=silent)


def test_looking_at_a_page_is_no_sign_of_life(silent, now):
    Volunteer.objects.filter(pk=silent.pk).update(last_seen_at=now)
    silent.refresh_from_db()
    assert is_idle(silent, now)


def test_a_proof_or_a_booking_is(silent, city, now):
    assert not is_idle(silent, now - timedelta(days=2))
    AssignmentFactory(
        request=RequestFactory(organization=city, status="filled"),
        volunteer=silent,
        created_at=now - timedelta(days=10),
    )
    assert not is_idle(silent, now)


def test_somebody_new_in_the_register_is_not_idle(silent, now):
    silent.created_at, silent.contact_confirmed_at = now - timedelta(days=3), None
    assert not is_idle(silent, now)


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("102", True),
        ("１０２", True),
        ("00102", True),
        (" No.102 ", True),
        ("1020", False),
        ("", False),
    ],
)
def test_the_number_is_read_in_any_width(silent, typed, right):
    assert is_own_number(silent, typed) is right


def test_a_yes_from_an_idle_number_waits_for_the_registration_number(offer):
    browser = Client()
    asked = browser.post(f"/o/{offer.token}/accept/").content.decode()
    assert "登録番号" in asked
    assert offer.volunteer.name not in asked
    offer.refresh_from_db()
    assert offer.state == "sent"
    browser.post(f"/o/{offer.token}/prove/", {"number": "102"})
    offer.refresh_from_db()
    assert offer.state == "accepted"
    offer.volunteer.refresh_from_db()
    assert offer.volunteer.contact_confirmed_at is not None


def test_it_is_asked_once(offer, city, silent):
    Client().post(f"/o/{offer.token}/prove/", {"number": "102"})
    again = OfferFactory(
        request=RequestFactory(
            organization=city,
            starts_at=offer.request.starts_at + timedelta(days=3),
            ends_at=offer.request.ends_at + timedelta(days=3),
        ),
        volunteer=silent,
    )
    Client().post(f"/o/{again.token}/accept/")
    again.refresh_from_db()
    assert again.state == "accepted"


def test_a_yes_by_sms_leads_to_the_question_instead(offer, now):
    given = answer_offer(offer, True, via=Offer.Via.SMS, at=now)
    assert (given.code, given.needs_desk) == ("prove", False)
    assert offer.token in given.text
    offer.refresh_from_db()
    assert offer.state == "sent"
    assert answer_offer(offer, False, via=Offer.Via.SMS, at=now).code == "declined"


def test_a_no_needs_no_number(offer):
    Client().post(f"/o/{offer.token}/decline/")
    offer.refresh_from_db()
    assert offer.state == "declined"


def test_guessing_the_number_ends_after_five_tries(offer):
    browser = Client()
    for guess in range(1, 6):
        assert browser.post(f"/o/{offer.token}/prove/", {"number": guess}).status_code == 422
    blocked = browser.post(f"/o/{offer.token}/prove/", {"number": "102"})
    assert "しばらく受け付けられません" in blocked.content.decode()
    offer.refresh_from_db()
    assert offer.state != "accepted"


def test_whoever_has_the_number_now_can_say_so_once_asked_again(
    offer, silent, coordinator, client_of
):
    browser = Client()
    assert (
        "この番号は私のものではありません"
        in browser.post(f"/o/{offer.token}/accept/").content.decode()
    )
    browser.get(f"/o/{offer.token}/not-mine/")
    silent.refresh_from_db()
    assert silent.contact_wrong_at is None
    for _press in range(2):
        browser.post(f"/o/{offer.token}/not-mine/")
    silent.refresh_from_db()
    assert silent.contact_wrong_at is not None
    call = Message.objects.get(kind="contact_wrong")
    assert (call.state, call.recipient) == ("by_hand", silent.key)
    desk = client_of(coordinator)
    assert "本人のものではない" in desk.get(f"/volunteers/{silent.pk}/").content.decode()
    desk.post(f"/volunteers/{silent.pk}/contact-is-right/")
    silent.refresh_from_db()
    assert silent.contact_wrong_at is None


def test_a_new_number_from_the_desk_ends_the_wrong_one(silent, now):
    from volunteers.actions import update_volunteer
    from volunteers.record import Record

    silent.contact_wrong_at = silent.sms_stopped_at = now
    silent.save()
    update_volunteer(silent, Record(fields={"mobile": NEW}), by=None, at=now)
    silent.refresh_from_db()
    assert (silent.contact_wrong_at, silent.sms_stopped_at) == (None, None)
    assert silent.contact_confirmed_at == now


def test_a_code_to_an_idle_number_shows_nothing_without_the_registration_number(silent):
    browser = Client()
    browser.post("/v/sign-in/", {"contact": silent.mobile})
    answer = browser.post("/v/code/", {"code": last_code()})
    assert answer["Location"] == "/v/prove/"
    assert VOLUNTEER_SESSION not in browser.session
    assert silent.name not in browser.get("/v/prove/").content.decode()
    assert browser.get("/v/").status_code == 302
    assert browser.post("/v/prove/", {"number": "7"}).status_code == 422
    assert VOLUNTEER_SESSION not in browser.session
    browser.post("/v/prove/", {"number": "102"})
    assert browser.session[VOLUNTEER_SESSION] == silent.pk


def test_a_code_proves_the_contact_of_somebody_heard_of_lately(minh, clock, now):
    browser = Client()
    browser.post("/v/sign-in/", {"contact": minh.mobile})
    browser.post("/v/code/", {"code": last_code()})
    minh.refresh_from_db()
    assert minh.contact_confirmed_at == now
