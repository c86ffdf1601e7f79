"""The ladder as drawn: what was tried, where we are, and what was passed over for which reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Organization, User
from dispatch.actions.rungs import open_rung
from dispatch.board import rungs_of
from dispatch.models import Request
from tests.conftest import Clock
from tests.dispatch.desk import counter, kinds
from tests.factories import OperatorServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_now(city: Organization, now: datetime) -> Request:
    OperatorServiceFactory(operator__organization=city)
    found = counter(city, now)
    assert kinds(found) == ["volunteer", "video", "operator", "device"]
    return found


def states(request: Request) -> list[str]:
    return [rung.state for rung in rungs_of(Request.objects.get(pk=request.pk))]


def test_a_rung_jumped_over_is_drawn_as_passed_over(
    request_now: Request, coordinator: User, now: datetime
) -> None:
    open_rung(request_now, to=2, seen=0, reason="", by=coordinator, at=now)
    assert states(request_now) == ["done", "skipped", "current", "waiting"]
    jumped = rungs_of(Request.objects.get(pk=request_now.pk))[1]
    assert jumped.why == "職員が先の段階に進めたため"


def test_going_back_to_it_makes_it_a_rung_like_any_other(
    request_now: Request, coordinator: User, now: datetime
) -> None:
    open_rung(request_now, to=3, seen=0, reason="", by=coordinator, at=now)
    assert states(request_now) == ["done", "skipped", "skipped", "current"]
    open_rung(request_now, to=1, seen=3, reason="", by=coordinator, at=now)
    assert states(request_now) == ["done", "current", "waiting", "waiting"]
    open_rung(request_now, to=2, seen=1, reason="", by=coordinator, at=now)
    assert states(request_now) == ["done", "done", "current", "waiting"]


@pytest.mark.parametrize("page", ["board", "request"])
def test_the_pages_say_why(
    client_of: Any, coordinator: User, request_now: Request, clock: Clock, now: datetime, page: str
) -> None:
    open_rung(request_now, to=2, seen=0, reason="", by=coordinator, at=now)
    args = [request_now.pk] if page == "request" else []
    shown = client_of(coordinator).get(reverse(f"dispatch:{page}", args=args)).content.decode()
    assert 'data-state="skipped" title="職員が先の段階に進めたため"' in shown
    assert "（飛ばした段階：職員が先の段階に進めたため）" in shown
    assert shown.count('data-state="skipped"') == 1
