"""The only way a staff page gets a report or a receipt; strangers and requesters get 404.

Coordinators, administrators and accountants see their organization's reports; only the first two
confirm and return them (the views say so) and read the comment, which may tell of a resident.
"""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.http import Http404

from accounts.models import Membership, Role
from interpreting.models import Receipt, Report

READERS = frozenset({Role.COORDINATOR, Role.ADMIN, Role.ACCOUNTANT})


def visible_reports(membership: Membership) -> QuerySet[Report]:
    """Every report the membership may read, with ``receipt_count``."""
    if membership.role not in READERS:
        return Report.objects.none()
    return (
        Report.objects.of(membership.organization)
        .select_related("assignment__request__organization", "assignment__volunteer")
        .select_related("confirmed_by")
        .annotate(receipt_count=Count("receipts"))
    )


def get_report_for(membership: Membership, pk: int) -> Report:
    """One report; 404 when it is another tenant's."""
    found = visible_reports(membership).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_receipt_for(membership: Membership, pk: int) -> Receipt:
    """One photo of a visible report."""
    found = Receipt.objects.filter(
        pk=pk, report__assignment__request__organization=membership.organization
    ).first()
    if found is None or membership.role not in READERS:
        raise Http404
    return found
