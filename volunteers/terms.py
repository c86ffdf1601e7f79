"""Registration terms: fiscal years to 31 March, and the age a volunteer should have reached.

Pure: dates in, dates out. Terms decide whether somebody may be asked at all
(`VolunteerQuerySet.offerable`); the age is a warning only, which a coordinator may override.
"""

from datetime import date, timedelta

ENDING_DAYS = 90
"""A term that ends within so many days is shown as ending."""

ADULT = 18


def fiscal_year_end(day: date) -> date:
    """The 31 March that closes the Japanese fiscal year of ``day``."""
    return date(day.year + (day.month > 3), 3, 31)


def fiscal_year_start(day: date) -> date:
    """The 1 April that opens the Japanese fiscal year of ``day``."""
    return date(day.year - (day.month < 4), 4, 1)


def age_on(birth_date: date, day: date) -> int:
    """Full years of age on ``day``, as the law counts them.

    年齢計算ニ関する法律: a year is complete at the end of the day before the birthday, so somebody
    born on 2 April is a year older on 1 April already.
    """
    counted = day + timedelta(days=1)
    birthday_to_come = (counted.month, counted.day) < (birth_date.month, birth_date.day)
    return counted.year - birth_date.year - birthday_to_come


def too_young(birth_date: date | None, starts_on: date) -> bool:
    """Whether the person is under 18 on 1 April of the fiscal year in which the term starts."""
    return birth_date is not None and age_on(birth_date, fiscal_year_start(starts_on)) < ADULT
