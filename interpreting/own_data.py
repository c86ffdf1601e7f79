"""What volunteers get of their reports and sessions when they ask for their own data."""

from __future__ import annotations

from typing import Any

from interpreting.models import Report

COLUMNS = (
    "state", "started_at", "ended_at", "waiting_minutes", "transport", "transport_yen",
    "transport_route", "distance_km", "amount_units", "outcome", "comment", "submitted_at",
    "confirmed_at", "return_reason",
)  # fmt: skip


def own_data(volunteer_ids: list[int]) -> dict[str, list[dict[str, Any]]]:
    """The reports, oldest first."""
    found = Report.objects.filter(assignment__volunteer__in=volunteer_ids)
    return {"reports": list(found.order_by("started_at", "pk").values(*COLUMNS))}
