"""The register of operators: what they serve at what price, their order, and the month's calls."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import acting, roles
from accounts.audit import record
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Role
from accounts.times import local
from dispatch.access import get_operator_for
from dispatch.actions.operator_register import move_operator, save_operator, switch_operator
from dispatch.models import Operator, OperatorService
from dispatch.operator_calls import Month, as_csv, calls_in, charged_minutes, sums
from dispatch.operator_form import (
    OperatorForm,
    ServiceSet,
    draft_from,
    initial_of,
    service_rows,
)
from dispatch.operators import hours_in_words, hours_of, price_in_words, prices_of

DESK = (Role.COORDINATOR, Role.ADMIN)
MONEY = (Role.COORDINATOR, Role.ADMIN, Role.ACCOUNTANT)


@roles(*DESK)
@require_safe
def list_operators(request: HttpRequest) -> HttpResponse:
    """Every operator in the order in which they are called."""
    membership, organization, _user = acting(request)
    found = Operator.objects.filter(organization=organization).prefetch_related("services")
    rows = [(one, [_in_words(service) for service in one.services.all()]) for one in found]
    context = {"rows": rows, "may_edit": membership.role == Role.ADMIN}
    return render(request, "dispatch/operators.html", context)


def _in_words(service: OperatorService) -> tuple[list[str], str, str]:
    return service.languages, hours_in_words(hours_of(service)), price_in_words(prices_of(service))


@roles(Role.ADMIN)
def edit_operator(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Enter a company, or change one."""
    membership, organization, user = acting(request)
    operator = get_operator_for(membership, pk) if pk is not None else None
    data = request.POST if request.method == "POST" else None
    form = OperatorForm(data, initial=initial_of(operator) if operator else None, label_suffix="")
    rows = ServiceSet(
        data, prefix="service", initial=service_rows(operator), form_kwargs={"label_suffix": ""}
    )
    status = 200
    if data is not None:
        status = 422
        if form.is_valid() & rows.is_valid():
            try:
                saved = save_operator(
                    organization,
                    draft_from(form, rows),
                    operator=operator,
                    by=user,
                    at=database_now(),
                )
            except ActionError as error:
                form.add_error(error.field if error.field in form.fields else None, error.text)
            else:
                messages.success(request, f"{saved.name}を保存しました。")
                return redirect("dispatch:operators")
    context = {
        "form": form,
        "rows": rows,
        "operator": operator,
        "has_pin": bool(operator and operator.pin),
    }
    return render(request, "dispatch/operator_form.html", context, status=status)


@roles(Role.ADMIN)
@require_POST
def operator_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Call it earlier or later, use it or not."""
    membership, _organization, user = acting(request)
    operator, at = get_operator_for(membership, pk), database_now()
    if verb in ("up", "down"):
        move_operator(operator, -1 if verb == "up" else 1, by=user, at=at)
    elif verb in ("on", "off"):
        switch_operator(operator, verb == "on", by=user, at=at)
        words = "使います" if verb == "on" else "使いません"
        messages.success(request, f"{operator.name}を{words}。")
    else:
        raise Http404
    return redirect("dispatch:operators")


@roles(*MONEY)
@require_safe
def list_calls(request: HttpRequest) -> HttpResponse:
    """The calls of a month with minutes and yen."""
    organization = acting(request)[1]
    month = Month.of(request.GET.get("month", ""), local(database_now()).date())
    calls = calls_in(organization, month)
    totals = sums(calls)
    context = {
        "month": month,
        "calls": [(call, charged_minutes(call)) for call in calls],
        "sums": totals,
        "total": (
            sum(row[1] for row in totals),
            sum(row[2] for row in totals),
            sum(row[3] for row in totals),
        ),
    }
    return render(request, "dispatch/operator_calls.html", context)


@roles(*MONEY)
@require_safe
def download_calls(request: HttpRequest) -> HttpResponse:
    """The same as CSV; that it was taken is recorded."""
    _membership, organization, user = acting(request)
    at = database_now()
    month = Month.of(request.GET.get("month", ""), local(at).date())
    calls = calls_in(organization, month)
    record(
        f"organization:{organization.pk}",
        "operator_calls.exported",
        organization=organization,
        by=user,
        at=at,
        month=str(month),
        rows=len(calls),
    )
    answer = HttpResponse(as_csv(calls), "text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="operator-calls-{month}.csv"'
    return answer
