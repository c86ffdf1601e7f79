"""The payments' pages: what can be paid now, preparing a batch, and the batch itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import AuditEntry, Membership, Organization
from accounts.times import local
from honoraria import signature
from honoraria.actions import single_handed
from honoraria.banking.calendar import next_business_day
from honoraria.models import Payment, PaymentBatch
from honoraria.payments import actions
from honoraria.payments.access import get_batch_for, visible_accounts, visible_batches
from honoraria.payments.finding import batch_findings
from honoraria.payments.forms import PaidOnForm, PlanForm, ReasonForm
from honoraria.payments.planning import Plan, plan
from honoraria.payments.selecting import not_yet_closed

PER_PAGE = 30
PEOPLE_PER_PAGE = 100
REFUSED = 422
Method, State = PaymentBatch.Method, PaymentBatch.State


@dataclass(frozen=True, slots=True)
class Payable:
    """A method with what can be paid by it now, and what is approved but not closed, in yen."""

    method: str
    label: str
    plan: Plan
    waiting: int


@require_GET
@roles(*MONEY)
def list_batches(request: HttpRequest) -> HttpResponse:
    """What can be paid now by each method, and every batch, the last ones first."""
    membership, organization, _ = acting(request)
    at = database_now()
    day = next_business_day(local(at).date())
    payable = [
        Payable(code, label, plan(organization, code, day), not_yet_closed(organization, code))
        for code, label in Method.choices
    ]
    rows = visible_batches(membership).select_related("created_by", "released_by")
    context = {
        "payable": [one for one in payable if one.plan.people or one.plan.held or one.waiting],
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "section": "payments",
    }
    return render(request, "honoraria/payments/list.html", context)


@roles(*MONEY)
def new(request: HttpRequest) -> HttpResponse:
    """Choose method, day and account, see who is paid what, leave people out, prepare."""
    membership, organization, user = acting(request)
    at = database_now()
    day = next_business_day(local(at).date())
    given = request.POST if request.method == "POST" else request.GET
    form = PlanForm(given, organization=organization, day=day)
    if request.method == "POST" and form.is_valid():
        try:
            batch = actions.prepare_batch(
                organization,
                form.cleaned_data["method"],
                form.cleaned_data["value_date"],
                _account(form),
                by=user,
                at=at,
                also=form.keys("also"),
                hold=form.keys("hold"),
                seen_total=whole(request.POST.get("seen_total", "")),
            )
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, error.text)
        else:
            messages.success(request, "支払を作りました。別の人が内容を確かめて承認してください。")
            return redirect("honoraria:payment_batch", batch.pk)
    return _planned(request, membership, form)


def _planned(request: HttpRequest, membership: Membership, form: PlanForm) -> HttpResponse:
    organization = membership.organization
    status = REFUSED if request.method == "POST" else 200
    context: dict[str, Any] = {"form": form, "section": "payments"}
    context["accounts"] = visible_accounts(membership).filter(active=True).exists()
    data = getattr(form, "cleaned_data", None)
    if data is None:
        form.is_valid()
        data = form.cleaned_data
    if data.get("method") and data.get("value_date"):
        method, day = data["method"], data["value_date"]
        also = form.keys("also") if method == Method.CASH else []
        context |= {
            "plan": plan(organization, method, day, also=also),
            "method": method,
            "also": also,
            "holding": form.keys("hold"),
            "next_day": next_business_day(day) if method == Method.BANK else day,
            "no_transfer": _no_transfer(organization, form) if method == Method.CASH else [],
        }
    return render(request, "honoraria/payments/new.html", context, status=status)


def _no_transfer(organization: Organization, form: PlanForm) -> list[Any]:
    """People whose transfer is held back for their account: cash may be paid instead."""
    codes = {"no_account", "account_unchecked", "branch_unknown", "name_unwritable"}
    held = plan(organization, Method.BANK, form.cleaned_data["value_date"]).held
    return [one for one in held if one.code in codes and one.amount > 0]


def _account(form: PlanForm) -> Any:
    return form.cleaned_data["account"] if form.cleaned_data["method"] == Method.BANK else None


@require_GET
@roles(*MONEY)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A batch: everybody with gross, base, tax and net, and what is to be done next."""
    return show(request, pk)


def show(
    request: HttpRequest, pk: int, *, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of a batch, also with the errors of one of its forms."""
    membership, organization, user = acting(request)
    batch = get_batch_for(membership, pk)
    at = database_now()
    page = Paginator(payment_rows(batch), PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    waits = batch.state == State.PREPARED
    context = {
        "batch": batch,
        "page": page,
        "payments": with_signatures(page),
        "field": (signature.WIDTH, signature.HEIGHT),
        "sums": sums_of(batch),
        "findings": batch_findings(batch, at) if waits else [],
        "refusal": actions.refusal(batch, user) if waits else None,
        "single_handed": single_handed(organization),
        "may_finish": _may_finish(batch, at),
        "form": form or ReasonForm(),
        "paid_on": PaidOnForm(day=local(at).date()),
        "log": _log(batch),
        "section": "payments",
    }
    return render(request, "honoraria/payments/batch.html", context, status=status)


def payment_rows(batch: PaymentBatch) -> QuerySet[Payment]:
    """The payments of a batch with their lines, in the order of the register."""
    rows = batch.payments.select_related("volunteer", "account").prefetch_related(
        "lines__honorarium__assignment__request"
    )
    return rows.order_by("volunteer__number", "pk")


def with_signatures(payments: Iterable[Payment]) -> list[tuple[Payment, str, str]]:
    """Payments with what was signed on the phone: the line that was drawn, or the name typed."""
    return [
        (one, signature.path_of(one.signature), signature.name_of(one.signature))
        for one in payments
    ]


def sums_of(batch: PaymentBatch) -> dict[str, int]:
    """Sums in yen over the payments of a batch that stand, and their number."""
    standing = batch.payments.filter(state__in=[Payment.State.PLANNED, Payment.State.PAID])
    sums = {name: Sum(name, default=0) for name in ("gross", "taxable", "withheld", "net")}
    found: dict[str, int] = standing.order_by().aggregate(count=Count("pk"), **sums)
    return found


def _may_finish(batch: PaymentBatch, at: datetime) -> bool:
    """Released, and for transfers: the value date has come."""
    due = batch.method != Method.BANK or batch.value_date <= local(at).date()
    return batch.state == State.RELEASED and due


def _log(batch: PaymentBatch) -> list[tuple[AuditEntry, str]]:
    found = AuditEntry.objects.about(batch.key).filter(organization_id=batch.organization_id)
    return [(line, audit.verb_in_words(line.verb)) for line in found.order_by("id")]


def whole(text: str) -> int:
    """Yen that were on the screen; what cannot be read is no sum that anybody saw: -1."""
    usable = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if usable else -1
