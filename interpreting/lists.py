"""What the page of reports shows: missing, waiting, returned and confirmed ones, and how many.

Reading only. A booking counts as missing once it is over and nobody has reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from accounts.models import Membership, Organization
from accounts.times import instant
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


Span = tuple[datetime, datetime]  # from an instant to another, which is not in it


def month_of(text: str) -> date | None:
    """The first day of a month written ``2026-11``; None for anything else."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def span_of(month: date) -> Span:
    """The instants (UTC) of a month, given its first day."""
    return instant(month, 0), instant((month + timedelta(days=31)).replace(day=1), 0)


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


def counts(organization: Organization, at: datetime, span: Span | None = None) -> dict[str, int]:
    """How many are in each tab (confirmed ones are not counted: they only grow)."""
    reports: QuerySet[Report] = Report.objects.of(organization)
    missing = missing_reports(organization, at)
    if span is not None:
        reports, missing = began_in(reports, span), missing_in(missing, span)
    found = reports.aggregate(
        waiting=Count("pk", filter=Q(state=Report.State.SUBMITTED)),
        returned=Count("pk", filter=Q(state=Report.State.RETURNED)),
    )
    return {**found, "missing": missing.count()}


def began_in(reports: QuerySet[Report], span: Span) -> QuerySet[Report]:
    """Those of activities that began in it."""
    return reports.filter(started_at__gte=span[0], started_at__lt=span[1])


def missing_in(bookings: QuerySet[Assignment], span: Span) -> QuerySet[Assignment]:
    """Bookings that were to begin in it."""
    return bookings.filter(request__starts_at__gte=span[0], request__starts_at__lt=span[1])


def row_of(report: Report) -> Row:
    """A report from ``visible_reports`` with its remarks."""
    request = report.assignment.request
    receipts: int = report.receipt_count  # type: ignore[attr-defined]
    limit = receipt_limit(request.organization)
    return Row(report, remarks_of(report, request, receipts=receipts, receipt_above_yen=limit))
