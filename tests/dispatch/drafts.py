"""A draft of a request for tests that go through the actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from dispatch.actions.drafts import Draft


def draft(at: datetime, **changes: object) -> Draft:
    """Vietnamese at the counter now, or booked two days ahead, as ``urgency`` says."""
    now = changes.get("urgency") == "now"
    start = at if now else at + timedelta(days=2, hours=4)
    values: dict[str, object] = {
        "language": "vi",
        "mode": "onsite" if now else "accompany",
        "urgency": "booked",
        "field": "medical",
        "starts_at": start,
        "ends_at": start + timedelta(hours=1),
        "place_name": "市立病院",
        "place_lat": 35.71,
        "place_lon": 139.57,
    }
    return Draft(**(values | changes))  # type: ignore[arg-type]
