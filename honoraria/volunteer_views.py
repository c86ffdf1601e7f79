"""The volunteer's own money: hours and honoraria of a fiscal year, the statement of a calendar year.

Grants count by fiscal year, taxes by calendar year; both are shown as what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from babel.dates import format_date
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from dispatch.phone import words
from dispatch.phone.people import own_rows, volunteers_only
from honoraria.models import Honorarium
from honoraria.own import OwnMonth, own_year, statements, tax_years_of, years_of
from volunteers.languages import name as language_name
from volunteers.models import Volunteer

# approved and closed are one thing to whoever waits for the money
STATES: Final = {
    "draft": _("予定"),
    "approved": _("承認済み"),
    "closed": _("承認済み"),
    "paid": _("支払済み"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words."""

    entry: Honorarium
    day: str
    language: str
    hours: str
    state: str


@require_safe
@volunteers_only
def money(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """A fiscal year by months: what is expected, agreed and paid."""
    people, at = own_rows(volunteer), database_now()
    years = years_of(people, at)
    asked = request.GET.get("year", "")
    chosen = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else years[0]
    if chosen not in years:
        raise Http404
    year = own_year(people, chosen)
    context = {
        "organization": volunteer.organization,
        "year": year,
        "years": years,
        "months": [
            (_month(one), one.total, list(map(line_of, one.entries))) for one in year.months
        ],
        "tax_years": tax_years_of(people),
    }
    return render(request, "volunteer/money.html", context)


@require_safe
@volunteers_only
def statement(request: HttpRequest, volunteer: Volunteer, year: int) -> HttpResponse:
    """A page to print: everything agreed for the activities of a calendar year, by organization."""
    found = statements(own_rows(volunteer), year)
    if not found:
        raise Http404
    context = {
        "organization": volunteer.organization,
        "volunteer": volunteer,
        "year": year,
        "statements": [(one, list(map(line_of, one.entries))) for one in found],
        "today": words.day(database_now()),
    }
    return render(request, "volunteer/statement.html", context)


def line_of(entry: Honorarium) -> Line:
    """An entry in the reader's language."""
    locale, pattern = ("en_GB", "d MMM") if words.reader() == "en" else ("ja", "M月d日")
    hours, minutes = divmod(abs(entry.minutes), 60)
    return Line(
        entry=entry,
        day=str(format_date(entry.activity_date, pattern, locale=locale)),
        language=language_name(entry.report.assignment.request.language, words.reader()),
        hours=f"{'-' if entry.minutes < 0 else ''}{hours}:{minutes:02}",
        state=str(STATES[entry.state]),
    )


def _month(one: OwnMonth) -> str:
    if words.reader() == "en":
        return str(format_date(one.month.first, "MMMM yyyy", locale="en_GB"))
    return one.month.words
