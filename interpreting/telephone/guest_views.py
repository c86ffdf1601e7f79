"""A guest in a room who gives the own telephone number: shown to nobody, gone after the call.

The browser that holds the seat may ask how it stands and type a number; the desk calls it with one
press. Answers are JSON for the room's page, a way back to it without JavaScript.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.phone.throttle import Throttle, address_of
from interpreting.models import PhoneConference, PhoneLeg, Seat
from interpreting.rooms.access import OK, get_seat
from interpreting.telephone.actions import note_number

TYPED = Throttle("telephone-numbers", 10, 600)
WRONG = {"wrong_number", "number_not_allowed"}
# keys of the guest's texts
TEXTS = {
    PhoneLeg.State.READY: "waiting_title",
    PhoneLeg.State.QUEUED: "phone_calling",
    PhoneLeg.State.RINGING: "phone_calling",
    PhoneLeg.State.ANSWERED: "state_telephone",
    PhoneLeg.State.JOINED: "state_telephone",
    PhoneLeg.State.BUSY: "phone_failed",
    PhoneLeg.State.NO_ANSWER: "phone_failed",
    PhoneLeg.State.FAILED: "phone_failed",
}


@require_http_methods(["GET", "POST"])
def telephone(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: how the guest's call stands. POST ``number``: please call me there."""
    seat, standing = get_seat(request, pk)
    if standing != OK:
        return JsonResponse({"problem": "not_in_room"}, status=410)
    if request.method == "POST":
        if TYPED.count(f"{seat.pk}:{address_of(request)}"):
            return _answer(request, seat, "too_many", 429)
        typed = request.POST.get("number", "").replace("\x00", "")[:40]
        try:
            note_number(seat, typed, at=database_now())
        except ActionError as error:
            problem = "phone_wrong" if error.code in WRONG else error.code
            return _answer(request, seat, problem, error.status)
    return _answer(request, seat, "", 200)


def _answer(request: HttpRequest, seat: Seat, problem: str, status: int) -> HttpResponse:
    """``state`` of the own call (empty: none), ``text``: a key of the guest's texts for it."""
    if request.method == "POST" and "application/json" not in request.headers.get("Accept", ""):
        return redirect("guest:seat", seat.pk)
    leg = (
        PhoneLeg.objects.filter(
            conference__request_id=seat.room.request_id,
            conference__state=PhoneConference.State.OPEN,
            seat=seat,
        )
        .order_by("-id")
        .first()
    )
    state = leg.state if leg else ""
    text = problem or (TEXTS.get(PhoneLeg.State(leg.state), "") if leg else "")
    return JsonResponse({"state": state, "text": text, "problem": problem}, status=status)
