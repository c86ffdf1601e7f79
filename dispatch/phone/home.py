"""A volunteer's own first page: what is asked, what comes next, being on call; and the history.

The live part holds no form (buttons name the page's one form), so equal states give equal bytes and
the page asks for 304 most of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.models import Assignment, Mode, Offer
from dispatch.phone import words
from dispatch.phone.forms import ON_CALL_HOURS, OnCallForm
from dispatch.phone.jobs import Job, job_of
from dispatch.phone.offers import PRESENCE, etag_of
from dispatch.phone.people import own_rows, volunteers_only
from dispatch.subscriptions import price_estimate, states_of_reports
from volunteers.actions import mark_seen, switch_on_call
from volunteers.languages import name as language_name
from volunteers.models import Volunteer

LOOK_BACK = timedelta(days=60)
"""How long a missing report is asked for on the first page."""
PAGE = 20
State = Assignment.State


@dataclass(frozen=True)
class Asked:
    """One open offer as a card."""

    offer: Offer
    language: str
    day: str
    hours: str
    length: str
    area: str
    mode: str
    field: str
    price: str
    deadline: str


@require_safe
@volunteers_only
def home(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """The page around the live part."""
    fragment = render_fragment(volunteer, database_now())
    context = {
        "volunteer": volunteer,
        "organization": volunteer.organization,
        "fragment": fragment,
        "etag": etag_of(fragment),
    }
    return render(request, "volunteer/home.html", context)


@require_safe
@volunteers_only
def home_fragment(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """The live part; 304 while nothing changed."""
    fragment = render_fragment(volunteer, database_now())
    etag = etag_of(fragment)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(fragment, headers={"ETag": etag})


@volunteers_only
def on_call(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Ready for video for some hours from now, or no longer."""
    form = OnCallForm(request.POST)
    if request.method == "POST" and form.is_valid():
        at = database_now()
        chosen = form.cleaned_data["hours"]
        until = at + timedelta(hours=chosen) if chosen else None
        try:
            switch_on_call(volunteer, until, by=volunteer.user, at=at)
        except ActionError as error:
            messages.error(request, words.refusal(error))
    return redirect("volunteer:home")


@require_safe
@volunteers_only
def history(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """What the person did so far, newest first; without names, places and what was said."""
    mine = Assignment.objects.filter(volunteer__in=own_rows(volunteer))
    over = mine.filter(state__in=[State.FINISHED, State.CANCELLED, State.NO_SHOW])
    found = over.select_related("request__organization").order_by("-request__starts_at", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    reports = states_of_reports([assignment.pk for assignment in page])
    at = database_now()
    context = {
        "organization": volunteer.organization,
        "page": page,
        "jobs": [job_of(assignment, at, reports) for assignment in page],
    }
    return render(request, "volunteer/history.html", context)


def render_fragment(volunteer: Volunteer, at: datetime) -> str:
    """The live part's HTML."""
    if volunteer.last_seen_at is None or at - volunteer.last_seen_at > PRESENCE:
        mark_seen(volunteer, at=at)
    return render_to_string("volunteer/_home.html", home_context(volunteer, at))


def home_context(volunteer: Volunteer, at: datetime) -> dict[str, Any]:
    """What there is to do, in the order in which it matters."""
    people = own_rows(volunteer)
    jobs = present_jobs(people, at)
    until = volunteer.on_call_until
    return {
        "asked": [asked_card(offer, at) for offer in open_offers(people)],
        "to_report": [job for job in jobs if job.wants_report],
        "running": [job for job in jobs if job.running],
        "coming": [job for job in jobs if job.coming],
        "on_call_until": words.clock(until) if until and until > at else "",
        "on_call_hours": ON_CALL_HOURS,
        "may_be_on_call": volunteer.status == Volunteer.Status.ACTIVE and volunteer.accepts_video,
    }


def open_offers(people: list[int]) -> list[Offer]:
    """Offers that wait for an answer, the soonest first."""
    found = Offer.objects.open().filter(volunteer__in=people, request__status="open")
    return list(found.select_related("request__organization").order_by("request__starts_at"))


def present_jobs(people: list[int], at: datetime) -> list[Job]:
    """Bookings that lie ahead or still need a report, in order of time."""
    mine = Assignment.objects.active().filter(
        volunteer__in=people, request__ends_at__gt=at - LOOK_BACK
    )
    rows = list(
        mine.select_related("request__organization", "request__desk", "request__body")
        .select_related("volunteer")
        .order_by("request__starts_at", "pk")
    )
    reports = states_of_reports([row.pk for row in rows])
    return [job_of(row, at, reports) for row in rows]


def asked_card(offer: Offer, at: datetime) -> Asked:
    """An open offer in words."""
    wanted = offer.request
    travels = not (offer.remote or Mode(wanted.mode).is_remote)
    return Asked(
        offer=offer,
        language=language_name(wanted.language, words.reader()),
        day=words.near_day(wanted.starts_at, at),
        hours=words.hours(wanted.starts_at, wanted.ends_at),
        length=words.length(wanted.starts_at, wanted.ends_at),
        area=wanted.public_area if travels else "",
        mode=str(words.MODES[Mode.VIDEO if offer.remote else wanted.mode]),
        field=str(words.FIELDS[wanted.field]),
        price=price_estimate(wanted, remote=offer.remote),
        deadline=words.deadline(offer.expires_at, at),
    )
