"""Which version of a tariff is in force on the date of the activity.

A version without an end lasts until the next one begins. A date claimed by two versions, or by
none, is an error to be put right in the tariff, never guessed around.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from .values import Rules, VersionGap, VersionOverlap


class Dated(Protocol):
    """Anything valid from a date (``None``: since ever) to a last day (``None``: open)."""

    @property
    def valid_from(self) -> dt.date | None: ...

    @property
    def valid_to(self) -> dt.date | None: ...


@dataclass(frozen=True, slots=True)
class Version:
    """A dated set of rules; ``valid_to`` is the last day, inclusive."""

    valid_from: dt.date | None
    rules: Rules
    valid_to: dt.date | None = None


DatedT = TypeVar("DatedT", bound=Dated)


def choose(versions: Sequence[DatedT], date: dt.date) -> DatedT:
    """The version in force on ``date`` (local). Raises VersionGap or VersionOverlap."""
    found = [version for version, first, last in _spans(versions) if first <= date <= last]
    if not found:
        raise VersionGap(f"{_day(date)}に有効な謝礼基準がありません。")
    if len(found) > 1:
        raise VersionOverlap(f"{_day(date)}に有効な謝礼基準が{len(found)}つあります。")
    return found[0]


def _spans(versions: Sequence[DatedT]) -> list[tuple[DatedT, dt.date, dt.date]]:
    starts = sorted({version.valid_from or dt.date.min for version in versions})
    spans = []
    for version in versions:
        first = version.valid_from or dt.date.min
        later = [start for start in starts if start > first]
        until_next = later[0] - dt.timedelta(days=1) if later else dt.date.max
        spans.append((version, first, version.valid_to or until_next))
    return spans


def _day(date: dt.date) -> str:
    return f"{date.year}年{date.month}月{date.day}日"
