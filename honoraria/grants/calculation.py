"""What a grant comes to: the share that counts, the rate, the rounding, the ceilings, the due date.

Pure and in whole yen. A share is rounded towards zero, so that a reversal takes back exactly what
its entry gave. The rate comes first, then the rounding, then the lower of ceiling and decided
amount (交付要綱; the unit of the rounding is a setting, because programmes differ).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

REPORT_MONTH, REPORT_DAY = 4, 10
CAP_MISSING = "限度額は年度ごとの表で確認してください"
WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a calculation: what was done, and the yen that it came to."""

    text: str
    yen: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides a grant: rate, ceiling and decided amount in yen (None: not known), unit."""

    numerator: int
    denominator: int
    cap: int | None = None
    decided: int | None = None
    unit: int = 1000

    @property
    def rate(self) -> str:
        """``1/2``; a whole is ``10/10``, as the ministry writes it."""
        whole = self.numerator == self.denominator
        return "10/10" if whole else f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, slots=True)
class Grant:
    """The grant in yen and how it was computed."""

    yen: int
    steps: tuple[Step, ...]


def grant_of(eligible: int, terms: Terms) -> Grant:
    """The grant for ``eligible`` yen; never negative."""
    base = max(eligible, 0)
    steps = [Step(f"対象経費 {eligible:,}円", eligible)]
    raw = base * terms.numerator // terms.denominator
    steps.append(Step(f"{base:,}円 × {terms.rate} = {raw:,}円", raw))
    rounded = raw - raw % terms.unit
    if terms.unit > 1:
        steps.append(Step(f"{unit_words(terms.unit)}未満切捨て {rounded:,}円", rounded))
    found = rounded
    for name, limit in (("限度額", terms.cap), ("交付決定額", terms.decided)):
        if limit is None:
            steps.append(Step(f"{name}は未入力のため、比べていません", found))
        else:
            lower = min(found, limit)
            words = "を超えるため" if limit < found else "以内のため"
            steps.append(Step(f"{name} {limit:,}円{words} {lower:,}円", lower))
            found = lower
    return Grant(found, tuple(steps))


def unit_words(unit: int) -> str:
    """``千円`` for 1000, otherwise the number."""
    return {100: "百円", 1000: "千円", 10_000: "1万円"}.get(unit, f"{unit:,}円")


def apportion(amount: int, numerator: int, denominator: int, tax_credit: int = 0) -> int:
    """The eligible yen: what is left without the creditable tax, times the share, towards zero.

    ``tax_credit`` is a positive amount also for a reversal. Raises ValueError for no share.
    """
    if denominator <= 0 or not 0 <= numerator <= denominator or tax_credit < 0:
        raise ValueError(f"{numerator}/{denominator}, {tax_credit}")
    share = max(abs(amount) - tax_credit, 0) * numerator // denominator
    return share if amount >= 0 else -share


def refund_for_tax(deductible: int, terms: Terms) -> Grant:
    """By how much consumption tax that was deducted lowers the grant (仕入控除税額の返還)."""
    yen = deductible * terms.numerator // terms.denominator
    return Grant(yen, (
        Step(f"仕入控除税額 {deductible:,}円", deductible),
        Step(f"{deductible:,}円 × {terms.rate} = {yen:,}円（1円未満切捨て）", yen),
    ))  # fmt: skip


def year_days(year: int) -> tuple[date, date]:
    """First and last day of a fiscal year."""
    return date(year, 4, 1), date(year + 1, 3, 31)


@dataclass(frozen=True, slots=True)
class Due:
    """By when the report must be there; a weekend is said, never moved."""

    day: date
    remark: str

    @property
    def words(self) -> str:
        """``2027年4月10日（土）``."""
        day = self.day
        return f"{day.year}年{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def report_due(completed_on: date | None, year: int) -> Due:
    """One month after completion or 10 April after the fiscal year, whichever comes first.

    Without a day of completion, the year's last day counts. The rule does not say what happens on
    weekends, so the day stays and a remark is made.
    """
    completed = completed_on or year_days(year)[1]
    day = min(_month_later(completed), date(year + 1, REPORT_MONTH, REPORT_DAY))
    weekend = day.weekday() >= 5
    remark = "土日にあたります。前の開庁日までに提出できるよう、提出先にご確認ください。"
    return Due(day, remark if weekend else "")


def _month_later(day: date) -> date:
    """The corresponding day of the next month, or its last one (民法143条)."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
