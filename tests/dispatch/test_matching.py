"""Matching: every hard rule, the order of the criteria, and the reasons in words."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.match_values import Busy, Need, Person, Wish
from dispatch.matching import MOST_EXCLUSIONS, Ranking, rank
from dispatch.policy import DEFAULT, merged
from dispatch.travel import Point
from volunteers.availability import DatedException, Rule
from volunteers.languages import DialectMatch

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday 10:00 in Tokyo
THURSDAY = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)  # 14:00 in Tokyo
HOSPITAL = Point(35.7100, 139.5700)
HOME = Point(35.7050, 139.5750)
FAR = Point(35.6300, 139.3000)
ALL_WEEK = tuple(Rule(day, 9 * 60, 21 * 60, on_holidays=True) for day in range(8))
NEED = Need(
    language="vi",
    mode="accompany",
    urgency="booked",
    field="administrative",
    starts_at=THURSDAY,
    ends_at=THURSDAY + timedelta(minutes=90),
    point=HOSPITAL,
    place="市立病院",
)
NOW = replace(
    NEED, urgency="now", starts_at=AT, ends_at=AT + timedelta(hours=1), mode="video", remote=True,
    point=None, place="",
)  # fmt: skip
HANA = Person(volunteer_id=1, number=101, name="山田 花", language="vi", rules=ALL_WEEK, point=HOME)


def ranked(need: Need, *people: Person, at: datetime = AT, **policy: Any) -> Ranking:
    return rank(need, people, at=at, policy=merged(DEFAULT, policy))


def order(need: Need, *people: Person, at: datetime = AT, **policy: Any) -> list[int]:
    return [c.volunteer_id for c in ranked(need, *people, at=at, **policy).candidates]


def why_not(need: Need, person: Person, at: datetime = AT, **policy: Any) -> list[tuple[str, str]]:
    found = ranked(need, person, at=at, **policy)
    assert not found.candidates
    return [(r.code, r.text) for exclusion in found.excluded for r in exclusion.reasons]


def texts(need: Need, person: Person, at: datetime = AT) -> dict[str, tuple[str, bool]]:
    (found,) = ranked(need, person, at=at).candidates
    return {reason.code: (reason.text, reason.in_favour) for reason in found.reasons}


def booking(start: datetime, minutes: int, **more: Any) -> Busy:
    return Busy(start, start + timedelta(minutes=minutes), "市民センター", **more)


def test_somebody_who_meets_every_rule_is_a_candidate() -> None:
    assert order(NEED, HANA) == [1]


@pytest.mark.parametrize(
    ("change", "need", "code", "text"),
    [
        ({"status": "paused"}, {}, "paused", "休止中です"),
        (
            {"status": "paused", "paused_until": date(2026, 11, 30)},
            {},
            "paused",
            "休止中です（11月30日まで）",
        ),
        ({"term_valid": False}, {}, "term", "依頼の日に登録期間が切れています"),
        ({"pledge_valid": False}, {}, "pledge", "誓約書が提出されていません"),
        (
            {"from_japanese": 1},
            {"field": "medical"},
            "level",
            "水準が足りません（△、必要 ○）",
        ),
        (
            {"from_japanese": 2},
            {"requirements": (Wish("level", True, "3"),)},
            "level",
            "水準が足りません（○、必要 ◎）",
        ),
        (
            {"gender": "male"},
            {"requirements": (Wish("gender", True, "female"),)},
            "gender",
            "条件（女性）に合いません",
        ),
        (
            {"gender": ""},
            {"requirements": (Wish("gender", True, "female"),)},
            "gender",
            "条件（女性）に合いません",
        ),
        (
            {},
            {"requirements": (Wish("qualified", True),)},
            "qualified",
            "行政手続きの研修を修了していません",
        ),
        (
            {"language": "zh"},
            {"language": "zh-TW", "requirements": (Wish("dialect", True, "zh-TW"),)},
            "dialect",
            "条件の方言ではありません",
        ),
        (
            {},
            {"requirements": (Wish("excluded", True, volunteer_id=1),)},
            "excluded",
            "避けたい通訳者に指定されています",
        ),
        ({"accepts_field": False}, {}, "field", "行政手続きの分野は受けていません"),
        (
            {"accepts_video": False},
            {"remote": True, "mode": "video"},
            "video",
            "映像・電話の通訳は受けていません",
        ),
        (
            {"point": FAR, "reach_minutes": 30},
            {},
            "reach",
            "移動できる範囲の外です（およそ100分、30分以内を希望）",
        ),
        (
            {"areas": frozenset({"北地区"})},
            {"area": "南地区"},
            "area",
            "活動する地域の外です（南地区）",
        ),
        (
            {"rules": (Rule(0, 540, 1020),)},
            {},
            "hours",
            "木曜日は活動日ではありません",
        ),
        (
            {"rules": (Rule(3, 540, 720),)},
            {},
            "hours",
            "活動できる時間の外です（毎週木曜 9:00〜12:00）",
        ),
        (
            {"exceptions": (DatedException(date(2026, 11, 20), date(2026, 11, 30)),)},
            {},
            "hours",
            "その日は不在の予定です",
        ),
        (
            {"weekly_hours_cap": 4, "hours_that_week": 3.0},
            {},
            "week",
            "週の上限4時間を超えます（その週は3時間）",
        ),
        ({"booked_asks_7_days": 3}, {}, "asks_cap", "この7日間で3回打診済みです（上限3回）"),
        ({"jobs_30_days": 4}, {}, "jobs_cap", "30日間に4件担当しています（上限4件）"),
        (
            {"last_asked_at": AT - timedelta(minutes=5)},
            {},
            None,
            None,
        ),
    ],
)
def test_each_hard_rule_excludes_and_says_why(
    change: dict[str, Any], need: dict[str, Any], code: str | None, text: str | None
) -> None:
    person = replace(HANA, **change)
    if code is None:  # only a recent ask: comes back when nobody else is there, but not before
        other = replace(HANA, volunteer_id=2, number=102)
        assert order(replace(NEED, **need), person, other) == [2]
        return
    assert why_not(replace(NEED, **need), person) == [(code, text)]


def test_somebody_withdrawn_is_neither_asked_nor_listed() -> None:
    found = ranked(NEED, replace(HANA, status="withdrawn"))
    assert (found.candidates, found.excluded) == ([], [])


def test_a_pause_that_ends_before_the_day_does_not_matter() -> None:
    assert order(NEED, replace(HANA, status="paused", paused_until=date(2026, 11, 25))) == [1]


def test_a_field_that_demands_training_takes_only_the_trained() -> None:
    policy = {"qualified_fields": ["administrative"]}
    assert why_not(NEED, HANA, **policy) == [("training", "行政手続きの研修を修了していません")]
    assert order(NEED, replace(HANA, qualified=True), **policy) == [1]


def test_a_soft_wish_to_avoid_somebody_is_hard_where_the_matter_is_delicate() -> None:
    avoid = replace(NEED, requirements=(Wish("excluded", False, volunteer_id=1),))
    assert order(avoid, HANA) == [1]
    assert why_not(replace(avoid, sensitivity="strict"), HANA)[0][0] == "excluded"


def test_a_hard_wish_for_somebody_admits_nobody_else_and_lists_nobody_else() -> None:
    other = replace(HANA, volunteer_id=2)
    wish = replace(NEED, requirements=(Wish("preferred", True, volunteer_id=2),))
    found = ranked(wish, HANA, other)
    assert [c.volunteer_id for c in found.candidates] == [2]
    assert found.excluded == []


# ---- Time --------------------------------------------------------------------------------------


def test_another_booking_excludes_with_its_time_its_place_and_the_way() -> None:
    person = replace(HANA, busy=(booking(THURSDAY - timedelta(minutes=70), 60, point=FAR),))
    assert why_not(NEED, person) == [
        ("busy", "12:50〜13:50 市民センターの派遣と重なります（移動 100分）")
    ]


@pytest.mark.parametrize(("gap", "free"), [(104, False), (105, True)])
def test_the_way_between_two_places_and_the_margin_must_fit_between(gap: int, free: bool) -> None:
    before = booking(THURSDAY - timedelta(minutes=60 + gap), 60, point=FAR)
    after = booking(NEED.ends_at + timedelta(minutes=gap), 60, point=FAR)
    for other in (before, after):
        found = ranked(NEED, replace(HANA, busy=(other,)))
        assert bool(found.candidates) is free


def test_two_patients_at_one_place_may_follow_each_other_at_once() -> None:
    other = replace(booking(NEED.ends_at, 60, point=HOSPITAL), label="市立病院")
    assert order(NEED, replace(HANA, busy=(other,))) == [1]


@pytest.mark.parametrize(("gap", "free"), [(4, False), (5, True)])
def test_between_two_video_calls_there_is_a_breath(gap: int, free: bool) -> None:
    other = booking(AT - timedelta(minutes=30 + gap), 30, remote=True)
    assert bool(ranked(NOW, replace(HANA, busy=(other,))).candidates) is free


def test_a_booking_that_crosses_midnight_names_its_day() -> None:
    other = booking(THURSDAY - timedelta(hours=14), 16 * 60)
    assert why_not(NEED, replace(HANA, busy=(other,)))[0][1].startswith("0:00〜16:00")
    earlier = booking(THURSDAY - timedelta(hours=15), 16 * 60)
    assert why_not(NEED, replace(HANA, busy=(earlier,)))[0][1].startswith("11月25日 23:00〜")


def test_on_call_is_enough_at_the_counter_but_not_for_a_booking() -> None:
    person = replace(HANA, rules=(Rule(0, 540, 1020),), on_call=True)
    assert order(NOW, person) == [1]
    assert why_not(NEED, person)[0][0] == "hours"


def test_at_the_counter_the_beginning_must_lie_within_stated_hours() -> None:
    until_half_past = replace(HANA, rules=(Rule(1, 540, 630),))
    assert order(NOW, until_half_past) == [1]
    assert why_not(NOW, replace(HANA, rules=(Rule(1, 540, 620),)))[0][0] == "hours"


def test_unstated_hours_do_not_exclude_but_speak_against() -> None:
    person = replace(HANA, rules=(), has_hours=False)
    assert texts(NEED, person)["hours_unknown"] == ("活動できる時間の登録がない", False)
    away = replace(person, exceptions=(DatedException(date(2026, 11, 26), date(2026, 11, 26)),))
    assert why_not(NEED, away)[0][0] == "hours"


def test_a_translation_asks_for_no_hours_and_no_way() -> None:
    need = replace(NEED, mode="translation", remote=True, point=None)
    person = replace(
        HANA, rules=(Rule(0, 540, 600),), busy=(booking(THURSDAY, 60),), accepts_video=False
    )
    assert order(need, person) == [1]


def test_at_night_only_those_who_allow_it_or_wait_are_written_to() -> None:
    night = AT.replace(hour=14)  # 23:00 in Tokyo
    need = replace(NOW, starts_at=night, ends_at=night + timedelta(hours=1))
    person = replace(HANA, rules=tuple(Rule(day, 0, 1440) for day in range(7)))
    assert why_not(need, person, at=night) == [("quiet", "夜間・早朝の連絡を希望していません")]
    assert order(need, replace(person, night_messages=True), at=night) == [1]
    assert order(need, replace(person, on_call=True), at=night) == [1]
    assert order(NEED, person, at=night) == [1], "what is booked waits for the morning"


def test_whoever_cannot_be_there_in_time_is_not_asked() -> None:
    soon = replace(
        NEED, urgency="today", starts_at=AT + timedelta(minutes=30), ends_at=AT + timedelta(hours=2)
    )
    assert why_not(soon, replace(HANA, point=FAR)) == [
        ("late", "間に合いません（移動およそ100分）")
    ]
    assert order(soon, HANA) == [1]


# ---- Fairness ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reached", [{"booked_asks_7_days": 3}, {"jobs_30_days": 4}])
def test_urgency_lifts_the_caps_and_says_so(reached: dict[str, int]) -> None:
    person = replace(HANA, **reached)
    found = texts(NOW, person)
    (code,) = [code for code in found if code.endswith("_lifted")]
    assert found[code][0].endswith("が、急ぎのため候補に含む")
    assert found[code][1] is False


def test_the_caps_are_lifted_in_the_last_hours_of_a_booking() -> None:
    person = replace(HANA, jobs_30_days=4)
    eve = THURSDAY - timedelta(hours=20)
    assert why_not(NEED, person, at=eve)[0][0] == "jobs_cap"
    assert order(NEED, person, at=THURSDAY - timedelta(hours=3)) == [1]


def test_whoever_was_just_asked_comes_back_only_when_nobody_else_is_there() -> None:
    person = replace(HANA, last_asked_at=AT - timedelta(minutes=5))
    (alone,) = ranked(NEED, person).candidates
    assert ("just_asked", "5分前に打診したばかりです") in [(r.code, r.text) for r in alone.reasons]
    other = replace(HANA, volunteer_id=2)
    found = ranked(NEED, person, other)
    assert [c.volunteer_id for c in found.candidates] == [2]
    assert [e.volunteer_id for e in found.excluded] == [1]


# ---- The order ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("better", "worse", "need"),
    [
        pytest.param(
            {"from_japanese": 1},
            {"gender": "male"},
            {"requirements": (Wish("gender", False, "female"),)},
            id="a soft wish goes before skill",
        ),
        pytest.param({"from_japanese": 1, "served_this_body": True}, {}, {}, id="continuity"),
        pytest.param(
            {"other_languages_scarce": True}, {"from_japanese": 1}, {}, id="skill before scarcity"
        ),
        pytest.param({"qualified": True}, {}, {"field": "medical"}, id="training where it matters"),
        pytest.param({}, {"dialect": DialectMatch.OTHER_DIALECT}, {}, id="the dialect asked for"),
        pytest.param(
            {"asked_count": 20},
            {"other_languages_scarce": True, "asked_count": 20, "accepted_count": 20},
            {},
            id="people of a scarce language are kept free",
        ),
        pytest.param(
            {"asked_count": 20, "accepted_count": 15, "point": Point(35.76, 139.50)},
            {"asked_count": 20},
            {},
            id="likely before near",
        ),
        pytest.param({}, {"jobs_30_days": 2}, {}, id="those with fewer jobs"),
        pytest.param(
            {"last_asked_at": AT - timedelta(days=1)},
            {"point": Point(35.74, 139.55)},
            {},
            id="near before long not asked",
        ),
        pytest.param(
            {"last_asked_at": AT - timedelta(days=9)},
            {"last_asked_at": AT - timedelta(days=8)},
            {},
            id="days since asked",
        ),
        pytest.param(
            {"last_served_at": AT - timedelta(days=9)},
            {"last_served_at": AT - timedelta(days=8)},
            {},
            id="days since served",
        ),
    ],
)
def test_the_criteria_decide_one_after_the_other(
    better: dict[str, Any], worse: dict[str, Any], need: dict[str, Any]
) -> None:
    first = replace(HANA, volunteer_id=2, number=999, gender="female", **better)
    second = replace(HANA, **{"gender": "female", **worse})
    assert order(replace(NEED, **need), second, first) == [2, 1]


def test_the_number_in_the_register_decides_last() -> None:
    people = [replace(HANA, volunteer_id=9 - n, number=n) for n in range(1, 5)]
    assert order(NEED, *reversed(people)) == [8, 7, 6, 5]


def test_continuity_does_not_count_where_acquaintances_are_avoided() -> None:
    known = replace(HANA, volunteer_id=2, number=999, served_this_resident=True)
    assert order(NEED, HANA, known) == [2, 1]
    assert order(replace(NEED, sensitivity="strict"), HANA, known) == [1, 2]


def test_a_newcomer_is_not_behind_an_average_volunteer() -> None:
    newcomer = replace(HANA, volunteer_id=2, number=999)
    average = replace(HANA, asked_count=20, accepted_count=6, last_asked_at=AT - timedelta(days=20))
    assert order(NEED, average, newcomer) == [2, 1]


# ---- Words -------------------------------------------------------------------------------------


def test_reasons_can_be_read_out() -> None:
    person = replace(
        HANA,
        qualified=True,
        served_this_body=True,
        asks_7_days=2,
        jobs_30_days=1,
        last_asked_at=AT - timedelta(days=2),
        asked_count=10,
        accepted_count=6,
    )
    assert texts(replace(NEED, field="medical"), person) == {
        "continuity": ("以前この依頼元の派遣を担当", True),
        "language": ("ベトナム語 ◎（双方向）", True),
        "qualified": ("医療の研修修了・資格あり", True),
        "asked": ("この1週間で2回打診済み", False),
        "jobs": ("この30日間に1件担当", False),
        "often": ("打診10回のうち6回承諾", True),
        "near": ("近い: 移動およそ12分", True),
    }


def test_reasons_go_on_the_wire_with_for() -> None:
    (found,) = ranked(NEED, HANA).candidates
    assert found.reasons[0].as_json() == {
        "code": "language", "text": "ベトナム語 ◎（双方向）", "for": True,
    }  # fmt: skip


def test_levels_that_differ_are_named_each_way() -> None:
    assert texts(NEED, replace(HANA, from_japanese=2))["language"][0] == (
        "ベトナム語 日本語へ◎・日本語から○"
    )


def test_an_unknown_place_and_a_long_way_are_said() -> None:
    assert texts(NEED, replace(HANA, point=None))["way_unknown"] == (
        "位置が未登録（移動は仮に45分）", False,
    )  # fmt: skip
    assert texts(NEED, replace(HANA, point=FAR))["far"] == ("遠い: 移動およそ100分", False)


def test_people_who_fail_many_rules_are_not_listed_and_the_list_ends() -> None:
    hopeless = replace(HANA, status="paused", term_valid=False, accepts_field=False)
    assert ranked(NEED, hopeless).excluded == []
    many = [replace(HANA, volunteer_id=n, number=n, term_valid=False) for n in range(1, 50)]
    assert len(ranked(NEED, *many).excluded) == MOST_EXCLUSIONS


def test_a_limit_cuts_the_list_but_not_the_count() -> None:
    people = [replace(HANA, volunteer_id=n, number=n) for n in range(1, 9)]
    found = rank(NEED, people, at=AT, policy=DEFAULT, limit=3)
    assert ([c.rank for c in found.candidates], found.able) == ([1, 2, 3], 8)


# ---- Properties --------------------------------------------------------------------------------

people = st.builds(
    lambda **fields: replace(HANA, **fields),
    volunteer_id=st.integers(1, 500),
    gender=st.sampled_from(["", "female", "male"]),
    to_japanese=st.integers(1, 3),
    from_japanese=st.integers(1, 3),
    term_valid=st.booleans(),
    asks_7_days=st.integers(0, 9),
    jobs_30_days=st.integers(0, 6),
    point=st.sampled_from([None, HOME, HOSPITAL, FAR]),
    last_asked_at=st.sampled_from([None, AT - timedelta(minutes=3), AT - timedelta(days=40)]),
)
registers = st.lists(people, max_size=12, unique_by=lambda person: person.volunteer_id)


@given(registers, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    register: list[Person], chance: random.Random
) -> None:
    shuffled = register[:]
    chance.shuffle(shuffled)
    assert ranked(NEED, *register) == ranked(NEED, *shuffled)


@given(registers)
def test_a_hard_wish_is_never_broken(register: list[Person]) -> None:
    need = replace(
        NEED,
        requirements=(Wish("gender", True, "female"), Wish("excluded", True, volunteer_id=7)),
    )
    gender = {person.volunteer_id: person.gender for person in register}
    for found in ranked(need, *register).candidates:
        assert gender[found.volunteer_id] == "female"
        assert found.volunteer_id != 7


@given(registers)
def test_everybody_is_a_candidate_or_excluded_never_both(register: list[Person]) -> None:
    found = ranked(NEED, *register)
    able = {c.volunteer_id for c in found.candidates}
    out = {e.volunteer_id for e in found.excluded}
    assert not able & out
    assert found.able == len(able)
    assert [c.rank for c in found.candidates] == list(range(1, len(able) + 1))
