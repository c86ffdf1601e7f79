"""Quiet hours hold for every try of a message: the next way, a retry, what the limit put off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from realtime import delivery, receipts
from realtime.models import Message
from realtime.outbox import CALM, NOW, Patience, Way, queue
from realtime.quiet import Hours
from realtime.transports import NotSent, NotYet
from tests.realtime.fakes import MOBILE, AcceptedAndLost, FakeProvider, recipient

pytestmark = pytest.mark.django_db
HOURS = (21 * 60, 8 * 60)
EVENING = datetime(2026, 11, 24, 11, 55, tzinfo=UTC)  # 20:55 in Tokyo
LAST = datetime(2026, 11, 24, 11, 59, 58, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 12, 11, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


def write(
    at: datetime, key: str = "k", *, quiet: Hours | None = HOURS, patience: Patience = CALM
) -> Message:
    return queue(
        recipient(), kind="booked", body=key, dedupe_key=key, at=at, quiet=quiet,
        further=[Way("voice", MOBILE, "電話")], patience=patience,
    )  # fmt: skip


def call() -> Message:
    return Message.objects.get(channel="voice")


def waits_until(message: Message) -> datetime:
    message.refresh_from_db()
    assert message.state == Message.State.QUEUED
    return message.not_before


@pytest.mark.parametrize("patience", [CALM, NOW])
def test_without_a_receipt_nobody_is_called_at_night(
    provider: FakeProvider, patience: Patience
) -> None:
    delivery.deliver(write(EVENING, patience=patience).pk, EVENING)
    assert receipts.sweep(NIGHT) == 1
    assert waits_until(call()) == MORNING
    assert delivery.deliver_due(NIGHT + timedelta(hours=5)) == 0
    assert delivery.deliver_due(MORNING) == 1
    assert provider.tries == ["sms", "voice"]


def test_what_may_leave_at_night_goes_on_at_night(provider: FakeProvider) -> None:
    delivery.deliver(write(EVENING, quiet=None).pk, EVENING)
    receipts.sweep(NIGHT)
    assert waits_until(call()) == NIGHT


def test_a_way_that_fails_late_in_the_evening_is_followed_in_the_morning(
    provider: FakeProvider,
) -> None:
    message = write(LAST)
    held = delivery.claim(message.pk, LAST)
    assert held is not None
    provider.answers["sms"] = NotSent("21211")
    assert delivery.deliver(message.pk, LAST + delivery.LEASE * 2) == "failed"
    assert waits_until(call()) == MORNING


def test_what_was_not_taken_before_the_quiet_hours_waits_with_all_its_time(
    provider: FakeProvider,
) -> None:
    message = write(EVENING)
    assert delivery.deliver(message.pk, NIGHT) == "not_due"
    assert waits_until(message) == MORNING
    assert message.hand_over_by == MORNING + timedelta(seconds=CALM.hand_over_seconds)
    assert delivery.deliver(message.pk, MORNING) == "sent"


def test_a_second_try_waits_too_and_one_in_doubt_is_looked_for(provider: FakeProvider) -> None:
    busy, lost = write(LAST, "busy"), write(LAST, "lost", patience=NOW)
    provider.then = [NotYet("429")]
    delivery.deliver(busy.pk, LAST)
    provider.then = [AcceptedAndLost("timeout")]
    delivery.deliver(lost.pk, LAST)
    delivery.deliver_due(NIGHT)
    assert waits_until(busy) == MORNING
    lost.refresh_from_db()
    assert (lost.state, provider.texts) == ("sent", ["lost"])


def test_what_the_limit_puts_off_does_not_come_at_night(provider: FakeProvider) -> None:
    for number in range(4):
        delivery.deliver(write(EVENING, str(number)).pk, EVENING)
    fifth = write(EVENING, "fifth")
    assert delivery.deliver(fifth.pk, EVENING) == "not_due"
    assert waits_until(fifth) == MORNING


def test_what_waits_for_the_morning_is_not_joined_to_what_leaves_at_night(
    provider: FakeProvider,
) -> None:
    write(EVENING, "waits")
    delivery.deliver(write(NIGHT, "leaves", quiet=None).pk, NIGHT)
    assert provider.texts == ["leaves"]
