"""The claim: calculated step by step, its lines, submitted once, and what differs since."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Role
from honoraria.actions import single_handed
from honoraria.grants import actions
from honoraria.grants.access import get_claim_for, get_programme_for
from honoraria.grants.calculation import refund_for_tax
from honoraria.grants.claim import differences, intact, picture, rule_of
from honoraria.grants.content import restored
from honoraria.grants.forms import TaxReportForm
from honoraria.grants.lines import lines
from honoraria.grants.remarks import remarks

PER_PAGE = 200
REFUSED = 422


@require_GET
@roles(*MONEY)
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be claimed now, step by step, with what must be accepted."""
    return _show(request, pk, "", frozenset(), 200)


def _show(
    request: HttpRequest, pk: int, error: str, accepted: frozenset[str], status: int
) -> HttpResponse:
    membership, organization, _ = acting(request)
    programme = get_programme_for(membership, pk)
    found = picture(programme)
    last = programme.claims.first()
    context = {
        "programme": programme,
        "found": found,
        "terms": found.terms,
        "remarks": remarks(found, last),
        "last": last,
        "number": last.number + 1 if last else 1,
        "accepted": accepted,
        "error": error,
        "may_submit": membership.role == Role.ADMIN or single_handed(organization),
        "section": "grants",
    }
    return render(request, "honoraria/grants/claim_prepare.html", context, status=status)


@require_POST
@roles(*MONEY)
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the claim that was shown."""
    membership, _, user = acting(request)
    programme = get_programme_for(membership, pk)
    accept = frozenset(request.POST.getlist("accept"))
    seen = (_yen(request, "seen_eligible"), _yen(request, "seen_grant"))
    note = request.POST.get("note", "")
    try:
        claim = actions.submit_claim(
            programme, accept=accept, seen=seen, note=note, by=user, at=database_now()
        )
    except ActionError as error:
        return _show(request, pk, error.text, accept, error.status)
    messages.success(request, f"第{claim.number}回の実績報告として確定しました。")
    return redirect("honoraria:claim", claim.pk)


def _yen(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "").removeprefix("-")
    digits = text.isascii() and text.isdigit() and len(text) < 16
    sign = -1 if request.POST.get(name, "").startswith("-") else 1
    return sign * int(text) if digits else -1


@require_GET
@roles(*MONEY)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A submitted claim as it was frozen, and what changed since."""
    membership, _, _ = acting(request)
    claim = get_claim_for(membership, pk)
    changed = differences(claim, lines(claim.programme))
    rows = Paginator(claim.snapshot["lines"], PER_PAGE)
    context = {
        "claim": claim,
        "programme": claim.programme,
        "snapshot": claim.snapshot,
        "intact": intact(claim),
        "differences": changed,
        "delta": sum(one.delta for one in changed),
        "page": rows.get_page(request.GET.get("page")),
        "section": "grants",
    }
    return render(request, "honoraria/grants/claim.html", context)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def tax(request: HttpRequest, pk: int) -> HttpResponse:
    """Consumption tax that was deducted after the claim, and what of the grant goes back."""
    membership, _, user = acting(request)
    claim = get_claim_for(membership, pk)
    form = TaxReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.report_tax(claim, **form.cleaned_data, by=user, at=database_now())
        except ActionError as error:
            form.add_error(error.field or None, error.text)
        else:
            messages.success(request, f"報告を記録しました。返還額は{made.refund:,}円です。")
            return redirect("honoraria:claim_tax", pk)
    counted = [line for line in restored(claim.snapshot) if line.counts]
    reports = claim.tax_reports.select_related("reported_by")
    context = {
        "claim": claim,
        "programme": claim.programme,
        "form": form,
        "reports": [
            (one, refund_for_tax(one.deductible, rule_of(claim.terms)).steps) for one in reports
        ],
        "contained": sum(line.consumption_tax for line in counted),
        "left_out": sum(line.tax_credit * (1 if line.amount > 0 else -1) for line in counted),
        "section": "grants",
    }
    status = REFUSED if form.errors else 200
    return render(request, "honoraria/grants/claim_tax.html", context, status=status)


@require_GET
@roles(*MONEY)
def list_lines(request: HttpRequest, pk: int) -> HttpResponse:
    """Every line with its evidence, as it would be claimed now."""
    membership, _, _ = acting(request)
    programme = get_programme_for(membership, pk)
    found = picture(programme)
    only = request.GET.get("only", "")
    rows = [line for line in found.lines if line.counts or only == "all"]
    context = {
        "programme": programme,
        "found": found,
        "only": only,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "section": "grants",
    }
    return render(request, "honoraria/grants/lines.html", context)
