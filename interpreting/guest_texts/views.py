"""案内文の言語: what coordinators see of the guests' texts, with a sheet for reviewers to print.

Nothing is changed here: a correction goes into the language's file (docs/guest-languages.md).
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import STAFF, acting, roles
from accounts.models import Organization
from interpreting import guest_texts
from interpreting.guest_texts import sheet
from volunteers.phones import as_written


@roles(*STAFF)
@require_safe
def list_languages(request: HttpRequest) -> HttpResponse:
    """Every language in its own script: how complete, and reviewed by whom."""
    standings = sheet.standings()
    translated = [one for one in standings if not one.is_source]
    context = {
        "standings": standings,
        "unreviewed": sum(not one.reviewed_by for one in translated),
        "total": len(translated),
    }
    return render(request, "interpreting/guest_languages.html", context)


@roles(*STAFF)
@require_safe
def show_language(request: HttpRequest, tag: str) -> HttpResponse:
    """The consent page's words as a guest reads them, beside the Japanese."""
    organization = acting(request)[1]
    context = {
        "one": _standing(tag),
        "own": _consent(organization, tag),
        "source": _consent(organization, guest_texts.SOURCE),
        "notice": guest_texts.review_notice(tag),
    }
    return render(request, "interpreting/guest_language.html", context)


@roles(*STAFF)
@require_safe
def print_sheet(request: HttpRequest, tag: str) -> HttpResponse:
    """All texts, Japanese beside the language, with room for corrections by hand."""
    context = {"one": _standing(tag), "sections": sheet.sections(tag)}
    return render(request, "interpreting/guest_language_sheet.html", context)


def _standing(tag: str) -> sheet.Standing:
    """404 for anything but the exact tag of a file, so that each page has one address."""
    if guest_texts.resolve(tag) != tag:
        raise Http404
    return sheet.standing(tag)


def _consent(organization: Organization, tag: str) -> dict[str, object]:
    texts = guest_texts.texts(tag)
    phone = as_written(organization.phone) if organization.phone else ""
    values = {"desk": organization.name, "phone": phone}
    lines = [guest_texts.fill(texts[key], **values) for key in sheet.CONSENT]
    words = {key: texts[f"consent_{key}"] for key in ("title", "question", "agree", "refuse")}
    refused = guest_texts.fill(texts["consent_refused"], **values)
    call = guest_texts.fill(texts["call_desk"], **values) if phone else ""
    return {**words, "lines": lines, "refused": refused, "call": call}
