"""Consultations and interpreter minutes per day of a month, and entering what was counted by hand."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.times import local
from honoraria.grants import actions
from honoraria.grants.consultations import DeskDay, Figures, by_day, by_desk_and_day
from honoraria.grants.forms import ConsultationsFilter, CountsForm

REFUSED = 422


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def consultations(request: HttpRequest) -> HttpResponse:
    """The days of a month: all desks together, and one desk to be filled in."""
    _, organization, user = acting(request)
    at = database_now()
    today = local(at).date()
    chosen = ConsultationsFilter(request.GET, organization=organization, today=today)
    month, desk = chosen.shown, chosen.chosen
    days = [month.first + timedelta(days=n) for n in range(month.last.day)]
    days = [day for day in days if day <= today]  # what is to come has not been counted
    found = by_desk_and_day(organization, month.first, month.last)
    key = desk.pk if desk else None
    figures = {day: found.get(DeskDay(day, key), Figures()) for day in days}
    initial = {f"day-{day}": one.entered or None for day, one in figures.items()}
    form = CountsForm(request.POST or None, days=days, initial=initial)
    if request.method == "POST" and form.is_valid():
        number = actions.enter_consultations(organization, desk, form.counts(), by=user, at=at)
        messages.success(request, f"{number}日分を保存しました。")
        query = urlencode({"month": str(month), "desk": key or ""})
        return redirect(f"{reverse('honoraria:consultations')}?{query}")
    whole = by_day(found)
    sums = Figures()
    for one in whole.values():
        sums.add(one)
    context = {
        "filter": chosen,
        "form": form,
        "month": month,
        "desk": desk,
        "desks": _by_desk(chosen, found),
        "rows": [
            {"day": day, "own": figures[day], "all": whole.get(day), "field": form[f"day-{day}"]}
            for day in days
        ],
        "sums": sums,
        "section": "consultations",
    }
    status = REFUSED if form.errors else 200
    return render(request, "honoraria/grants/consultations.html", context, status=status)


def _by_desk(
    chosen: ConsultationsFilter, found: dict[DeskDay, Figures]
) -> list[tuple[str, Figures]]:
    """The month's sums of every desk that has any."""
    names = {desk.pk: desk.name for desk in chosen.desks} | {None: "窓口を決めないもの"}
    sums: dict[int | None, Figures] = {}
    for (_, desk), figures in found.items():
        sums.setdefault(desk, Figures()).add(figures)
    return [(name, sums[key]) for key, name in names.items() if key in sums]
