"""The register as staff see it: who is found by what is typed, and how much it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Organization, User
from tests import factories
from volunteers import subscriptions
from volunteers.availability import TOKYO, is_free
from volunteers.models import (
    Area,
    AvailabilityException,
    AvailabilityRule,
    FieldSkill,
    LanguageSkill,
    Volunteer,
)
from volunteers.queries import free_on
from volunteers.schedules import plain_exceptions, plain_rules

pytestmark = pytest.mark.django_db
URL = "/volunteers/"


@pytest.fixture
def desk(client_of: Callable[[User], Client], coordinator: User, clock: object) -> Client:
    return client_of(coordinator)


def names(client: Client, **query: object) -> list[str]:
    response = client.get(URL, query)
    assert response.status_code == 200
    return [row.name for row in response.context["rows"]]


def test_strangers_are_sent_to_the_sign_in_page(client: Client) -> None:
    assert client.get(URL).url.startswith("/accounts/login/")


@pytest.mark.parametrize("role", ["accountant", "requester"])
def test_roles_without_the_right_find_nothing(
    role: str, client_of: Callable[[User], Client], request: pytest.FixtureRequest
) -> None:
    assert client_of(request.getfixturevalue(role)).get(URL).status_code == 404


def test_another_organization_sees_none_of_us(
    hana: Volunteer, outsider: User, client_of: Callable[[User], Client]
) -> None:
    assert names(client_of(outsider)) == []


@pytest.mark.parametrize(
    "typed",
    ["山田", "山田花", "山田　花", "やまだ", "ヤマダ", "ﾔﾏﾀﾞ", "yamada", "yamada hana", "101", "１０１",
     "090-1234", "０９０ー１２３４", "5678", "+81 9012", "ベトナム語", "betonamugo", "Tiếng Việt", "山田 ベトナム"],
)  # fmt: skip
def test_it_finds_somebody_by(typed: str, desk: Client, hana: Volunteer) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(mobile="+819012345678")
    factories.VolunteerFactory(
        organization=hana.organization, name="鈴木 一郎", kana="スズキ イチロウ",
        mobile="+818099998888", skills=["en"], number=7,
    )  # fmt: skip
    assert names(desk, q=typed) == ["山田 花"]


@pytest.mark.parametrize(
    ("name", "kana", "typed"),
    [
        ("髙橋 渡邊", "タカハシ", "高橋渡辺"),
        ("Nguyễn Thị Đào", "グエン・ティ・ダオ", "nguyen dao"),
        ("Nguyễn Thị Đào", "グエン・ティ・ダオ", "グエンティ"),
        ("大野 洋一", "オオノ ヨウイチ", "ohno yoichi"),
        ("伊藤 勇気", "イトウ ユウキ", "ito yuuki"),
        ("佐藤 翔太", "サトウ ショウタ", "satou shota"),
        ("新保 順平", "シンポ ジュンペイ", "shimpo"),
        ("服部 一", "ハットリ ハジメ", "hattori"),
        ("สมหญิง ใจดี", "ソムイン ジャイディー", "สมหญิง"),
        ("O'Brien Kate", "", "obrien"),
        ("李 娜", "リ ナ", "リーナ"),
    ],
)
def test_spellings_of_a_name_do_not_matter(
    name: str, kana: str, typed: str, desk: Client, city: Organization
) -> None:
    factories.VolunteerFactory(organization=city, name=name, kana=kana)
    factories.VolunteerFactory(organization=city, name="別の人", kana="ベツノヒト")
    assert names(desk, q=typed) == [name]


@pytest.mark.parametrize(
    "typed", ["'; drop table", "%", "_", "\\", "[", "(", "＊", "a" * 100, "🙂", "+"]
)
def test_odd_input_is_only_text(typed: str, desk: Client, hana: Volunteer) -> None:
    assert names(desk, q=typed) == []


def test_a_language_and_a_level_must_hold_both_ways(desk: Client, city: Organization) -> None:
    factories.VolunteerFactory(organization=city, name="両方", skills=[("vi", 3, 3)])
    factories.VolunteerFactory(organization=city, name="片方", skills=[("vi", 3, 2)])
    factories.VolunteerFactory(organization=city, name="別", skills=[("en", 3, 3)])
    assert names(desk, language="vi") == ["両方", "片方"]
    assert names(desk, language="vi", level=3) == ["両方"]
    assert names(desk, q="ベトナム語", level=3) == ["両方"]


def test_a_language_in_general_finds_its_dialects(desk: Client, city: Organization) -> None:
    factories.VolunteerFactory(organization=city, name="台湾", skills=["zh-TW"])
    factories.VolunteerFactory(organization=city, name="北京", skills=["zh"])
    factories.VolunteerFactory(organization=city, name="広東", skills=["yue"])
    assert names(desk, language="zh") == ["台湾", "北京"]


def test_fields_and_areas_restrict(desk: Client, city: Organization) -> None:
    there = Area.objects.create(organization=city, name="高尾")
    one = factories.VolunteerFactory(organization=city, name="甲", fields=[("legal", True)])
    one.areas.add(there)
    factories.VolunteerFactory(organization=city, name="乙", fields=["legal"])
    factories.VolunteerFactory(organization=city, name="丙", fields=["medical"])
    assert names(desk, field="legal") == ["甲", "乙"]
    assert names(desk, field="legal", qualified="on") == ["甲"]
    assert names(desk, area=there.pk) == ["甲"]


def test_who_can_on_wednesday_at_two(desk: Client, city: Organization) -> None:
    factories.VolunteerFactory(organization=city, name="水曜午後", rules=[(2, 780, 1020)])
    factories.VolunteerFactory(organization=city, name="水曜午前", rules=[(2, 540, 720)])
    factories.VolunteerFactory(organization=city, name="火曜深夜から", rules=[(1, 1320, 2060)])
    assert names(desk, weekday=2, time="14:00") == ["水曜午後"]
    assert names(desk, weekday=2, time="9時") == ["水曜午前", "火曜深夜から"]
    assert names(desk, weekday=2) == ["水曜午後", "水曜午前"]


def test_a_date_knows_the_week_the_holiday_and_the_exceptions(
    desk: Client, city: Organization
) -> None:
    third = factories.VolunteerFactory(organization=city, name="第3水曜", rules=[(2, 780, 1020)])
    third.rules.update(nth_mask=0b100, on_holidays=False)
    away = factories.VolunteerFactory(organization=city, name="不在", rules=[(2, 780, 1020)])
    AvailabilityException.objects.create(
        volunteer=away, first_day=date(2026, 12, 10), last_day=date(2026, 12, 20)
    )
    holiday = factories.VolunteerFactory(organization=city, name="祝日", rules=[(7, 540, 1020)])
    assert names(desk, day="2026-12-16", time="14:00") == ["第3水曜"]
    assert names(desk, day="2026-12-09", time="14:00") == ["不在"]
    # 29 April 2026 is a Wednesday and 昭和の日
    assert names(desk, day="2026-04-29", time="14:00") == ["不在", holiday.name]
    assert names(desk, day="令和8年12月16日", weekday=0, time="午後2時") == ["第3水曜"]


_minutes = st.integers(0, 23).map(lambda hour: hour * 60)
_rules = st.lists(
    st.tuples(st.integers(0, 7), _minutes, st.integers(1, 12), st.sampled_from([0, 1, 5, 16]),
              st.booleans()), max_size=3)  # fmt: skip
_exceptions = st.lists(
    st.tuples(st.integers(-1, 1), st.integers(0, 2), st.one_of(st.none(), st.integers(0, 20)),
              st.booleans()), max_size=2)  # fmt: skip


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rules=_rules, exceptions=_exceptions, offset=st.integers(0, 40), hour=st.integers(0, 23))
def test_the_database_answers_like_the_availability_rules(
    city: Organization, rules: list, exceptions: list, offset: int, hour: int
) -> None:
    day = date(2026, 4, 20) + timedelta(days=offset)  # Golden Week lies in between
    person = factories.VolunteerFactory(organization=city, rules=[])
    for weekday, start, hours, mask, on_holidays in rules:
        person.rules.create(
            weekday=weekday, from_minute=start, to_minute=min(start + hours * 60, 2160),
            nth_mask=mask, on_holidays=on_holidays,
        )  # fmt: skip
    for shift, length, from_hour, available in exceptions:
        first = day + timedelta(days=shift)
        hours = {} if from_hour is None else {
            "from_minute": from_hour * 60, "to_minute": from_hour * 60 + 180}  # fmt: skip
        person.exceptions.create(
            first_day=first, last_day=first + timedelta(days=length), available=available, **hours
        )
    start_at = datetime(day.year, day.month, day.day, hour, tzinfo=TOKYO)
    expected = is_free(
        plain_rules(person.rules.all()), plain_exceptions(person.exceptions.all()),
        start_at, start_at + timedelta(minutes=1),
    )  # fmt: skip
    found = Volunteer.objects.filter(free_on(day, hour * 60), pk=person.pk).exists()
    person.delete()
    assert found == expected


def test_states_are_listed_apart(desk: Client, city: Organization, now: datetime) -> None:
    def make(name: str, **more: object) -> Volunteer:
        return factories.VolunteerFactory(organization=city, name=name, **more)

    make("活動")
    make("待機", on_call_until=now + timedelta(hours=1))
    make("待機切れ", on_call_until=now - timedelta(hours=1))
    make("休止", status="paused")
    make("退会", status="withdrawn")
    term = (date(2026, 4, 1), date(2027, 1, 31), date(2026, 4, 1))
    make("間近", registration=term)
    make("切れ", registration=(date(2025, 4, 1), date(2026, 3, 31), None))
    make("なし", registration=False)
    silent = make("沈黙", last_seen_at=now - timedelta(days=181))
    Volunteer.objects.update(created_at=now)
    everybody = set(names(desk))
    assert "退会" not in everybody
    assert len(everybody) == 8
    assert names(desk, show="on_call") == ["待機"]
    assert names(desk, show="paused") == ["休止"]
    assert names(desk, show="withdrawn") == ["退会"]
    assert names(desk, show="ending") == ["間近"]
    assert names(desk, show="expired") == ["切れ", "なし"]
    assert names(desk, show="dormant") == [silent.name]
    counts = desk.get(URL).context["counts"]
    assert counts["registered"] == 8
    assert counts["ending"] == 1
    assert counts["expired"] == 2


def test_it_sorts_by_reading_and_by_term(desk: Client, city: Organization) -> None:
    late = (date(2026, 4, 1), date(2028, 3, 31), None)
    factories.VolunteerFactory(organization=city, name="乙", kana="ウ", registration=late)
    factories.VolunteerFactory(organization=city, name="甲", kana="ア")
    assert names(desk) == ["乙", "甲"]
    assert names(desk, sort="kana") == ["甲", "乙"]
    assert names(desk, sort="term") == ["甲", "乙"]


@pytest.mark.parametrize(
    "query",
    ["day=きのう", "time=99:99", "weekday=9", "language=xx", "area=abc", "level=7", "show=?"],
)
def test_a_filter_that_cannot_be_read_is_named_and_does_not_restrict(
    query: str, desk: Client, hana: Volunteer
) -> None:
    response = desk.get(f"{URL}?{query}")
    assert response.status_code == 200
    assert [row.name for row in response.context["rows"]] == ["山田 花"]
    assert response.context["form"].errors


def test_a_page_number_beyond_the_end_shows_the_last_page(desk: Client, hana: Volunteer) -> None:
    assert names(desk, page=99) == ["山田 花"]
    assert names(desk, page="x") == ["山田 花"]


def test_a_page_of_fifty_out_of_371_costs_at_most_thirteen_statements(
    desk: Client, city: Organization
) -> None:
    people = Volunteer.objects.bulk_create(
        Volunteer(organization=city, number=n, name=f"花子{n}", kana="ハナコ") for n in range(371)
    )
    LanguageSkill.objects.bulk_create(
        LanguageSkill(volunteer=one, language=tag) for one in people for tag in ("vi", "en")
    )
    AvailabilityRule.objects.bulk_create(
        AvailabilityRule(volunteer=one, weekday=2, from_minute=540, to_minute=1020)
        for one in people
    )
    FieldSkill.objects.bulk_create(FieldSkill(volunteer=one, field="medical") for one in people)
    with CaptureQueriesContext(connection) as few:
        response = desk.get(URL)
    assert len(response.context["rows"]) == 50
    assert response.context["page"].paginator.count == 371
    # one of them counts what waits in the inbox, for the navigation
    assert len(few) <= 13, [query["sql"][:120] for query in few]
    with CaptureQueriesContext(connection) as filtered:
        desk.get(URL, {"q": "ハナコ", "language": "vi", "field": "medical", "day": "2026-12-16"})
    assert len(filtered) <= 13
    assert filtered.captured_queries
    assert names(desk, q="ハナコ", day="2026-12-16")


def test_the_last_activity_comes_from_whoever_subscribed(
    desk: Client, hana: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        subscriptions, "last_served", [lambda ids: dict.fromkeys(ids, date(2026, 10, 3))]
    )
    assert "活動 2026/10/3" in desk.get(URL).content.decode()


def test_languages_are_suggested_while_typing(desk: Client) -> None:
    found = desk.get("/volunteers/languages/", {"q": "beto"}).json()["results"]
    assert found[0] == {"value": "vi", "label": "ベトナム語", "hint": "Tiếng Việt"}


def test_somebody_new_is_not_dormant(desk: Client, hana: Volunteer, now: datetime) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(created_at=now - timedelta(days=179))
    assert names(desk, show="dormant") == []
    Volunteer.objects.filter(pk=hana.pk).update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert names(desk, show="dormant") == ["山田 花"]
