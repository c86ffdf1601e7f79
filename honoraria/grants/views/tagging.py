"""Judging the entries and costs of a programme, one page, many at once, with suggestions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts.access import MONEY, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import User
from honoraria.grants import actions
from honoraria.grants.access import get_programme_for
from honoraria.grants.actions import Share
from honoraria.grants.calculation import apportion
from honoraria.grants.entries import (
    COSTS,
    HONORARIA,
    Wanted,
    claimable,
    costs_to_tag,
    honoraria_to_tag,
)
from honoraria.grants.forms import ShareForm, TagFilter
from honoraria.grants.suggestions import grouped, suggest_costs, suggest_honoraria
from honoraria.models import Cost, Honorarium, Programme, Tag

PER_PAGE = 100
REFUSED = 422


@require_GET
@roles(*MONEY)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The entries of the filter, untagged first, each with its judgement or a suggestion."""
    membership, _, _ = acting(request)
    return _page(request, get_programme_for(membership, pk), request.GET, ShareForm(), 200)


def _page(
    request: HttpRequest, programme: Programme, query: QueryDict, form: ShareForm, status: int
) -> HttpResponse:
    tag_filter = TagFilter(query, organization=programme.organization)
    wanted = tag_filter.wanted()
    page: Page[Any] = Paginator(_rows(programme, wanted), PER_PAGE).get_page(query.get("page"))
    context = {
        "programme": programme,
        "filter": tag_filter,
        "wanted": wanted,
        "query": urlencode(wanted.as_detail()),
        "page": page,
        "rows": _judged(programme, wanted, list(page.object_list)),
        "form": form,
        "kinds": [(HONORARIA, "謝礼"), (COSTS, "経費")],
        "is_costs": wanted.kind == COSTS,
        "section": "grants",
    }
    return render(request, "honoraria/grants/tags.html", context, status=status)


def _rows(programme: Programme, wanted: Wanted) -> Any:
    if wanted.kind == COSTS:
        return costs_to_tag(programme, wanted)
    related = ("volunteer", "assignment__request__desk", "tariff_version__tariff")
    found = honoraria_to_tag(programme, wanted).select_related(*related)
    return found.defer("derivation", "tariff_version__rules")


def _judged(
    programme: Programme, wanted: Wanted, rows: list[Honorarium] | list[Cost]
) -> list[dict[str, Any]]:
    """Each row with its tag here, its tags elsewhere, or what would be suggested."""
    name = "cost" if wanted.kind == COSTS else "honorarium"
    found = Tag.objects.filter(**{f"{name}__in": rows}).select_related("programme", "decided_by")
    here = {getattr(tag, f"{name}_id"): tag for tag in found if tag.programme_id == programme.pk}
    elsewhere: dict[int, list[Tag]] = {}
    for tag in found:
        if tag.programme_id != programme.pk:
            elsewhere.setdefault(getattr(tag, f"{name}_id"), []).append(tag)
    hints = _suggest(programme, wanted, [row for row in rows if row.pk not in here])
    return [
        {
            "entry": row,
            "amount": claimable(row),
            "tag": here.get(row.pk),
            "eligible": _eligible(row, here.get(row.pk)),
            "elsewhere": elsewhere.get(row.pk, []),
            "hint": hints.get(row.pk),
            "hint_reason": Tag.Reason(hints[row.pk].reason).label if row.pk in hints else "",
        }
        for row in rows
    ]


def _eligible(row: Honorarium | Cost, tag: Tag | None) -> int | None:
    if tag is None:
        return None
    return apportion(claimable(row), tag.numerator, tag.denominator, tag.tax_credit)


def _suggest(programme: Programme, wanted: Wanted, rows: list[Any]) -> dict[int, Share]:
    terms = programme.terms.first()
    decided = terms.decided_on if terms else None
    suggest = suggest_costs if wanted.kind == COSTS else suggest_honoraria
    return suggest(programme, rows, decided)


@require_POST
@roles(*MONEY)
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge the chosen rows, or everything of the filter: as typed, as suggested, or undo it."""
    membership, organization, user = acting(request)
    programme = get_programme_for(membership, pk)
    wanted = TagFilter(request.POST, organization=organization).wanted()
    keys = _chosen(request, programme, wanted)
    what = request.POST.get("do", "")
    form = ShareForm(request.POST) if what == "share" else ShareForm()
    try:
        if not keys:
            raise ActionError("nothing_chosen", "対象にする行を選んでください。")
        if what == "suggest":
            done = _as_suggested(programme, wanted, keys, user)
        elif what == "untag":
            done = actions.untag(programme, **_by_kind(wanted, keys), by=user, at=database_now())
        elif form.is_valid():
            share = form.value()
            chosen = _by_kind(wanted, keys)
            done = actions.tag(programme, share, **chosen, by=user, at=database_now())
        else:
            return _page(request, programme, request.POST, form, REFUSED)
    except ActionError as error:
        form = form if form.is_bound else ShareForm({})
        form.is_valid()
        if what != "share":
            form.errors.clear()
        form.add_error(error.field if error.field in form.fields else None, error.text)
        return _page(request, programme, request.POST, form, REFUSED)
    messages.success(request, f"{done:,}件の区分を変更しました。")
    address = reverse("honoraria:programme_tags", args=[pk])
    return redirect(f"{address}?{urlencode(wanted.as_detail())}")


def _chosen(request: HttpRequest, programme: Programme, wanted: Wanted) -> set[int]:
    """Keys that are of the filter; whatever else the page sends is left out."""
    found = costs_to_tag(programme, wanted) if wanted.kind == COSTS else None
    rows: Any = honoraria_to_tag(programme, wanted) if found is None else found
    if request.POST.get("scope") != "all":
        picked = [text for text in request.POST.getlist("pick") if text.isdecimal()]
        rows = rows.filter(pk__in=[int(text) for text in picked if len(text) < 18])
    return set(rows.order_by().values_list("pk", flat=True))


def _as_suggested(programme: Programme, wanted: Wanted, keys: set[int], user: User) -> int:
    """Only what nobody has judged yet gets its suggestion."""
    rows = [row for row in _rows(programme, wanted).filter(pk__in=keys) if not row.tagged]
    at = database_now()
    return sum(
        actions.tag(programme, share, **_by_kind(wanted, members), by=user, at=at)
        for share, members in grouped(_suggest(programme, wanted, rows)).items()
    )


def _by_kind(wanted: Wanted, keys: Any) -> dict[str, Any]:
    return {"costs" if wanted.kind == COSTS else "honoraria": keys}
