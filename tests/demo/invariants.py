"""What must hold for every request, booking, report and honorarium, however they came about."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Q

from accounts import audit
from accounts.models import Organization
from dispatch.models import Assignment, Offer, OperatorCall, Request
from honoraria.models import Honorarium
from interpreting.models import Report
from realtime.models import Message


def violations(organization: Organization, at: object) -> list[str]:
    """What is wrong, in words; empty when all is well."""
    return list(_violations(organization, at))


def _violations(organization: Organization, at: object) -> Iterator[str]:
    requests = Request.objects.of(organization)
    calls = OperatorCall.objects.filter(request__organization=organization, state="ended")
    by_operator = set(calls.values_list("request", flat=True))
    active = Q(assignments__state__in=Assignment.ACTIVE_STATES)
    for request in requests.annotate(held=Count("assignments", filter=active)):
        if request.held > request.seats:
            yield f"{request}: {request.held} people for {request.seats} seats"
        nobody = request.held == 0 and request.device_used_at is None
        if request.status == "filled" and nobody:
            yield f"{request}: filled with nobody"
        if request.status == "finished" and nobody and request.pk not in by_operator:
            yield f"{request}: {request.status} with nobody"
        if request.status == "open" and not (request.next_action and request.next_action_at):
            yield f"{request}: open without a next action"
        if request.status in {"finished", "cancelled", "unmet"} and request.closed_at is None:
            yield f"{request}: over without a time"
        if request.status == "open" and request.ends_at <= at:
            yield f"{request}: forgotten"
    if requests.exclude(status="open").filter(offers__state__in=Offer.OPEN_STATES).exists():
        yield "an open offer on a request that is no longer open"
    reports = Report.objects.filter(assignment__request__organization=organization)
    if reports.exclude(assignment__state="finished").exists():
        yield "a report on a booking that is not finished"
    entries = Honorarium.objects.filter(organization=organization)
    confirmed = set(reports.filter(state="confirmed").values_list("pk", flat=True))
    if confirmed != set(entries.values_list("report", flat=True)):
        yield "confirmed reports and honoraria differ"
    if entries.exclude(total=F("fee") + F("transport")).exists():
        yield "a total that does not add up"
    messages = Message.objects.of_organization(organization.pk)
    if messages.filter(simulated=False).exists():
        yield "a message that could leave the house"
    if messages.filter(state="queued", not_before__lte=at).exists():
        yield "a message that would flood the worker"
    if (broken := audit.verify(organization)) is not None:
        yield f"the audit trail breaks at {broken}"
