"""A channel is down: the board says so within a minute, and whom to telephone about what."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client, override_settings

from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization, User
from dispatch.actions.calls import record_call
from dispatch.actions.offers import send_wave
from dispatch.match_values import Candidate
from dispatch.messages import ask_to_reconfirm, send_offer, tell
from dispatch.models import Offer, Request
from dispatch.outage import outage_of
from realtime import breaker
from realtime.delivery import deliver
from realtime.models import DailyCost, Message, Provider
from tests.conftest import Clock
from tests.factories import AssignmentFactory, OfferFactory, RequestFactory, VolunteerFactory
from tests.realtime.workers import Worker, start, twilio, until  # noqa: F401 - a fixture
from tests.twilio_server import TwilioServer
from volunteers.models import Volunteer

ALARM = "SMSが届いていません"
IN_TIME = 60.0
"""Seconds within which the desk must know."""


@pytest.fixture
def page(coordinator: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    """The coordinator's browser, at the time of the cast."""
    return client_of(coordinator)


@pytest.fixture
def request_(city: Organization, now: datetime) -> Request:
    """An open request of the city that begins in three hours."""
    made: Request = RequestFactory(organization=city, starts_at=now + timedelta(hours=3))
    return made


def go_down(at: datetime, channel: str = "sms") -> None:
    """The provider does not answer three times in a row."""
    for _ in range(breaker.FAILURES):
        breaker.record_failure(channel, "no connection", at)


def asked(request: Request, person: Volunteer, at: datetime) -> Offer:
    """An offer whose message waits for the provider."""
    offer: Offer = OfferFactory(request=request, volunteer=person, state="prepared", sent_at=None)
    send_offer(offer, at=at, not_before=at)
    return offer


def strip(page: Client) -> str:
    """The alarm on the board."""
    text = page.get("/board/fragment/").content.decode()
    return text.partition('id="outage"')[2].partition("</section>")[0]


@pytest.mark.django_db(transaction=True)
def test_the_alarm_is_up_within_a_minute_of_the_providers_end(
    start: Callable[..., Worker],  # noqa: F811 - the fixture
    city: Organization, coordinator: User, client_of: Callable[[User], Client],
) -> None:  # fmt: skip
    provider, client = TwilioServer(), client_of(coordinator)
    provider.close()
    people = [VolunteerFactory(organization=city, name=f"山田 花{n}", email="") for n in range(3)]
    at = database_now()
    request = RequestFactory(organization=city, starts_at=at + timedelta(hours=3))
    start(**twilio(provider))
    began = time.monotonic()
    with transaction.atomic():
        send_wave(
            request, [Candidate(one.pk, 1, (), 0.5, 10, ()) for one in people], at=at, reason="試験"
        )
    until(lambda: ALARM in client.get("/board/fragment/").content.decode(), seconds=IN_TIME)
    assert time.monotonic() - began < IN_TIME
    text = strip(client)
    for shown in (*(one.name for one in people), "090-", "通訳のお願い", "回線につながりません"):
        assert shown in text


@pytest.mark.django_db
def test_one_calm_message_alone_is_enough_for_the_alarm_in_time(
    city: Organization, request_: Request, hana: Volunteer, now: datetime
) -> None:
    provider = TwilioServer()
    provider.close()
    asked(request_, hana, now)
    message = Message.objects.get()
    with override_settings(**twilio(provider), DEMO=False):
        while not breaker.alarms(message.not_before):
            deliver(message.pk, message.not_before)
            message.refresh_from_db()
            assert message.state == "queued"
    opened = Provider.objects.get(channel="sms").opened_at
    assert opened
    page_asks_every = timedelta(seconds=20)  # live.js, even when every hint is lost
    assert opened + page_asks_every <= now + timedelta(seconds=IN_TIME)


