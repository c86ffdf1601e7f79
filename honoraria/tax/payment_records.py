"""Who needs a payment record (支払調書), by when, and how it may be handed in. Pure.

A record sums a calendar year by the day on which each payment became fixed (支払の確定した日). What
was not paid yet when it is prepared stays inside the sum and is told apart (内書き), with the tax
that could not be withheld yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from honoraria.tax.remittance import open_day_from
from honoraria.tax.withholding import NONRESIDENT

RESIDENT_OVER: Final = 50_000
NONRESIDENT_OVER: Final = 500_000
"""Yen of a year above which a record is filed (所得税法施行規則84条2項, 89条2項)."""
RESIDENT_FORM: Final = "報酬、料金、契約金及び賞金の支払調書"
NONRESIDENT_FORM: Final = "非居住者等に支払われる給与、報酬、年金及び賞金の支払調書"
ELECTRONIC_FROM: Final = ((date(2027, 1, 1), 30), (date(2021, 1, 1), 100), (date(2014, 1, 1), 1000))
"""From which day of filing, from how many sheets on (所得税法228条の4), the latest first."""


class Kind(StrEnum):
    """What was paid for, in the words of the record (区分); each is summed by itself."""

    INTERPRETING = "通訳料"
    TRANSLATION = "翻訳料"


@dataclass(frozen=True, slots=True)
class Part:
    """What of a payment belongs in the record of a year: amount, tax, days.

    Negative for a reversal that was not netted by anything in the year.
    """

    amount: int
    withheld: int
    decided_on: date
    paid_on: date | None = None
    kind: Kind = Kind.INTERPRETING

    def is_unpaid(self, prepared_on: date) -> bool:
        """Not paid on the day on which the record is prepared."""
        return self.paid_on is None or self.paid_on > prepared_on


@dataclass(frozen=True, slots=True)
class Sums:
    """The four amounts of a record in yen; the unpaid ones are inside the others."""

    amount: int = 0
    unpaid: int = 0
    withheld: int = 0
    unwithheld: int = 0

    @property
    def paid(self) -> int:
        """What was paid by the day of preparation."""
        return self.amount - self.unpaid

    @property
    def remitted(self) -> int:
        """The tax that was withheld by the day of preparation."""
        return self.withheld - self.unwithheld


def sums_of(parts: Iterable[Part], year: int, prepared_on: date) -> Sums:
    """The record of a calendar year as it looks on ``prepared_on``.

    A reversal that still waits to be netted lowers what is unpaid, but never below nothing.
    """
    mine = [one for one in parts if one.decided_on.year == year]
    late = [one for one in mine if one.is_unpaid(prepared_on)]
    return Sums(
        amount=sum(one.amount for one in mine),
        unpaid=max(0, sum(one.amount for one in late)),
        withheld=sum(one.withheld for one in mine),
        unwithheld=max(0, sum(one.withheld for one in late)),
    )


def must_file(year_total: int, residency: str) -> bool:
    """Whether a record must be filed for ``year_total`` yen of a calendar year."""
    return year_total > (NONRESIDENT_OVER if residency == NONRESIDENT else RESIDENT_OVER)


def form_name(residency: str) -> str:
    """The form's name; non-residents have one of their own."""
    return NONRESIDENT_FORM if residency == NONRESIDENT else RESIDENT_FORM


def filing_due(year: int) -> date:
    """31 January of the next year, or the next day on which the tax office is open."""
    return open_day_from(date(year + 1, 1, 31))


def must_file_electronically(submitted_on: date, base_year_sheets: int) -> bool:
    """Whether paper is no longer accepted for this kind of record.

    ``base_year_sheets``: how many of this kind were to be filed in the year before the last one,
    counted from the day of filing (前々年), each kind by itself.
    """
    for first, sheets in ELECTRONIC_FROM:
        if submitted_on >= first:
            return base_year_sheets >= sheets
    return False
