"""What is missing from the last month on purpose, so that its checklist has something to say."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Organization, User
from honoraria.models import Honorarium
from honoraria.months import Month
from interpreting.actions import return_report, submit_report
from interpreting.drafts import ReportDraft
from interpreting.models import Report

FEWEST = 6
"""With fewer entries in the month nothing is taken away."""


def leave(city: Organization, month: Month, *, by: User, at: datetime) -> list[int]:
    """One report goes back to its volunteer, one waits for the coordinator again, and two entries
    wait for their approval: the keys of these two are returned."""
    entries = Honorarium.objects.of(city).between(month.first, month.last).drafts()
    rows = list(entries.select_related("report").order_by("-activity_date", "-pk"))
    if len(rows) < FEWEST:
        return []
    first, second = (Report.objects.get(honoraria=row) for row in rows[:2])
    return_report(first, "終了時刻をご確認ください。", by=by, at=at)
    again = return_report(second, "交通費の経路をご記入ください。", by=by, at=at)
    draft = _corrected(again)
    submit_report(again.assignment, draft, via=Report.Via.VOLUNTEER, by=None, at=at)
    return [rows[2].pk, rows[3].pk]


def _corrected(report: Report) -> ReportDraft:
    return ReportDraft(
        started_at=report.started_at,
        ended_at=report.ended_at,
        outcome=report.outcome,
        waiting_minutes=report.waiting_minutes,
        transport=report.transport,
        transport_yen=report.transport_yen,
        transport_route=report.transport_route,
        distance_km=report.distance_km,
    )