@pytest.mark.django_db
def test_it_says_since_when_and_lists_whom_to_ask_with_an_answer_at_one_press(
    page: Client, request_: Request, hana: Volunteer, now: datetime
) -> None:
    offer = asked(request_, hana, now)
    assert strip(page) == ""
    go_down(now)
    text = strip(page)
    assert f"{ALARM}（<span" in text
    assert "10:00" in text
    assert "山田 花" in text
    answer = page.post(f"/offers/{offer.pk}/answer/?back=board", {"answer": "yes"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/board/"
    offer.refresh_from_db()
    assert offer.state == "accepted"
    assert "電話が必要な方はいません" in strip(page)


@pytest.mark.django_db
def test_it_goes_away_by_itself_when_the_provider_answers_again(
    page: Client, request_: Request, hana: Volunteer, now: datetime
) -> None:
    asked(request_, hana, now)
    go_down(now)
    assert ALARM in strip(page)
    breaker.record_ok("sms", now + timedelta(minutes=1))
    assert strip(page) == ""


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["seen", "declined", "delivered", "mailed", "later", "before"])
def test_nobody_is_listed_without_need(
    city: Organization, request_: Request, hana: Volunteer, now: datetime, how: str
) -> None:
    offer = asked(request_, hana, now)
    go_down(now)
    assert [one.offer for one in outage_of(city, now).people] == [offer]
    Message.objects.update(not_before=now + timedelta(seconds=15), attempts=1, error="503")
    assert [one.offer for one in outage_of(city, now).people] == [offer]  # between two tries
    first, offers = Message.objects.filter(subject_key=offer.key), Offer.objects.filter(pk=offer.pk)
    if how == "seen":
        offers.update(seen_at=now)
    elif how == "declined":
        offers.update(state="declined", answered_at=now)
    elif how == "delivered":
        first.update(state="delivered")
    elif how == "later":
        first.update(not_before=now + timedelta(hours=8), attempts=0, error="")
    elif how == "before":
        first.update(state="sent", sent_at=now - timedelta(minutes=3))
    else:
        first.update(state="failed", error="provider_down")
        row = first.get()
        row.previous, row.pk, row.dedupe_key = first.get(), None, f"{row.dedupe_key}~email"
        row.channel, row.state, row.error, row.sent_at = "email", "sent", "", now
        row.save()
    assert outage_of(city, now).people == []


@pytest.mark.django_db
def test_a_chain_that_ended_at_the_desks_telephone_is_listed_once(
    page: Client, request_: Request, hana: Volunteer, now: datetime
) -> None:
    asked(request_, hana, now)
    first = Message.objects.get()
    Message.objects.filter(pk=first.pk).update(state="failed", error="provider_down")
    by_hand = Message.objects.create(
        organization_id=first.organization_id, recipient=first.recipient, kind=first.kind,
        subject_key=first.subject_key, channel="hand", state="by_hand", previous=first,
        dedupe_key=f"{first.dedupe_key}~hand", not_before=now, created_at=now, body=first.body,
    )  # fmt: skip
    assert "電話で連絡する方" in page.get("/board/fragment/").content.decode()
    go_down(now)
    text = page.get("/board/fragment/").content.decode()
    assert "電話で連絡する方" not in text
    assert f"unreached-{by_hand.pk}" in strip(page)


@pytest.mark.django_db
def test_news_of_a_booking_today_is_ticked_off_and_does_not_leave_any_more(
    page: Client, coordinator: User, city: Organization, request_: Request, hana: Volunteer,
    now: datetime,
) -> None:  # fmt: skip
    tell(hana, request_, "booking_cancelled", dedupe_key="x", at=now, not_before=now)
    far = RequestFactory(organization=city, starts_at=now + timedelta(days=3))
    tell(hana, far, "booking_cancelled", dedupe_key="y", at=now, not_before=now)
    waiting = Message.objects.get(dedupe_key="x")
    with pytest.raises(ActionError, match="必要がなくなりました"):
        record_call(waiting, by=coordinator, at=now)
    go_down(now)
    assert [one.message for one in outage_of(city, now).people] == [waiting]
    page.post(f"/calls/{waiting.pk}/done/")
    waiting.refresh_from_db()
    assert (waiting.handled_by, waiting.state, waiting.error) == ("佐藤 恵", "failed", "taken_back")
    assert outage_of(city, now).people == []


@pytest.mark.django_db
def test_who_was_to_reconfirm_is_confirmed_at_one_press(
    page: Client, city: Organization, request_: Request, hana: Volunteer, now: datetime
) -> None:
    booking = AssignmentFactory(request=request_, volunteer=hana)
    ask_to_reconfirm(booking, at=now)
    go_down(now)
    assert f"/assignments/{booking.pk}/do/reconfirm/?back=board" in strip(page)
    page.post(f"/assignments/{booking.pk}/do/reconfirm/?back=board")
    assert outage_of(city, now).people == []


@pytest.mark.django_db
@override_settings(
    CANARY_SMS_NUMBER="+819000000000", DEMO=False,
    TWILIO_ACCOUNT_SID="AC1", TWILIO_AUTH_TOKEN="x", TWILIO_FROM_NUMBER="+815000000000",
)  # fmt: skip
def test_a_missing_canary_is_an_alarm_too(
    page: Client, city: Organization, request_: Request, hana: Volunteer, now: datetime
) -> None:
    Message.objects.create(
        organization_id=0, recipient="canary:sms", kind="canary", channel="sms", state="sent",
        dedupe_key="canary:sms:1", body="通信確認", not_before=now, sent_at=now,
        created_at=now - timedelta(minutes=3),
    )  # fmt: skip
    text = strip(page)
    assert ALARM in text
    assert "9:57" in text
    assert "通信確認が届いていません" in text


@pytest.mark.django_db
def test_another_organization_hears_of_the_outage_but_of_nobody(
    outsider: User, client_of: Callable[[User], Client], request_: Request, hana: Volunteer,
    clock: Clock, now: datetime,
) -> None:  # fmt: skip
    asked(request_, hana, now)
    go_down(now)
    text = strip(client_of(outsider))
    assert ALARM in text
    assert "山田 花" not in text


@pytest.mark.django_db
def test_an_outage_costs_the_board_a_constant_number_of_statements(
    page: Client, request_: Request, city: Organization, now: datetime,
    django_assert_max_num_queries: Callable[..., object],
) -> None:  # fmt: skip
    for _ in range(12):
        asked(request_, VolunteerFactory(organization=city), now)
    go_down(now)
    with django_assert_max_num_queries(30):  # type: ignore[attr-defined]
        page.get("/board/fragment/")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("yen", "held_back", "shown"),
    [(799, 0, ""), (800, 0, "上限の80%を超えました"), (1000, 0, "上限に達しました"),
     (990, 3, "3</span>件を止め")],
)  # fmt: skip
def test_the_board_warns_before_the_days_cap_and_says_what_happens_beyond(
    page: Client, city: Organization, now: datetime, yen: int, held_back: int, shown: str
) -> None:
    Organization.objects.filter(pk=city.pk).update(daily_cost_cap=1000)
    DailyCost.objects.create(organization_id=city.pk, day=now.date(), yen=yen, held_back=held_back)
    text = page.get("/board/fragment/").content.decode()
    warning = text.partition('id="budget"')[2].partition("</p>")[0]
    assert shown in warning
    assert bool(warning) == bool(shown)


@pytest.mark.django_db
def test_the_cap_and_the_fax_are_set_in_the_settings(
    admin: User, client_of: Callable[[User], Client], city: Organization
) -> None:
    client = client_of(admin)
    fields = {"name": city.name, "quiet_from": "21:00", "quiet_to": "08:00", "pledge_version": "1"}
    client.post(
        "/settings/organization/",
        fields | {"daily_cost_cap": "５０００", "fax": "０３－１２３４－５６７８"},
    )
    city.refresh_from_db()
    assert (city.daily_cost_cap, city.fax) == (5000, "03-1234-5678")
    answer = client.post(
        "/settings/organization/", fields | {"fax": "FAXなし", "daily_cost_cap": "-1"}
    )
    assert answer.status_code == 422
    assert "FAX番号は数字とハイフンで" in answer.content.decode()
    client.post("/settings/organization/", fields)
    city.refresh_from_db()
    assert (city.daily_cost_cap, city.fax) == (None, "")
