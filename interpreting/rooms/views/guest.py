"""Guests: a link, consent, and the page with check, waiting room and room; the desk's tablet.

Opening a link changes nothing; agreeing gives the seat to this browser. There is no account: the
cookie of the seat is the permission, for this one seat.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.phone.throttle import Throttle, address_of
from interpreting.models import Seat
from interpreting.rooms import access, tokens
from interpreting.rooms.actions import presence, seats
from interpreting.rooms.state import room_message
from interpreting.rooms.views.pages import (
    REASONS,
    desk_context,
    language_context,
    language_of,
    problem,
    room_page,
    seat_context,
    wants_data,
)

UNKNOWN = Throttle("room-links", 30, 600)
CODES = Throttle("room-codes", 20, 600)
HOURS = 12
AGAIN = {"room_full": "room_full", "room_locked": "room_locked"}
"""Refusals of a tablet that leave the code as it is, with their texts: the same press may do later."""


@room_page
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """GET: language and consent. POST with ``agree=1``: the seat is this browser's."""
    seat = access.find_seat(tokens.seat_named(tokens.LINK, token[:120]))
    if seat is None:
        return _unknown(request)
    language = language_of(request, seat)
    if access.standing(seat, access.scope_of(request)) == access.OK:
        return redirect("guest:seat", seat.pk)
    if reason := _why_not(seat, token):
        return problem(request, reason, language=language, room=seat.room)
    if request.method == "POST" and request.POST.get("agree") == "1":
        return _bind(request, seat, token, language)
    context = {"seat": seat, "room": seat.room, **desk_context(seat.room)}
    context |= language_context(language)
    context |= {"action": request.path, "choosing": "choose" in request.GET}
    status = 200 if request.method in {"GET", "HEAD"} else 422
    return render(request, "interpreting/room/consent.html", context, status=status)


def _bind(request: HttpRequest, seat: Seat, token: str, language: str) -> HttpResponse:
    try:
        seat, secret = seats.bind_seat(seat.pk, token, language=language, at=database_now())
    except ActionError as error:
        return problem(request, REASONS[error.code], language=language, room=seat.room)
    return keep(request, redirect("guest:seat", seat.pk), seat, secret)


def _why_not(seat: Seat, token: str) -> str:
    """Why a link that we made does not open its seat any more."""
    if seat.room.state != "open":
        return "ended"
    if seat.state == Seat.State.REMOVED:
        return "removed"
    if not tokens.matches(seat.token_hash, token):
        return "expired"
    if seat.holder_hash:
        return "used"
    return "expired" if (seat.token_expires_at or seat.created_at) <= database_now() else ""


@require_safe
@room_page
def show_seat(request: HttpRequest, pk: int) -> HttpResponse:
    """Device check, waiting room and room on one page."""
    try:
        seat, standing = access.get_seat(request, pk)
    except Http404:
        return _unknown(request)
    language = language_of(request, seat)
    if standing != access.OK:
        return problem(request, standing, language=language, room=seat.room)
    return render(request, "interpreting/room/guest.html", seat_context(seat, language))


@require_safe
@room_page
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The ``room`` message for a page without a socket."""
    seat, standing = access.get_seat(request, pk)
    if standing != access.OK:
        return JsonResponse({"type": "gone", "reason": standing}, status=410)
    return JsonResponse(room_message(seat, database_now()))


@require_POST
@room_page
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Go; the page says goodbye."""
    seat, standing = access.get_seat(request, pk)
    if standing == access.OK:
        presence.leave(seat, at=database_now())
    if wants_data(request):
        return JsonResponse({"ok": True})
    context = {"room": seat.room, "seat": seat, "reason": "left", **desk_context(seat.room)}
    context |= language_context(language_of(request, seat))
    return render(request, "interpreting/room/left.html", context)


@room_page
def tablet(request: HttpRequest) -> HttpResponse:
    """Six digits from the desk's screen make this the desk's second device."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    language = language_of(request)
    context = {**language_context(language), "error": "", "typed": ""}
    if request.method != "POST":
        return render(request, "interpreting/room/tablet.html", context)
    if CODES.count(address_of(request)):
        return problem(request, "too_many", language=language)
    typed = tokens.read_code(request.POST.get("code", ""))
    try:
        if not typed:
            raise seats.wrong_code()
        seat, secret = seats.redeem_code(typed, at=database_now())
    except ActionError as error:
        if error.code in REASONS and error.code not in AGAIN:
            return problem(request, REASONS[error.code], language=language)
        said = context["texts"][AGAIN.get(error.code, "tablet_wrong")]
        context |= {"error": said, "typed": typed, "again": error.code in AGAIN}
        return render(request, "interpreting/room/tablet.html", context, status=error.status)
    return keep(request, redirect("guest:seat", seat.pk), seat, secret)


def keep(request: HttpRequest, response: HttpResponse, seat: Seat, secret: str) -> HttpResponse:
    """Give the browser its seat."""
    response.set_cookie(
        access.cookie_name(seat.pk),
        secret,
        max_age=HOURS * 3600,
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )
    return response


def _unknown(request: HttpRequest) -> HttpResponse:
    """The same for a guessed, a mistyped and a forgotten address; guessing is slowed down."""
    reason = "too_many" if UNKNOWN.count(address_of(request)) else "unknown"
    return problem(request, reason, language=language_of(request))
