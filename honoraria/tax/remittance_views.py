"""Tax pages for accountants: what was withheld month by month, and its remittance."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.times import local
from accounts.trying import attempt
from honoraria.models import Remittance
from honoraria.months import Month
from honoraria.tax import actions
from honoraria.tax.forms import RemittanceForm
from honoraria.tax.remitting import dues, years_with_tax


@require_GET
@roles(*MONEY)
def list_remittances(request: HttpRequest) -> HttpResponse:
    """A calendar year of payments by month and form: base, tax, due date, remitted on."""
    _, organization, _ = acting(request)
    today = local(database_now()).date()
    years = years_with_tax(organization) or [today.year]
    asked = request.GET.get("year", "")
    year = next((one for one in years if str(one) == asked), years[0])
    rows = [(one, one.state(today)) for one in dues(organization, year)]
    context = {
        "rows": rows,
        "years": years,
        "year": year,
        "today": today,
        "tax": sum(one.tax for one, _ in rows),
        "remitted": sum(one.remittance.amount for one, _ in rows if one.remittance),
        "section": "tax",
        "page": "remittances",
    }
    return render(request, "honoraria/tax/remittances.html", context)


@require_POST
@roles(*MONEY)
def record_remittance(request: HttpRequest) -> HttpResponse:
    """Note the day on which the tax of a month was remitted."""
    _, organization, user = acting(request)
    form = RemittanceForm(request.POST)
    if not form.is_valid():
        messages.error(request, "納付日を確認してください。")
        return redirect("honoraria:remittances")
    asked = form.cleaned_data
    try:
        month = Month.parse(asked["month"])
    except ValueError as error:
        raise Http404 from error
    attempt(
        request,
        lambda: actions.record_remittance(
            organization, month, asked["residency"], asked["remitted_on"],
            seen=asked["seen"], by=user, at=database_now(),
        ),
        f"{month.words}の納付を記録しました。",
    )  # fmt: skip
    return redirect(f"{reverse('honoraria:remittances')}?year={month.year}")


@require_POST
@roles(*MONEY)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a remittance that was recorded wrongly."""
    _, organization, user = acting(request)
    found = Remittance.objects.filter(organization=organization, pk=pk).first()
    if found is None:
        raise Http404
    attempt(
        request,
        lambda: actions.take_back_remittance(found, by=user, at=database_now()),
        "納付の記録を取り消しました。",
    )
    return redirect(f"{reverse('honoraria:remittances')}?year={found.month.year}")
