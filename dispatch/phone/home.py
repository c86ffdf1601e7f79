"""A volunteer's own first page: what rings, what is asked, today's job, what comes, being on call.

The live part holds no form (buttons name the page's one form), so equal states give equal bytes and
the page asks for 304 most of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.messages import push_address, recipient
from dispatch.models import Assignment, Mode, Offer
from dispatch.phone import term, words
from dispatch.phone.forms import ON_CALL_MINUTES, OnCallForm
from dispatch.phone.jobs import Job, job_of
from dispatch.phone.offers import PRESENCE, etag_of
from dispatch.phone.people import own_rows, volunteers_only
from dispatch.ringing import rings_at
from dispatch.subscriptions import notices_of, price_estimate, states_of_reports
from realtime import push
from realtime.models import Message
from volunteers.actions import mark_seen, switch_on_call
from volunteers.languages import Language
from volunteers.languages import get as language_of
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


@dataclass(frozen=True)
class Ring:
    """What rings now, as the telephone shows it before answering."""

    offer: Offer
    language: str
    own_name: Language | None
    field: str
    mode: str
    by_video: bool


@require_safe
@volunteers_only
def home(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """The page around the live part."""
    at = database_now()
    fragment = render_fragment(volunteer, at)
    context = {
        **term.wanted_of(volunteer, at),
        "volunteer": volunteer,
        "organization": volunteer.organization,
        "fragment": fragment,
        "etag": etag_of(fragment),
        "push_key": push.public_key(),
        "notices": notices_of(own_rows(volunteer), at),
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
    """Ready for video for a while from now, or no longer."""
    form = OnCallForm(request.POST)
    if request.method == "POST" and form.is_valid():
        at = database_now()
        try:
            switch_on_call(volunteer, form.end(at), by=volunteer.user, at=at)
        except ActionError as error:
            messages.error(request, words.refusal(error))
        except ValidationError as error:
            messages.error(request, error.messages[0])
    elif request.method == "POST":
        messages.error(request, str(next(iter(form.errors.values()))[0]))
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
    offers = open_offers(people)
    current = [job for job in jobs if job.running or (job.coming and job.is_near)]
    return {
        "rings": [ring_of(offer) for offer in offers if rings_at(offer, at)],
        "asked": [asked_card(offer, at) for offer in offers if not rings_at(offer, at)],
        "to_report": [job for job in jobs if job.wants_report],
        "current": current,
        "one_is_today": any(job.is_today for job in current),
        "running": any(job.running for job in jobs),
        "coming": [job for job in jobs if job.coming and not job.is_near],
        **on_call_context(volunteer, at),
    }


def on_call_context(volunteer: Volunteer, at: datetime) -> dict[str, Any]:
    """Being on call: until when, what may be chosen, and how a closed page rings."""
    until = volunteer.on_call_until
    waiting = until is not None and until > at
    return {
        "on_call_until": words.clock(until) if until and waiting else "",
        "on_call_end": until if waiting else None,
        "on_call_choices": [(one, words.short_length(one)) for one in ON_CALL_MINUTES],
        "may_be_on_call": volunteer.status == Volunteer.Status.ACTIVE and volunteer.accepts_video,
        "rings_by_push": push.reaches(push_address(volunteer)),
        "rings_by": recipient(volunteer).channel,
        "by_hand": Message.Channel.HAND,
    }


def ring_of(offer: Offer) -> Ring:
    """A ring in words: language, field, video or voice only."""
    wanted = offer.request
    by_video = offer.remote or wanted.mode != Mode.PHONE
    language = language_of(wanted.language)
    name = language_name(wanted.language, words.reader())
    return Ring(
        offer=offer,
        language=name,
        own_name=language if language and language.own and language.own != name else None,
        field=str(words.FIELDS[wanted.field]),
        mode=str(words.RING_MODES["video" if by_video else "phone"]),
        by_video=by_video,
    )


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
