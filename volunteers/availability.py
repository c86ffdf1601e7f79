"""Availability: weekly rules and dated exceptions → the times at which somebody is free.

Rules are wall time in Asia/Tokyo, results are instants in UTC. On any minute an exception wins over
the rules, and "away" wins over "available". A rule belongs to the day on which it starts, so one
that passes midnight is judged (weekday, holiday, nth) by that day alone. Japan has had no summer
time since 1951, so a local day is 1440 minutes. Pure; bookings and travel are dispatch's matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

import jpholiday

from accounts.times import TOKYO, instant

DAY = 1440
HOLIDAY = 7
WEEKDAYS = "月火水木金土日祝"
LONGEST_RULE_END = 2160

Span = tuple[int, int]
"""Minutes from, minutes to (exclusive), counted from 0:00 of some first day in Tokyo."""


@dataclass(frozen=True, order=True)
class Rule:
    """One weekly rule. ``weekday`` 0 is Monday, 6 Sunday, 7 any public holiday.

    Minutes count from 0:00 in Tokyo; ``to_minute`` may pass 1440 (overnight, at most 2160).
    ``nth_mask``: bit 0 is the first such weekday of the month, bit 4 the fifth; 0 means every one,
    and it says nothing about holidays. ``on_holidays``: the rule also holds on a public holiday.
    """

    weekday: int
    from_minute: int
    to_minute: int
    nth_mask: int = 0
    on_holidays: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= HOLIDAY:
            raise ValueError("weekday must be 0 (Monday) to 7 (public holiday)")
        if not 0 <= self.from_minute < DAY:
            raise ValueError("from_minute must be 0 to 1439")
        if not self.from_minute < self.to_minute <= LONGEST_RULE_END:
            raise ValueError("to_minute must follow from_minute and be at most 2160")
        if not 0 <= self.nth_mask < 32:
            raise ValueError("nth_mask must be 0 to 31")


@dataclass(frozen=True, order=True)
class DatedException:
    """``first`` to ``last`` (both included) differ from the rules, on each day from minute to
    minute; a missing minute means from 0:00, or to 24:00."""

    first: date
    last: date
    from_minute: int | None = None
    to_minute: int | None = None
    available: bool = False

    @property
    def span(self) -> Span:
        """The minutes of each day."""
        start = 0 if self.from_minute is None else self.from_minute
        return start, DAY if self.to_minute is None else self.to_minute


@dataclass(frozen=True, order=True)
class Interval:
    """A free time; both ends aware and in UTC, ``end`` not included."""

    start: datetime
    end: datetime


class Gap(StrEnum):
    """Why a span is not covered."""

    NOT_THAT_DAY = "not_that_day"
    NOT_THAT_HOUR = "not_that_hour"
    ABSENT = "absent"
    HOLIDAY = "holiday"


@dataclass(frozen=True)
class Coverage:
    """The answer to "is the whole span covered?": true without a gap."""

    gap: Gap | None = None

    def __bool__(self) -> bool:
        return self.gap is None


# ---- The calendar ------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def is_holiday(day: date) -> bool:
    """A national holiday of Japan, substitute and in-between holidays included (国民の祝日に関する法律).

    New Year's closing days other than 1 January are no holidays.
    """
    return bool(jpholiday.is_holiday(day))


def nth_of_month(day: date) -> int:
    """1 for the first such weekday of its month, up to 5."""
    return (day.day - 1) // 7 + 1


def _holds(rule: Rule, day: date, *, holidays_count: bool = True) -> bool:
    holiday = holidays_count and is_holiday(day)
    if rule.weekday == HOLIDAY:
        return holiday
    if rule.weekday != day.weekday() or (holiday and not rule.on_holidays):
        return False
    return not rule.nth_mask or bool(rule.nth_mask >> (nth_of_month(day) - 1) & 1)


# ---- Spans of minutes --------------------------------------------------------------------------


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        elif start < end:
            merged.append((start, end))
    return merged


def _without(spans: Iterable[Span], cuts: Sequence[Span]) -> Iterator[Span]:
    for span_start, end in spans:
        start = span_start
        for cut_start, cut_end in cuts:
            if cut_end <= start or cut_start >= end:
                continue
            if cut_start > start:
                yield start, cut_start
            start = cut_end
        if start < end:
            yield start, end


def _days(first: date, last: date) -> Iterator[tuple[int, date]]:
    """Each day from the one before ``first`` (its nights reach over), with its minute offset."""
    for index in range(-1, (last - first).days + 1):
        yield index * DAY, first + timedelta(days=index)


def _rule_spans(rules: Sequence[Rule], first: date, last: date, holidays_count: bool) -> list[Span]:
    return [
        (offset + rule.from_minute, offset + rule.to_minute)
        for offset, day in _days(first, last)
        for rule in rules
        if _holds(rule, day, holidays_count=holidays_count)
    ]


def _exception_spans(
    exceptions: Sequence[DatedException], first: date, last: date, *, available: bool
) -> list[Span]:
    return [
        (offset + exception.span[0], offset + exception.span[1])
        for offset, day in _days(first, last)
        for exception in exceptions
        if exception.available is available and exception.first <= day <= exception.last
    ]


def _absences(exceptions: Sequence[DatedException], first: date, last: date) -> list[Span]:
    return _merged(_exception_spans(exceptions, first, last, available=False))


def _free(
    rules: Sequence[Rule],
    exceptions: Sequence[DatedException],
    first: date,
    last: date,
    *,
    holidays_count: bool = True,
) -> list[Span]:
    """Free minutes from 0:00 of ``first`` to 24:00 of ``last``, merged."""
    spans = _rule_spans(rules, first, last, holidays_count)
    spans += _exception_spans(exceptions, first, last, available=True)
    length = ((last - first).days + 1) * DAY
    inside = ((max(start, 0), min(end, length)) for start, end in _merged(spans))
    clipped = [(start, end) for start, end in inside if start < end]
    return list(_without(clipped, _absences(exceptions, first, last)))


# ---- Questions ---------------------------------------------------------------------------------


def free_intervals(
    rules: Sequence[Rule],
    exceptions: Sequence[DatedException],
    day_from: date,
    day_to: date,
) -> list[Interval]:
    """Free times from 0:00 of ``day_from`` to 24:00 of ``day_to`` (both days included), in Tokyo;
    merged, in order, UTC. The end of a night that began the day before is part of it."""
    return [
        Interval(instant(day_from, start), instant(day_from, end))
        for start, end in _free(rules, exceptions, day_from, day_to)
    ]


def covers(
    rules: Sequence[Rule],
    exceptions: Sequence[DatedException],
    start: datetime,
    end: datetime,
) -> Coverage:
    """Whether every moment from ``start`` to ``end`` is free, and if not, the most telling reason.

    ABSENT: a dated exception takes a part of it. HOLIDAY: it would be free were it not a public
    holiday. Otherwise the day of the first uncovered minute decides: nothing free on it
    (NOT_THAT_DAY) or only other hours. Raises ValueError for naive or reversed times.
    """
    first, last, (wanted_from, wanted_to) = _wanted(start, end)
    wanted = [(wanted_from, wanted_to)]
    free = _free(rules, exceptions, first, last)
    missing = next(_without(wanted, free), None)
    if missing is None:
        return Coverage()
    if list(_without(wanted, _absences(exceptions, first, last))) != wanted:
        return Coverage(Gap.ABSENT)
    if not list(_without(wanted, _free(rules, exceptions, first, last, holidays_count=False))):
        return Coverage(Gap.HOLIDAY)
    midnight = missing[0] // DAY * DAY
    if any(span[0] < midnight + DAY and span[1] > midnight for span in free):
        return Coverage(Gap.NOT_THAT_HOUR)
    return Coverage(Gap.NOT_THAT_DAY)


def _wanted(start: datetime, end: datetime) -> tuple[date, date, Span]:
    """The local days that the span touches, and its whole minutes counted from the first."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("start and end must be aware")
    if end <= start:
        raise ValueError("end must follow start")
    local_start, local_end = start.astimezone(TOKYO), end.astimezone(TOKYO)
    midnight = datetime.combine(local_start.date(), time(), TOKYO)
    minute = timedelta(minutes=1)
    span = (local_start - midnight) // minute, -((midnight - local_end) // minute)
    return local_start.date(), midnight.date() + timedelta(days=(span[1] - 1) // DAY), span


def is_free(
    rules: Sequence[Rule],
    exceptions: Sequence[DatedException],
    start: datetime,
    end: datetime,
) -> bool:
    """Whether the whole span is free, midnight crossed or not. Raises ValueError like `covers`."""
    return bool(covers(rules, exceptions, start, end))


# ---- In words ----------------------------------------------------------------------------------


def _clock(minute: int) -> str:
    if minute > DAY:
        return f"翌{_clock(minute - DAY)}"
    return f"{minute // 60}:{minute % 60:02}"


def _hours(start: int, end: int) -> str:
    return "終日" if (start, end) == (0, DAY) else f"{_clock(start)}〜{_clock(end)}"


def _weekdays(days: Sequence[int], nth_mask: int, on_holidays: bool) -> str:
    """毎週月・水, 第1・第3水曜, 平日 (never a holiday), 毎日, 土・日・祝日."""
    names = "・".join(WEEKDAYS[day] for day in days)
    if nth_mask:
        nths = "・".join(f"第{nth}" for nth in range(1, 6) if nth_mask >> (nth - 1) & 1)
        return f"{nths}{names}曜"
    if len(days) > HOLIDAY or (len(days) == HOLIDAY and on_holidays):
        return "毎日"
    if HOLIDAY in days:
        return f"{names}日"
    if len(days) == HOLIDAY:
        return "毎日（祝日を除く）"
    if days == [0, 1, 2, 3, 4] and not on_holidays:
        return "平日"
    return f"毎週{names}" + ("曜" if len(days) == 1 else "")


def describe(rules: Iterable[Rule]) -> list[str]:
    """The rules as a coordinator would write them, in Japanese, one line per kind of day and hours.

    祝日も可 stands once at the end if it holds for all weekly rules, else behind its line. A rule
    for holidays with the same hours says the same already: 土・日・祝日 10:00〜16:00.
    """
    unique = sorted(set(rules))
    on_every_holiday = {(r.from_minute, r.to_minute) for r in unique if r.weekday == HOLIDAY}
    groups: dict[tuple[int, int, int, bool], list[int]] = {}
    for rule in unique:
        hours = rule.from_minute, rule.to_minute
        also = rule.on_holidays and hours not in on_every_holiday
        mask = 0 if rule.weekday == HOLIDAY else rule.nth_mask
        days = groups.setdefault((mask, *hours, also), [])
        if rule.weekday not in days:
            days.append(rule.weekday)
    always = bool(groups) and all(also for *_, also in groups)
    lines = [
        f"{_weekdays(days, mask, also)} {_hours(start, end)}"
        + ("（祝日も可）" if also and not always else "")
        for (mask, start, end, also), days in groups.items()
    ]
    return [*lines, "祝日も可"] if always else lines


def _day_name(day: date, today: date) -> str:
    near = {0: "本日", 1: "明日"}.get((day - today).days)
    return near or f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def describe_next(
    rules: Sequence[Rule],
    exceptions: Sequence[DatedException],
    after: datetime,
    *,
    within_days: int = 62,
) -> str | None:
    """The next free time that ends after ``after`` (aware), in Japanese; None within the horizon.

    A time that is running reads 今から17:00まで, a later one 明日13:00〜17:00.
    """
    today = after.astimezone(TOKYO).date()
    upcoming = free_intervals(rules, exceptions, today, today + timedelta(days=within_days))
    found = next((interval for interval in upcoming if interval.end > after), None)
    if found is None:
        return None
    start, end = found.start.astimezone(TOKYO), found.end.astimezone(TOKYO)
    day = today if found.start <= after else start.date()
    minute = (end - datetime.combine(day, time(), TOKYO)) // timedelta(minutes=1)
    far = minute > 2 * DAY
    until = f"{_day_name(end.date(), today)}{end:%-H:%M}" if far else _clock(minute)
    if found.start <= after:
        return f"今から{until}まで"
    return f"{_day_name(day, today)}{start:%-H:%M}〜{until}"
