"""Days and activities of the own money, in the language of the volunteer who reads the page."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from dispatch.phone import words
from honoraria.models import PaymentLine
from volunteers.languages import name as language_name


def day_of(day: date | None) -> str:
    """«2026年12月7日» or «7 Dec 2026»; empty for no day."""
    if day is None:
        return ""
    locale, pattern = ("en_GB", "d MMM yyyy") if words.reader() == "en" else ("ja", "y年M月d日")
    return str(format_date(day, pattern, locale=locale))


def job_of(line: PaymentLine) -> tuple[str, str]:
    """Day and language of the activity that a line pays."""
    entry = line.honorarium
    return day_of(entry.activity_date), language_name(
        entry.assignment.request.language, words.reader()
    )
