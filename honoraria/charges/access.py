"""The only way a page gets a charge, a requesting body or what charges are made of; else 404."""

from __future__ import annotations

from django.http import Http404

from accounts.access import MONEY
from accounts.models import Membership
from dispatch.models import Assignment, RequestingBody
from honoraria.models import Charge
from interpreting.models import Report


def get_charge_for(membership: Membership, pk: int) -> Charge:
    """One charge with what its page shows."""
    found = (
        Charge.objects.of(membership.organization)
        .select_related(
            "organization",
            "report",
            "body",
            "assignment__request",
            "assignment__volunteer",
            "tariff_version__tariff",
            "issued_by",
            "corrects",
        )
        .filter(pk=pk)
        .first()
    )
    if found is None or membership.role not in MONEY:
        raise Http404
    return found


def get_body_for(membership: Membership, pk: int) -> RequestingBody:
    """One requesting body."""
    found = RequestingBody.objects.select_related("organization", "terms").filter(
        organization=membership.organization, pk=pk
    )
    body = found.first()
    if body is None or membership.role not in MONEY:
        raise Http404
    return body


def get_report_for(membership: Membership, pk: int) -> Report:
    """One report, for entering what its price depends on."""
    found = (
        Report.objects.of(membership.organization)
        .select_related("assignment__request__body", "assignment__volunteer")
        .filter(pk=pk)
        .first()
    )
    if found is None or membership.role not in MONEY:
        raise Http404
    return found


def get_booking_for(membership: Membership, pk: int) -> Assignment:
    """One booking, for charging its cancellation."""
    found = (
        Assignment.objects.select_related("request")
        .filter(request__organization=membership.organization, pk=pk)
        .first()
    )
    if found is None or membership.role not in MONEY:
        raise Http404
    return found
