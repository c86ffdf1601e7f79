"""Costs besides honoraria with their evidence: entering, approving, paying, taking back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import AuditEntry, Organization
from accounts.times import local
from accounts.trying import attempt
from honoraria.actions import single_handed
from honoraria.forms import CorrectForm
from honoraria.grants import actions
from honoraria.grants.access import get_cost_for, get_document_for
from honoraria.grants.calculation import year_days
from honoraria.grants.documents import response
from honoraria.grants.forms import CostFilter, CostForm, DocumentsForm, PaidForm
from honoraria.grants.operators import Invoice, invoices
from honoraria.models import Cost
from honoraria.months import Month
from honoraria.tax.years import fiscal_year

PER_PAGE = 100
REFUSED = 422


@require_GET
@roles(*MONEY)
def list_costs(request: HttpRequest) -> HttpResponse:
    """Costs of a fiscal year, and what operators should have invoiced in a month."""
    _, organization, _ = acting(request)
    today = local(database_now()).date()
    form = CostFilter(request.GET, this_year=fiscal_year(today))
    found = Cost.objects.filter(
        organization=organization, used_on__range=year_days(form.chosen_year)
    )
    for name in ("category", "state"):
        if chosen := form.cleaned_data.get(name):
            found = found.filter(**{name: chosen})
    sums = found.order_by().aggregate(count=Count("pk"), amount=Sum("amount", default=0))
    rows = found.annotate(papers=Count("documents")).order_by("-used_on", "-pk")
    month = _month(request, Month.of(today).before)
    context = {
        "form": form,
        "sums": sums,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "month": month,
        "invoices": invoices(organization, month),
        "section": "costs",
    }
    return render(request, "honoraria/grants/costs.html", context)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def new(request: HttpRequest) -> HttpResponse:
    """Enter a cost; ``?operator=…&month=…`` fills in what the calls of a month came to."""
    _, organization, user = acting(request)
    form = CostForm(request.POST or None, request.FILES or None, initial=_prefilled(request))
    if request.method == "POST" and form.is_valid():
        documents = form.cleaned_data["documents"]
        try:
            cost = actions.enter_cost(
                organization, form.values(), documents, by=user, at=database_now()
            )
        except ActionError as error:
            form.add_error(error.field or None, error.text)
        else:
            messages.success(request, "経費を入力しました。別の人の承認を待っています。")
            return redirect("honoraria:cost", cost.pk)
    context = {"form": form, "section": "costs"}
    status = REFUSED if form.errors else 200
    return render(request, "honoraria/grants/cost_form.html", context, status=status)


def _prefilled(request: HttpRequest) -> dict[str, Any]:
    operator = request.GET.get("operator", "")
    if not operator:
        return {}
    organization: Organization = acting(request)[1]
    month = _month(request, Month.of(local(database_now()).date()))
    found = [one for one in invoices(organization, month) if str(one.operator) == operator]
    return _initial(found[0]) if found else {}


def _initial(invoice: Invoice) -> dict[str, Any]:
    return {
        "category": Cost.Category.COMMISSION,
        "description": invoice.description,
        "vendor": invoice.name,
        "used_on": invoice.used_on,
        "amount": invoice.yen,
    }


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a cost that nobody has approved yet."""
    membership, _, user = acting(request)
    cost = get_cost_for(membership, pk)
    if cost.state != Cost.State.DRAFT or cost.corrects_id:
        messages.error(request, "承認済みの経費と取消しの行は変更できません。")
        return redirect("honoraria:cost", pk)
    initial = CostForm.initial_of(cost)
    form = CostForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        documents = form.cleaned_data["documents"]
        try:
            actions.change_cost(cost, form.values(), documents, by=user, at=database_now())
        except ActionError as error:
            form.add_error(error.field or None, error.text)
        else:
            messages.success(request, "保存しました。")
            return redirect("honoraria:cost", pk)
    context = {"form": form, "cost": cost, "section": "costs"}
    status = REFUSED if form.errors else 200
    return render(request, "honoraria/grants/cost_form.html", context, status=status)


