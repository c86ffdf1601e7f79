"""Tax pages for accountants: the year's payment records, form 309, the payer and gift cards."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization
from accounts.times import local
from accounts.trying import attempt
from honoraria.payments.access import get_payment_for
from honoraria.tax import actions, form309, papers
from honoraria.tax.decisions import filings, gift_cards_taxed, payer_of
from honoraria.tax.forms import GiftForm, PayerForm, YearForm
from honoraria.tax.payment_records import (
    NONRESIDENT_OVER,
    RESIDENT_OVER,
    filing_due,
    must_file_electronically,
)
from honoraria.tax.rates import first_day, table
from honoraria.tax.remitting import overdue
from honoraria.tax.year_records import sheets_in, undecided, year_records, years_with_payments
from honoraria.tax.years import tax_label

FIRST_YEAR, LAST_YEAR = 2013, 2200


@require_GET
@roles(*MONEY)
def overview(request: HttpRequest) -> HttpResponse:
    """A calendar year: who needs a payment record, what is missing for the file."""
    _, organization, _ = acting(request)
    today = local(database_now()).date()
    form = YearForm(request.GET, years=_years(organization, today), today=today)
    year, on = form.wanted()
    records = year_records(organization, year, on)
    payer = payer_of(organization)
    base_sheets = sheets_in(organization, year - 2)
    due = filing_due(year)
    context = {
        "form": form,
        "records": records,
        "label": tax_label(year),
        "due": due,
        "late": today > due and bool(records.needed or records.elsewhere),
        "problems": form309.problems(payer, [one.entry() for one in records.needed]),
        "base_year": year - 2,
        "base_sheets": base_sheets,
        "electronic": must_file_electronically(date(year + 1, 1, 1), base_sheets),
        "thresholds": (RESIDENT_OVER, NONRESIDENT_OVER),
        "overdue": overdue(organization, today),
        "filing": filings(organization).get(year),
        "undecided": undecided(organization, year),
        "over": today > date(year, 12, 31),
        "section": "tax",
        "page": "records",
    }
    return render(request, "honoraria/tax/records.html", context)


@require_POST
@roles(*MONEY)
def download_form309(request: HttpRequest, year: int) -> HttpResponse:
    """Make the file for e-Tax; when somebody cannot be written, back to the page that names them."""
    _, organization, user = acting(request)
    at = database_now()
    on = _day_of(request.POST.get("on", ""), year, local(at).date())
    try:
        made = actions.export_form309(organization, year, on, by=user, at=at)
    except form309.Form309Error as error:
        who = "、".join(dict.fromkeys(one.who for one in error.problems))
        messages.error(request, f"ファイルを作れませんでした。次の方の内容をご確認ください：{who}")
    except ActionError as error:
        messages.error(request, error.text)
    else:
        answer = HttpResponse(made, content_type="text/csv; charset=Shift_JIS")
        answer["Content-Disposition"] = f'attachment; filename="tsunagi-309-{year}.csv"'
        answer["Cache-Control"] = "no-store"
        return answer
    return _back_to(year, on)


@require_POST
@roles(*MONEY)
def mark_filed(request: HttpRequest, year: int) -> HttpResponse:
    """Note that the records of a year were filed, or take the note back."""
    _, organization, user = acting(request)
    at = database_now()
    on = _day_of(request.POST.get("on", ""), year, local(at).date())
    filed = request.POST.get("filed") == "yes"
    done = "提出を記録しました。" if filed else "提出の記録を取り消しました。"
    attempt(
        request,
        lambda: actions.mark_filed(organization, year, filed, by=user, at=at),
        f"{year}年分の{done}",
    )
    return _back_to(year, on)


@require_GET
@roles(*MONEY)
def record_paper(request: HttpRequest, year: int, pk: int, residency: str) -> HttpResponse:
    """The copy of one person's record as PDF."""
    _, organization, _ = acting(request)
    on = _day_of(request.GET.get("on", ""), year, local(database_now()).date())
    records = year_records(organization, year, on)
    for one in records.people:
        if (one.volunteer.pk, one.residency) == (pk, residency):
            made = papers.record_copy(one, payer_of(organization), year, records.prepared_on)
            return papers.pdf(made, f"record-{year}-{one.volunteer.number}")
    raise Http404


@require_GET
@roles(*MONEY)
def payment_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement of one payment as PDF, in Japanese."""
    membership, _, _ = acting(request)
    payment = get_payment_for(membership, pk)
    with translation.override("ja"):
        made = papers.payment_statement(payment, local(database_now()).date())
    return papers.pdf(made, f"payment-{payment.pk}")


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def decisions(request: HttpRequest) -> HttpResponse:
    """The payer's data and the decision on gift cards."""
    _, organization, user = acting(request)
    what = request.POST.get("what", "")
    payer_form = PayerForm(
        request.POST if what == "payer" else None, initial=asdict(payer_of(organization))
    )
    taxed = "yes" if gift_cards_taxed(organization) else "no"
    gift_form = GiftForm(request.POST if what == "gift" else None, initial={"taxed": taxed})
    status = 200 if request.method == "GET" else 422
    try:
        if what == "payer" and payer_form.is_valid():
            actions.change_payer(organization, payer_form.payer(), by=user, at=database_now())
            return _saved(request)
        if what == "gift" and gift_form.is_valid():
            answer = gift_form.cleaned_data["taxed"] == "yes"
            actions.decide_gift_cards(organization, answer, by=user, at=database_now())
            return _saved(request)
    except ActionError as error:
        payer_form.add_error(None, error.text)
    context = {"payer_form": payer_form, "gift_form": gift_form, "section": "tax",
               "page": "decisions"}  # fmt: skip
    return render(request, "honoraria/tax/decisions.html", context, status=status)


@require_GET
@roles(*MONEY)
def rates(request: HttpRequest) -> HttpResponse:
    """The dated table of rates with its sources."""
    context = {"rows": list(reversed(table())), "section": "tax", "page": "rates"}
    return render(request, "honoraria/tax/rates.html", context)


def _saved(request: HttpRequest) -> HttpResponse:
    messages.success(request, "保存しました。")
    return redirect("honoraria:tax_decisions")


def _years(organization: Organization, today: date) -> list[int]:
    return sorted({today.year, *years_with_payments(organization)}, reverse=True)


def _day_of(typed: str, year: int, today: date) -> date:
    """The day that was asked for, never before the table of rates; 404 for an impossible year."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    try:
        return max(date.fromisoformat(typed), first_day())
    except ValueError:
        return today


def _back_to(year: int, on: date) -> HttpResponse:
    return redirect(f"{reverse('honoraria:tax')}?year={year}&on={on.isoformat()}")
