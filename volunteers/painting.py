"""A week to paint: weekly rules ↔ half-hour cells of seven weekdays and public holidays.

One layer is painted at a time: "every week" (mask 0) or chosen weeks of the month. What half hours
cannot show (nights past midnight, odd minutes) is never painted and never lost: it stays until the
person takes it out by name. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from volunteers.availability import DAY, HOLIDAY, Rule, Span

CELL = 30
"""Minutes."""
CELLS = DAY // CELL
Week = Mapping[int, Sequence[Span]]
"""Weekday (7: public holiday) → spans of minutes after 0:00 in Tokyo."""


@dataclass(frozen=True)
class Layer:
    """What is painted for one choice of weeks, and what stays beside it.

    ``kept`` are rules of the same weeks that cells cannot show.
    """

    mask: int
    week: dict[int, list[Span]]
    on_holidays: bool
    kept: list[Rule]


def masks_of(rules: Iterable[Rule]) -> list[int]:
    """The choices of weeks that rules exist for, "every week" always first."""
    return [0, *sorted({_mask(rule) for rule in rules} - {0})]


def read_layer(rules: Iterable[Rule], mask: int) -> Layer:
    """The layer of one choice of weeks."""
    mine = [rule for rule in sorted(set(rules)) if _mask(rule) == mask]
    painted = [rule for rule in mine if _fits(rule)]
    week: dict[int, list[Span]] = {}
    for rule in painted:
        week.setdefault(rule.weekday, []).append((rule.from_minute, rule.to_minute))
    usual = [rule for rule in painted if rule.weekday != HOLIDAY]
    on_holidays = bool(usual) and all(rule.on_holidays for rule in usual)
    return Layer(mask, week, on_holidays, [rule for rule in mine if not _fits(rule)])


def replace_layer(
    rules: Sequence[Rule],
    mask: int,
    week: Week,
    *,
    on_holidays: bool,
    drop: Iterable[int] = (),
) -> list[Rule]:
    """All rules, with one layer painted anew; ``drop``: positions in ``kept`` to take out.

    Spans that did not change keep their own word about holidays as long as the layer's did not
    change either. Raises ValueError for spans that no rule can hold.
    """
    before = read_layer(rules, mask)
    known = {
        (rule.weekday, rule.from_minute, rule.to_minute): rule
        for rule in rules
        if _mask(rule) == mask
    }
    gone = set(drop)
    others = [rule for rule in rules if _mask(rule) != mask]
    kept = [rule for index, rule in enumerate(before.kept) if index not in gone]
    painted = []
    for weekday, spans in week.items():
        for start, end in spans:
            fresh = Rule(weekday, start, end, 0 if weekday == HOLIDAY else mask, on_holidays)
            same = known.get((weekday, start, end))
            if same is not None and on_holidays == before.on_holidays:
                fresh = replace(fresh, on_holidays=same.on_holidays)
            painted.append(fresh)
    return sorted({*others, *kept, *painted})


def to_cells(spans: Iterable[Span]) -> str:
    """One day as 48 characters, ``1`` for a free half hour."""
    free: set[int] = set()
    for start, end in spans:
        free.update(range(start // CELL, min(end, DAY) // CELL))
    return "".join("1" if index in free else "0" for index in range(CELLS))


def from_cells(text: str) -> list[Span]:
    """The spans of one day; neighbours are joined. Raises ValueError for anything else."""
    if len(text) != CELLS or set(text) - {"0", "1"}:
        raise ValueError("a day has 48 cells of 0 or 1")
    spans: list[Span] = []
    for index, cell in enumerate(text):
        if cell == "0":
            continue
        start = index * CELL
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], start + CELL)
        else:
            spans.append((start, start + CELL))
    return spans


def _fits(rule: Rule) -> bool:
    on_the_line = rule.from_minute % CELL == 0 and rule.to_minute % CELL == 0
    return on_the_line and rule.to_minute <= DAY


def _mask(rule: Rule) -> int:
    """A holiday rule holds in every week, whatever its mask says."""
    return 0 if rule.weekday == HOLIDAY else rule.nth_mask
