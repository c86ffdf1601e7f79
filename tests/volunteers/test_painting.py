"""A week of half hours: what is painted comes back, and what cannot be painted is never lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteers.availability import HOLIDAY, Rule
from volunteers.painting import from_cells, masks_of, read_layer, replace_layer, to_cells

DAYTIME = Rule(0, 540, 1020, 0, True)
NIGHT = Rule(4, 1320, 1800)
ODD = Rule(2, 555, 610)
FIRST_AND_THIRD = Rule(5, 600, 720, 0b101)
CELLS = st.text("01", min_size=48, max_size=48)


@given(CELLS)
def test_a_painted_day_comes_back_as_it_was_painted(day):
    assert to_cells(from_cells(day)) == day


@pytest.mark.parametrize("text", ["", "1" * 47, "1" * 49, "2" * 48, "x" * 48])
def test_anything_but_48_cells_is_refused(text):
    with pytest.raises(ValueError, match=r"must|cells"):
        from_cells(text)


def test_neighbouring_cells_are_one_span():
    assert from_cells("0" * 18 + "1" * 16 + "0" * 14) == [(540, 1020)]


def test_nights_and_odd_minutes_are_kept_beside_the_paint():
    layer = read_layer([DAYTIME, NIGHT, ODD], 0)
    assert layer.week == {0: [(540, 1020)]}
    assert layer.kept == [ODD, NIGHT]


@given(st.dictionaries(st.integers(0, 7), CELLS.map(from_cells)), st.booleans())
def test_painting_every_week_keeps_what_cannot_be_painted_and_other_weeks(week, on_holidays):
    rules = [DAYTIME, NIGHT, ODD, FIRST_AND_THIRD]
    saved = replace_layer(rules, 0, week, on_holidays=on_holidays)
    assert {NIGHT, ODD, FIRST_AND_THIRD} <= set(saved)
    assert read_layer(saved, 0).week == {day: spans for day, spans in week.items() if spans}


def test_a_kept_rule_goes_only_when_it_is_named():
    saved = replace_layer([NIGHT, ODD], 0, {}, on_holidays=False, drop=[0])
    assert saved == [NIGHT]


def test_chosen_weeks_are_a_layer_of_their_own():
    rules = [DAYTIME, FIRST_AND_THIRD]
    assert masks_of(rules) == [0, 5]
    saved = replace_layer(rules, 5, {6: [(600, 660)]}, on_holidays=False)
    assert saved == [DAYTIME, Rule(6, 600, 660, 5)]


def test_a_holiday_is_never_of_chosen_weeks():
    holiday = Rule(HOLIDAY, 600, 660, 5)
    assert masks_of([holiday]) == [0]
    assert read_layer([holiday], 0).week == {HOLIDAY: [(600, 660)]}


def test_unchanged_spans_keep_their_own_word_about_holidays():
    mixed = [Rule(0, 540, 600, 0, True), Rule(1, 540, 600)]
    week = read_layer(mixed, 0).week
    assert replace_layer(mixed, 0, week, on_holidays=False) == mixed
    assert all(rule.on_holidays for rule in replace_layer(mixed, 0, week, on_holidays=True))


def test_a_span_that_no_rule_can_hold_is_refused():
    with pytest.raises(ValueError, match=r"must|cells"):
        replace_layer([], 0, {0: [(600, 600)]}, on_holidays=False)
