"""What the floors above hear: a seat taken away, a request over; and the ladder through the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from rest_framework.test import APIClient

from accounts.models import Organization, User
from dispatch import subscriptions
from dispatch.actions.assignments import give_back, record_no_show
from dispatch.actions.offers import assign_directly
from dispatch.actions.requests import cancel_request, close_unmet
from dispatch.engine import advance
from tests.dispatch.desk import counter
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was told, in order."""
    told: list[str] = []
    monkeypatch.setattr(
        subscriptions, "on_released", [lambda one, at: told.append(f"released {one.state}")]
    )
    monkeypatch.setattr(
        subscriptions, "on_over", [lambda request, at: told.append(f"over {request.status}")]
    )
    return told


def test_a_seat_given_back_or_not_kept_is_told(
    city: Organization, coordinator: User, hana: Volunteer, now: datetime, heard: list[str]
) -> None:
    held = assign_directly(counter(city, now), hana, by=coordinator, at=now)
    give_back(held, reason="発熱", at=now)
    absent = assign_directly(counter(city, now), hana, by=coordinator, at=now)
    record_no_show(absent, by=coordinator, at=absent.request.ends_at)
    assert heard == ["released cancelled", "released no_show", "over unmet"]


def test_every_end_of_a_request_is_told_once(
    city: Organization, coordinator: User, hana: Volunteer, now: datetime, heard: list[str]
) -> None:
    called_off = counter(city, now)
    assign_directly(called_off, hana, by=coordinator, at=now)
    cancel_request(called_off, cancelled_by="resident", reason="用済み", by=coordinator, at=now)
    close_unmet(counter(city, now), reason="話せる人がいない", by=coordinator, at=now)
    forgotten = counter(city, now)
    advance(forgotten.pk, forgotten.ends_at)
    assert heard == ["released cancelled", "over cancelled", "over unmet", "over unmet"]


def test_a_token_moves_the_ladder_as_the_page_does(
    city: Organization,
    coordinator: User,
    api_of: Callable[[User], APIClient],
    now: datetime,
    clock: object,
) -> None:
    request = counter(city, now)
    api = api_of(coordinator)
    address = f"/api/v1/requests/{request.pk}/rung/"
    moved = api.post(address, {"to": 3, "seen": 0, "reason": "急ぎ"}, format="json").json()
    assert moved["rung"]["kind"] == "device"
    assert [step["state"] for step in moved["ladder"]] == ["done", "skipped", "skipped", "current"]
    assert api.post(address, {"to": 3, "seen": 0}, format="json").status_code == 200
    stale = api.post(address, {"to": 1, "seen": 0}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "rung_moved")
    assert api.post(address, {"to": 40, "seen": 3}, format="json").status_code == 400
