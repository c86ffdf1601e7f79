"""Availability against an oracle that asks about every single minute."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.times import TOKYO
from volunteers.availability import (
    Coverage,
    DatedException,
    Gap,
    Interval,
    Rule,
    covers,
    describe,
    describe_next,
    free_intervals,
    is_free,
    is_holiday,
    nth_of_month,
)

MON, TUE, WED, THU, FRI, SAT, SUN, HOLIDAY = range(8)
AFTERNOON = 13 * 60, 17 * 60
FIRST_AND_THIRD = 0b00101

# Golden week and the new year have the densest holidays; spring 2026 has a substitute holiday.
days = st.dates(date(2026, 4, 27), date(2026, 5, 10)) | st.dates(
    date(2025, 12, 28), date(2026, 1, 14)
)


def tokyo(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(), TOKYO) + timedelta(hours=hour, minutes=minute)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    start = draw(st.sampled_from([0, 1, 539, 540, 780, 1320, 1439]) | st.integers(0, 1439))
    end = draw(st.sampled_from([720, 1020, 1440, 1441, 1560, 2160]) | st.integers(start + 1, 2160))
    return Rule(
        weekday=draw(st.integers(0, 7)),
        from_minute=start,
        to_minute=max(end, start + 1),
        nth_mask=draw(st.just(0) | st.integers(0, 31)),
        on_holidays=draw(st.booleans()),
    )


@st.composite
def exceptions(draw: st.DrawFn) -> DatedException:
    first = draw(days)
    span = draw(st.none() | st.lists(st.integers(0, 1440), min_size=2, max_size=2, unique=True))
    low, high = sorted(span) if span else (None, None)
    last = first + timedelta(days=draw(st.integers(0, 9)))
    return DatedException(first, last, low, high, draw(st.booleans()))


registers = st.tuples(st.lists(rules(), max_size=5), st.lists(exceptions(), max_size=3))


def free_at(weekly: list[Rule], dated: list[DatedException], moment: datetime) -> bool:
    """The oracle: one minute, straight from the definition, no spans anywhere."""
    local = moment.astimezone(TOKYO)
    today = local.date()
    yes = False
    for back in (0, 1):
        day = today - timedelta(days=back)
        minute = local.hour * 60 + local.minute + back * 1440
        for rule in weekly:
            if rule.weekday == HOLIDAY:
                holds = is_holiday(day)
            else:
                nths = [n for n in range(1, 6) if rule.nth_mask & 2 ** (n - 1)]
                holds = (
                    day.weekday() == rule.weekday
                    and (not nths or (day.day + 6) // 7 in nths)
                    and (rule.on_holidays or not is_holiday(day))
                )
            yes = yes or (holds and rule.from_minute <= minute < rule.to_minute)
    minute = local.hour * 60 + local.minute
    for wanted in (True, False):
        for exception in dated:
            low = 0 if exception.from_minute is None else exception.from_minute
            high = 1440 if exception.to_minute is None else exception.to_minute
            hit = exception.first <= today <= exception.last and low <= minute < high
            if hit and exception.available is wanted:
                yes = wanted
    return yes


def minutes_of(intervals: list[Interval]) -> set[datetime]:
    return {
        interval.start + timedelta(minutes=n)
        for interval in intervals
        for n in range(int((interval.end - interval.start).total_seconds()) // 60)
    }


# ---- properties


@settings(max_examples=60, deadline=None)
@given(registers, days, st.integers(0, 2))
def test_free_times_are_the_free_minutes(register, first, more) -> None:
    weekly, dated = register
    last = first + timedelta(days=more)
    start = tokyo(first, 0).astimezone(UTC)
    expected = {
        moment
        for n in range((more + 1) * 1440)
        if free_at(weekly, dated, moment := start + timedelta(minutes=n))
    }
    assert minutes_of(free_intervals(weekly, dated, first, last)) == expected


@given(registers, days, st.integers(0, 8))
def test_free_times_are_in_order_apart_and_within_the_days(register, first, more) -> None:
    found = free_intervals(*register, first, first + timedelta(days=more))
    for interval in found:
        assert interval.start < interval.end
        assert interval.start.utcoffset() == timedelta(0)
        assert interval.end.utcoffset() == timedelta(0)
        assert tokyo(first, 0) <= interval.start
        assert interval.end <= tokyo(first, 24 * (more + 1))
    assert all(a.end < b.start for a, b in pairwise(found))


@given(registers, days, st.integers(1, 8), st.data())
def test_splitting_the_days_gives_the_same_minutes(register, first, more, data) -> None:
    cut = data.draw(st.integers(0, more - 1))
    middle, last = first + timedelta(days=cut), first + timedelta(days=more)
    whole = free_intervals(*register, first, last)
    parts = free_intervals(*register, first, middle) + free_intervals(
        *register, middle + timedelta(days=1), last
    )
    assert minutes_of(whole) == minutes_of(parts)


@settings(max_examples=150, deadline=None)
@given(registers, days, st.integers(0, 1439), st.integers(1, 1500))
def test_a_span_is_covered_if_each_of_its_minutes_is_free(register, day, at, length) -> None:
    weekly, dated = register
    start = tokyo(day, 0, at)
    expected = all(free_at(weekly, dated, start + timedelta(minutes=n)) for n in range(length))
    assert is_free(weekly, dated, start, start + timedelta(minutes=length)) is expected


@given(registers, days, st.integers(0, 8))
def test_every_free_time_is_covered_and_a_minute_more_is_not(register, first, more) -> None:
    last = first + timedelta(days=more)
    for interval in free_intervals(*register, first, last):
        assert is_free(*register, interval.start, interval.end)
        if interval.end < tokyo(last, 24):
            longer = interval.end + timedelta(minutes=1)
            assert not is_free(*register, interval.start, longer)


@given(registers, days, st.randoms())
def test_the_order_of_rules_does_not_matter(register, day, random) -> None:
    weekly, dated = register
    shuffled = random.sample(weekly, len(weekly)), random.sample(dated, len(dated))
    assert free_intervals(weekly, dated, day, day) == free_intervals(*shuffled, day, day)


@given(st.lists(rules(), max_size=6))
def test_any_rules_can_be_described(weekly) -> None:
    assert bool(describe(weekly)) == bool(weekly)
    assert describe(weekly) == describe(weekly[::-1])


# ---- cases


def test_a_night_shift_crosses_midnight_into_a_holiday() -> None:
    night = [Rule(TUE, 22 * 60, 26 * 60)]  # from 28 April 2026, the eve of 昭和の日
    assert is_free(night, [], tokyo(date(2026, 4, 28), 23), tokyo(date(2026, 4, 29), 2))
    assert not is_free(night, [], tokyo(date(2026, 4, 28), 23), tokyo(date(2026, 4, 29), 2, 1))
    assert free_intervals(night, [], date(2026, 4, 29), date(2026, 4, 29)) == [
        Interval(
            datetime(2026, 4, 28, 15, tzinfo=UTC),
            datetime(2026, 4, 28, 17, tzinfo=UTC),
        )
    ]


def test_two_days_that_touch_at_midnight_are_one_time() -> None:
    weekly = [Rule(SAT, 18 * 60, 1440), Rule(SUN, 0, 6 * 60)]
    assert len(free_intervals(weekly, [], date(2026, 6, 6), date(2026, 6, 7))) == 1
    assert is_free(weekly, [], tokyo(date(2026, 6, 6), 23), tokyo(date(2026, 6, 7), 1))


def test_first_and_third_wednesdays_only() -> None:
    weekly = [Rule(WED, *AFTERNOON, nth_mask=FIRST_AND_THIRD)]
    found = free_intervals(weekly, [], date(2026, 7, 1), date(2026, 7, 31))
    assert [i.start.astimezone(TOKYO).day for i in found] == [1, 15]


def test_a_weekday_rule_rests_on_holidays_unless_it_says_otherwise() -> None:
    substitute = date(2026, 5, 6)  # Wednesday, because 3 May 2026 is a Sunday
    span = tokyo(substitute, 13), tokyo(substitute, 17)
    assert not is_free([Rule(WED, *AFTERNOON)], [], *span)
    assert is_free([Rule(WED, *AFTERNOON, on_holidays=True)], [], *span)
    assert is_free([Rule(HOLIDAY, *AFTERNOON)], [], *span)


def test_away_wins_over_available_and_both_win_over_rules() -> None:
    day = date(2026, 6, 3)
    extra = DatedException(day, day, 9 * 60, 18 * 60, available=True)
    away = DatedException(day, day, 12 * 60, 13 * 60)
    found = free_intervals([Rule(WED, 8 * 60, 10 * 60)], [extra, away], day, day)
    assert [(i.start.astimezone(TOKYO).hour, i.end.astimezone(TOKYO).hour) for i in found] == [
        (8, 12),
        (13, 18),
    ]


def test_an_absence_cuts_the_night_that_began_before_it() -> None:
    night = [Rule(FRI, 22 * 60, 26 * 60)]
    away = [DatedException(date(2026, 6, 6), date(2026, 6, 6))]
    found = free_intervals(night, away, date(2026, 6, 5), date(2026, 6, 6))
    assert [i.end for i in found] == [tokyo(date(2026, 6, 6), 0)]


@pytest.mark.parametrize("away", [(0, 779), (0, 780), (1020, 1440), (1021, 1440)])
def test_an_absence_beside_the_free_hours_leaves_them_whole(away) -> None:
    day = date(2026, 6, 1)
    dated = [DatedException(day, day, *away)]
    expected = [Interval(tokyo(day, 13), tokyo(day, 17))]
    assert free_intervals([Rule(MON, *AFTERNOON)], dated, day, day) == expected


def test_seconds_are_not_rounded_in_anybodys_favour() -> None:
    day = date(2026, 6, 1)
    weekly = [Rule(MON, *AFTERNOON)]
    end = tokyo(day, 17)
    assert is_free(weekly, [], end - timedelta(seconds=1), end)
    assert not is_free(weekly, [], end - timedelta(hours=1), end + timedelta(microseconds=1))
    assert not is_free(weekly, [], tokyo(day, 13) - timedelta(seconds=1), end)


@pytest.mark.parametrize(
    ("weekly", "dated", "hour", "gap"),
    [
        ([Rule(WED, *AFTERNOON)], [], 14, None),
        ([Rule(WED, *AFTERNOON)], [], 9, Gap.NOT_THAT_HOUR),
        ([Rule(WED, *AFTERNOON)], [], 16, Gap.NOT_THAT_HOUR),
        ([Rule(THU, *AFTERNOON)], [], 14, Gap.NOT_THAT_DAY),
        ([Rule(WED, *AFTERNOON, nth_mask=0b00010)], [], 14, Gap.NOT_THAT_DAY),
        ([], [], 14, Gap.NOT_THAT_DAY),
        ([Rule(WED, *AFTERNOON)], [(840, 845)], 14, Gap.ABSENT),
        ([Rule(WED, *AFTERNOON)], [(540, 600)], 14, None),
        ([Rule(THU, *AFTERNOON)], [(None, None)], 14, Gap.ABSENT),
    ],
)
def test_the_reason_is_told(weekly, dated, hour, gap) -> None:
    day = date(2026, 6, 3)  # the first Wednesday of June
    away = [DatedException(day, day, low, high) for low, high in dated]
    answer = covers(weekly, away, tokyo(day, hour), tokyo(day, hour + 2))
    assert answer == Coverage(gap)
    assert bool(answer) is (gap is None)


def test_a_holiday_is_the_reason_only_where_the_hours_would_fit() -> None:
    day = date(2026, 4, 29)
    weekly = [Rule(WED, *AFTERNOON)]
    assert covers(weekly, [], tokyo(day, 14), tokyo(day, 15)).gap is Gap.HOLIDAY
    assert covers(weekly, [], tokyo(day, 9), tokyo(day, 10)).gap is Gap.NOT_THAT_DAY


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 6, 1, 9), datetime(2026, 6, 1, 10)),
        (datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2026, 6, 1, 9, tzinfo=UTC)),
        (datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2026, 6, 1, 8, tzinfo=UTC)),
    ],
)
def test_naive_empty_and_reversed_times_are_refused(start, end) -> None:
    with pytest.raises(ValueError, match="must"):
        covers([], [], start, end)


@pytest.mark.parametrize(
    "values", [(8, 0, 60), (-1, 0, 60), (0, 60, 60), (0, 1440, 1500), (0, 0, 2161), (0, 0, 60, 32)]
)
def test_rules_that_make_no_sense_are_refused(values) -> None:
    with pytest.raises(ValueError, match="must"):
        Rule(*values)


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        (date(2026, 1, 1), True),
        (date(2026, 1, 2), False),
        (date(2026, 5, 6), True),  # substitute for Sunday, 3 May
        (date(2026, 9, 22), True),  # between two holidays
        (date(2026, 11, 23), True),
        (date(2026, 11, 24), False),
        (date(2026, 12, 29), False),
        (date(2027, 3, 22), True),  # substitute for Sunday, 21 March
    ],
)
def test_japanese_holidays_are_known(day: date, holiday: bool) -> None:
    assert is_holiday(day) is holiday


@pytest.mark.parametrize(("day", "nth"), [(1, 1), (7, 1), (8, 2), (14, 2), (15, 3), (29, 5)])
def test_the_nth_weekday_counts_from_the_first_of_the_month(day: int, nth: int) -> None:
    assert nth_of_month(date(2026, 7, day)) == nth


# ---- in words


@pytest.mark.parametrize(
    ("weekly", "lines"),
    [
        ([], []),
        ([Rule(MON, *AFTERNOON), Rule(WED, *AFTERNOON)], ["毎週月・水 13:00〜17:00"]),
        ([Rule(SUN, 600, 960)], ["毎週日曜 10:00〜16:00"]),
        ([Rule(WED, 540, 720, nth_mask=0b101)], ["第1・第3水曜 9:00〜12:00"]),
        ([Rule(day, *AFTERNOON) for day in range(5)], ["平日 13:00〜17:00"]),
        (
            [Rule(day, *AFTERNOON, on_holidays=True) for day in range(5)],
            ["毎週月・火・水・木・金 13:00〜17:00", "祝日も可"],
        ),
        (
            [Rule(SAT, 600, 960), Rule(SUN, 600, 960), Rule(7, 600, 960)],
            ["土・日・祝日 10:00〜16:00"],
        ),
        (
            [Rule(SAT, 600, 960, on_holidays=True), Rule(7, 600, 960)],
            ["土・祝日 10:00〜16:00"],
        ),
        ([Rule(7, 0, 1440)], ["祝日 終日"]),
        ([Rule(FRI, 1320, 1560)], ["毎週金曜 22:00〜翌2:00"]),
        ([Rule(FRI, 1080, 1440)], ["毎週金曜 18:00〜24:00"]),
        ([Rule(day, 0, 1440, on_holidays=True) for day in range(7)], ["毎日 終日", "祝日も可"]),
        ([Rule(day, 0, 1440) for day in range(7)], ["毎日（祝日を除く） 終日"]),
        (
            [Rule(MON, *AFTERNOON), Rule(TUE, 540, 720, on_holidays=True)],
            ["毎週月曜 13:00〜17:00", "毎週火曜 9:00〜12:00（祝日も可）"],
        ),
        ([Rule(MON, *AFTERNOON), Rule(MON, *AFTERNOON)], ["毎週月曜 13:00〜17:00"]),
    ],
)
def test_rules_read_as_an_office_would_write_them(weekly, lines) -> None:
    assert describe(weekly) == lines


@pytest.mark.parametrize(
    ("weekly", "text"),
    [
        ([Rule(MON, *AFTERNOON)], "本日13:00〜17:00"),
        ([Rule(MON, 540, 720)], "今から12:00まで"),
        ([Rule(MON, 480, 540)], "6月8日（月）8:00〜9:00"),
        ([Rule(TUE, 1320, 1560)], "明日22:00〜翌2:00"),
        ([Rule(day, 0, 1440) for day in range(4)], "今から6月5日（金）0:00まで"),
        ([], None),
    ],
)
def test_the_next_free_time_reads_naturally(weekly, text) -> None:
    monday_ten = tokyo(date(2026, 6, 1), 10)
    assert describe_next(weekly, [], monday_ten) == text
