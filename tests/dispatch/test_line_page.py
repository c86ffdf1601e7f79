"""Connecting LINE: the volunteer's page, the code that is sent to us, and answering from there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.codes import TIE_LETTERS, issue_tie, redeem_tie
from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization, User
from dispatch.models import Assignment, Offer
from realtime.delivery import deliver_due
from realtime.models import Inbound, Message
from tests import factories, line_server
from tests.conftest import Clock
from tests.line_server import HANA, SECRET, TOKEN, LineServer
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
PAGE = "/v/line/"
MINH = "U" + "2" * 32
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def time_stands_still(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.transports.line.hooks.now", lambda: clock.at)


@pytest.fixture
def provider(settings: Any) -> Iterator[LineServer]:
    server = LineServer()
    settings.LINE_CHANNEL_TOKEN, settings.LINE_CHANNEL_SECRET = TOKEN, SECRET
    settings.LINE_API_BASE_URL, settings.LINE_ACCOUNT = server.url, "@tsunagi"
    yield server
    server.close()


def code_on(page: Any) -> str:
    found = re.search(r"code-shown[^>]*>([A-Z2-9]{6})<", page.content.decode())
    assert found, "no code on the page"
    return found[1]


def connect(person: Volunteer, client: Client, account: str, number: int = 1) -> None:
    code = code_on(client.post(PAGE, {"do": "code"}))
    line_server.post(line_server.text(code, account, number))
    person.refresh_from_db()


def told(account: str = HANA) -> list[str]:
    return list(
        Message.objects.filter(channel="line", address=account).values_list("kind", flat=True)
    )


def test_the_code_sent_from_line_connects_the_account(
    provider: LineServer, hana: Volunteer, client_of: SignIn
) -> None:
    client = client_of(hana.user)
    page = client.post(PAGE, {"do": "code"})
    code = code_on(page)
    assert f"https://line.me/R/oaMessage/%40tsunagi/?{code}" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    line_server.post(line_server.text(f" {code[:3].lower()} {code[3:]} "))
    hana.refresh_from_db()
    assert (hana.line_id, hana.other_channels) == (HANA, ["line"])
    assert "LINEとつながっています" in client.get(PAGE).content.decode()
    assert told() == ["line_connected"]
    kept = Inbound.objects.get()
    assert (kept.state, kept.recipient) == ("understood", hana.key)
    assert AuditEntry.objects.filter(verb="volunteer.line_connected").count() == 1


def test_a_code_works_once_and_only_for_ten_minutes(
    provider: LineServer, hana: Volunteer, minh: Volunteer, client_of: SignIn, clock: Clock
) -> None:
    code = code_on(client_of(hana.user).post(PAGE, {"do": "code"}))
    line_server.post(line_server.text(code, HANA, 1), line_server.text(code, MINH, 2))
    late = code_on(client_of(minh.user).post(PAGE, {"do": "code"}))
    clock.move(minutes=11)
    line_server.post(line_server.text(late, MINH, 3))
    hana.refresh_from_db()
    minh.refresh_from_db()
    assert (hana.line_id, minh.line_id) == (HANA, "")
    assert told(MINH) == ["line_greeting"]


def test_a_newer_code_makes_the_older_one_void(hana: Volunteer, now: Any) -> None:
    first = issue_tie("line:1", at=now)
    second = issue_tie("line:1", at=now)
    assert redeem_tie(first, at=now) == ""
    assert redeem_tie(second, at=now) == "line:1"
    assert redeem_tie(second, at=now) == ""


def test_codes_are_kept_as_hashes_and_asked_for_ten_times_an_hour(now: Any) -> None:
    from accounts.models import SignInCode

    codes = [issue_tie("line:1", at=now) for _ in range(10)]
    assert all(set(code) <= set(TIE_LETTERS) for code in codes)
    kept = set(SignInCode.objects.values_list("secret_hash", flat=True))
    assert not kept & set(codes)
    with pytest.raises(ActionError):
        issue_tie("line:1", at=now)


def test_a_tie_signs_nobody_in(hana: Volunteer, now: Any) -> None:
    from accounts.codes import find_link, redeem_code

    code = issue_tie(f"line:{hana.pk}", at=now, user=hana.user)
    assert find_link(code, "link", at=now) is None
    assert not redeem_code(f"line:{hana.pk}", code, at=now)


def test_a_stranger_learns_once_a_day_how_to_connect(provider: LineServer, db: None) -> None:
    line_server.post(line_server.event("follow", number=1))
    line_server.post(line_server.text("こんにちは", number=2), line_server.text("ABCDEF", number=3))
    assert told() == ["line_greeting"]
    deliver_due(factories.NOW)
    assert "/v/line/" in provider.arrived[0].text


def test_somebody_who_is_connected_is_not_greeted(
    provider: LineServer, hana: Volunteer, client_of: SignIn
) -> None:
    connect(hana, client_of(hana.user), HANA)
    line_server.post(line_server.event("follow", number=9))
    assert "line_greeting" not in told()


def test_an_account_belongs_to_one_person(
    provider: LineServer, hana: Volunteer, minh: Volunteer, client_of: SignIn
) -> None:
    connect(hana, client_of(hana.user), HANA, 1)
    connect(minh, client_of(minh.user), HANA, 2)
    hana.refresh_from_db()
    assert (hana.line_id, minh.line_id) == ("", HANA)
    assert hana.other_channels == []


def test_every_row_of_the_person_is_connected(
    provider: LineServer, hana: Volunteer, town: Organization, client_of: SignIn
) -> None:
    elsewhere = factories.VolunteerFactory(organization=town, user=hana.user)
    connect(hana, client_of(hana.user), HANA)
    elsewhere.refresh_from_db()
    assert elsewhere.line_id == HANA


def test_blocking_takes_line_away_and_the_desk_sees_it(
    provider: LineServer, hana: Volunteer, client_of: SignIn
) -> None:
    client = client_of(hana.user)
    connect(hana, client, HANA)
    client.post(PAGE, {"do": "first"})
    hana.refresh_from_db()
    assert hana.channel == "line"
    line_server.post(line_server.event("unfollow", number=9))
    hana.refresh_from_db()
    assert (hana.line_id, hana.channel, hana.other_channels) == ("", "sms", [])
    assert AuditEntry.objects.filter(verb="volunteer.line_gone").exists()


def test_line_can_come_first_and_be_taken_away(
    provider: LineServer, hana: Volunteer, client_of: SignIn
) -> None:
    client = client_of(hana.user)
    connect(hana, client, HANA)
    client.post(PAGE, {"do": "first"})
    hana.refresh_from_db()
    assert (hana.channel, hana.other_channels) == ("line", ["sms"])
    client.post(PAGE, {"do": "disconnect"})
    hana.refresh_from_db()
    assert (hana.line_id, hana.channel) == ("", "sms")


def test_without_an_official_account_the_page_says_so(hana: Volunteer, client_of: SignIn) -> None:
    client = client_of(hana.user)
    assert "行っていません" in client.get(PAGE).content.decode()
    client.post(PAGE, {"do": "code"})
    assert "code-shown" not in client.get(PAGE).content.decode()


def test_the_page_of_channels_leads_here_where_there_is_an_account(
    provider: LineServer, hana: Volunteer, client_of: SignIn, settings: Any
) -> None:
    client = client_of(hana.user)
    assert 'href="/v/line/"' in client.get("/v/channels/").content.decode()
    settings.LINE_CHANNEL_TOKEN = ""
    assert "LINE" not in client.get("/v/channels/").content.decode()


@pytest.fixture
def offer(city: Organization, hana: Volunteer) -> Offer:
    Volunteer.objects.filter(pk=hana.pk).update(line_id=HANA, channel="line")
    hana.refresh_from_db()
    return factories.OfferFactory(
        request=factories.RequestFactory(organization=city, status="open"),
        volunteer=hana, code="A", state="prepared",
    )  # fmt: skip


def test_an_offer_comes_with_buttons_and_a_press_takes_the_seat(
    provider: LineServer, offer: Offer
) -> None:
    from dispatch.messages import send_offer

    send_offer(offer, at=factories.NOW, not_before=factories.NOW)
    deliver_due(factories.NOW)
    (asked,) = provider.arrived
    assert asked.buttons == [("はい", "A1"), ("いいえ", "A2")]
    line_server.post(line_server.pressed("A1"))
    seat = Assignment.objects.get(volunteer=offer.volunteer)
    assert seat.offer is not None
    assert seat.offer.answered_via == "line"
    deliver_due(factories.NOW)
    assert len(provider.arrived) == 2  # the outcome comes back by LINE
    assert provider.arrived[1].buttons == []


def test_a_press_from_another_account_changes_nothing(provider: LineServer, offer: Offer) -> None:
    line_server.post(line_server.pressed("A1", MINH))
    assert not Assignment.objects.exists()


def test_an_offer_that_is_over_has_no_buttons(provider: LineServer, offer: Offer) -> None:
    from dispatch.line_answers import buttons_of

    message = Message(kind="offer", subject_key=offer.key, language="en")
    assert [one.label for one in buttons_of(message)] == ["Yes", "No"]
    Offer.objects.filter(pk=offer.pk).update(state="expired")
    assert buttons_of(message) == []
    assert buttons_of(Message(kind="filled", subject_key=offer.key)) == []
