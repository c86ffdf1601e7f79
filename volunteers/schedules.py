"""Stored hours as values of `volunteers.availability`, and as a chart of the week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from volunteers.availability import DAY, WEEKDAYS, DatedException, Rule
from volunteers.models import AvailabilityException, AvailabilityRule

FIRST_HOUR, LAST_HOUR = 6, 24
STEP, ROW = 10, 9  # chart units for an hour and for a day


@dataclass(frozen=True)
class Bar:
    """A stretch of free time on the chart; ``partly``: not in every week."""

    x: float
    width: float
    partly: bool
    title: str


@dataclass(frozen=True)
class Day:
    """One row of the chart."""

    name: str
    y: int
    bars: list[Bar]


def plain_rules(rows: Iterable[AvailabilityRule]) -> list[Rule]:
    """The stored rules as values."""
    return [
        Rule(row.weekday, row.from_minute, row.to_minute, row.nth_mask, row.on_holidays)
        for row in rows
    ]


def plain_exceptions(rows: Iterable[AvailabilityException]) -> list[DatedException]:
    """The stored exceptions as values."""
    return [
        DatedException(row.first_day, row.last_day, row.from_minute, row.to_minute, row.available)
        for row in rows
    ]


def week_chart(rules: Iterable[Rule]) -> list[Day]:
    """Monday to Sunday and holidays from 6:00 to 24:00, for an SVG; empty without rules.

    What lies before 6:00 is shown at the edge only in words (the lines beside the chart say it).
    """
    known = list(rules)
    if not known:
        return []
    return [
        Day(
            name,
            index * ROW,
            [bar for rule in known if rule.weekday == index and (bar := _bar(rule))],
        )
        for index, name in enumerate(WEEKDAYS)
    ]


def _bar(rule: Rule) -> Bar | None:
    start = max(rule.from_minute, FIRST_HOUR * 60)
    end = min(rule.to_minute, DAY)
    if end <= start:
        return None
    clock = f"{rule.from_minute // 60}:{rule.from_minute % 60:02}〜{rule.to_minute // 60}:{rule.to_minute % 60:02}"
    return Bar(
        x=(start / 60 - FIRST_HOUR) * STEP,
        width=(end - start) / 60 * STEP,
        partly=bool(rule.nth_mask),
        title=f"{WEEKDAYS[rule.weekday]} {clock}",
    )
