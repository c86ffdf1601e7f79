"""Programmes by fiscal year, their terms as versions, and the shares of a joint desk."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import AuditEntry
from accounts.times import local
from honoraria.grants import actions
from honoraria.grants.access import get_programme_for
from honoraria.grants.claim import picture
from honoraria.grants.forms import PlaceFormSet, ProgrammeForm, TermsForm, places_of
from honoraria.grants.remarks import remarks
from honoraria.models import Municipality, Programme, ProgrammeTerms
from honoraria.tax.years import fiscal_year

REFUSED = 422


@require_GET
@roles(*MONEY)
def list_programmes(request: HttpRequest) -> HttpResponse:
    """Every programme by fiscal year with its newest terms and claim."""
    _, organization, _ = acting(request)
    found = Programme.objects.filter(organization=organization).prefetch_related("terms")
    claims = _newest_claims(found)
    rows: list[dict[str, Any]] = [
        {"programme": one, "terms": one.terms.all()[0], "claim": claims.get(one.pk)}
        for one in found
    ]
    years = [
        (year, list(group))
        for year, group in groupby(rows, key=lambda row: row["programme"].fiscal_year)
    ]
    return render(request, "honoraria/grants/list.html", {"years": years, "section": "grants"})


def _newest_claims(found: Any) -> dict[int, dict[str, Any]]:
    rows = found.order_by("claims__number").values(
        "pk", "claims__pk", "claims__number", "claims__amount", "claims__submitted_at"
    )
    return {
        row["pk"]: {name.removeprefix("claims__"): value for name, value in row.items()}
        | {"pk": row["claims__pk"]}
        for row in rows
        if row["claims__pk"]
    }


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def new(request: HttpRequest) -> HttpResponse:
    """Enter a programme."""
    _, organization, user = acting(request)
    at = database_now()
    initial = {
        "fiscal_year": fiscal_year(local(at).date()),
        "kind": Programme.Kind.OPERATING,
        "name": "外国人受入環境整備交付金",
    }
    form = ProgrammeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_programme(organization, **form.cleaned_data, by=user, at=at)
        except ActionError as error:
            form.add_error(error.field or None, error.text)
        else:
            messages.success(request, "登録しました。続けて、交付の条件を確認してください。")
            return redirect("honoraria:programme_terms", made.pk)
    status = REFUSED if form.errors else 200
    context = {"form": form, "section": "grants"}
    return render(request, "honoraria/grants/programme_new.html", context, status=status)


@require_GET
@roles(*MONEY)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A programme: where it stands, its terms, what is claimed and was."""
    membership, _, _ = acting(request)
    programme = get_programme_for(membership, pk)
    found = picture(programme)
    claims = list(programme.claims.defer("snapshot").select_related("submitted_by"))
    context = {
        "programme": programme,
        "found": found,
        "terms": found.terms,
        "versions": programme.terms.select_related("created_by"),
        "claims": claims,
        "remarks": remarks(found, programme.claims.first()),
        "section": "grants",
    }
    return render(request, "honoraria/grants/programme.html", context)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def terms(request: HttpRequest, pk: int) -> HttpResponse:
    """A further version of the terms."""
    membership, _, user = acting(request)
    programme = get_programme_for(membership, pk)
    newest = programme.terms.first()
    form = TermsForm(request.POST or None, initial=TermsForm.initial_of(newest))
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_terms(programme, form.cleaned_data, by=user, at=database_now())
        except ActionError as error:
            form.add_error(error.field or None, error.text)
        else:
            messages.success(request, "交付の条件を新しい版として保存しました。")
            return redirect("honoraria:programme", pk)
    context = {"form": form, "programme": programme, "newest": newest, "section": "grants"}
    status = REFUSED if form.errors else 200
    return render(request, "honoraria/grants/terms.html", context, status=status)


@require_http_methods(["GET", "POST"])
@roles(*MONEY)
def municipalities(request: HttpRequest, pk: int) -> HttpResponse:
    """Who shares a joint desk, in order."""
    membership, _, user = acting(request)
    programme = get_programme_for(membership, pk)
    # what comes back stands by itself: rows as they are now must not fill in for it
    initial = None if request.method == "POST" else _rows(programme)
    formset = PlaceFormSet(request.POST or None, initial=initial, prefix="place")
    error: ActionError | None = None
    if request.method == "POST" and formset.is_valid():
        try:
            places = places_of(formset)
            actions.set_municipalities(programme, places, by=user, at=database_now())
        except ActionError as refused:
            error = refused
        else:
            messages.success(request, "構成市町村を保存しました。")
            return redirect("honoraria:programme_shares", pk)
    wrong = error is not None or (formset.is_bound and not formset.is_valid())
    context = {"formset": formset, "programme": programme, "error": error, "section": "grants"}
    status = REFUSED if wrong else 200
    return render(request, "honoraria/grants/municipalities.html", context, status=status)


def _rows(programme: Programme) -> list[dict[str, Any]]:
    fields = ("name", "foreign_residents", "population", "reference_date")
    rows: list[dict[str, Any]] = list(programme.municipalities.values(*fields))
    return rows


@require_GET
@roles(*MONEY)
def shares(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement of a joint desk: what each municipality bears; no personal data."""
    membership, _, _ = acting(request)
    programme = get_programme_for(membership, pk)
    found = picture(programme)
    rows = found.shares
    people = [row.population for row in rows]
    context = {
        "programme": programme,
        "found": found,
        "rows": rows,
        "joint": found.terms.method == ProgrammeTerms.Method.JOINT,
        "residents": sum(row.foreign_residents for row in rows),
        "population": None if None in people else sum(one or 0 for one in people),
        "burden": sum(row.burden for row in rows),
        "changes": AuditEntry.objects.about(programme.key)
        .filter(organization=programme.organization, verb="grant.municipalities_set")
        .order_by("-id"),
        "entered": Municipality.objects.filter(programme=programme).exists(),
        "section": "grants",
    }
    return render(request, "honoraria/grants/shares.html", context)
