"""月締め: the fiscal year at a glance, a month with its checklist, closing and reopening."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Role
from accounts.times import local
from honoraria.closing import actions, points
from honoraria.closing.books import closed_through
from honoraria.closing.checklist import checklist, first_open
from honoraria.closing.counting import counted
from honoraria.closing.forms import ReopenForm
from honoraria.closing.year import march_due, year_of
from honoraria.models import Closing
from honoraria.months import Month, Wanted, entries, hours_text, totals
from honoraria.tax.years import fiscal_year

REFUSED = 422


@require_GET
@roles(*MONEY)
def months(request: HttpRequest) -> HttpResponse:
    """The twelve months of a fiscal year, the present one unless ``?year=2025``."""
    _, organization, _ = acting(request)
    at = database_now()
    year = _year(request.GET.get("year", ""), fiscal_year(local(at).date()))
    context = {
        "year": year_of(organization, year, at),
        "before": year - 1,
        "after": year + 1,
        "march": march_due(organization, at),
        "section": "months",
    }
    return render(request, "honoraria/closing/months.html", context)


@require_GET
@roles(*MONEY)
def month(request: HttpRequest, name: str) -> HttpResponse:
    """One month: its sums, what blocks the closing, what to consent to, what happened before."""
    return _show(request, _month(name), ReopenForm())


@require_POST
@roles(*MONEY)
def close(request: HttpRequest, name: str) -> HttpResponse:
    """Close the month with the consents ticked."""
    _, organization, user = acting(request)
    found = _month(name)
    accept = request.POST.getlist("accept")[:50]
    try:
        closing = actions.close_month(
            organization, found, by=user, at=database_now(), accept=accept
        )
    except ActionError as error:
        messages.error(request, error.text)
        return _show(request, found, ReopenForm(), set(accept), REFUSED)
    text = f"{found.words}を締めました（{closing.count:,}件、{closing.total:,}円）。"
    messages.success(request, text)
    return redirect("honoraria:month", name=str(found))


@require_POST
@roles(Role.ADMIN)
def reopen(request: HttpRequest, name: str) -> HttpResponse:
    """Open the last closed month again, with a reason."""
    _, organization, user = acting(request)
    found = _month(name)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=REFUSED)
    reason = form.cleaned_data["reason"]
    try:
        actions.reopen_month(organization, found, reason, by=user, at=database_now())
    except ActionError as error:
        form.add_error(error.field or None, error.text)
        return _show(request, found, form, status=error.status)
    messages.success(request, f"{found.words}を再開しました。直したら、もう一度締めてください。")
    return redirect("honoraria:month", name=str(found))


def _show(
    request: HttpRequest,
    found: Month,
    form: ReopenForm,
    accepted: set[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    membership, organization, _ = acting(request)
    closed, following = closed_through(organization), first_open(organization)
    is_closed = closed is not None and found.last <= closed
    if is_closed:
        checks, sums = [], totals(entries(organization, Wanted(month=found)))
    else:
        counts = counted(organization, found)
        checks, sums = checklist(organization, found, database_now(), counts), counts.totals
    closings = Closing.objects.filter(organization=organization, month=found.first)
    may_reopen = is_closed and closed == found.last and membership.role == Role.ADMIN
    context = {
        "month": found,
        "claims": points.submitted_claims(organization, found.first, found.last)
        if may_reopen
        else [],
        "year": fiscal_year(found.first),
        "closed": is_closed,
        "next": following,
        "totals": sums,
        "hours": hours_text(sums.minutes),
        "blocks": [one for one in checks if one.blocks],
        "warnings": [one for one in checks if not one.blocks],
        "accepted": accepted or set(),
        "closings": closings.select_related("closed_by", "reopened_by").order_by("-id"),
        "may_reopen": may_reopen,
        "form": form,
        "section": "months",
    }
    return render(request, "honoraria/closing/month.html", context, status=status)


def _month(name: str) -> Month:
    try:
        found = Month.parse(name)
    except ValueError as error:
        raise Http404 from error
    if str(found) != name:
        raise Http404
    return found


def _year(text: str, present: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        return present
    return min(max(int(text), 2001), 2199)
