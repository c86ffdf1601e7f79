"""A volunteer's LINE: connect it by a code, put it first, take it away.

The code is shown once, right after it was asked for, and proves that the account which sends it
belongs to the person signed in here. Nothing is fetched from LINE; the page only links to it.
"""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.line_answers import new_code
from dispatch.phone.people import volunteers_only
from realtime import line
from volunteers.actions.line import disconnect_line, prefer_line
from volunteers.models import Volunteer

CHAT = "https://line.me/R/oaMessage/{account}/?{text}"
"""Opens the talk with an official account and writes the text, which the person then sends."""


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def connect_line(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Whether LINE is connected, and what can be done about it."""
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    at = database_now()
    if wanted == "code" and line.is_configured():
        return _show_code(request, volunteer)
    if wanted == "first":
        prefer_line(volunteer, by=volunteer.user, at=at)
        messages.success(request, _("これからは、まずLINEでご連絡します。"))
    if wanted == "disconnect":
        disconnect_line(volunteer, by=volunteer.user, at=at)
        messages.success(request, _("LINEとの連携を解除しました。"))
    if request.method == "POST":
        return redirect("volunteer:line")
    return _page(request, volunteer)


def _show_code(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    try:
        code = new_code(volunteer, at=database_now())
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("volunteer:line")
    return _page(request, volunteer, code)


def _page(request: HttpRequest, volunteer: Volunteer, code: str = "") -> HttpResponse:
    account = settings.LINE_ACCOUNT
    context = {
        "organization": volunteer.organization,
        "is_on": line.is_configured(),
        "account": account,
        "connected": bool(volunteer.line_id),
        "first": volunteer.channel == Volunteer.Channel.LINE,
        "code": code,
        "chat": CHAT.format(account=quote(account, safe=""), text=code) if account else "",
    }
    return render(request, "volunteer/line.html", context)
