"""The desk's page of a three-way telephone call: start it, see who is on the line, end it.

Every press is an action of `telephone.actions`; the page shows what they left behind. A whole number
is shown only for calls by hand, once, on a page of its own that is never kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.models import Request
from dispatch.views.board import conditional, etag_of
from interpreting.models import PhoneConference, PhoneLeg
from interpreting.telephone import actions
from interpreting.telephone.access import (
    STAFF,
    get_callable_request_for,
    get_conference_for,
    get_leg_for,
)
from interpreting.telephone.forms import StartForm
from interpreting.telephone.numbers import masked
from volunteers.phones import as_written

LOOKS = {
    PhoneLeg.State.READY: ("info", "info"),
    PhoneLeg.State.QUEUED: ("", "hourglass"),
    PhoneLeg.State.RINGING: ("warn", "phone"),
    PhoneLeg.State.ANSWERED: ("info", "phone"),
    PhoneLeg.State.JOINED: ("ok", "check-circle"),
    PhoneLeg.State.LEFT: ("line", "minus-circle"),
    PhoneLeg.State.BUSY: ("danger", "cross-circle"),
    PhoneLeg.State.NO_ANSWER: ("danger", "cross-circle"),
    PhoneLeg.State.FAILED: ("danger", "alert"),
}


@require_GET
@roles(*STAFF)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a request's telephone call."""
    membership, _, _ = acting(request)
    found = get_callable_request_for(membership, pk)
    return _page(request, found, StartForm(found))


@require_GET
@roles(*STAFF)
def fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """Its live part."""
    membership, _, _ = acting(request)
    return conditional(request, render_panel(get_callable_request_for(membership, pk)))


@require_POST
@roles(*STAFF)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Call everybody who was filled in."""
    membership, _, user = acting(request)
    found = get_callable_request_for(membership, pk)
    form = StartForm(found, request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        conference = actions.start_conference(
            found, form.numbers(), beside=form.roles_beside(), by=user, at=database_now()
        )
    except ActionError as error:
        form.add_error(error.field if error.field in form.fields else None, error.text)
        return _page(request, found, form, status=422)
    by_hand = conference.carrier == PhoneConference.Carrier.HAND
    text = "番号を表示して、電話をかけてください。" if by_hand else "電話をかけています。"
    messages.success(request, text)
    return redirect("telephone:show", pk)


@require_POST
@roles(*STAFF)
def leg_verb(request: HttpRequest, pk: int, leg_pk: int, verb: str) -> HttpResponse:
    """Redial, hang up, or write down what became of a call made by hand."""
    membership, _, user = acting(request)
    leg = get_leg_for(membership, pk, leg_pk)
    at = database_now()
    verbs: dict[str, Callable[[], Any]] = {
        "redial": lambda: actions.redial(leg, by=user, at=at),
        "hang-up": lambda: actions.hang_up(leg, by=user, at=at),
        "joined": lambda: actions.record_joined(leg, by=user, at=at),
        "left": lambda: actions.record_over(leg, "left", by=user, at=at),
        "no-answer": lambda: actions.record_over(leg, "no_answer", by=user, at=at),
        "busy": lambda: actions.record_over(leg, "busy", by=user, at=at),
    }
    if verb not in verbs:
        raise Http404
    try:
        verbs[verb]()
    except ActionError as error:
        messages.error(request, error.text)
    return redirect("telephone:show", pk)


@require_POST
@roles(*STAFF)
def show_number(request: HttpRequest, pk: int, leg_pk: int) -> HttpResponse:
    """The number of one person, once, for a call by hand; every look is in the log."""
    membership, _, user = acting(request)
    leg = get_leg_for(membership, pk, leg_pk)
    found = get_callable_request_for(membership, pk)
    try:
        number = actions.reveal_number(leg, by=user, at=database_now())
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("telephone:show", pk)
    return _page(request, found, StartForm(found), shown=(leg, number))


@require_POST
@roles(*STAFF)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the calls of everybody."""
    membership, _, user = acting(request)
    conference = get_conference_for(membership, pk)
    actions.end_conference(conference, by=user, at=database_now())
    messages.success(request, "三者通話を終了しました。番号は消しました。")
    return redirect("telephone:show", pk)


def render_panel(found: Request) -> str:
    """Everybody on the line, without any form element of its own (buttons name the page's form)."""
    return render_to_string("telephone/_panel.html", panel_context(found))


def panel_context(found: Request) -> dict[str, Any]:
    """The latest conference of a request and its calls, one row per person."""
    conference = found.phone_conferences.first()
    legs = conference.legs.select_related("volunteer", "assignment", "seat") if conference else ()
    latest: dict[tuple[str, int | None], PhoneLeg] = {}
    for leg in legs:
        latest[leg.role, leg.seat_id] = leg
    is_open = conference is not None and conference.state == PhoneConference.State.OPEN
    return {
        "found": found,
        "conference": conference,
        "is_open": is_open,
        "by_hand": bool(conference and conference.carrier == PhoneConference.Carrier.HAND),
        "rows": [
            {"leg": leg, "masked": masked(leg.number), "tone": tone, "icon": icon}
            for leg in latest.values()
            for tone, icon in [LOOKS[PhoneLeg.State(leg.state)]]
        ],
        "session": found.sessions.filter(kind="phone").first() if conference else None,
    }


def _page(
    request: HttpRequest,
    found: Request,
    form: StartForm,
    *,
    status: int = 200,
    shown: tuple[PhoneLeg, str] | None = None,
) -> HttpResponse:
    panel = render_panel(found)
    context = {
        **panel_context(found),
        "panel": panel,
        "etag": etag_of(panel),
        "form": form,
        "will_be_by_hand": form.by_hand,
        "shown_leg": shown[0] if shown else None,
        "shown_number": shown[1] if shown else "",
        "shown_written": as_written(shown[1]) if shown else "",
        "section": "requests",
    }
    return render(request, "telephone/show.html", context, status=status)
