"""Free text on when a person can come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteers.importing.schedules import (
    RuleValue,
    parse_schedule,
    parse_weekday_cell,
    schedule_text,
)

DAYS = "月火水木金土日祝"


def shape(rules):
    """Return rules as {(from, to, nth, on_holidays): days} in hours, short enough to read."""
    found: dict[tuple, str] = {}
    for rule in rules:
        key = (
            rule.from_minute / 60,
            rule.to_minute / 60,
            tuple(sorted(rule.nth)),
            rule.on_holidays,
        )
        found[key] = found.get(key, "") + DAYS[rule.weekday]
    return found


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("第1・第3水曜 午前", {(9, 12, (1, 3), False): "水"}),
        ("第１・３水曜日　午前", {(9, 12, (1, 3), False): "水"}),
        ("第1、3土曜 10:00〜12:00", {(10, 12, (1, 3), True): "土"}),
        ("第3・第4日曜 13:00～17:00", {(13, 17, (3, 4), True): "日"}),
        ("平日13:00～17:00", {(13, 17, (), False): "月火水木金"}),
        ("平日午後", {(13, 17, (), False): "月火水木金"}),
        ("平日9:30-17:00", {(9.5, 17, (), False): "月火水木金"}),
        ("平日18:00以降", {(18, 21, (), False): "月火水木金"}),
        ("平日（祝日を除く）9時～17時", {(9, 17, (), False): "月火水木金"}),
        ("平日 9時～17時（祝日も可）", {(9, 17, (), True): "月火水木金"}),
        ("月・水・金 終日", {(9, 21, (), False): "月水金"}),
        ("月・火・木・日 13:00～17:00", {(13, 17, (), False): "月火木", (13, 17, (), True): "日"}),
        ("土日祝 10時〜16時", {(10, 16, (), True): "土日祝"}),
        ("土日祝 終日", {(9, 21, (), True): "土日祝"}),
        ("月曜～金曜の夜間", {(18, 21, (), False): "月火水木金"}),
        ("月～水・金 午前", {(9, 12, (), False): "月火水金"}),
        ("土～月 午前", {(9, 12, (), True): "土日", (9, 12, (), False): "月"}),
        ("火木 9:30-12", {(9.5, 12, (), False): "火木"}),
        ("毎週月・水 13:00〜17:00", {(13, 17, (), False): "月水"}),
        ("毎日 10時半〜15時", {(10.5, 15, (), True): "月火水木金土日"}),
        ("月・水 午前、金 午後", {(9, 12, (), False): "月水", (13, 17, (), False): "金"}),
        ("午前：月・水／午後：金", {(9, 12, (), False): "月水", (13, 17, (), False): "金"}),
        ("第1水曜・第3金曜 午後", {(13, 17, (1,), False): "水", (13, 17, (3,), False): "金"}),
        ("月水金 午前・午後", {(9, 12, (), False): "月水金", (13, 17, (), False): "月水金"}),
        ("月曜日：9-12、火曜日：13-17", {(9, 12, (), False): "月", (13, 17, (), False): "火"}),
        ("土曜日午後1時～5時", {(13, 17, (), True): "土"}),
        ("金曜日 夜7時〜9時", {(19, 21, (), False): "金"}),
        ("金 22:00～26:00", {(22, 26, (), False): "金"}),
        ("金 22:00～2:00", {(22, 26, (), False): "金"}),
        ("水 20時以降", {(20, 24, (), False): "水"}),
        ("水 12時まで", {(9, 12, (), False): "水"}),
        ("Mon-Fri 9:00-17:00", {(9, 17, (), False): "月火水木金"}),
        ("Tuesday, Thursday evenings", {(18, 21, (), False): "火木"}),
        ("Sat 1pm-5pm", {(13, 17, (), True): "土"}),
    ],
)
def test_clear_texts_become_rules_without_a_question(typed, meant):
    parsed = parse_schedule(typed)
    assert shape(parsed.value) == meant
    assert (parsed.problems, parsed.rest) == ((), "")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("要相談", "schedule_ask"),
        ("応相談", "schedule_ask"),
        ("平日午後（要相談）", "schedule_ask"),
        ("隔週水曜 午後", "schedule_irregular"),
        ("月2回程度", "schedule_irregular"),
        ("最終金曜 午後", "schedule_irregular"),
        ("月 午後（第2を除く）", "schedule_exception"),
        ("第２土曜日以外", "schedule_exception"),
        ("水曜午後は可、木曜は不可", "schedule_exception"),
        ("3月まで休み", "schedule_months"),
        ("夏休み期間のみ", "schedule_months"),
        ("同上", "ditto"),
        ("まあまあ", "schedule_unreadable"),
    ],
)
def test_a_restriction_that_rules_cannot_express_gives_no_rule_at_all(typed, code):
    parsed = parse_schedule(typed)
    assert parsed.value == ()
    assert [problem.code for problem in parsed.problems] == [code]
    assert parsed.rest == typed


@pytest.mark.parametrize(
    ("typed", "meant", "code"),
    [
        ("第3・第3水曜 午前", {(9, 12, (3,), False): "水"}, "schedule_same_week_twice"),
        ("18:00以降", {(18, 21, (), False): "月火水木金土日"}, "schedule_days_assumed"),
        ("毎週水", {(9, 21, (), False): "水"}, "schedule_hours_assumed"),
        ("火 午前 電車", {(9, 12, (), False): "火"}, "schedule_partly_read"),
        ("月 5:00～22:00", {(5, 22, (), False): "月"}, "schedule_long"),
    ],
)
def test_what_was_assumed_or_odd_is_told_and_the_text_kept(typed, meant, code):
    parsed = parse_schedule(typed)
    assert shape(parsed.value) == meant
    assert [problem.code for problem in parsed.problems] == [code]
    assert parsed.rest == typed


@pytest.mark.parametrize(
    ("typed", "weekday", "meant"),
    [
        ("○", 0, {(9, 21, (), False): "月"}),
        ("○", 5, {(9, 21, (), True): "土"}),
        ("午前", 2, {(9, 12, (), False): "水"}),
        ("13-17", 3, {(13, 17, (), False): "木"}),
        ("18時以降", 4, {(18, 21, (), False): "金"}),
        ("10:00～12:00、14:00～16:00", 1, {(10, 12, (), False): "火", (14, 16, (), False): "火"}),
        ("第2 午前", 1, {(9, 12, (2,), False): "火"}),
        ("×", 0, {}),
        ("", 0, {}),
    ],
)
def test_a_column_for_one_weekday_needs_no_day_in_its_cells(typed, weekday, meant):
    parsed = parse_weekday_cell(typed, weekday)
    assert shape(parsed.value) == meant
    assert parsed.problems == ()


def test_another_weekday_in_a_weekday_s_column_is_not_believed():
    parsed = parse_weekday_cell("水 午前", 0)
    assert parsed.value == ()
    assert [problem.code for problem in parsed.problems] == ["schedule_other_day"]


RULES = st.lists(
    st.builds(
        lambda day, start, length, nth, holidays: RuleValue(
            day,
            start * 15,
            min(start * 15 + length * 15, 2160),
            frozenset() if day == 7 else nth,
            True if day == 7 else holidays,
        ),
        st.integers(0, 7),
        st.integers(0, 95),
        st.integers(1, 60),
        st.frozensets(st.integers(1, 5), max_size=4),
        st.booleans(),
    ),
    max_size=6,
    unique=True,
)


@given(RULES)
def test_what_is_written_for_an_export_reads_back_as_the_same_rules(rules):
    parsed = parse_schedule(schedule_text(tuple(rules)))
    assert set(parsed.value) == set(rules)
    assert parsed.rest == "" or {one.code for one in parsed.problems} == {"schedule_long"}
