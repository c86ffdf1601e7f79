"""What the page of reports shows: missing, waiting, returned and confirmed ones, and how many.

Reading only. A booking counts as missing once it is over and nobody has reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from accounts.models import Membership, Organization
from dispatch.models import Assignment
from interpreting.access import visible_reports
from interpreting.models import Report
from interpreting.remarks import Remark, receipt_limit, remarks_of

TABS = [
    ("waiting", "確認待ち"),
    ("missing", "未提出"),
    ("returned", "差戻し"),
    ("confirmed", "確認済み"),
]
STATES = {
    "waiting": Report.State.SUBMITTED,
    "returned": Report.State.RETURNED,
    "confirmed": Report.State.CONFIRMED,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A report with what a person should look at."""

    report: Report
    remarks: list[Remark]


def missing_reports(organization: Organization, at: datetime) -> QuerySet[Assignment]:
    """Bookings that are over at the instant ``at`` (UTC) and have no report, oldest first."""
    return (
        Assignment.objects.active()
        .filter(
            request__organization=organization,
            request__ends_at__lt=at,
            report__isnull=True,
        )
        .select_related("request", "volunteer")
        .order_by("request__starts_at", "id")
    )


def reports_in(membership: Membership, tab: str) -> QuerySet[Report]:
    """The reports of a tab; those to be confirmed oldest first, the others newest first."""
    found = visible_reports(membership).filter(state=STATES[tab])
    newest_first = tab == "confirmed"
    return (
        found.order_by("-started_at", "-id") if newest_first else found.order_by("started_at", "id")
    )


def counts(organization: Organization, at: datetime) -> dict[str, int]:
    """How many are in each tab (confirmed ones are not counted: they only grow)."""
    found = Report.objects.of(organization).aggregate(
        waiting=Count("pk", filter=Q(state=Report.State.SUBMITTED)),
        returned=Count("pk", filter=Q(state=Report.State.RETURNED)),
    )
    return {**found, "missing": missing_reports(organization, at).count()}


def row_of(report: Report) -> Row:
    """A report from ``visible_reports`` with its remarks."""
    request = report.assignment.request
    receipts: int = report.receipt_count  # type: ignore[attr-defined]
    limit = receipt_limit(request.organization)
    return Row(report, remarks_of(report, request, receipts=receipts, receipt_above_yen=limit))
