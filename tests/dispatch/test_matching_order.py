"""Matching: the order of the criteria, the reasons in words, and what holds for any register."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.match_values import Person, Wish
from dispatch.matching import MOST_EXCLUSIONS, rank
from dispatch.policy import DEFAULT
from dispatch.travel import Point
from tests.dispatch.matching_cases import (
    AT,
    FAR,
    HANA,
    HOME,
    HOSPITAL,
    NEED,
    order,
    ranked,
    texts,
)
from volunteers.languages import DialectMatch

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
