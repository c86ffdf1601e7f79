"""Matching: every hard rule, and when caps are lifted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dispatch.match_values import Wish
from tests.dispatch.matching_cases import (
    AT,
    FAR,
    HANA,
    HOSPITAL,
    NEED,
    NOW,
    THURSDAY,
    booking,
    order,
    ranked,
    texts,
    why_not,
)
from volunteers.availability import DatedException, Rule


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
