"""What volunteers get of their honoraria when they ask for their own data."""

from __future__ import annotations

from typing import Any

from honoraria.models import Honorarium

COLUMNS = (
    "kind", "activity_date", "minutes", "fee", "transport", "total", "derivation", "state",
    "created_at", "approved_at", "reason",
)  # fmt: skip


def own_data(volunteer_ids: list[int]) -> dict[str, list[dict[str, Any]]]:
    """The priced entries in yen, oldest first."""
    found = Honorarium.objects.filter(volunteer__in=volunteer_ids)
    return {"honoraria": list(found.order_by("activity_date", "pk").values(*COLUMNS))}
