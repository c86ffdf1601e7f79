"""The live board of the coordinator."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization, Role
from dispatch.access import get_call_for
from dispatch.actions.calls import record_call
from dispatch.board import board_of


@roles(Role.COORDINATOR, Role.ADMIN)
def show_board(request: HttpRequest) -> HttpResponse:
    """The page around the live fragment."""
    _, organization, _ = acting(request)
    fragment = render_fragment(organization)
    context = {"fragment": fragment, "etag": etag_of(fragment)}
    return render(request, "dispatch/board.html", context)


@roles(Role.COORDINATOR, Role.ADMIN)
def board_fragment(request: HttpRequest) -> HttpResponse:
    """The board's content; 304 when it is what the page shows already."""
    _, organization, _ = acting(request)
    return conditional(request, render_fragment(organization))


@roles(Role.COORDINATOR, Role.ADMIN)
@require_POST
def call_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody of the call list was telephoned."""
    membership, _, user = acting(request)
    message = get_call_for(membership, pk)
    try:
        record_call(message, by=user, at=database_now())
    except ActionError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, "電話での連絡を記録しました。")
    return redirect("dispatch:board")


def render_fragment(organization: Organization) -> str:
    """The board's HTML; holds no form, so that equal states give equal bytes."""
    return render_to_string(
        "dispatch/_board.html", {"board": board_of(organization, database_now())}
    )


def etag_of(fragment: str) -> str:
    """A strong validator of the content."""
    return f'"{hashlib.sha256(fragment.encode()).hexdigest()[:24]}"'


def conditional(request: HttpRequest, fragment: str) -> HttpResponse:
    """Answer with the fragment, or 304 if the client has it."""
    etag = etag_of(fragment)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    response = HttpResponse(fragment)
    response["ETag"], response["Cache-Control"] = etag, "no-cache, private"
    return response
