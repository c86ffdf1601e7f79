"""On which days of the following month the demo's accountant does what."""

from __future__ import annotations

from datetime import date, datetime

from accounts.times import instant
from honoraria.banking.calendar import next_business_day
from honoraria.months import Month

APPROVE, CLOSE, PREPARE, RELEASE = 5, 8, 10, 11


def on(month: Month, day: int, minute: int = 10 * 60) -> datetime:
    """A day of the month after ``month``, at ten in Tokyo unless told (minutes of the day)."""
    return instant(month.after.first.replace(day=day), minute)


def value_date(month: Month) -> date:
    """When the bank pays the honoraria of a month."""
    return next_business_day(month.after.first.replace(day=15))
