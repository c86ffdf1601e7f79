"""Days on which banks move money: not Saturdays, Sundays, holidays or 31 December to 3 January.

Source: Banking Act, Order for Enforcement, article 5. Days are dates in Japan.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import jpholiday

SATURDAY: Final = 5
YEAR_END: Final = frozenset({(12, 31), (1, 1), (1, 2), (1, 3)})


def is_bank_business_day(day: date) -> bool:
    """Banks are open."""
    closed = day.weekday() >= SATURDAY or (day.month, day.day) in YEAR_END
    return not closed and not jpholiday.is_holiday(day)


def next_business_day(day: date) -> date:
    """``day`` itself when banks are open, else the first day after it on which they are."""
    while not is_bank_business_day(day):
        day += timedelta(days=1)
    return day
