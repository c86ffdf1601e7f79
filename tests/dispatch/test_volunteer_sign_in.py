"""Signing in with a number that is sent: who gets it, who does not, and what nobody learns."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, SignInCode, User
from accounts.sessions import VOLUNTEER_SESSION
from dispatch.phone import words
from realtime.models import Message
from realtime.outbox import SECRET_FOR
from tests.factories import MembershipFactory, UserFactory, VolunteerFactory
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
SIGN_IN, CODE = "/v/sign-in/", "/v/code/"


@pytest.fixture
def newcomer(city, clock) -> Volunteer:
    """Somebody in the register who never signed in."""
    return VolunteerFactory(
        organization=city, name="新井 望", mobile="+819012345678", email="nozomi@example.jp"
    )


def ask(client: Client, contact: str, query: str = "") -> str:
    """Type a contact; returns the code that was sent, or an empty string."""
    response = client.post(SIGN_IN + query, {"contact": contact})
    assert response.status_code == 302, response.content.decode()
    assert response["Location"] == CODE
    return last_code()


def last_code() -> str:
    message = Message.objects.filter(kind="code").order_by("-pk").first()
    found = re.search(r"\d{6}", message.body) if message else None
    return found[0] if found else ""


def signed_in_as(client: Client) -> int | None:
    return client.session.get(VOLUNTEER_SESSION)


@pytest.mark.parametrize(
    "typed",
    [
        "090-1234-5678",
        "０９０－１２３４－５６７８",
        "+81 90 1234 5678",
        "Nozomi@Example.JP",
        "ｎｏｚｏｍｉ@example.jp",
    ],
)
def test_a_contact_is_understood_in_any_style(newcomer, typed):
    client = Client()
    code = ask(client, typed)
    assert client.post(CODE, {"code": code})["Location"] == reverse("volunteer:home")
    assert signed_in_as(client) == newcomer.pk


def test_a_volunteer_stays_signed_in_for_sixty_days_and_can_read_until_when(newcomer):
    client = Client()
    response = client.post(CODE, {"code": ask(client, "090-1234-5678")})
    assert response.cookies["tsunagi_session"]["max-age"] == 60 * 24 * 3600
    ends = Session.objects.get(pk=client.session.session_key).expire_date
    assert timedelta(days=59) < ends - timezone.now() <= timedelta(days=60)
    assert f"サインインの期限：{words.day(ends)}" in client.get("/v/devices/").content.decode()


def test_the_code_goes_to_the_contact_that_was_typed(newcomer):
    ask(Client(), "nozomi@example.jp")
    ask(Client(), "090-1234-5678")
    sent = Message.objects.filter(kind="code").order_by("pk")
    assert [(m.channel, m.address) for m in sent] == [
        ("email", "nozomi@example.jp"),
        ("sms", "+819012345678"),
    ]


def test_a_code_does_not_wait_behind_other_messages(newcomer):
    ask(Client(), "090-1234-5678")
    code = Message.objects.get(kind="code")
    assert code.urgent  # else it would wait for its turn, longer than it is good for
    assert code.hand_over_by - code.not_before < SECRET_FOR / 10


def test_the_code_is_written_in_the_language_of_the_persons_messages(newcomer):
    Volunteer.objects.update(message_language="en")
    ask(Client(), "090-1234-5678")
    assert "your code is" in Message.objects.get(kind="code").body


def test_a_user_is_made_and_linked_at_the_first_sign_in_only(newcomer):
    for _ in range(2):
        client = Client()
        client.post(CODE, {"code": ask(client, "090-1234-5678")})
    newcomer.refresh_from_db()
    assert newcomer.user.name == "新井 望"
    assert User.objects.filter(name="新井 望").count() == 1
    assert AuditEntry.objects.filter(verb="volunteer.first_sign_in").count() == 1


def test_unknown_contacts_are_answered_alike_and_get_nothing(newcomer):
    known, unknown = Client(), Client()
    ask(known, "090-1234-5678")
    before = Message.objects.count()
    ask(unknown, "090-9999-9999")
    assert Message.objects.count() == before
    pages = [
        client.get(CODE).content.decode().replace(typed, "…")
        for client, typed in ((known, "090-1234-5678"), (unknown, "090-9999-9999"))
    ]
    scrub = [re.sub(r'(value|nonce|content)="[^"]*"', "", page) for page in pages]
    assert scrub[0] == scrub[1]


def test_a_landline_gets_no_message(newcomer):
    Volunteer.objects.update(mobile="", phone="+81426222222", email="")
    assert ask(Client(), "042-622-2222") == ""


def test_the_sixth_code_in_an_hour_is_refused_for_known_and_unknown_alike(newcomer):
    for contact in ("090-1234-5678", "090-9999-9999"):
        client = Client()
        for _ in range(5):
            ask(client, contact)
        response = client.post(SIGN_IN, {"contact": contact})
        assert response.status_code == 422
        assert "1時間ほどおいて" in response.content.decode()


def test_one_address_cannot_ask_for_codes_without_end(newcomer):
    statuses = [
        Client().post(SIGN_IN, {"contact": f"090-1111-{n:04d}"}).status_code for n in range(22)
    ]
    assert statuses == [302] * 20 + [422] * 2


@pytest.mark.parametrize("typed", ["", "hallo", "123", "a@b", "090-1234-56789012"])
def test_what_is_no_contact_is_said_beside_the_field_and_kept(newcomer, typed):
    response = Client().post(SIGN_IN, {"contact": typed})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert not SignInCode.objects.exists()


def test_a_wrong_code_can_be_corrected_but_five_wrong_ones_are_enough(newcomer):
    client = Client()
    code = ask(client, "090-1234-5678")
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        response = client.post(CODE, {"code": wrong})
        assert response.status_code == 422
        assert "番号が違うか" in response.content.decode()
    assert client.post(CODE, {"code": code}).status_code == 422
    assert signed_in_as(client) is None
    client.post("/v/code/again/")
    assert client.post(CODE, {"code": last_code()}).status_code == 302


def test_full_width_digits_are_fine_and_too_few_are_not_tried(newcomer):
    client = Client()
    code = ask(client, "090-1234-5678")
    assert client.post(CODE, {"code": "12345"}).status_code == 422
    assert SignInCode.objects.get().wrong_tries == 0
    wide = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert client.post(CODE, {"code": wide}).status_code == 302


def test_a_code_works_once_and_not_after_ten_minutes(newcomer, clock):
    client, other = Client(), Client()
    code = ask(client, "090-1234-5678")
    assert client.post(CODE, {"code": code}).status_code == 302
    ask(other, "090-1234-5678")
    clock.move(minutes=11)
    assert other.post(CODE, {"code": last_code()}).status_code == 422


def test_the_code_of_one_person_does_not_open_another_ones_session(newcomer, hana):
    mine, theirs = Client(), Client()
    code = ask(mine, "090-1234-5678")
    other = ask(theirs, hana.mobile)
    if code != other:
        assert theirs.post(CODE, {"code": code}).status_code == 422


def test_without_having_asked_there_is_nothing_to_enter(db):
    for path in (CODE, "/v/choose/"):
        assert Client().get(path)["Location"] == SIGN_IN
    assert Client().get("/v/code/again/")["Location"] == CODE


def test_a_shared_telephone_asks_who_it_is(city, newcomer):
    sister = VolunteerFactory(organization=city, name="新井 光", mobile="+819012345678")
    client = Client()
    assert client.post(CODE, {"code": ask(client, "090-1234-5678")})["Location"] == "/v/choose/"
    assert signed_in_as(client) is None
    text = client.get("/v/choose/").content.decode()
    assert "新井 望" in text
    assert "新井 光" in text
    assert client.post("/v/choose/", {"volunteer": "999999"}).status_code == 200
    assert client.post("/v/choose/", {"volunteer": sister.pk}).status_code == 302
    assert signed_in_as(client) == sister.pk


def test_one_person_in_two_organizations_gets_one_user(town, newcomer):
    other = VolunteerFactory(organization=town, name="新井望", mobile="+819012345678")
    client = Client()
    client.post(CODE, {"code": ask(client, "090-1234-5678")})
    newcomer.refresh_from_db()
    other.refresh_from_db()
    assert newcomer.user_id == other.user_id is not None


def test_two_rows_typed_twice_in_one_register_do_not_break_the_sign_in(city, newcomer):
    VolunteerFactory(organization=city, name="新井 望", mobile="+819012345678", user=UserFactory())
    client = Client()
    response = client.post(CODE, {"code": ask(client, "090-1234-5678")})
    assert response.status_code == 302
    assert signed_in_as(client)


def test_it_goes_on_to_where_the_person_wanted_to_go(newcomer):
    client = Client()
    client.post(CODE, {"code": ask(client, "090-1234-5678", "?next=/v/history/")})
    assert client.get(SIGN_IN + "?next=/v/history/")["Location"] == "/v/history/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x", "x"])
def test_it_never_leads_to_another_site(newcomer, target):
    client = Client()
    code = ask(client, "090-1234-5678", f"?next={target}")
    assert client.post(CODE, {"code": code})["Location"] == reverse("volunteer:home")


def test_a_person_who_was_switched_off_stays_out(newcomer):
    newcomer.user = UserFactory(is_active=False)
    newcomer.save()
    client = Client()
    response = client.post(CODE, {"code": ask(client, "090-1234-5678")})
    assert response.status_code == 403
    assert signed_in_as(client) is None


def test_a_code_never_opens_the_desk_for_a_volunteer_who_also_works_there(city, newcomer):
    newcomer.user = UserFactory()
    newcomer.save()
    MembershipFactory(user=newcomer.user, organization=city)
    client = Client()
    client.post(CODE, {"code": ask(client, "090-1234-5678")})
    assert client.get("/v/").status_code == 200
    assert client.get("/board/").status_code == 404


def test_signing_out_closes_the_pages(newcomer):
    client = Client()
    client.post(CODE, {"code": ask(client, "090-1234-5678")})
    client.get("/v/sign-out/")
    assert client.get("/v/").status_code == 200
    client.post("/v/sign-out/")
    assert client.get("/v/")["Location"] == f"{SIGN_IN}?next=%2Fv%2F"


def test_the_page_speaks_the_browsers_language_until_one_is_chosen(db):
    client = Client(HTTP_ACCEPT_LANGUAGE="vi,en;q=0.5")
    assert "Sign in as a volunteer" in client.get(SIGN_IN).content.decode()
    client.get(SIGN_IN + "?lang=ja-simple")
    assert "の ページに" in client.get(SIGN_IN).content.decode()
    assert "サインイン" in Client(HTTP_ACCEPT_LANGUAGE="ja").get(SIGN_IN).content.decode()
