"""The register as a list, and suggestions of languages while somebody types."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from accounts.access import STAFF, acting, roles
from accounts.clock import database_now
from accounts.times import TOKYO
from volunteers import languages, queries
from volunteers.forms.find import SHOW, FindForm
from volunteers.terms import ENDING_DAYS

PER_PAGE = 50


@require_GET
@roles(*STAFF)
def register(request: HttpRequest) -> HttpResponse:
    """Everybody wanted, 50 on a page."""
    _, organization, _ = acting(request)
    at = database_now()
    form = FindForm(request.GET, organization=organization)
    wanted = form.wanted()
    found = queries.shown(queries.find(organization, wanted, at=at))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    counts = queries.counts(organization, at=at)
    context = {
        "form": form,
        "wanted": wanted,
        "page": page,
        "rows": page.object_list,
        "served": queries.last_served(page.object_list),
        "shows": [(value, words, counts.get(key)) for value, words, key in SHOW],
        "show": form.cleaned_data.get("show") or "",
        "counts": counts,
        "narrowed": any(request.GET.get(name) for name in form.fields),
        "now": at,
        "today": at.astimezone(TOKYO).date(),
        "last_ending": at.astimezone(TOKYO).date() + timedelta(days=ENDING_DAYS),
        **sheet_links(),
    }
    return render(request, "volunteers/list.html", context)


@require_GET
@roles(*STAFF)
def suggest_languages(request: HttpRequest) -> JsonResponse:
    """Languages for what has been typed so far, for the combobox."""
    found = languages.search(request.GET.get("q", ""))
    return JsonResponse(
        {"results": [{"value": one.tag, "label": one.ja, "hint": one.own} for one in found]}
    )


def sheet_links() -> dict[str, Any]:
    """Addresses of import and export, if this installation has them."""
    links = {}
    for name in ("import", "export"):
        try:
            links[f"{name}_url"] = reverse(f"volunteers:{name}")
        except NoReverseMatch:
            links[f"{name}_url"] = ""
    return links
