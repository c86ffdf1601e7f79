"""A length that is too much for one interpreter is said, and blocks nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import AuditEntry, Organization, User
from dispatch.actions.drafts import too_long_alone
from dispatch.actions.requests import edit_request, open_request
from tests.dispatch.drafts import draft


@pytest.mark.parametrize(
    ("mode", "minutes", "seats", "long"),
    [
        ("video", 60, 1, False), ("video", 61, 1, True), ("phone", 90, 1, True),
        ("onsite", 120, 1, False), ("accompany", 121, 1, True), ("accompany", 300, 2, False),
        ("translation", 600, 1, False),
    ],
)  # fmt: skip
def test_beyond_an_hour_remote_or_two_on_site_two_people_are_advised(
    now: datetime, mode: str, minutes: int, seats: int, long: bool
) -> None:
    assert bool(too_long_alone(mode, now, now + timedelta(minutes=minutes), seats)) is long


@pytest.mark.django_db
def test_the_log_says_it_when_taken_and_when_made_longer(
    city: Organization, coordinator: User, now: datetime
) -> None:
    start = now + timedelta(days=2)
    short = draft(now, starts_at=start, ends_at=start + timedelta(hours=2))
    request = open_request(city, short, by=coordinator, at=now)
    lines = AuditEntry.objects.about(request.key).filter(verb="request.long")
    assert not lines.exists()
    longer = draft(now, starts_at=start, ends_at=start + timedelta(hours=3))
    edit_request(request, longer, by=coordinator, at=now)
    assert "現地で120分を超える" in lines.get().detail["advice"]


@pytest.mark.django_db
def test_the_form_shows_it_and_still_takes_the_request(
    city: Organization, coordinator: User, client_of: Callable[[User], Client], clock: object
) -> None:
    client = client_of(coordinator)
    typed = {
        "language": "vi", "language_text": "ベトナム語", "urgency": "booked", "mode": "video",
        "field": "administrative", "day": "2026-11-26", "start": "10:00", "minutes": "90",
        "seats": "1", "sensitivity": "normal", "payer": "organization",
    }  # fmt: skip
    assert "映像・電話で60分を超える" in client.get("/requests/new/count/", typed).content.decode()
    taken = client.post("/requests/new/", typed, follow=True)
    assert "を受け付けました" in taken.content.decode()
    assert "映像・電話で60分を超える" in taken.content.decode()
