"""The list of requests, and one request with everything that happened to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.models import AuditEntry, Role
from dispatch.access import get_request_for, visible_requests
from dispatch.board import job_of
from dispatch.device_form import FollowUpForm
from dispatch.forms import CancelForm, UnmetForm
from dispatch.models import Assignment, OperatorCall, Request
from dispatch.neighbours import hidden_name, name_on
from dispatch.operators import active_services
from dispatch.subscriptions import panels_of, rooms_of
from dispatch.views.board import conditional, etag_of
from volunteers.languages import lookup
from volunteers.models import Volunteer

READERS = (Role.COORDINATOR, Role.ADMIN, Role.ACCOUNTANT, Role.REQUESTER)
WRITERS = (Role.COORDINATOR, Role.ADMIN)


@roles(*READERS)
def list_requests(request: HttpRequest) -> HttpResponse:
    """Requests of the organization, the next ones first; filters as GET parameters."""
    membership, _, _ = acting(request)
    at = database_now()
    found = visible_requests(membership).prefetch_related(
        Prefetch("assignments", Assignment.objects.active().select_related("volunteer"))
    )
    status, typed = request.GET.get("status", ""), request.GET.get("q", "").strip()[:60]
    period = request.GET.get("period", "coming")
    if status in Request.Status.values:
        found = found.filter(status=status)
    if typed := typed.replace("\x00", ""):
        language = lookup(typed)
        wanted = Q(number__icontains=typed) | Q(place_name__icontains=typed)
        wanted |= Q(body__name__icontains=typed)
        found = found.filter(wanted | Q(language=language.tag) if language else wanted)
    if period == "coming":
        found = found.filter(ends_at__gte=at - timedelta(hours=1)).order_by("starts_at", "id")
    elif period == "past":
        found = found.filter(ends_at__lt=at).order_by("-starts_at", "-id")
    else:
        found = found.order_by("-starts_at", "-id")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(
        request,
        "dispatch/request_list.html",
        {
            "page": page,
            "status": status,
            "typed": typed,
            "period": period,
            "statuses": Request.Status.choices,
            "requester": membership.role == Role.REQUESTER,
        },
    )


@roles(*READERS)
def show_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what is asked, who was asked, what happens next, and its log."""
    membership, _, _ = acting(request)
    found = get_request_for(membership, pk)
    fragment = render_fragment(request, found)
    context = {
        "found": found,
        "fragment": fragment,
        "etag": etag_of(fragment),
        "cancel_form": CancelForm(),
        "unmet_form": UnmetForm(),
        "may_change": membership.role in WRITERS,
    }
    return render(request, "dispatch/request.html", context)


@roles(*READERS)
def request_fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """The live part of the request's page."""
    membership, _, _ = acting(request)
    return conditional(request, render_fragment(request, get_request_for(membership, pk)))


def render_fragment(
    request: HttpRequest, found: Request, device_form: FollowUpForm | None = None
) -> str:
    """State, people and log of a request as HTML without any form."""
    membership, organization, _ = acting(request)
    at, staff = database_now(), membership.role in WRITERS
    fresh = _with_people(found)
    log = AuditEntry.objects.about(fresh.key).order_by("-id")[:100]
    job = job_of(fresh, active_services(organization), at, rooms_of([fresh.pk]).get(fresh.pk))
    panels = panels_of(fresh) if staff else []
    return render_to_string(
        "dispatch/_request.html",
        {
            "found": fresh,
            "job": job,
            "panels": [
                render_to_string(name, {"found": fresh, "staff": staff, **more})
                for name, more in panels
            ],
            "device_form": device_form or FollowUpForm.at(at),
            "follow_ups": list(fresh.follow_ups.all()),
            "former": fresh.assignments.exclude(state__in=Assignment.ACTIVE_STATES).select_related(
                "volunteer"
            ),
            "log": log,
            "names": names_in(log, fresh),
            "near": fresh.starts_at <= at + timedelta(hours=1),
            "staff": staff,
            "at": at,
            "accountant": membership.role == Role.ACCOUNTANT,
            "requester": membership.role == Role.REQUESTER,
        },
    )


def _with_people(found: Request) -> Request:
    """The request as it is now, with everybody asked and booked."""
    offers = found.offers.select_related("volunteer__organization", "wave").order_by("-id")
    active = found.assignments.active().select_related("volunteer")
    calls = OperatorCall.objects.select_related("operator")
    return (
        Request.objects.filter(pk=found.pk)
        .prefetch_related(
            Prefetch("offers", offers),
            Prefetch("assignments", active),
            Prefetch("operator_calls", calls),
        )
        .select_related("organization", "body", "follow_up_of")
        .get()
    )


def names_in(log: Iterable[AuditEntry], found: Request) -> dict[int, str]:
    """The names of the volunteers that lines of a log are about, by id; a neighbour's volunteer
    has one here only after having accepted."""
    ids = {pk for entry in log if isinstance(pk := entry.detail.get("volunteer"), int)}
    people = Volunteer.objects.filter(pk__in=ids).select_related("organization")
    known = {offer.volunteer_id: name_on(offer) for offer in found.offers.all()}
    came = {one.volunteer_id for one in found.assignments.all()}
    return {
        person.pk: person.name
        if person.pk in came or person.organization_id == found.organization_id
        else known.get(person.pk, hidden_name(person))
        for person in people
    }


def page_with(request: HttpRequest, found: Request, **forms: Any) -> HttpResponse:
    """The request's page with a form that was not filled in properly."""
    fragment = render_fragment(request, found, forms.pop("device_form", None))
    context = {
        "found": found,
        "fragment": fragment,
        "etag": etag_of(fragment),
        "cancel_form": CancelForm(),
        "unmet_form": UnmetForm(),
        "may_change": True,
        **forms,
    }
    return render(request, "dispatch/request.html", context, status=422)
