"""送信状況: what the desk knows of every message, by channel and one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Organization, User
from dispatch.delivery_page import Line, report_of
from dispatch.delivery_stories import ENDS, Filter, stories
from dispatch.delivery_words import span_in_words, why
from dispatch.models import Request
from realtime import breaker
from realtime.models import DailyCost, Message
from tests.conftest import Clock
from tests.factories import (
    AssignmentFactory,
    MessageFactory,
    OfferFactory,
    RequestFactory,
    VolunteerFactory,
)
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(coordinator: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    """The coordinator's browser, at the time of the cast."""
    return client_of(coordinator)


@pytest.fixture
def request_(city: Organization) -> Request:
    """An open request of the city."""
    made: Request = RequestFactory(organization=city)
    return made


def sent(volunteer: Volunteer, at: datetime, **fields: object) -> Message:
    """One try by SMS, delivered after four seconds unless said otherwise."""
    values: dict[str, object] = {
        "recipient": volunteer.key, "organization_id": volunteer.organization_id, "kind": "booked",
        "channel": "sms", "state": "delivered", "body": "秘密の文面", "created_at": at,
        "sent_at": at, "delivered_at": at + timedelta(seconds=4),
    }  # fmt: skip
    if fields.get("state", "delivered") != "delivered":
        values["delivered_at"] = None
    if fields.get("state") in {"failed", "queued", "by_hand"}:
        values["sent_at"] = None
    made: Message = MessageFactory(**(values | fields))
    return made


def followed(first: Message, **fields: object) -> Message:
    """The next try of a chain."""
    root = first.dedupe_key.partition("~")[0]
    values: dict[str, object] = {
        "recipient": first.recipient, "organization_id": first.organization_id, "kind": first.kind,
        "subject_key": first.subject_key, "channel": "email", "state": "sent", "previous": first,
        "created_at": first.created_at, "sent_at": first.created_at,
    }  # fmt: skip
    values |= fields
    made: Message = MessageFactory(**values, dedupe_key=f"{root}~{values['channel']}")
    return made


def line(organization: Organization, at: datetime, channel: str, period: str = "today") -> Line:
    """The figures of one channel."""
    return next(one for one in report_of(organization, period, at).lines if one.channel == channel)


