"""Calendar feeds behind a secret address, and the page of a desk's own address.

The feed asks for no sign-in; an unknown address, an old one, and that of somebody who has left all
answer 404. Programs ask often, so an unchanged calendar answers 304.
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.models import Role
from dispatch.access import get_calendar_desk_for
from dispatch.actions.feeds import close_feed, renew_feed
from dispatch.calendars import calendar_of_desk, calendar_of_volunteer
from dispatch.models import Desk
from volunteers.models import Volunteer


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of the volunteer or the desk whose address this is."""
    at = database_now()
    if volunteer := _owner(token):
        content = calendar_of_volunteer(volunteer, at)
    elif desk := Desk.objects.filter(feed_token=token).first():
        content = calendar_of_desk(desk, at)
    else:
        raise Http404
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="tsunagi.ics"'
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    response["X-Robots-Tag"] = "noindex, nofollow"
    found = get_conditional_response(request, etag=etag, response=response)
    return found or response


def _owner(token: str) -> Volunteer | None:
    registered = Volunteer.objects.exclude(status=Volunteer.Status.WITHDRAWN)
    return registered.filter(feed_token=token).first()


@roles(Role.COORDINATOR, Role.ADMIN)
def desk_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk's address; POST makes a new one (``do=renew``) or switches it off (``do=close``)."""
    membership, _organization, user = acting(request)
    desk = get_calendar_desk_for(membership, pk)
    if request.method == "POST":
        at = database_now()
        if request.POST.get("do") == "close":
            close_feed(desk, by=user, at=at)
            messages.success(request, "カレンダーの公開をやめました。")
        else:
            renew_feed(desk, by=user, at=at)
            messages.success(request, "カレンダーのアドレスを発行しました。")
        return redirect("dispatch:desk_calendar", pk)
    return render(
        request, "dispatch/desk_calendar.html", {"desk": desk, **addresses_of(desk.feed_token)}
    )


def addresses_of(token: str | None) -> dict[str, Any]:
    """The address to copy, to press and to scan; nothing while there is none."""
    if not token:
        return {"feed_url": ""}
    address = settings.PUBLIC_BASE_URL + reverse("dispatch:feed", args=[token])
    return {
        "feed_url": address,
        "webcal_url": f"webcal://{address.removeprefix(urlsplit(address).scheme + '://')}",
        "feed_qr": _qr(address),
    }


def _qr(text: str) -> SafeString:
    """A QR code as SVG, black on white, because cameras want it so."""
    svg = segno.make(text, error="m", micro=False).svg_inline(
        scale=6, border=4, omitsize=True, dark="#000", light="#fff"
    )
    return mark_safe(svg)  # noqa: S308 # nosec B308 B703 - drawn by us, the text is not in it
