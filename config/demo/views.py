"""The demo's own pages: the way in, and the simulated phones. 404 outside ``TSUNAGI_MODE=demo``.

A handset shows the messages that were recorded for a volunteer of a demo organization; there is
nothing else to it, and nothing leaves this server. Whoever looks at the demo may look at all phones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import ActionError
from accounts.models import Membership, User
from accounts.sign_in import sign_in_demo
from config.demo import cast, phones

View = Callable[..., HttpResponse]
STARTS = {"months": "honoraria:months"}
"""Where a role may begin instead of at its own first page."""


def demo_only(view: View) -> View:
    """Exists in the demo only."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@demo_only
@never_cache
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What this is, the roles with a button each, and the way to the phones."""
    people = User.objects.in_bulk([part.email for part in cast.PARTS], field_name="email")
    parts = [part for part in cast.PARTS if part.email in people]
    return render(
        request,
        "demo/index.html",
        {"parts": parts, "phones": phones.wall(request.session)[:3], "ready": bool(parts)},
    )


@demo_only
@require_POST
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """Take a role with one press."""
    part = next((part for part in cast.PARTS if part.key == key), None)
    membership = (
        Membership.objects.select_related("user")
        .filter(user__email=part.email, active=True, organization__is_demo=True)
        .first()
        if part
        else None
    )
    if membership is None:
        raise Http404
    try:
        sign_in_demo(request, membership.user)
    except ActionError:
        raise Http404 from None
    return redirect(STARTS.get(request.POST.get("to", ""), "/"))


@demo_only
@never_cache
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """Ten handsets, or those that a search finds."""
    return render(request, "demo/wall.html", _wall(request))


@demo_only
@require_GET
def wall_fragment(request: HttpRequest) -> HttpResponse:
    """The handsets alone, fetched again and again."""
    return _fragment(request, "demo/wall_phones.html", _wall(request))


@demo_only
@never_cache
@require_GET
def handset(request: HttpRequest, pk: int) -> HttpResponse:
    """One handset at its own size; opening it marks its messages as read."""
    phone = phones.phone(pk, request.session)
    response = render(request, "demo/handset.html", {"phone": phone})
    phones.mark_read(phone, request.session)
    return response


@demo_only
@require_GET
def handset_fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """The conversation alone."""
    phone = phones.phone(pk, request.session)
    response = _fragment(request, "demo/handset_messages.html", {"phone": phone})
    phones.mark_read(phone, request.session)
    return response


def _wall(request: HttpRequest) -> dict[str, Any]:
    wanted = request.GET.get("q", "").strip()[:60]
    return {"phones": phones.wall(request.session, wanted), "q": wanted}


def _fragment(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """304 while nothing has changed, so that a poll every two seconds costs little."""
    html = render_to_string(template, context, request=request)
    etag = f'"{salted_hmac("demo", html).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(html, headers={"ETag": etag, "Cache-Control": "no-store"})
