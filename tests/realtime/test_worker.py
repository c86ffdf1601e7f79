"""The worker as a real process: jobs belong to transactions, and each queue has slots of its own.

In-memory test connectors hide exactly these faults, so everything here runs against the database
with live processes and, for messages, the real client of the SMS provider. What SIGKILL does to
messages is shown in tests/faults.
"""

# ruff: noqa: F811 - fixtures are imported by their names

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from accounts.clock import database_now
from dispatch.actions.requests import open_request
from dispatch.models import Request
from realtime.models import Message
from realtime.outbox import NOW, Recipient, queue
from realtime.worker import LOOPS
from tests.dispatch.drafts import draft
from tests.factories import OrganizationFactory, VolunteerFactory
from tests.realtime.workers import Worker, start, twilio, until  # noqa: F401
from tests.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_request_is_offered_by_a_live_worker(start: Callable[..., Worker]) -> None:
    organization = OrganizationFactory(is_demo=True)
    for _ in range(3):
        VolunteerFactory(organization=organization)
    worker = start()
    at = database_now()
    request = open_request(organization, draft(at, urgency="now"), by=None, at=at)
    until(
        lambda: Message.objects.filter(kind="offer_now", state__in=["sent", "delivered"]).exists()
    )
    until(lambda: request.offers.filter(state="sent").exists())
    assert worker.stop() == 0


def test_a_job_of_a_rolled_back_transaction_never_runs(start: Callable[..., Worker]) -> None:
    organization = OrganizationFactory(is_demo=True)
    VolunteerFactory(organization=organization)
    start()
    at = database_now()
    with transaction.atomic():
        open_request(organization, draft(at, urgency="now"), by=None, at=at)
        time.sleep(0.6)  # longer than the worker's polling: it must not see the job before commit
        transaction.set_rollback(True)
    kept = open_request(organization, draft(at, urgency="now"), by=None, at=at)
    until(lambda: kept.offers.exists())
    assert list(Request.objects.all()) == [kept]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
        assert cursor.fetchone() == (0,)


def test_slow_messages_never_keep_the_engine_waiting(start: Callable[..., Worker]) -> None:
    provider = TwilioServer(slow=8.0)
    organization = OrganizationFactory(is_demo=True)
    VolunteerFactory(organization=organization)
    at = database_now()
    with transaction.atomic():
        for number in range(12):
            to = Recipient(1, f"volunteer:{number}", "sms", f"+8190{number:08d}", "ja", False)
            queue(to, kind="offer", body=f"message {number}", dedupe_key=str(number), at=at)
    start(**twilio(provider))
    until(lambda: sum(provider.sent.values()) >= 4)
    request = open_request(organization, draft(at, urgency="now"), by=None, at=at)
    until(lambda: request.offers.exists())
    waiting = Message.objects.filter(dedupe_key__in=[str(number) for number in range(12)])
    assert set(waiting.values_list("state", flat=True)) == {"sending", "queued"}
    provider.close()


def test_wake_ups_of_requests_come_before_everything_else() -> None:
    organization = OrganizationFactory(is_demo=True)
    at = database_now()
    to = Recipient(1, "volunteer:1", "sms", "+819000000001", "ja", False)
    queue(to, kind="offer", body="message", dedupe_key="1", at=at, patience=NOW)
    open_request(organization, draft(at, urgency="now"), by=None, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, priority FROM procrastinate_jobs ORDER BY id")
        found = dict(cursor.fetchall())  # some of a killed worker may be left
    assert found["dispatch.advance_request"] > found["realtime.deliver_message"]
    assert max(found.values()) == found["dispatch.advance_request"]


def test_every_task_belongs_to_one_loop_of_the_worker() -> None:
    app.perform_import_paths()
    queues = {task.queue for task in app.tasks.values()} - {"builtin"}  # the library's, not used
    served = [queue for loop in LOOPS for queue in loop]
    assert sorted(queues) == sorted(served)