def test_each_channel_says_what_is_known_and_what_is_not(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    for _ in range(3):
        sent(hana, now)
    sent(hana, now, state="sent")
    sent(hana, now, state="queued")
    sent(hana, now, state="failed", error="taken_back")
    followed(sent(hana, now, state="failed", error="30003"))
    by_sms, by_mail = line(city, now, "sms"), line(city, now, "email")
    counted = (by_sms.sent, by_sms.delivered, by_sms.failed, by_sms.unknown, by_sms.waiting)
    assert counted == (4, 3, 1, 1, 1)
    assert (by_sms.went_on, by_sms.delivered_share) == (1, "75%")
    assert (by_mail.sent, by_mail.unknown, by_mail.has_receipts) == (1, 1, False)


def test_the_time_until_the_receipt_is_told_as_median_and_for_nearly_all(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    for seconds in [*range(1, 20), 200]:
        sent(hana, now, delivered_at=now + timedelta(seconds=seconds))
    found = line(city, now, "sms")
    assert (found.half_within, found.most_within) == ("10秒", "28秒")
    assert span_in_words(timedelta(seconds=80)) == "1分20秒"


def test_reasons_are_counted_in_words_and_silence_is_one(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    for error in ("30003", "provider 400 code 30003", "21610"):
        sent(hana, now, state="failed", error=error)
    followed(sent(hana, now, state="sent"))
    assert dict(line(city, now, "sms").reasons) == {
        "圏外、または電源が切れています": 2,
        "本人が受信を停止しています": 1,
        "到達の通知がありません": 1,
    }


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("provider 503", "回線がこみ合っています"),
        ("provider 500", "回線の障害です"),
        ("ReadTimeout", "回線から返事がありません"),
        ("no SMS provider is configured", "この方法は設定されていません"),
        ("mail server: gaierror", "メールの回線につながりません"),
        ("", "理由の通知がありません"),
        ("99999", "その他（99999）"),
    ],
)
def test_an_error_is_said_in_words(error: str, words: str) -> None:
    assert why(error) == words


@pytest.mark.parametrize(("period", "count"), [("today", 1), ("week", 2), ("month", 3)])
def test_a_period_begins_at_midnight_in_tokyo(
    city: Organization, hana: Volunteer, now: datetime, period: str, count: int
) -> None:
    midnight = now - timedelta(hours=10)
    for at in (midnight, midnight - timedelta(seconds=1), midnight - timedelta(days=20)):
        sent(hana, at)
    sent(hana, midnight - timedelta(days=29, seconds=1))
    assert line(city, now, "sms", period).sent == count


def test_cost_today_and_this_month_stand_against_the_cap(
    page: Client, city: Organization, now: datetime
) -> None:
    Organization.objects.filter(pk=city.pk).update(daily_cost_cap=1000)
    today = now.date()
    DailyCost.objects.create(organization_id=city.pk, day=today, yen=850)
    DailyCost.objects.create(organization_id=city.pk, day=today.replace(day=1), yen=300)
    DailyCost.objects.create(
        organization_id=city.pk, day=today.replace(day=1) - timedelta(days=1), yen=7777
    )
    text = page.get("/delivery/").content.decode()
    for shown in ("850<small>円／上限1000円", "1150<small>円", "上限の80%以上"):
        assert shown in text
    assert "7777" not in text


def test_the_state_of_a_provider_is_shown(page: Client, now: datetime) -> None:
    for _ in range(breaker.FAILURES):
        breaker.record_failure("sms", "no connection", now)
    breaker.record_ok("email", now)
    text = page.get("/delivery/").content.decode()
    assert "停止中" in text
    assert "回線につながりません" in text
    assert "正常" in text


def test_a_chain_is_told_as_one_story_with_a_link_to_its_request(
    page: Client, hana: Volunteer, request_: Request, now: datetime
) -> None:
    first = sent(hana, now, state="failed", error="30003", subject_key=request_.key)
    followed(first)
    text = page.get("/delivery/").content.decode()
    told = text.partition('<ol class="story">')[2].partition("</tr>")[0]
    marks = (
        "SMS",
        "×",
        "（圏外、または電源が切れています）",
        "メール",
        "△",
        f"/requests/{request_.pk}/",
    )
    places = [told.index(one) for one in marks]
    assert places == sorted(places)
    assert text.count('<ol class="story">') == 1
    assert "派遣が決まったこと" in text


def test_no_text_of_a_message_is_shown_not_even_a_code(
    page: Client, hana: Volunteer, now: datetime
) -> None:
    sent(hana, now)
    sent(hana, now, kind="code", body="確認番号は 482913 です")
    text = page.get("/delivery/").content.decode()
    assert "山田 花" in text
    assert "確認番号" in text
    assert "482913" not in text
    assert "秘密の文面" not in text


@pytest.mark.parametrize("end", ENDS)
def test_the_list_is_filtered_by_how_a_story_ends(
    city: Organization, hana: Volunteer, now: datetime, end: str
) -> None:
    heads = {
        "arrived": sent(hana, now),
        "unknown": sent(hana, now, state="sent"),
        "waiting": sent(hana, now, state="queued"),
        "failed": sent(hana, now, state="failed", error="30003"),
        "called": sent(hana, now, state="by_hand", channel="hand", handled_at=now),
    }
    went_on = sent(hana, now, state="failed", error="30003")
    followed(went_on, state="delivered", channel="voice")
    sent(hana, now, state="failed", error="taken_back")
    _, told = stories(city, Filter(end=end), None, now)
    wanted = {heads[end]} | ({went_on} if end == "arrived" else set())
    assert {one.first for one in told} == wanted


def test_it_is_filtered_by_channel_and_by_name(
    city: Organization, hana: Volunteer, minh: Volunteer, now: datetime
) -> None:
    first = sent(hana, now, state="failed")
    followed(first)
    other = sent(minh, now)
    assert [one.first for one in stories(city, Filter(channel="email"), None, now)[1]] == [first]
    assert [one.first for one in stories(city, Filter(name="ミン"), None, now)[1]] == [other]
    assert stories(city, Filter(name="だれもいない"), None, now)[1] == []


def test_a_neighbours_volunteer_has_a_name_only_once_booked(
    city: Organization, town: Organization, request_: Request, now: datetime
) -> None:
    lent = VolunteerFactory(organization=town, name="隣町 正子", number=7)
    sent(lent, now, organization_id=city.pk, subject_key=OfferFactory(request=request_).key)
    assert [one.name for one in stories(city, Filter(), None, now)[1]] == [
        "通訳 7番（山手町国際交流協会）"
    ]
    AssignmentFactory(request=request_, volunteer=lent)
    assert [one.name for one in stories(city, Filter(), None, now)[1]] == ["隣町 正子"]


def test_it_has_pages_and_keeps_the_filter(page: Client, hana: Volunteer, now: datetime) -> None:
    for _ in range(51):
        sent(hana, now)
    text = page.get("/delivery/?end=arrived&page=2").content.decode()
    assert text.count('<ol class="story">') == 1
    assert "end=arrived" in text


@pytest.mark.parametrize("query", ["period=x&end=y&channel=z&name=%20&page=no", "page=-1"])
def test_nonsense_in_the_address_is_ignored(page: Client, query: str) -> None:
    assert page.get(f"/delivery/?{query}").status_code == 200


def test_the_fragment_is_sent_only_when_it_changed(
    page: Client, hana: Volunteer, now: datetime
) -> None:
    etag = page.get("/delivery/fragment/")["ETag"]
    assert page.get("/delivery/fragment/", headers={"if-none-match": etag}).status_code == 304
    sent(hana, now)
    assert page.get("/delivery/fragment/", headers={"if-none-match": etag}).status_code == 200


def test_it_takes_a_constant_number_of_statements(
    page: Client, city: Organization, request_: Request, now: datetime,
    django_assert_max_num_queries: Callable[..., object],
) -> None:  # fmt: skip
    for _ in range(20):
        person = VolunteerFactory(organization=city)
        first = sent(person, now, state="failed", subject_key=request_.key)
        followed(first)
        sent(person, now, subject_key=OfferFactory(request=request_, volunteer=person).key)
    with django_assert_max_num_queries(22):  # type: ignore[attr-defined]
        page.get("/delivery/fragment/")


def test_an_accountant_reads_it_without_links_to_people(
    accountant: User, client_of: Callable[[User], Client], hana: Volunteer, now: datetime,
    clock: Clock,
) -> None:  # fmt: skip
    sent(hana, now)
    text = client_of(accountant).get("/delivery/").content.decode()
    assert "山田 花" in text
    assert f"/volunteers/{hana.pk}/" not in text
    assert "/inbox/" not in text


def test_another_organization_sees_nothing_of_it(
    outsider: User, client_of: Callable[[User], Client], hana: Volunteer, now: datetime,
    clock: Clock,
) -> None:  # fmt: skip
    sent(hana, now)
    text = client_of(outsider).get("/delivery/").content.decode()
    assert "山田 花" not in text
    assert "送信した連絡はありません" in text


def test_the_navigation_counts_texts_that_wait(page: Client, hana: Volunteer) -> None:
    from tests.factories import InboundFactory

    assert '連絡<span class="count">' not in page.get("/delivery/").content.decode()
    InboundFactory(organization_id=hana.organization_id, state="unclear")
    assert '連絡<span class="count">1</span>' in page.get("/delivery/").content.decode()
