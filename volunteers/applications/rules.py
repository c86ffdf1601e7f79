"""Who may apply for which term, who needs a guardian, when a renewal opens. Pure: dates in and out.

The age counts on 1 April of the term, the same day for everybody; a guardian is needed by whoever
is a minor on the day of applying (民法第4条: 18 years).
"""

from __future__ import annotations

from datetime import date, timedelta

from volunteers.terms import ADULT, age_on, fiscal_year_end, fiscal_year_start

RENEWAL_OPENS = timedelta(days=60)
"""How long before the end of a term its renewal is asked for, and new people enter the next one."""

LAST_REMINDER = timedelta(days=14)
"""Within so many days after the end one last reminder goes out."""


def term_for(day: date) -> date:
    """The 1 April of the term somebody enters who applies on ``day``.

    In the last 60 days of a fiscal year it is the next one, or they would have to renew at once.
    """
    end = fiscal_year_end(day)
    return end + timedelta(days=1) if end - day < RENEWAL_OPENS else fiscal_year_start(day)


def old_enough(birth_date: date, term_starts_on: date, minimum_age: int) -> bool:
    """Whether the person has the organization's age on 1 April of the term's fiscal year."""
    return age_on(birth_date, fiscal_year_start(term_starts_on)) >= minimum_age


def needs_guardian(birth_date: date, day: date) -> bool:
    """Whether the person is a minor on ``day``."""
    return age_on(birth_date, day) < ADULT


def may_renew(ends_on: date | None, today: date) -> bool:
    """From 60 days before the end of the newest term, and after it; never without any term."""
    return ends_on is not None and ends_on - today <= RENEWAL_OPENS
