"""When withheld tax and papers are due at the tax office. Pure.

Tax is due on the tenth of the month after the payment (所得税法204条1項, 212条1項; the half-yearly
rule of article 216 is not for interpreters). A day on which the office is closed moves to the next
open one (国税通則法10条2項, 同施行令2条2項).
"""

from __future__ import annotations

from datetime import date, timedelta

from volunteers.availability import is_holiday


def is_tax_office_day(day: date) -> bool:
    """False on Saturdays, Sundays, national holidays and from 29 December to 3 January.

    The order names 29 to 31 December; 2 and 3 January are days of general rest (一般の休日).
    """
    new_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not new_year and not is_holiday(day)


def open_day_from(day: date) -> date:
    """The day itself, or the first open one after it."""
    while not is_tax_office_day(day):
        day += timedelta(days=1)
    return day


def due_date(paid_on: date) -> date:
    """The last day to remit what was withheld from a payment made on ``paid_on``."""
    year, month = divmod(paid_on.year * 12 + paid_on.month, 12)
    return open_day_from(date(year, month + 1, 10))