@require_GET
@roles(*MONEY)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One cost with its evidence and what happened to it."""
    return _show(request, pk, {}, 200)


def _show(request: HttpRequest, pk: int, forms: dict[str, Any], status: int) -> HttpResponse:
    membership, organization, user = acting(request)
    cost = get_cost_for(membership, pk)
    log = AuditEntry.objects.about(cost.key).filter(organization=organization).order_by("id")
    own = cost.created_by_id == user.pk
    context = {
        "cost": cost,
        "correction": getattr(cost, "correction", None),
        "documents": cost.documents.defer("content").select_related("uploaded_by"),
        "tags": cost.tags.select_related("programme"),
        "log": [(line, audit.verb_in_words(line.verb)) for line in log],
        "same_person": own and not single_handed(organization),
        "reason_form": CorrectForm(),
        "paid_form": PaidForm(),
        "documents_form": DocumentsForm(),
        "section": "costs",
        **forms,
    }
    return render(request, "honoraria/grants/cost.html", context, status=status)


@require_POST
@roles(*MONEY)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a cost at the amount that was shown."""
    membership, _, user = acting(request)
    cost = get_cost_for(membership, pk)
    seen = request.POST.get("seen_amount", "")
    amount = int(seen) if seen.removeprefix("-").isdecimal() and len(seen) < 15 else None
    attempt(
        request,
        lambda: actions.approve_cost(cost, by=user, at=database_now(), seen_amount=amount),
        "承認しました。",
    )
    return redirect("honoraria:cost", pk)


@require_POST
@roles(*MONEY)
def reverse_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an approved cost back, with a reason."""
    membership, _, user = acting(request)
    cost = get_cost_for(membership, pk)
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return _show(request, pk, {"reason_form": form}, REFUSED)
    try:
        reason = form.cleaned_data["reason"]
        made = actions.reverse_cost(cost, reason, by=user, at=database_now())
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("honoraria:cost", pk)
    messages.success(request, "取消しの行を作りました。承認すると有効になります。")
    return redirect("honoraria:cost", made.pk)


@require_POST
@roles(*MONEY)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a cost that nobody has approved yet."""
    membership, _, user = acting(request)
    cost = get_cost_for(membership, pk)
    try:
        actions.remove_cost(cost, by=user, at=database_now())
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("honoraria:cost", pk)
    messages.success(request, "経費を取り下げました。")
    return redirect("honoraria:costs")


@require_POST
@roles(*MONEY)
def paid(request: HttpRequest, pk: int) -> HttpResponse:
    """Note the day of payment."""
    membership, _, user = acting(request)
    cost = get_cost_for(membership, pk)
    form = PaidForm(request.POST)
    if not form.is_valid():
        return _show(request, pk, {"paid_form": form}, REFUSED)
    day = form.cleaned_data["paid_on"]
    attempt(
        request,
        lambda: actions.record_paid(cost, day, by=user, at=database_now()),
        "支払日を記録しました。",
    )
    return redirect("honoraria:cost", pk)


@require_POST
@roles(*MONEY)
def add_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Add evidence."""
    membership, _, user = acting(request)
    cost = get_cost_for(membership, pk)
    form = DocumentsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, pk, {"documents_form": form}, REFUSED)
    documents = form.cleaned_data["documents"]
    attempt(
        request,
        lambda: actions.add_documents(cost, documents, by=user, at=database_now()),
        "証拠書類を追加しました。",
    )
    return redirect("honoraria:cost", pk)


@require_GET
@roles(*MONEY)
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One document."""
    membership, _, _ = acting(request)
    return response(get_document_for(membership, pk))


@require_POST
@roles(*MONEY)
def remove_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away a document of a cost that nobody has approved yet."""
    membership, _, user = acting(request)
    found = get_document_for(membership, pk)
    attempt(
        request,
        lambda: actions.remove_document(found, by=user, at=database_now()),
        "証拠書類を削除しました。",
    )
    return redirect("honoraria:cost", found.cost_id)


def _month(request: HttpRequest, otherwise: Month) -> Month:
    text = request.GET.get("month", "")
    try:
        return Month.parse(text) if text else otherwise
    except ValueError as error:
        raise Http404 from error
