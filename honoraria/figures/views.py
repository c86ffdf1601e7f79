"""集計: hours and costs of a fiscal year with charts, tables and files; the budget of a year."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import MONEY, acting, roles
from accounts.audit import record
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization
from accounts.times import local
from honoraria.figures import charts
from honoraria.figures.actions import set_budget
from honoraria.figures.charts import Bar, Chart, Series, swatch
from honoraria.figures.forecast import RULE, Forecast, compare, forecast, percent
from honoraria.figures.forms import BudgetForm, FiguresFilter
from honoraria.figures.sums import YearSums, year_sums
from honoraria.figures.tables import (
    COSTS,
    TITLES,
    CostTable,
    Table,
    as_csv,
    cost_table,
    tables,
)
from honoraria.models import Budget
from honoraria.months import Month
from honoraria.tax.years import fiscal_year

REFUSED = 422
FIRST_YEAR, LAST_YEAR = 2001, 2199


@require_GET
@roles(*MONEY)
def figures(request: HttpRequest) -> HttpResponse:
    """The year by month, desk, language, field, tariff and programme, and its forecast."""
    _, organization, _ = acting(request)
    today = local(database_now()).date()
    form = _filter(request, organization, today)
    year = form.chosen_year
    found = year_sums(organization, year, form.chosen_desk)
    expected = forecast(found.spent_by_month(), found.last_year, _over(year, today))
    all_tables = tables(organization, found)
    costs = cost_table(found)
    context = {
        "form": form,
        "year": year,
        "whole": all_tables[0].whole,
        "direct": found.whole.direct,
        "tickets": found.whole.tickets,
        "cards_tax": found.cards_tax,
        "sections": [_drawn(one) for one in _shown(all_tables, costs)],
        "empty": not any(found.by["month"].values()) and not found.costs,
        "query": urlencode({"year": year, "desk": form.cleaned_data.get("desk") or ""}),
        "rule": RULE,
        "section": "figures",
        **_outlook(organization, year, expected, found),
    }
    return render(request, "honoraria/figures/figures.html", context)


@require_GET
@roles(*MONEY)
def export(request: HttpRequest, name: str) -> HttpResponse:
    """One table as CSV, with the year and the desk of the page; recorded with its hash."""
    _, organization, user = acting(request)
    at = database_now()
    form = _filter(request, organization, local(at).date())
    if name not in TITLES or form.errors:
        raise Http404
    found = year_sums(organization, form.chosen_year, form.chosen_desk)
    by_name = {one.name: one for one in _shown(tables(organization, found), cost_table(found))}
    if name not in by_name:
        raise Http404
    cells = by_name[name].as_cells()
    made = as_csv(cells)
    record(
        f"figures:{name}", "figures.exported", organization=organization, by=user, at=at,
        year=form.chosen_year, desk=form.cleaned_data.get("desk") or "", rows=len(cells) - 1,
        sha256=hashlib.sha256(made).hexdigest(),
    )  # fmt: skip
    file_name = f"figures-{form.chosen_year}-{name}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(made, content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def budget(request: HttpRequest, year: int) -> HttpResponse:
    """Enter, change or remove the budget of a fiscal year."""
    _, organization, user = acting(request)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    there = Budget.objects.filter(organization=organization, fiscal_year=year).first()
    form = BudgetForm(request.POST or None, initial={"amount": there.amount if there else None})
    if request.method == "POST" and form.is_valid():
        amount = form.cleaned_data["amount"]
        try:
            changed = set_budget(organization, year, amount, by=user, at=database_now())
        except ActionError as error:
            form.add_error(error.field or None, error.text)
        else:
            done = f"{year}年度の予算を{'消しました' if amount is None else '保存しました'}。"
            messages.success(request, done if changed else "予算は変わっていません。")
            return redirect(f"{reverse('honoraria:figures')}?year={year}")
    context = {"form": form, "year": year, "budget": there, "section": "figures"}
    status = REFUSED if form.errors else 200
    return render(request, "honoraria/figures/budget.html", context, status=status)


def _filter(request: HttpRequest, organization: Organization, today: date) -> FiguresFilter:
    return FiguresFilter(request.GET, organization=organization, this_year=fiscal_year(today))


def _over(year: int, today: date) -> int:
    """How many months of the fiscal year are over."""
    return sum(Month(year + (n > 12), (n - 1) % 12 + 1).last < today for n in range(4, 16))


def _shown(found: list[Table], costs: CostTable | None) -> list[Table | CostTable]:
    return [*found, costs] if costs is not None and costs.rows else [*found]


def _drawn(table: Table | CostTable) -> dict[str, Any]:
    """A table with its picture and the key of it; series without any amount need no words."""
    chart = table.chart
    draw = charts.columns if table.name == "month" else charts.rows
    return {"table": table, "picture": draw(chart), "key": _key(chart)} | {
        "drawn": any(bar.highest or bar.lowest for bar in chart.bars)
    }


def _key(chart: Chart) -> list[tuple[Any, str]]:
    used = [any(bar.parts[n] for bar in chart.bars) for n in range(len(chart.series))]
    series = zip(chart.series, used, strict=True)
    return [(swatch(chart, one), one.words) for one, there in series if there]


def _outlook(
    organization: Organization, year: int, expected: Forecast, found: YearSums
) -> dict[str, Any]:
    """Forecast and budget; a budget is the whole organization's, so none beside one desk."""
    there = Budget.objects.filter(organization=organization, fiscal_year=year).first()
    of_all = found.costs is not None
    amount = there.amount if there and of_all else None
    chart = _outlook_chart(year, expected, found, amount)
    return {
        "expected": expected,
        "budget": amount,
        "comparison": None if amount is None else compare(expected, amount),
        "share": None if amount is None else percent(expected.spent, amount),
        "outlook": charts.rows(chart),
        "outlook_key": _key(chart),
    }


def _outlook_chart(year: int, expected: Forecast, found: YearSums, amount: int | None) -> Chart:
    """What was spent, what the year will cost, the budget: without what requesters pay direct."""
    series = (
        Series("honoraria", "謝礼と交通費"),
        COSTS,
        Series("forecast", "予測", "lines"),
        Series("budget", "予算"),
    )
    costs = sum(found.costs_by_month())
    bars = [Bar("これまで", (expected.spent - costs, costs, 0, 0))]
    if expected.yen is not None:
        bars.append(Bar("年度末の予測", (0, 0, expected.yen, 0)))
    if amount is not None:
        bars.append(Bar("予算", (0, 0, 0, amount)))
    return Chart("outlook", f"{year}年度の費用、予測と予算", series, tuple(bars))
