"""Workers killed while telephones ring: the next person still rings, and nobody rings twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from accounts.clock import database_now
from accounts.models import AuditEntry
from dispatch.actions.requests import open_request
from dispatch.models import Offer, Request
from realtime.models import Message
from tests.dispatch.drafts import draft
from tests.factories import OrganizationFactory, VolunteerFactory
from tests.realtime.test_worker import Worker, start, until  # noqa: F401 - a fixture
from volunteers.actions import switch_on_call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
PEOPLE = 4


def rung(request: Request) -> list[int]:
    rings = request.offers.filter(rings_until__isnull=False).order_by("pk")
    return list(rings.values_list("volunteer_id", flat=True))


def at_work() -> set[int]:
    """The wake-ups of requests that are being done; those of a dead worker stay here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM procrastinate_jobs"
            " WHERE status = 'doing' AND task_name = 'dispatch.advance_request'"
        )
        return {pk for (pk,) in cursor.fetchall()}


def test_who_is_next_rings_although_workers_die_and_nobody_rings_twice(
    start: Callable[..., Worker],  # noqa: F811
) -> None:
    one_by_one = {"ring": {"size": 1, "seconds": 2, "rings_until_seconds": 30}}
    city = OrganizationFactory(is_demo=True, policy=one_by_one, quiet_from=0, quiet_to=0)
    at = database_now()
    people = [VolunteerFactory(organization=city) for _ in range(PEOPLE)]
    for volunteer in people:
        switch_on_call(volunteer, at + timedelta(hours=2), by=None, at=at)
    worker = start()
    request = open_request(city, draft(at, urgency="now", mode="video"), by=None, at=database_now())
    until(lambda: len(rung(request)) == 1)
    worker.kill()  # between two rings
    left = at_work()
    worker = start()
    until(lambda: bool(at_work() - left))
    worker.kill()  # in the middle of whatever it does for the request
    reached = len(rung(request))
    assert reached < PEOPLE
    start()
    until(lambda: len(rung(request)) == PEOPLE, 60)

    assert sorted(rung(request)) == sorted(one.pk for one in people)
    assert Offer.objects.count() == PEOPLE
    sent = [entry.detail["asked"] for entry in AuditEntry.objects.filter(verb="ring.sent")]
    assert sent == [1] * PEOPLE
    for volunteer in people:
        asked = Message.objects.filter(kind="ring", subject_key__in=[
            offer.key for offer in volunteer.offers.all()])  # fmt: skip
        assert asked.count() <= 1, "no second message for the same ring"
