"""Chances: what is learned from answers, and how many people a wave asks."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.chances import (
    REPLY_MEDIAN_MINUTES,
    acceptance_chance,
    fill_chance,
    replied_within,
    still_yes,
    wave_size,
)
from dispatch.match_values import Person
from dispatch.policy import DEFAULT
from tests.dispatch.test_matching import AT, FAR, HANA, NEED, NOW, replace

probabilities = st.floats(0, 1)


def test_a_newcomer_counts_as_the_mean_of_the_class() -> None:
    assert acceptance_chance(HANA, NEED) == pytest.approx(DEFAULT["chance"]["means"]["later"])
    assert acceptance_chance(HANA, NOW) == pytest.approx(DEFAULT["chance"]["means"]["now"])


@given(st.integers(0, 200), st.integers(0, 200))
def test_another_yes_never_lowers_the_chance_and_a_no_never_raises_it(yes: int, no: int) -> None:
    def chance(accepted: int, asked: int) -> float:
        return acceptance_chance(replace(HANA, accepted_count=accepted, asked_count=asked), NEED)

    assert chance(yes, yes + no) <= chance(yes + 1, yes + no + 1) + 1e-12
    assert chance(yes, yes + no) >= chance(yes, yes + no + 1) - 1e-12


def test_one_answer_says_little_and_many_say_much() -> None:
    def chance(accepted: int, asked: int) -> float:
        return acceptance_chance(replace(HANA, accepted_count=accepted, asked_count=asked), NEED)

    assert chance(0, 0) - chance(0, 1) < 0.05
    assert chance(0, 40) < 0.06
    assert chance(40, 40) > 0.8


@pytest.mark.parametrize(
    ("change", "need"),
    [
        ({"point": FAR}, NEED),
        ({"asks_7_days": 2}, NEED),
        ({"has_hours": False}, NEED),
    ],
)
def test_a_long_way_recent_asks_and_unstated_hours_lower_it(
    change: dict[str, object], need: object
) -> None:
    assert acceptance_chance(replace(HANA, **change), NEED) < acceptance_chance(HANA, NEED)


def test_being_on_call_raises_it_at_the_counter_only() -> None:
    waiting: Person = replace(HANA, on_call=True)
    assert acceptance_chance(waiting, NOW) > acceptance_chance(HANA, NOW)
    assert acceptance_chance(waiting, NEED) == acceptance_chance(HANA, NEED)


def test_half_of_the_replies_have_come_after_the_median() -> None:
    assert replied_within(REPLY_MEDIAN_MINUTES) == pytest.approx(0.5)
    assert replied_within(0) == 0
    assert replied_within(100_000) == pytest.approx(1)


def test_a_pending_offer_fades_the_longer_it_stays_unanswered() -> None:
    waits = [
        still_yes(0.3, AT - timedelta(minutes=minutes), AT, timedelta(minutes=12))
        for minutes in (0, 10, 30, 120, 600)
    ]
    assert waits[0] == pytest.approx(0.15)
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] < 0.01
    assert still_yes(0.3, AT, AT, 12) == waits[0], "minutes may be given as a number"


@given(
    probabilities,
    st.floats(0, 5000),
    st.floats(0, 5000),
    st.floats(0, 5000),
)
def test_the_chance_of_a_pending_yes_stays_a_chance_and_grows_with_the_horizon(
    chance: float, waited: float, horizon: float, longer: float
) -> None:
    asked = AT - timedelta(minutes=waited)
    near, far = (still_yes(chance, asked, AT, h) for h in (horizon, horizon + longer))
    assert 0 <= near <= far + 1e-9 <= 1 + 2e-9


@given(st.lists(probabilities, max_size=7), st.integers(1, 3))
def test_the_tail_agrees_with_counting_every_outcome(chances: list[float], seats: int) -> None:
    expected = sum(
        prod(p if yes else 1 - p for p, yes in zip(chances, answers, strict=True))
        for answers in product((True, False), repeat=len(chances))
        if sum(answers) >= seats
    )
    assert fill_chance(chances, seats) == pytest.approx(expected, abs=1e-9)


@given(
    st.lists(probabilities, max_size=6),
    st.lists(probabilities, max_size=10),
    st.integers(1, 3),
    st.floats(0.05, 0.95),
)
def test_the_wave_is_as_small_as_the_target_allows(
    pending: list[float], candidates: list[float], seats: int, target: float
) -> None:
    size = wave_size(pending, candidates, seats, target)
    reached = fill_chance([*pending, *candidates[:size]], seats)
    assert reached >= target - 1e-9 or size == len(candidates)
    if size:
        assert fill_chance([*pending, *candidates[: size - 1]], seats) < target + 1e-9


def test_nobody_is_asked_when_the_pending_offers_suffice() -> None:
    assert wave_size([0.9], [0.5, 0.5], 1, 0.7) == 0
    assert wave_size([], [0.5, 0.5, 0.5], 1, 0.7) == 2
    assert wave_size([], [0.5] * 20, 3, 0.7) == 7
    assert wave_size([], [0.1] * 20, 1, 0.7, max_size=4) == 4
    assert wave_size([], [0.5], 0, 0.7) == 0
