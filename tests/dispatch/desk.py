"""Requests taken through the action, as the tests of the ladder need them."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Organization
from dispatch.actions.drafts import Draft
from dispatch.actions.requests import open_request
from dispatch.models import Request


def counter(organization: Organization, at: datetime, **changes: object) -> Request:
    """Somebody who speaks Vietnamese stands at the counter for an hour from ``at`` (UTC)."""
    values: dict[str, object] = {
        "language": "vi",
        "mode": "onsite",
        "urgency": "now",
        "field": "administrative",
        "starts_at": at,
        "ends_at": at + timedelta(hours=1),
        "place_name": "市役所",
        "place_lat": 35.71,
        "place_lon": 139.57,
    }
    return open_request(organization, Draft(**(values | changes)), by=None, at=at)  # type: ignore[arg-type]


def booked(organization: Organization, at: datetime, **changes: object) -> Request:
    """The same need two days and four hours later."""
    start = at + timedelta(days=2, hours=4)
    times = {"urgency": "booked", "starts_at": start, "ends_at": start + timedelta(hours=1)}
    return counter(organization, at, **(times | changes))


def kinds(request: Request) -> list[str]:
    """The kinds of the copied ladder."""
    return [rung["kind"] for rung in request.ladder]
