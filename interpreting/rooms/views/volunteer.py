"""The interpreter's way into the room: from the own pages, or in the browser that said yes."""

from __future__ import annotations

from math import ceil

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.models import Assignment
from dispatch.phone import words
from dispatch.phone.accepted import accepted_here
from dispatch.phone.people import get_own_assignment, signed_in_volunteer
from dispatch.phone.reading import read_by
from interpreting import guest_texts
from interpreting.rooms import access
from interpreting.rooms.actions.rooms import open_room, open_room_of
from interpreting.rooms.actions.seats import hold_by_cookie, seat_interpreter
from interpreting.rooms.links import may_open, opens_at
from interpreting.rooms.views.guest import keep
from interpreting.rooms.views.pages import REASONS, problem, room_page, seat_context
from volunteers.phones import as_written

LOOK_AGAIN = 60
"""Seconds after which a page that waits for its room looks again."""


@require_safe
@room_page
def show_room(request: HttpRequest, pk: int) -> HttpResponse:
    """The room of one's own assignment; who presses early is told when it opens."""
    assignment, signed_in = _assignment(request, pk)
    if assignment is None:
        return redirect(f"{reverse('volunteer:sign_in')}?next={request.path}")
    read_by(request, assignment.volunteer)
    language = guest_texts.choose("", request.LANGUAGE_CODE)
    at = database_now()
    room = open_room_of(assignment.request)
    try:
        if room is None and may_open(assignment, at):
            room = open_room(assignment.request, by=None, at=at)
        if room is None:
            return _not_open(request, assignment)
        seat = access.find_seat(seat_interpreter(assignment, room, at=at).pk)
    except ActionError as error:
        reason = REASONS.get(error.code, "ended")
        return problem(request, reason, language=language, room=room)
    assert seat is not None
    context = seat_context(seat, language) | {"assignment": assignment, "after_url": _after(pk)}
    context["after_label"] = _("活動報告へ")
    response = render(request, "interpreting/room/interpreter.html", context)
    if not signed_in and access.standing(seat, access.scope_of(request)) != access.OK:
        keep(request, response, seat, hold_by_cookie(seat, at=at))
    return response


def _assignment(request: HttpRequest, pk: int) -> tuple[Assignment | None, bool]:
    """The assignment and whether its volunteer is signed in; None for whoever must sign in first.

    Raises Http404 for somebody else's.
    """
    volunteer = signed_in_volunteer(request)
    if volunteer is not None:
        return get_own_assignment(volunteer, pk), True
    if not accepted_here(request, pk):
        return None, False
    found = Assignment.objects.select_related(
        "request__organization", "request__desk", "volunteer__organization"
    )
    assignment = found.filter(pk=pk).first()
    if assignment is None or not assignment.is_active:
        raise Http404
    return assignment, False


def _not_open(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """Too early: when it opens. Over: the report, and the desk, who alone opens it again."""
    opens, at = opens_at(assignment), database_now()
    desk = assignment.request.desk
    phone = (desk.phone if desk else "") or assignment.request.organization.phone
    context = {
        "assignment": assignment,
        "organization": assignment.request.organization,
        "opens": opens,
        "opens_words": words.deadline(opens, at) if opens else "",
        "desk_phone": phone,
        "desk_phone_written": as_written(phone) if phone else "",
        "after_url": _after(assignment.pk),
    }
    response = render(
        request, "interpreting/room/not_open.html", context, status=200 if opens else 410
    )
    if at < assignment.request.ends_at:
        # without a script as well: it opens at its time, or when the desk opens it (again)
        left = (opens - at).total_seconds() if opens else LOOK_AGAIN
        response["Refresh"] = str(max(1, min(LOOK_AGAIN, ceil(left))))
    return response


def _after(pk: int) -> str:
    """The report, filled in as far as the room knows."""
    return reverse("volunteer_report:report", args=[pk])
