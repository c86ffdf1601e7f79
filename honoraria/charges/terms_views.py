"""Requesting bodies as tariffs see them, facts of one activity, levies, and statements."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import MONEY, acting, roles
from accounts.audit import record
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.times import local
from dispatch.models import RequestingBody
from honoraria.charges import actions, reading
from honoraria.charges.access import get_body_for, get_report_for
from honoraria.charges.facts import enter_facts, enter_terms
from honoraria.charges.forms import CLIENTS, MEMBERSHIPS, FactsForm, TermsForm
from honoraria.models import Charge, Facts, TariffVersion
from honoraria.months import Month
from ui.paper import paper

REFUSED = 422


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def facts(request: HttpRequest, pk: int) -> HttpResponse:
    """What tariffs ask about one activity; both sides are priced anew when it is saved."""
    membership, _, user = acting(request)
    report = get_report_for(membership, pk)
    known = Facts.objects.filter(report=report).first()
    form = FactsForm.of(known, request.POST or None)
    status = 200
    if request.method == "POST":
        status = REFUSED
        if form.is_valid():
            try:
                enter_facts(report, form.values(), by=user, at=database_now())
            except ActionError as error:
                form.add_error(None, error.text)
            else:
                messages.success(request, "保存し、計算し直しました。")
                month = Month.of(local(report.started_at).date())
                return redirect(f"{reverse('honoraria:charges')}?month={month}")
    context = {"form": form, "report": report, "section": "charges", **_words()}
    return render(request, "honoraria/charges/facts.html", context, status=status)


@require_GET
@roles(*MONEY)
def requesters(request: HttpRequest) -> HttpResponse:
    """Requesting bodies with their kind, their membership and the levies of the year."""
    _, organization, _ = acting(request)
    today = local(database_now()).date()
    year = today.year - (today.month < 4)
    bodies = RequestingBody.objects.filter(organization=organization).select_related("terms")
    levied = set(
        Charge.objects.standing()
        .filter(organization=organization, kind=Charge.Kind.LEVY, fiscal_year=year)
        .values_list("body_id", flat=True)
    )
    rows = [
        {
            "body": body,
            "client": CLIENTS.get(_term(body, "client"), _term(body, "client")),
            "membership": MEMBERSHIPS.get(_term(body, "membership"), _term(body, "membership")),
            "levied": body.pk in levied,
        }
        for body in bodies
    ]
    versions = TariffVersion.objects.in_force(today).filter(
        tariff__organization=organization, rules__levy__amount__gt=0
    )
    context = {
        "rows": rows,
        "year": year,
        "levies": versions.select_related("tariff"),
        "section": "charges",
    }
    return render(request, "honoraria/charges/requesters.html", context)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def requester(request: HttpRequest, pk: int) -> HttpResponse:
    """Kind and membership of one requesting body."""
    membership, _, user = acting(request)
    body = get_body_for(membership, pk)
    known = {name: _term(body, name) for name in ("client", "membership")}
    form = TermsForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        enter_terms(body, **form.cleaned_data, by=user, at=database_now())
        messages.success(request, "保存し、未請求・承認前のものを計算し直しました。")
        return redirect("honoraria:requesters")
    context = {"form": form, "body": body, "section": "charges", **_words()}
    status = REFUSED if request.method == "POST" else 200
    return render(request, "honoraria/charges/requester.html", context, status=status)


@require_POST
@roles(*MONEY)
def levies(request: HttpRequest) -> HttpResponse:
    """Draft the levy of the fiscal year for the chosen bodies."""
    _, organization, user = acting(request)
    at = database_now()
    today = local(at).date()
    tariff = request.POST.get("version", "")
    chosen = [pk for pk in request.POST.getlist("body") if pk.isascii() and pk.isdigit()]
    version = TariffVersion.objects.select_related("tariff__organization").filter(
        tariff__organization=organization, pk=int(tariff) if tariff.isdecimal() else 0
    )
    found = version.first()
    if found is None:
        raise Http404
    bodies = RequestingBody.objects.filter(organization=organization, pk__in=chosen)
    try:
        made = actions.add_levies(
            found, list(bodies), today.year - (today.month < 4), by=user, at=at
        )
    except ActionError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, f"{made}件の負担金を請求に加えました。")
    return redirect("honoraria:requesters")


@require_GET
@roles(*MONEY)
def statement(request: HttpRequest, pk: int, month: str) -> HttpResponse:
    """請求明細 of one body and month as a PDF; that it was made is recorded."""
    membership, organization, user = acting(request)
    body = get_body_for(membership, pk)
    try:
        wanted = Month.parse(month)
    except ValueError as error:
        raise Http404 from error
    data = reading.statement(organization, body, wanted)
    at = database_now()
    day = local(at).date()
    data["made_on"] = f"{day.year}年{day.month}月{day.day}日"
    pdf = paper("honoraria", "charge_statement", data, title=f"請求明細 {body.name} {wanted.words}")
    record(
        f"body:{body.pk}",
        "charge.statement",
        organization=organization,
        by=user,
        at=at,
        month=str(wanted),
        total=data["total"],
    )
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="charges-{wanted}-{body.pk}.pdf"'
    return answer


def _term(body: RequestingBody, name: str) -> str:
    terms = getattr(body, "terms", None)
    return str(getattr(terms, name, "") or "")


def _words() -> dict[str, list[str]]:
    return {"clients": list(CLIENTS.values()), "memberships": list(MEMBERSHIPS.values())}
