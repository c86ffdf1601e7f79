"""The two years of money and the Japanese calendar. Pure.

Grants and budgets count by fiscal year (April to March) and the day of the activity; income tax by
calendar year and the day on which the payment was decided. They are never mixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

ERAS: Final = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1873, 1, 1), "明治"),
)
"""First day and name of each era, the latest first; Meiji from the Gregorian calendar on."""


@dataclass(frozen=True, slots=True)
class EraYear:
    """A year of an era; the first is written 元."""

    era: str
    number: int

    def __str__(self) -> str:
        return f"{self.era}{'元' if self.number == 1 else self.number}"


def era_year(day: date) -> EraYear:
    """The year of the era that ``day`` is in. Raises ValueError before 1873."""
    for first, name in ERAS:
        if day >= first:
            # Meiji began in 1868, five years before its days became Gregorian
            return EraYear(name, day.year - (1868 if name == "明治" else first.year) + 1)
    raise ValueError(f"{day} lies before the Gregorian calendar of Japan")


def wareki(day: date) -> str:
    """``令和8年3月31日``."""
    return f"{era_year(day)}年{day.month}月{day.day}日"


def fiscal_year(day: date) -> int:
    """2026 for April 2026 to March 2027 (地方自治法208条)."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_label(year: int) -> str:
    """``令和8年度`` for 2026, as a claim is headed.

    A year in which the era changes takes the new name (2019 is 令和元年度).
    """
    return f"{era_year(date(year, 12, 31))}年度"


def tax_year(decided_on: date) -> int:
    """The calendar year in which a payment was decided: the year of income tax and of form 309."""
    return decided_on.year


def tax_label(year: int) -> str:
    """``令和8年分`` for 2026."""
    return f"{era_year(date(year, 12, 31))}年分"
