"""The rates of withholding by date, each as the taxes it is made of. Pure; read from rates.json.

Rates are integers in 1/100000 (10.21 % is 10210), so that no amount ever meets a float. What a
change of law needs is a new row with the day from which it holds; rows that were used stay.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

SCALE: Final = 100_000
STEP: Final = 1_000_000
"""Yen of one payment above which residents are withheld the upper rate (所得税法205条1号)."""

Band = Literal["lower", "upper", "nonresident"]


class NoRates(ValueError):
    """A day before the first row of the table."""


@dataclass(frozen=True, slots=True)
class Component:
    """One of the taxes that are withheld together; rates in 1/100000."""

    code: str
    name: str
    lower: int
    upper: int
    nonresident: int


@dataclass(frozen=True, slots=True)
class Rates:
    """What holds from ``valid_from`` until the next row; ``confirmed``: checked against the law."""

    valid_from: date
    components: tuple[Component, ...]
    source: str
    confirmed: bool

    @property
    def lower(self) -> int:
        """Up to 1,000,000 yen of one payment to a resident."""
        return self.total("lower")

    @property
    def upper(self) -> int:
        """On the part above 1,000,000 yen."""
        return self.total("upper")

    @property
    def nonresident(self) -> int:
        """On everything paid to a non-resident (所得税法213条1項1号)."""
        return self.total("nonresident")

    def total(self, band: Band) -> int:
        """The sum of the components, in 1/100000."""
        return sum(getattr(one, band) for one in self.components)


def percent(rate: int) -> str:
    """``10.21%`` for 10210: at least two digits behind the point, more only if there are any."""
    whole, rest = divmod(rate, 1000)
    digits = f"{rest:03d}"
    return f"{whole}.{digits[:2] if digits.endswith('0') else digits}%"


@cache
def table() -> tuple[Rates, ...]:
    """Every row, the earliest first."""
    rows = json.loads((Path(__file__).parent / "rates.json").read_text(encoding="utf-8"))
    made = (
        Rates(
            valid_from=date.fromisoformat(row["valid_from"]),
            components=tuple(Component(**one) for one in row["components"]),
            source=row["source"],
            confirmed=row["confirmed"],
        )
        for row in rows
    )
    return tuple(sorted(made, key=lambda one: one.valid_from))


def rates_on(day: date) -> Rates:
    """The rates for a payment made on ``day`` (Asia/Tokyo). Raises NoRates before 2013."""
    for row in reversed(table()):
        if row.valid_from <= day:
            return row
    raise NoRates(f"{day}の税率は登録されていません。")


def first_day() -> date:
    """The first day of which the table knows anything."""
    return table()[0].valid_from


def component_names() -> dict[str, str]:
    """The name of every tax that ever was in the table, by its code."""
    return {one.code: one.name for row in table() for one in row.components}
