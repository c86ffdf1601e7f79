"""Asking the silent: the desk's list, and the page behind the link in the question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import STAFF, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.throttle import Throttle, address_of
from accounts.trying import attempt
from ui.reading import personal, read_in
from volunteers.access import get_volunteer_for
from volunteers.actions import staying
from volunteers.actions.contacts import report_wrong_contact
from volunteers.applications.staying_links import asked_by
from volunteers.models import Volunteer
from volunteers.queries import last_served

UNKNOWN = Throttle("unknown-stay-links", 30, 600)


@require_GET
@roles(*STAFF)
def list_silent(request: HttpRequest) -> HttpResponse:
    """Who was asked and how that stands, then who has been silent and was not asked yet."""
    _membership, organization, _user = acting(request)
    at = database_now()
    people = Volunteer.objects.of(organization).exclude(status=Volunteer.Status.WITHDRAWN)
    asked = list(people.filter(stay_asked_at__isnull=False).order_by("stay_asked_at", "number"))
    open_ones = [one for one in asked if one.stay_answer != staying.STAY or _recent(one, at)]
    known = {one.pk for one in open_ones if not one.stay_answer or one.stay_answer == staying.LEAVE}
    silent = [one for one in staying.silent(organization, at=at) if one.pk not in known]
    told = staying.told(open_ones)
    context = {
        "asked": [(one, staying.may_be_removed(one, at), _days(one, at)) for one in open_ones],
        "in_vain": {one.pk for one in open_ones if not one.stay_answer and one.pk not in told},
        "silent": silent,
        "served": last_served([*open_ones, *silent]),
        "months": organization.dormant_after_months,
        "days": staying.TIME_TO_ANSWER.days,
    }
    return render(request, "volunteers/apply/staying.html", context)


@require_POST
@roles(*STAFF)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask one person, over every channel."""
    membership, _organization, user = acting(request)
    volunteer = get_volunteer_for(membership, pk)
    attempt(
        request,
        lambda: staying.ask_to_stay(volunteer, by=user, at=database_now()),
        f"{volunteer.name}さんに、登録を続けるかどうかをうかがいました。",
    )
    return redirect("volunteers:staying")


@require_POST
@roles(*STAFF)
def note_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What the person said on the telephone."""
    membership, _organization, user = acting(request)
    volunteer = get_volunteer_for(membership, pk)
    answer = request.POST.get("answer", "")
    attempt(
        request,
        lambda: staying.answer_stay(volunteer, answer, by=user, at=database_now(), how="telephone"),
        f"{volunteer.name}さんの返事を記録しました。",
    )
    return redirect("volunteers:staying")


@require_POST
@roles(*STAFF)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one person off the register."""
    membership, _organization, user = acting(request)
    volunteer = get_volunteer_for(membership, pk)
    attempt(
        request,
        lambda: staying.remove_silent(volunteer, by=user, at=database_now()),
        f"{volunteer.name}さんを退会にしました。",
    )
    return redirect("volunteers:staying")


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Stay, leave, or «this is not my number»; no name stands on the page."""
    volunteer = asked_by(token)
    if volunteer is None:
        UNKNOWN.count(address_of(request))
        raise Http404
    read_in(request, volunteer.message_language)
    done = ""
    if request.method == "POST":
        done = _answered(request, volunteer, request.POST.get("answer", ""), database_now())
    context: dict[str, Any] = {
        "organization": volunteer.organization,
        "done": done,
        "answered": volunteer.stay_answer,
    }
    return render(request, "volunteers/apply/stay.html", context)


def _answered(request: HttpRequest, volunteer: Volunteer, given: str, at: datetime) -> str:
    """What was done: stay, leave, wrong; empty with a message when it was refused."""
    if given == "wrong":
        report_wrong_contact(volunteer, at=at)
        return given
    try:
        staying.answer_stay(volunteer, given, by=None, at=at)
    except ActionError:
        messages.error(request, _("返事を選んでください。"))
        return ""
    return given


def _recent(volunteer: Volunteer, at: datetime) -> bool:
    asked = volunteer.stay_asked_at
    return asked is not None and at - asked < staying.TIME_TO_ANSWER


def _days(volunteer: Volunteer, at: datetime) -> int:
    return (at - volunteer.stay_asked_at).days if volunteer.stay_asked_at else 0
