"""What all pages of a room share: headers, texts in the reader's language, the problem page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from accounts.models import Organization
from interpreting import guest_texts
from interpreting.models import Room, Seat
from interpreting.twilio.video import hosts
from volunteers.phones import as_written

View = Callable[..., HttpResponse]
DEVICES = (
    "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), "
    "speaker-selection=(self), screen-wake-lock=(self), geolocation=(), payment=(), usb=()"
)
# reason → (text of the problem, HTTP status)
PROBLEMS = {
    "unknown": ("link_unknown", 404),
    "expired": ("link_expired", 410),
    "used": ("link_used", 410),
    "ended": ("room_ended", 410),
    "removed": ("removed_text", 410),
    "full": ("room_full", 409),
    "locked": ("room_locked", 409),
    "too_many": ("too_many", 429),
}
REASONS = {
    "link_expired": "expired",
    "link_used": "used",
    "room_ended": "ended",
    "removed": "removed",
    "room_full": "full",
    "room_locked": "locked",
    "not_assigned": "expired",
}
"""Codes of ActionError as reasons of the problem page."""


def room_page(view: View) -> View:
    """A page that may use the devices and the socket, and that nobody keeps or tells onwards."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        socket = f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"
        response._csp_update = {  # type: ignore[attr-defined]
            "connect-src": [socket, *hosts()],
            "media-src": ["blob:"],
            "img-src": ["blob:"],
        }
        response["Permissions-Policy"] = DEVICES
        # not "no-referrer": browsers then send "Origin: null" with the consent form, and it fails
        response["Referrer-Policy"] = "same-origin"
        response["Cache-Control"] = "no-store, private"
        return response

    return wrapped


def wants_data(request: HttpRequest) -> bool:
    """The room's own script asks, which must not leave the page."""
    return request.headers.get("X-Requested-With") == "fetch"


def language_of(request: HttpRequest, seat: Seat | None = None) -> str:
    """The choice in the address or form, the seat's, the browser's; else やさしい日本語."""
    chosen = request.POST.get("language") or request.GET.get("language") or ""
    if guest_texts.resolve(chosen[:35]) is None:
        chosen = seat.language if seat else ""
    return guest_texts.choose(request.headers.get("Accept-Language", ""), chosen[:35])


def language_context(tag: str) -> dict[str, Any]:
    """Texts and direction of a language, and all languages in their own script."""
    _activate(tag)
    return {
        "language": tag,
        "direction": guest_texts.direction(tag),
        "texts": guest_texts.texts(tag),
        "languages": guest_texts.languages(),
    }


def desk_context(room: Room) -> dict[str, Any]:
    """Who answers for the room: name and telephone of the desk."""
    desk, organization = room.request.desk, room.organization
    phone = (desk.phone if desk else "") or organization.phone
    return {
        "organization": organization,
        "desk_name": desk.name if desk else organization.name,
        "desk_phone": phone,
        "desk_phone_written": as_written(phone) if phone else "",
    }


def seat_context(seat: Seat, language: str) -> dict[str, Any]:
    """For every page with the room on it."""
    return {
        "room": seat.room,
        "seat": seat,
        "role": seat.role,
        "socket_url": f"/ws/room/{seat.pk}/",
        "state_url": reverse("guest:state", args=[seat.pk]),
        "leave_url": reverse("guest:leave", args=[seat.pk]),
        "skip_check": False,
        **desk_context(seat.room),
        **language_context(language),
    }


def problem(
    request: HttpRequest, reason: str, *, language: str, room: Room | None = None
) -> HttpResponse:
    """What is wrong and what to do, in the guest's language; never says which rooms exist."""
    key, status = PROBLEMS[reason]
    context = language_context(language)
    context |= {"reason": reason, "problem": key, "room": room}
    context |= desk_context(room) if room else _only_desk()
    response = render(request, "interpreting/room/problem.html", context, status=status)
    if status == 429:
        response["Retry-After"] = "600"
    return response


def _only_desk() -> dict[str, Any]:
    """The organization, where there is only one that a stranger may be told of."""
    found = list(Organization.objects.filter(is_demo=False)[:2])
    found = found or list(Organization.objects.all()[:2])
    only = found[0] if len(found) == 1 else None
    phone = only.phone if only else ""
    return {
        "organization": only,
        "desk_name": only.name if only else "",
        "desk_phone": phone,
        "desk_phone_written": as_written(phone) if phone else "",
    }


def _activate(tag: str) -> None:
    """Numbers and the frame of the page in the nearest language that the site itself knows."""
    known = {"ja": "ja", "ja-simple": "ja-simple"}
    translation.activate(known.get(tag, "en"))  # ui.middleware puts the former language back
