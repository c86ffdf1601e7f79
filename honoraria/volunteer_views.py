"""The volunteer's own money: hours and honoraria of a fiscal year, the payments of a tax year.

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
from accounts.times import local
from dispatch.phone import words
from dispatch.phone.people import own_rows, volunteers_only
from honoraria.models import Honorarium, PaidBy, Payment
from honoraria.own import OwnMonth, own_year, years_of
from honoraria.own_words import day_of
from honoraria.payments.lines import paid_transport, reaching
from honoraria.payments.own import own_payments
from honoraria.tax.own import YearStatement, statement_years, year_statements
from honoraria.tax.papers import payment_statement, pdf, year_statement
from honoraria.tax.parts import PaidPart
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
    """One entry in words; ``yen`` reach the person, ``bought`` are of tickets for the way."""

    entry: Honorarium
    yen: int
    bought: int
    direct: bool
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
        "tax_years": statement_years(people),
        "payments": [(day_of(one.day), one) for one in own_payments(people, chosen)],
    }
    return render(request, "volunteer/money.html", context)


@require_safe
@volunteers_only
def statement(request: HttpRequest, volunteer: Volunteer, year: int) -> HttpResponse:
    """A page to print: what was paid and withheld in a tax year, by organization, and what waits."""
    found = _statements(volunteer, year)
    context = {
        "organization": volunteer.organization,
        "year": year,
        "statements": [
            (one, list(map(paid_line, one.paid)), list(map(line_of, one.waiting))) for one in found
        ],
        "today": words.day(database_now()),
    }
    return render(request, "volunteer/statement.html", context)


@require_safe
@volunteers_only
def statement_paper(
    request: HttpRequest, volunteer: Volunteer, year: int, person: int
) -> HttpResponse:
    """The year's statement of one organization as PDF; ``person``: the own row in its register."""
    today = local(database_now()).date()
    for one in _statements(volunteer, year):
        if one.volunteer.pk == person:
            return pdf(year_statement(one, today), f"statement-{year}")
    raise Http404


@require_safe
@volunteers_only
def payment_paper(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """The statement of one payment that was made, as PDF in the reader's language."""
    mine = Payment.objects.filter(volunteer__in=own_rows(volunteer), state=Payment.State.PAID)
    found = mine.select_related("organization", "volunteer", "batch", "account").filter(pk=pk)
    payment = found.first()
    if payment is None:
        raise Http404
    made = payment_statement(payment, local(database_now()).date())
    return pdf(made, f"payment-{payment.pk}")


def _statements(volunteer: Volunteer, year: int) -> list[YearStatement]:
    """The statements of a calendar year; 404 when there is nothing in it."""
    if not 2000 <= year <= 2200 or not (found := year_statements(own_rows(volunteer), year)):
        raise Http404
    return found


def paid_line(part: PaidPart) -> tuple[PaidPart, str]:
    """A payment with its day in the reader's language."""
    locale, pattern = ("en_GB", "d MMM yyyy") if words.reader() == "en" else ("ja", "y年M月d日")
    return part, str(format_date(part.paid_on, pattern, locale=locale))


def line_of(entry: Honorarium) -> Line:
    """An entry in the reader's language."""
    locale, pattern = ("en_GB", "d MMM") if words.reader() == "en" else ("ja", "M月d日")
    return Line(
        entry=entry,
        yen=reaching(entry),
        bought=entry.transport - paid_transport(entry),
        direct=entry.paid_by == PaidBy.REQUESTER,
        day=str(format_date(entry.activity_date, pattern, locale=locale)),
        language=language_name(entry.assignment.request.language, words.reader()),
        hours=f"{'-' if entry.minutes < 0 else ''}{words.spent(abs(entry.minutes))}",
        state=str(STATES[entry.state]),
    )


def _month(one: OwnMonth) -> str:
    if words.reader() == "en":
        return str(format_date(one.month.first, "MMMM yyyy", locale="en_GB"))
    return one.month.words
