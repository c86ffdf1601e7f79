"""Who would answer in which language at which hour, and where the ladder has a dead end."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organization, User
from accounts.times import instant
from dispatch.candidates import find_for_need
from dispatch.coverage import Coverage, coverage_at, hours_of_week, runs_of
from dispatch.coverage_words import sentence, warning
from dispatch.device_languages import USUAL
from dispatch.match_values import Need
from dispatch.models import Desk
from dispatch.policy import DEFAULT
from tests.conftest import Clock
from tests.factories import (
    AssignmentFactory,
    DeskFactory,
    OperatorFactory,
    OperatorServiceFactory,
    RequestFactory,
    SharingAgreementFactory,
    ShiftFactory,
    VolunteerFactory,
)
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
DESKS = json.loads((Path(__file__).parent.parent / "data/desks.json").read_text())["desks"]
VIDEO_24 = [
    "en", "zh", "ko", "vi", "ne", "fil", "pt", "es", "id", "th", "my", "ru", "fr", "de", "it",
    "ms", "km", "mn", "si", "hi", "bn", "uk", "lo", "ta",
]  # fmt: skip


def known_desk(key: str) -> dict[str, Any]:
    return next(one for one in DESKS if one["id"] == key)


def like(organization: Organization, key: str, *, remote: list[str], device: int) -> Coverage:
    """A desk of the handbook: its people on the roster, its operator, its device."""
    known = known_desk(key)
    desk = DeskFactory(organization=organization)
    for tag in known["languages"]:
        if tag != "ja":
            person = VolunteerFactory(
                organization=organization, skills=[tag], accepts_video=False,
                rules=[(0, 540, 541)],
            )  # fmt: skip
            ShiftFactory(desk=desk, volunteer=person, weekday=1)
    if remote:
        OperatorServiceFactory(operator__organization=organization, languages=remote)
    if device:
        organization.policy = {"device_languages": list(USUAL)[:device]}
        organization.save()
    at = instant(date(2026, 11, 24), 11 * 60)
    return coverage_at(organization, hours_of_week(date(2026, 11, 24)), at=at)


def at_noon(organization: Organization, now: datetime, **options: Any) -> Coverage:
    return coverage_at(organization, [now], at=now, **options)


def counts(found: Coverage, tag: str, index: int = 0) -> dict[str, int]:
    return {way.channel: way.count for way in found.of(tag).ways(index) if way.count}


@pytest.mark.parametrize(
    ("key", "remote", "device", "expected"),
    [
        ("sendai", VIDEO_24, 74, (6, 24, 74)),
        ("ota", VIDEO_24[:17], 70, (6, 17, 70)),
        ("hamamatsu", None, 0, (8, 17, None)),
    ],
)
def test_the_handbooks_desks_count_their_languages_as_published(
    city: Organization,
    key: str,
    remote: list[str] | None,
    device: int,
    expected: tuple[int, int, int | None],
) -> None:
    remote = known_desk(key)["video_languages"] if remote is None else remote
    found = like(city, key, remote=remote, device=device)
    in_person = found.reach("desk", "offer") + 1  # Japanese
    assert (in_person, found.reach("on_call", "video", "neighbour", "operator")) == expected[:2]
    if expected[2]:
        assert len(found.device) == expected[2]


def test_somebody_at_the_desk_comes_before_somebody_to_be_asked(
    city: Organization, hana: Volunteer, minh: Volunteer, now: datetime
) -> None:
    asked_first = at_noon(city, now).of("vi").first(0)
    assert (asked_first.channel, asked_first.count, asked_first.safe) == ("offer", 2, True)
    ShiftFactory(desk=DeskFactory(organization=city), volunteer=minh)
    found = at_noon(city, now)
    assert counts(found, "vi") == {"desk": 1, "offer": 1, "video": 2, "device": 1}
    first = found.of("vi").first(0)
    assert (first.channel, first.count) == ("desk", 1)
    assert sentence(first) == "窓口にいる1人がすぐ対応できます"


def test_each_way_counts_its_own_people(
    city: Organization, town: Organization, hana: Volunteer, minh: Volunteer, now: datetime
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(on_call_until=now + timedelta(hours=1))
    VolunteerFactory(organization=town, accepts_neighbours=True)
    VolunteerFactory(organization=town)  # did not agree to it
    SharingAgreementFactory(borrower=city, lender=town, languages=["vi"])
    OperatorServiceFactory(operator__organization=city, languages=["vi"])
    assert counts(at_noon(city, now), "vi") == {
        "offer": 2, "on_call": 1, "video": 1, "neighbour": 1, "operator": 1, "device": 1,
    }  # fmt: skip


def test_a_neighbours_volunteer_is_a_number_and_an_organization_never_a_name(
    city: Organization, town: Organization, now: datetime
) -> None:
    VolunteerFactory(organization=town, name="秘密 の人", accepts_neighbours=True)
    SharingAgreementFactory(borrower=city, lender=town)
    found = at_noon(city, now)
    way = next(way for way in found.of("vi").ways(0) if way.channel == "neighbour")
    assert (way.count, way.names) == (1, ((0, "山手町国際交流協会"),))
    assert [one.name for one in found.loaded.speakers] == [""]


@pytest.mark.parametrize("state", ["proposed", "ended"])
def test_without_an_agreement_nobody_crosses(
    city: Organization, town: Organization, now: datetime, state: str
) -> None:
    VolunteerFactory(organization=town, accepts_neighbours=True)
    SharingAgreementFactory(borrower=city, lender=town, state=state)
    SharingAgreementFactory(borrower=town, lender=city)
    assert "vi" not in at_noon(city, now).tags


def test_hours_exceptions_terms_and_bookings_count_as_matching_counts_them(
    city: Organization, now: datetime
) -> None:
    """The coverage and the matching rules must not drift apart (the way between jobs apart)."""
    everybody = [
        VolunteerFactory(organization=city),
        VolunteerFactory(organization=city, rules=[(1, 600, 660)]),
        VolunteerFactory(organization=city, rules=[(1, 660, 720)]),
        VolunteerFactory(organization=city, rules=[(2, 540, 1020)]),
        VolunteerFactory(organization=city, rules=[]),
        VolunteerFactory(organization=city, registration=False),
        VolunteerFactory(
            organization=city,
            registration=(date(2025, 4, 1), date(2026, 3, 31), date(2025, 4, 1)),
        ),
        VolunteerFactory(organization=city, status="paused", paused_until=date(2026, 11, 24)),
        VolunteerFactory(organization=city, accepts_video=False),
        VolunteerFactory(organization=city, skills=["en"]),
    ]
    away = everybody[0].exceptions.model
    off = VolunteerFactory(organization=city)
    away.objects.create(volunteer=off, first_day=date(2026, 11, 24), last_day=date(2026, 11, 24))
    busy = VolunteerFactory(organization=city)
    job = RequestFactory(
        organization=city, status="filled", starts_at=now, ends_at=now + timedelta(hours=1)
    )
    AssignmentFactory(request=job, volunteer=busy)
    for minutes in (0, 30, 5 * 60, 26 * 60):
        at = now + timedelta(minutes=minutes)
        found = coverage_at(city, [at], at=at)
        for remote, channels in ((False, ("offer", "desk")), (True, ("video", "on_call"))):
            need = Need("vi", "onsite", "now", "other", at, at + timedelta(hours=1), remote=remote)
            expected = find_for_need(need, city, at=at).able
            assert sum(counts(found, "vi").get(c, 0) for c in channels) == expected


def test_the_field_leaves_out_who_does_not_take_it(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    VolunteerFactory(organization=city, fields=["school"])
    assert at_noon(city, now, field="medical").of("vi").first(0).count == 1
    assert at_noon(city, now, field="school").of("vi").first(0).count == 1
    assert at_noon(city, now).of("vi").first(0).count == 2


def test_an_operator_answers_in_its_hours_only(city: Organization) -> None:
    OperatorServiceFactory(
        operator__organization=city, languages=["ur"], weekdays=[0, 1, 2, 3, 4],
        from_minute=540, to_minute=1020,
    )  # fmt: skip
    found = coverage_at(
        city, hours_of_week(date(2026, 11, 24)), at=instant(date(2026, 11, 24), 600)
    )
    city.policy = {"device_languages": ["en"]}
    found.device = ("en",)
    runs = {
        day: [
            (run.first_hour, run.end_hour, run.first.channel)
            for run in runs_of(found.of("ur"), day)
        ]
        for day in (date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 28))
    }
    assert runs == {
        date(2026, 11, 23): [(8, 21, "")],  # a public holiday
        date(2026, 11, 24): [(8, 9, ""), (9, 17, "operator"), (17, 21, "")],
        date(2026, 11, 28): [(8, 21, "")],
    }


def test_a_rung_that_is_left_out_for_the_language_or_the_hour_does_not_answer(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    ladder = [dict(rung) for rung in DEFAULT["ladder"]]
    ladder[0]["languages"] = ["en"]
    ladder[1]["hours"] = {"weekdays": [5, 6], "from": 540, "to": 1020}
    city.policy = {"ladder": ladder}
    city.save()
    found = at_noon(city, now)
    assert found.of("vi").first(0).channel == "device"
    assert found.of("en").first(0).channel == "offer"


def test_a_language_nobody_and_nothing_serves_is_a_dead_end(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    city.policy = {"device_languages": ["fr"]}
    city.save()
    RequestFactory(organization=city, language="tet")
    found = at_noon(city, now)
    assert found.tags[0] in ("tet", "vi")
    nothing, unsure = found.of("tet").first(0), found.of("vi").first(0)
    assert nothing.dead_end
    assert "行き止まり" in warning(nothing)
    assert not unsure.dead_end
    assert "返事がないと" in warning(unsure)
    Volunteer.objects.filter(pk=hana.pk).update(on_call_until=now + timedelta(hours=1))
    assert at_noon(city, now).of("vi").first(0).safe


def test_on_call_counts_only_while_it_lasts(
    city: Organization, hana: Volunteer, now: datetime
) -> None:
    Volunteer.objects.filter(pk=hana.pk).update(on_call_until=now + timedelta(hours=2))
    moments = [now, now + timedelta(hours=1), now + timedelta(hours=2)]
    found = coverage_at(city, moments, at=now)
    assert [counts(found, "vi", i).get("on_call", 0) for i in range(3)] == [1, 1, 0]


def test_the_languages_most_asked_for_come_first(city: Organization, now: datetime) -> None:
    VolunteerFactory(organization=city, skills=["en"])
    VolunteerFactory(organization=city, skills=["en", "ne"])
    RequestFactory.create_batch(2, organization=city, language="my")
    RequestFactory(organization=city, language="ne")
    assert at_noon(city, now).tags == ["my", "ne", "en"]


# ---- The pages ----------------------------------------------------------------------------------


@pytest.fixture
def page(coordinator: User, client_of: Callable[[User], Client], clock: Clock) -> Client:
    return client_of(coordinator)


@pytest.fixture
def duty(city: Organization, hana: Volunteer) -> Desk:
    desk = DeskFactory(organization=city, name="駅前窓口")
    ShiftFactory(desk=desk, volunteer=hana)
    return desk


def test_the_page_says_who_answers_now_and_at_another_hour(page: Client, duty: Desk) -> None:
    now = page.get("/coverage/").content.decode()
    assert "窓口にいる1人がすぐ対応できます" in now
    assert "山田 花" in now
    evening = page.get("/coverage/?day=2026-11-24&time=18:00").content.decode()
    assert "窓口にいる1人" not in evening
    assert "1人に、現地での通訳を打診できます" in evening


def test_an_accountant_sees_numbers_but_no_names(
    accountant: User, client_of: Callable[[User], Client], duty: Desk, clock: Clock
) -> None:
    shown = client_of(accountant).get("/coverage/").content.decode()
    assert "窓口にいる1人がすぐ対応できます" in shown
    assert "山田 花" not in shown


def test_the_week_and_its_csv_say_the_same(page: Client, duty: Desk) -> None:
    shown = page.get("/coverage/week/?day=2026-11-24").content.decode()
    assert "当番（窓口にいる）" in shown
    answer = page.get("/coverage/week.csv?day=2026-11-24")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    on_tuesday = {
        row["時"]: row["最初の段階"]
        for row in rows
        if row["タグ"] == "vi" and row["日付"] == "2026/11/24"
    }
    assert on_tuesday["9"] == "現地に打診"
    assert on_tuesday["10"] == on_tuesday["15"] == "当番（窓口にいる）"
    assert on_tuesday["16"] == "現地に打診"
    assert "山田" not in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    ["?day=あした", "?day=2026-13-45&time=99", "?time=%20", "?field=nonsense", "?day=9999-12-31"],
)
def test_a_time_that_cannot_be_read_is_taken_as_now(page: Client, duty: Desk, query: str) -> None:
    for address in ("/coverage/", "/coverage/week/", "/coverage/week.csv"):
        assert page.get(address + query).status_code == 200


def many_people(organization: Organization, count: int) -> None:
    tags = ["vi", "en", "zh", "ko", "ne", "pt", "es", "fil", "my", "id", "th", "ru", "fr", "uk"]
    for number in range(count):
        VolunteerFactory(
            organization=organization,
            skills=[tags[number % 14], tags[number // 14 % 14]][
                : 1 + (number % 14 != number // 14 % 14)
            ],
            rules=[(d, 540 + number % 7 * 30, 1020 - number % 5 * 30) for d in range(5)],
        )


@pytest.mark.parametrize("address", ["/coverage/", "/coverage/week/"])
def test_the_statements_do_not_grow_with_the_register(
    page: Client, city: Organization, duty: Desk, address: str
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page.get(address)
    with CaptureQueriesContext(connection) as few:
        page.get(address)
    many_people(city, 30)
    OperatorServiceFactory.create_batch(
        3, operator=OperatorFactory(organization=city), languages=["km"]
    )
    with CaptureQueriesContext(connection) as more:
        page.get(address)
    assert len(more) <= len(few) + 1
    assert len(more) <= 36


def test_a_whole_week_of_371_people_is_worked_out_in_a_moment(
    city: Organization, now: datetime
) -> None:
    many_people(city, 371)
    moments = hours_of_week(date(2026, 11, 24))

    def work() -> float:
        begun = time.perf_counter()
        found = coverage_at(city, moments, at=now)
        for tag in found.tags:
            for index in range(len(moments)):
                found.of(tag).first(index)
        return time.perf_counter() - begun

    assert min(work() for _ in range(3)) < 0.6  # 0.2 s alone on a slow core; others share it
