"""届いた返信: texts from volunteers' telephones that a person has to read, and what became of the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.models import Membership, Role, User
from accounts.trying import attempt
from dispatch import inbox
from dispatch.access import get_inbound_for, get_offer_for
from dispatch.actions.replies import close_text, record_answer, send_reply
from realtime.models import Inbound

DESK = (Role.COORDINATOR, Role.ADMIN)


@roles(*DESK)
@require_safe
def show_inbox(request: HttpRequest) -> HttpResponse:
    """What waits for somebody, and what was done in the last week."""
    _, organization, _ = acting(request)
    at = database_now()
    context = {
        "waiting": inbox.waiting(organization, at),
        "done": inbox.done_lately(organization, at),
    }
    return render(request, "dispatch/inbox.html", context)


@roles(*DESK)
@require_POST
def handle_text(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Record the answer a text gives, write back, or put it away."""
    membership, _, user = acting(request)
    inbound = get_inbound_for(membership, pk)
    action, done = _verb(request, verb, inbound, membership, user)
    attempt(request, action, done)
    return redirect("dispatch:inbox")


def _verb(
    request: HttpRequest, verb: str, inbound: Inbound, membership: Membership, user: User
) -> tuple[Callable[[], Any], str]:
    """What to do, and what is said afterwards; 404 for a verb or an offer there is not."""
    at = database_now()
    if verb in {"yes", "no"}:
        key = request.POST.get("offer", "")
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            raise Http404
        offer = get_offer_for(membership, int(key))
        if not inbox.may_be_about(inbound, offer):
            raise Http404
        word = "引き受ける" if verb == "yes" else "できない"
        return (
            lambda: record_answer(inbound, offer, verb == "yes", by=user, at=at),
            f"「{word}」を記録し、本人に知らせました。",
        )
    if verb == "reply":
        text = request.POST.get("text", "")
        return lambda: send_reply(inbound, text, by=user, at=at), "返信しました。"
    if verb == "done":
        return lambda: close_text(inbound, by=user, at=at), "対応済みにしました。"
    raise Http404
