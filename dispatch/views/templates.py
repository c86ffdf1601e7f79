"""通知の文面: every message in every language, with the organization's own words where it has some."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization, Role
from dispatch.actions.templates import problems_of, reset_template, save_template
from dispatch.message_texts import TEXTS
from dispatch.models import MessageTemplate
from dispatch.wording import LONGEST, kinds_of_texts, shipped, text_of
from dispatch.wording_preview import (
    MOST_SEGMENTS,
    NO_SMS,
    kind_name,
    may_be_filled,
    placeholders,
    preview_of,
)

DESK = (Role.COORDINATOR, Role.ADMIN)


@roles(*DESK)
@require_safe
def list_templates(request: HttpRequest) -> HttpResponse:
    """All messages in one language; ``?language=en`` for another."""
    _, organization, _ = acting(request)
    language = request.GET.get("language", "ja")
    if language not in TEXTS:
        raise Http404
    own = dict(
        MessageTemplate.objects.filter(organization=organization, language=language).values_list(
            "kind", "changed_by__name"
        )
    )
    entries = [
        {
            "kind": kind,
            "name": kind_name(kind),
            "sample": preview_of(
                organization, kind, language, _in_use(organization, kind, language)
            ),
            "is_own": kind in own,
            "by": own.get(kind),
        }
        for kind in kinds_of_texts()
    ]
    context = {"entries": entries, "language": language, "languages": _languages()}
    return render(request, "dispatch/template_list.html", context)


@roles(*DESK)
def edit_template(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Show and save the words of one message; ``do=reset`` goes back to the shipped ones."""
    _, organization, user = acting(request)
    _must_exist(kind, language)
    if request.method != "POST":
        return _page(request, kind, language, text_of(organization, kind, language))
    text, do = _typed(request), request.POST.get("do", "save")
    if do == "preview":
        return _page(request, kind, language, text)
    if do == "reset":
        reset_template(organization, kind, language, by=user, at=database_now())
        messages.success(request, f"「{kind_name(kind)}」を既定の文面に戻しました。")
        return redirect(_list_address(language))
    try:
        save_template(organization, kind, language, text, by=user, at=database_now())
    except ActionError as error:
        return _page(request, kind, language, text, errors=error.text.split("\n"))
    messages.success(request, f"「{kind_name(kind)}」の文面を保存しました。次の送信から使います。")
    return redirect(_list_address(language))


@roles(*DESK)
@require_POST
def preview_template(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """The sample for the words as typed, with their length; a fragment."""
    _, organization, _ = acting(request)
    _must_exist(kind, language)
    context = _preview(organization, kind, language, _typed(request))
    return render(request, "dispatch/_wording.html", context)


def _page(
    request: HttpRequest, kind: str, language: str, text: str, errors: list[str] | None = None
) -> HttpResponse:
    _, organization, _ = acting(request)
    own = MessageTemplate.objects.filter(organization=organization, kind=kind, language=language)
    context = _preview(organization, kind, language, text) | {
        "kind": kind,
        "name": kind_name(kind),
        "language": language,
        "language_name": dict(settings.LANGUAGES)[language],
        "text": text,
        "shipped": shipped(kind, language),
        "own": own.select_related("changed_by").first(),
        "errors": errors or [],
        "placeholders": placeholders(organization, kind, language),
        "longest": LONGEST,
        "back": _list_address(language),
    }
    return render(request, "dispatch/template_edit.html", context, status=422 if errors else 200)


def _preview(organization: Organization, kind: str, language: str, text: str) -> dict[str, Any]:
    fits = may_be_filled(kind, text)
    return {
        "sample": preview_of(organization, kind, language, text) if fits else None,
        "problems": problems_of(organization, kind, language, text),
        "is_sms": kind not in NO_SMS,
        "most": MOST_SEGMENTS,
    }


def _in_use(organization: Organization, kind: str, language: str) -> str:
    """The words that messages have now; the shipped ones where the own ones cannot be filled in."""
    text = text_of(organization, kind, language)
    return text if may_be_filled(kind, text) else shipped(kind, language)


def _typed(request: HttpRequest) -> str:
    text = request.POST.get("text", "").replace("\x00", "")
    return text.replace("\r\n", "\n").strip()[:5000]


def _must_exist(kind: str, language: str) -> None:
    if kind not in kinds_of_texts() or language not in TEXTS:
        raise Http404


def _languages() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES if code in TEXTS]


def _list_address(language: str) -> str:
    return f"{reverse('dispatch:templates')}?language={language}"
