"""The circuit breaker: shared by all workers, opened by failures in a row, tried by one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from realtime import breaker
from realtime.breaker import FAILURES, REST
from realtime.delivery import deliver
from realtime.models import Message, Provider
from realtime.outbox import Recipient, Way, queue
from tests.twilio_server import TwilioServer

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def fail(times: int = FAILURES, at: datetime = AT) -> None:
    for _ in range(times):
        breaker.record_failure("sms", "provider 503", at)


def test_a_provider_nobody_heard_of_is_used() -> None:
    assert breaker.allows("sms", AT)
    assert breaker.alarms(AT) == []


def test_it_opens_after_failures_in_a_row_only() -> None:
    fail(FAILURES - 1)
    breaker.record_ok("sms", AT)
    fail(FAILURES - 1)
    assert breaker.allows("sms", AT)
    fail(1)
    assert not breaker.allows("sms", AT)
    assert breaker.allows("email", AT)


def test_one_try_is_let_through_after_a_rest() -> None:
    fail()
    assert not breaker.allows("sms", AT + REST - timedelta(seconds=1))
    assert [breaker.allows("sms", AT + REST) for _ in range(5)] == [True] + [False] * 4
    assert breaker.allows("sms", AT + 2 * REST)


def test_a_try_that_fails_begins_another_rest() -> None:
    fail()
    later = AT + REST + timedelta(seconds=10)
    assert breaker.allows("sms", later)
    fail(1, at=later + timedelta(seconds=9))
    assert not breaker.allows("sms", later + REST)
    assert breaker.allows("sms", later + REST + timedelta(seconds=9))


def test_a_try_that_works_closes_it() -> None:
    fail()
    assert breaker.allows("sms", AT + REST)
    breaker.record_ok("sms", AT + REST)
    assert all(breaker.allows("sms", AT + REST) for _ in range(3))
    assert breaker.alarms(AT + REST) == []
    assert Provider.objects.get().last_ok_at == AT + REST


def test_the_alarm_names_the_first_failure() -> None:
    fail(1)
    fail(FAILURES, at=AT + timedelta(seconds=20))
    (alarm,) = breaker.alarms(AT + timedelta(seconds=30))
    assert (alarm.channel, alarm.since, alarm.error) == ("sms", AT, "provider 503")


def test_a_healthy_provider_costs_no_writing(django_assert_num_queries: object) -> None:
    breaker.record_ok("sms", AT)
    row = Provider.objects.get()
    breaker.record_ok("sms", AT + timedelta(seconds=5))
    assert Provider.objects.get().last_ok_at == row.last_ok_at == AT
    breaker.record_ok("sms", AT + timedelta(seconds=15))
    assert Provider.objects.get().last_ok_at == AT + timedelta(seconds=15)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Workers, with connections of their own."""
    with ThreadPoolExecutor(8) as pool:
        yield pool


def in_thread(channel: str, at: datetime) -> bool:
    try:
        return breaker.allows(channel, at)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_tries(threads: ThreadPoolExecutor) -> None:
    fail()
    tries = list(threads.map(lambda _: in_thread("sms", AT + REST), range(24)))
    assert tries.count(True) == 1


# with the outbox ---------------------------------------------------------------------------------


def queued(number: int) -> Message:
    mobile = f"+8190000000{number:02d}"
    to = Recipient(1, f"volunteer:{number}", "sms", mobile, "ja", simulated=False)
    further = [Way("email", f"v{number}@example.jp", "本文", "件名")]
    return queue(
        to, kind="offer", body="本文", dedupe_key=f"m{number}", at=AT, further=further
    )  # fmt: skip


def test_during_an_outage_people_are_reached_another_way_at_once(twilio: TwilioServer) -> None:
    twilio.fault = "503"
    first = [queued(number) for number in range(FAILURES)]
    assert {deliver(message.pk, AT) for message in first} == {"queued"}
    asked = len(twilio.exchanges)
    others = [queued(number) for number in range(10, 20)]
    assert {deliver(message.pk, AT) for message in others} == {"failed"}
    assert len(twilio.exchanges) == asked
    assert Message.objects.filter(channel="email", state="sent").count() == len(others)


def test_a_refused_address_shows_that_the_provider_is_back(twilio: TwilioServer) -> None:
    fail()
    twilio.stopped.add(queued(11).address)
    probe = Message.objects.get(dedupe_key="m11")
    assert deliver(probe.pk, AT + REST) == "failed"
    assert breaker.allows("sms", AT + REST)
    assert breaker.alarms(AT + REST) == []


def test_what_never_reached_the_provider_says_nothing_about_it(
    settings: Any, twilio: TwilioServer
) -> None:
    fail()
    settings.TWILIO_ACCOUNT_SID = ""
    assert deliver(queued(11).pk, AT + REST) == "failed"
    assert [alarm.channel for alarm in breaker.alarms(AT + REST)] == ["sms"]


def test_the_first_try_after_the_outage_brings_the_channel_back(twilio: TwilioServer) -> None:
    twilio.fault = "503"
    for number in range(FAILURES):
        deliver(queued(number).pk, AT)
    twilio.fault = "ok"
    assert deliver(queued(11).pk, AT + REST) == "sent"
    assert deliver(queued(12).pk, AT + REST) == "sent"
    assert breaker.alarms(AT + REST) == []
