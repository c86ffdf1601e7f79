"""The desk's side: opening a room, its page and panel, invitations, the buttons.

The room's script sends forms with ``X-Requested-With: fetch`` and shows the answer beside the running
conversation; without it every button is an ordinary form that comes back to the room.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST, require_safe

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Role
from dispatch.access import get_request_for
from interpreting import guest_texts
from interpreting.models import Room, Seat
from interpreting.rooms.access import get_room_for, get_seat_for
from interpreting.rooms.actions import rooms, seats
from interpreting.rooms.actions.sessions import is_joined
from interpreting.rooms.actions.taking_over import ask_to_take_over, give_up_taking_over
from interpreting.rooms.takers import asked_people, takers
from interpreting.rooms.views.pages import room_page, seat_context, wants_data
from volunteers.models import Volunteer

STAFF = (Role.COORDINATOR, Role.ADMIN)


@roles(*STAFF)
@require_POST
def open_room(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the request's room, or find it, and take the desk's seat."""
    membership, _, user = acting(request)
    found, at = get_request_for(membership, pk), database_now()
    try:
        room = rooms.open_room(found, by=user, at=at)
        seats.seat_desk(room, user, at=at)
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("dispatch:request", pk)
    return redirect("interpreting:room", room.pk)


@roles(*STAFF)
@require_safe
@room_page
def show_room(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk in the room; without a seat of one's own only the panel and a way in."""
    membership, _, user = acting(request)
    room = get_room_for(membership, pk)
    mine = room.seats.filter(user=user, state__in=Seat.ACTIVE_STATES).first()
    context = panel_context(room)
    if room.state != Room.State.OPEN:
        active = room.request.assignments.active().filter(report=None)
        context["interpreters"] = active.select_related("volunteer")
        return render(request, "interpreting/room/over.html", context, status=410)
    if mine is None:
        return render(request, "interpreting/room/lobby.html", context)
    mine.room = room
    context |= seat_context(mine, "ja") | {"after_label": "依頼の画面へ"}
    return render(request, "interpreting/room/desk.html", context)


@roles(*STAFF)
@require_safe
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is here, who waits, who is invited: the live part of the desk's page."""
    membership, _, user = acting(request)
    room = get_room_for(membership, pk)
    mine = room.seats.filter(user=user, state__in=Seat.ACTIVE_STATES).first()
    context = {**panel_context(room), "seat": mine}
    return render(request, "interpreting/room/_panel.html", context)


@roles(*STAFF)
@require_POST
@room_page
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """A link and its QR code for a guest, shown this one time."""
    membership, _, user = acting(request)
    room = get_room_for(membership, pk)
    try:
        role = request.POST.get("role", "")
        seat, secret = seats.invite(room, role, by=user, at=database_now())
    except ActionError as error:
        return _refused(request, room, error)
    return invitation_page(request, seat, secret)


@roles(*STAFF)
@room_page
def invitation(request: HttpRequest, pk: int, seat: int) -> HttpResponse:
    """POST: a new link for this seat; the old one dies. GET: says that links are shown once."""
    membership, _, user = acting(request)
    found = get_seat_for(membership, pk, seat)
    if request.method != "POST":
        messages.info(
            request, "リンクは作ったときに一度だけ表示します。必要なら作り直してください。"
        )
        return redirect("interpreting:room", pk)
    try:
        found, secret = seats.invite_again(found, by=user, at=database_now())
    except ActionError as error:
        return _refused(request, found.room, error)
    return invitation_page(request, found, secret)


def invitation_page(request: HttpRequest, seat: Seat, secret: str) -> HttpResponse:
    """Link and QR code, as a page or as data for the room's script."""
    link = settings.PUBLIC_BASE_URL + reverse("guest:entry", args=[secret])
    context = {"room": seat.room, "seat": seat, "link": link, "qr_svg": _qr(link)}
    context["expires_at"] = seat.token_expires_at
    return render(request, "interpreting/room/invitation.html", context)


@roles(*STAFF)
@require_POST
def seat_verb(request: HttpRequest, pk: int, seat: int, verb: str) -> HttpResponse:
    """admit, remove or relabel (``label``)."""
    membership, _, user = acting(request)
    found = get_seat_for(membership, pk, seat)
    at = database_now()
    acts: dict[str, Callable[[], Any]] = {
        "admit": lambda: seats.admit(
            found, by=user, at=at, agreed=request.POST.get("agreed") == "1"
        ),
        "remove": lambda: seats.remove(found, by=user, at=at),
        "relabel": lambda: seats.relabel(found, request.POST.get("label", ""), by=user, at=at),
    }
    if verb not in acts:
        raise Http404
    try:
        acts[verb]()
    except ActionError as error:
        return _refused(request, found.room, error)
    return _done(request, found.room)


@roles(*STAFF)
@require_POST
def room_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """lock, unlock, code, end; ask and hand_over (``volunteer``), give_up."""
    membership, _, user = acting(request)
    room = get_room_for(membership, pk)
    at = database_now()
    acts: dict[str, Callable[[], Any]] = {
        "lock": lambda: rooms.set_lock(room, locked=True, by=user, at=at),
        "unlock": lambda: rooms.set_lock(room, locked=False, by=user, at=at),
        "code": lambda: rooms.make_code(room, by=user, at=at),
        "end": lambda: rooms.end_room(room, by=user, at=at),
        "ask": lambda: ask_to_take_over(room, _taker(request, room), by=user, at=at),
        "give_up": lambda: give_up_taking_over(room, by=user, at=at),
        "hand_over": lambda: rooms.hand_over(room, _taker(request, room), by=user, at=at),
    }
    if verb not in acts:
        raise Http404
    if verb == "hand_over" and not request.POST.get("volunteer"):
        return _choose_taker(request, room, at)
    try:
        result = acts[verb]()
    except ActionError as error:
        return _refused(request, room, error)
    if verb == "code":
        return _code(request, room, result)
    if verb == "end" and not wants_data(request):
        return redirect(_after(room))
    return _done(request, room)


def panel_context(room: Room) -> dict[str, Any]:
    """Seats (with ``joined``), who was asked to take over, and what to know about the language."""
    seats_here = list(room.seats.filter(state__in=Seat.ACTIVE_STATES).order_by("number"))
    at = database_now()
    for seat in seats_here:
        seat.joined = is_joined(seat, at)  # type: ignore[attr-defined]
        seat.renamable = seats.may_relabel(seat)  # type: ignore[attr-defined]
        seat.asks = seats.needs_agreement(seat)  # type: ignore[attr-defined]
        seat.renewable = seat.renamable and seat.state == Seat.State.INVITED  # type: ignore[attr-defined]
    return {
        "room": room,
        "found": room.request,
        "seats": seats_here,
        "step": _step(seats_here),
        "invited": next((one for one in seats_here if one.role == Seat.Role.RESIDENT), None),
        "panel_url": reverse("interpreting:room_panel", args=[room.pk]),
        "after_url": _after(room),
        "roles": [(role.value, role.label) for role in seats.BY_LINK],
        "taking_over": asked_people(room, at),
        "review_notice": guest_texts.review_notice(room.guest_language or room.request.language),
        "guest_language_name": guest_texts.language(room.guest_language).name,
    }


def _step(seats_here: list[Seat]) -> str:
    """What the desk does first: ``invite`` a resident, wait for the ``invited`` one, or nothing."""
    residents = [seat for seat in seats_here if seat.role == Seat.Role.RESIDENT]
    if any(seat.state != Seat.State.INVITED for seat in residents):
        return ""
    return "invited" if residents else "invite"


def _choose_taker(request: HttpRequest, room: Room, at: datetime) -> HttpResponse:
    """Who could take over, with reasons."""
    on_call, others = takers(room, at)
    context = panel_context(room) | {"on_call": on_call, "others": others}
    return render(request, "interpreting/room/hand_over.html", context)


def _taker(request: HttpRequest, room: Room) -> Volunteer:
    given = request.POST.get("volunteer", "")
    found = Volunteer.objects.filter(organization=room.organization_id, pk=int(given or 0)) \
        if given.isascii() and given.isdigit() and len(given) < 13 else None  # fmt: skip
    volunteer = found.first() if found is not None else None
    if volunteer is None:
        raise ActionError("unknown_volunteer", "引き継ぐ通訳者を選んでください。", status=400)
    return volunteer


def _code(request: HttpRequest, room: Room, code: str) -> HttpResponse:
    """The six digits, this one time."""
    address = settings.PUBLIC_BASE_URL + reverse("guest:tablet")
    context = {"room": room, "code": code, "tablet_url": address, "qr_svg": _qr(address)}
    context["expires_at"] = room.code_expires_at
    return render(request, "interpreting/room/code.html", context)


def _qr(text: str) -> SafeString:
    """A QR code as SVG that follows the page's colours."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(scale=6, border=4, omitsize=True, dark="#000", light="#fff")
    return mark_safe(svg)  # noqa: S308 # nosec B308 B703 - drawn by us, the text is not in it


def _done(request: HttpRequest, room: Room) -> HttpResponse:
    if wants_data(request):
        return JsonResponse({"ok": True})
    return redirect("interpreting:room", room.pk)


def _refused(request: HttpRequest, room: Room, error: ActionError) -> HttpResponse:
    if wants_data(request):
        return JsonResponse({"ok": False, "code": error.code, "error": error.text}, status=409)
    messages.error(request, error.text)
    return redirect("interpreting:room", room.pk)


def _after(room: Room) -> str:
    """Where the desk goes when the room is over: the request, where the report is awaited."""
    return reverse("dispatch:request", args=[room.request_id])
