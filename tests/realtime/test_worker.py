"""The worker as a real process: jobs belong to transactions, and SIGKILL loses and doubles nothing.

In-memory test connectors hide exactly these faults, so everything here runs against the database
with live processes and, for messages, the real client of the SMS provider.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from accounts.clock import database_now
from dispatch.actions.requests import open_request
from dispatch.models import Request
from realtime.models import Message
from realtime.outbox import Recipient, queue
from realtime.worker import LOOPS
from tests.dispatch.drafts import draft
from tests.factories import OrganizationFactory, VolunteerFactory
from tests.twilio_server import ACCOUNT, NUMBER, TOKEN, TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = int(os.environ.get("WORKER_KILLS", "4"))


class Worker:
    """A worker process on the test database."""

    def __init__(self, **environment: str) -> None:
        program = (
            "import sys, django; django.setup();"
            "from django.db import connections;"
            f"connections['default'].settings_dict['NAME'] = {str(connection.settings_dict['NAME'])!r};"
            "from django.conf import settings;"
            "settings.DATABASES['default']['NAME'] = connections['default'].settings_dict['NAME'];"
            "from django.core.management import call_command; call_command('worker')"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"} | environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "worker ready"

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(20)


@pytest.fixture
def start() -> Iterator[Callable[..., Worker]]:
    """Starts workers and kills what is left of them."""
    workers: list[Worker] = []

    def starting(**environment: str) -> Worker:
        workers.append(Worker(**environment))
        return workers[-1]

    yield starting
    for one in workers:
        if one.process.poll() is None:
            one.kill()


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Look again and again until it is true; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def twilio(provider: TwilioServer) -> dict[str, str]:
    """Settings that make a worker send through the provider."""
    return {
        "TWILIO_API_BASE_URL": provider.url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_NUMBER": NUMBER,
    }


def test_a_request_is_offered_by_a_live_worker(start: Callable[..., Worker]) -> None:
    organization = OrganizationFactory(is_demo=True)
    for _ in range(3):
        VolunteerFactory(organization=organization)
    worker = start()
    at = database_now()
    request = open_request(organization, draft(at, urgency="now"), by=None, at=at)
    until(lambda: Message.objects.filter(kind="offer_now", state="delivered").exists())
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
    queue(to, kind="offer", body="message", dedupe_key="1", at=at)
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


def test_killing_workers_again_and_again_loses_and_doubles_no_message(
    start: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = TwilioServer(slow=0.02)
    at = database_now()
    total = 80
    with transaction.atomic():
        for number in range(total):
            to = Recipient(1, f"volunteer:{number}", "sms", f"+8190{number:08d}", "ja", False)
            queue(to, kind="offer", body=f"message {number}", dedupe_key=str(number), at=at)
    for kill in range(KILLS):
        worker = start(**twilio(provider))
        target = total * (kill + 1) // (KILLS + 2)
        until(lambda target=target: sum(provider.sent.values()) >= target)  # type: ignore[misc]
        worker.kill()
    # the leases of the dead are over at once here instead of after a minute
    Message.objects.filter(state="sending").update(lease_until=at)
    start(**twilio(provider))
    until(lambda: not Message.objects.filter(state__in=["queued", "sending"]).exists(), 60)
    provider.close()
    assert max(provider.sent.values()) == 1, "nobody was written to twice"
    sent = set(Message.objects.filter(state="sent").values_list("body", flat=True))
    unknown = Message.objects.filter(state="failed", error="unknown_result")
    assert sent <= set(provider.sent)
    assert len(sent) + unknown.count() == total, "whatever is not known to be sent is on a list"
    assert unknown.count() <= KILLS * 4, "at most what the dead workers had in hand"
