"""Canaries: one per channel and five minutes, delivered like everything else, missed when lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from realtime import breaker, canary
from realtime.canary import EVERY, LATE
from realtime.delivery import deliver
from realtime.models import Message
from tests.twilio_server import TwilioServer
from tests.twilio_texts import Handsets

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PHONE = "+819099998888"


@pytest.fixture
def watched(settings: Any, twilio: TwilioServer) -> TwilioServer:
    """Both addresses are configured."""
    settings.CANARY_SMS_NUMBER, settings.CANARY_EMAIL = PHONE, "watch@example.jp"
    return twilio


def fly(at: datetime = AT) -> list[Message]:
    messages = canary.send_due(at)
    for message in messages:
        deliver(message.pk, at)
        message.refresh_from_db()
    return messages


def test_without_addresses_none_flies(settings: Any, twilio: TwilioServer) -> None:
    assert canary.send_due(AT) == []
    assert canary.last("sms") is None
    assert canary.overdue(AT) == []


def test_the_demo_has_none(settings: Any, watched: TwilioServer) -> None:
    settings.DEMO = True
    assert canary.send_due(AT) == []


def test_one_flies_on_each_channel_every_five_minutes(watched: TwilioServer) -> None:
    for second in (0, 60, 120, 299):
        fly(AT + timedelta(seconds=second))
    assert Message.objects.count() == 2
    fly(AT + EVERY)
    assert Message.objects.count() == 4
    assert {text.to for text in watched.texts.values()} == {PHONE}
    assert len(watched.sent) == 2  # the words differ, so that each is found by them


def test_an_sms_has_arrived_only_with_its_receipt(
    watched: TwilioServer, handsets: Handsets
) -> None:
    fly()
    flight = canary.last("sms")
    assert flight is not None
    assert not flight.arrived
    handsets.arrive(PHONE)
    flight = canary.last("sms")
    assert flight is not None
    assert flight.arrived
    assert flight.last_arrival is not None


def test_a_mail_has_arrived_when_the_server_took_it(watched: TwilioServer) -> None:
    fly()
    flight = canary.last("email")
    assert flight is not None
    assert flight.arrived


def test_one_that_does_not_come_is_an_alarm(watched: TwilioServer) -> None:
    fly()
    assert breaker.alarms(AT + LATE - timedelta(seconds=1)) == []
    (alarm,) = breaker.alarms(AT + LATE)
    assert (alarm.channel, alarm.since, alarm.error) == ("sms", AT, "canary")


def test_the_alarm_counts_from_the_first_that_was_lost(
    watched: TwilioServer, handsets: Handsets
) -> None:
    fly()
    handsets.arrive(PHONE)
    for turn in (1, 2, 3):
        fly(AT + turn * EVERY)
    assert canary.overdue(AT + 3 * EVERY + LATE) == [("sms", AT + EVERY)]
    handsets.arrive(PHONE)
    assert canary.overdue(AT + 3 * EVERY + LATE) == []


def test_a_provider_that_refuses_is_an_alarm_too(watched: TwilioServer) -> None:
    watched.fault = "refused"
    fly()
    (alarm,) = breaker.alarms(AT + LATE)
    assert alarm.channel == "sms"
    flight = canary.last("sms")
    assert flight is not None
    assert "400" in flight.error


def test_a_channel_without_a_provider_has_no_canary(settings: Any) -> None:
    settings.CANARY_SMS_NUMBER = PHONE
    settings.TWILIO_ACCOUNT_SID = ""
    assert canary.addresses() == {}


def test_when_none_follows_no_worker_runs(settings: Any, watched: TwilioServer) -> None:
    settings.CANARY_SMS_NUMBER = ""
    fly()
    assert canary.overdue(AT + EVERY + LATE) == []
    assert canary.overdue(AT + timedelta(hours=3)) == [("email", AT + EVERY)]
    fly(AT + timedelta(hours=3))
    assert canary.overdue(AT + timedelta(hours=3) + LATE) == []
