"""Words of providers: each counts once, none takes a later one back, early ones are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from realtime import breaker, delivery, receipts
from realtime.models import Message, ParkedStatus
from realtime.outbox import Way, queue
from realtime.receipts import record_status
from realtime.transports import NotSent, Sent, Status
from tests.realtime.fakes import AcceptedAndLost, FakeProvider, recipient

pytestmark = pytest.mark.django_db
QUEUED, SENT = Status("sent", "queued"), Status("sent", "sent")
DELIVERED = Status("delivered", "delivered")
UNDELIVERED = Status("failed", "undelivered", "30005")


@pytest.fixture
def message(now: datetime, provider: FakeProvider) -> Message:
    """A message that has left."""
    made = queue(recipient(), kind="booked", body="本文", dedupe_key="k", at=now)
    delivery.deliver(made.pk, now)
    return made


def word(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.provider_status


@pytest.mark.parametrize("order", list(permutations([QUEUED, SENT, DELIVERED])))
def test_in_any_order_the_last_word_stays(
    now: datetime, message: Message, order: tuple[Status, ...]
) -> None:
    for status in order:
        record_status("sms", "sms-1", status, now)
    assert word(message) == ("delivered", "delivered")


def test_a_word_said_twice_counts_once(now: datetime, message: Message) -> None:
    for status in (SENT, DELIVERED):
        assert record_status("sms", "sms-1", status, now)
        assert not record_status("sms", "sms-1", status, now)
    assert not record_status("sms", "sms-1", UNDELIVERED, now)
    assert word(message) == ("delivered", "delivered")


def test_a_failure_is_the_last_word_too(now: datetime, message: Message) -> None:
    assert record_status("sms", "sms-1", UNDELIVERED, now)
    assert not record_status("sms", "sms-1", SENT, now)
    assert word(message) == ("failed", "undelivered")
    assert message.error == "30005"


def test_the_same_id_on_another_channel_is_another_message(now: datetime, message: Message) -> None:
    assert not record_status("voice", "sms-1", DELIVERED, now)
    assert word(message) == ("sent", "")


def test_words_that_come_before_the_id_is_known_are_matched_then(
    now: datetime, provider: FakeProvider
) -> None:
    provider.then = [AcceptedAndLost("timeout")]
    message = queue(recipient(), kind="booked", body="本文", dedupe_key="k", at=now)
    delivery.deliver(message.pk, now)
    for status in (SENT, DELIVERED, DELIVERED):
        assert not record_status("sms", "sms-1", status, now)
    assert ParkedStatus.objects.count() == 2
    assert delivery.deliver(message.pk, now + timedelta(seconds=5)) == "delivered"
    assert word(message) == ("delivered", "delivered")
    assert not ParkedStatus.objects.exists()


def test_a_failure_heard_of_early_goes_on_in_the_same_tick(
    now: datetime, provider: FakeProvider
) -> None:
    record_status("sms", "sms-1", UNDELIVERED, now)
    message = queue(
        recipient(), kind="booked", body="本文", dedupe_key="k", at=now,
        further=[Way("email", "hana@example.jp", "メール")],
    )  # fmt: skip
    assert delivery.deliver(message.pk, now) == "failed"
    assert provider.texts == ["本文", "メール"]


def test_words_about_nothing_of_ours_are_forgotten_after_a_day(now: datetime) -> None:
    record_status("sms", "SM-not-ours", DELIVERED, now)
    receipts.sweep(now + timedelta(hours=23))
    assert ParkedStatus.objects.exists()
    receipts.sweep(now + timedelta(hours=25))
    assert not ParkedStatus.objects.exists()


def test_a_word_that_was_parked_beside_its_message_is_matched_by_the_sweep(
    now: datetime, message: Message
) -> None:
    ParkedStatus.objects.create(
        channel="sms", provider_id="sms-1", status="delivered", state="delivered", received_at=now
    )
    assert receipts.match_left_over(now) == 1
    assert word(message) == ("delivered", "delivered")
    assert not ParkedStatus.objects.exists()


def test_silent_messages_are_asked_for_less_and_less_often(
    now: datetime, message: Message, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(
        FakeProvider, "ask", lambda self, message: asked.append(minute)  # type: ignore[func-returns-value]
    )  # fmt: skip
    for minute in range(70):
        receipts.poll(now + timedelta(minutes=minute))
    assert asked == [1, 2, 4, 8, 16, 32, 64]


def test_an_answer_to_a_question_counts_like_a_word(
    now: datetime, message: Message, provider: FakeProvider
) -> None:
    provider.statuses["sms-1"] = DELIVERED
    assert receipts.poll(now + timedelta(minutes=2)) == 1
    assert word(message) == ("delivered", "delivered")
    assert receipts.poll(now + timedelta(minutes=20)) == 0


def test_a_provider_that_is_away_is_asked_once_and_not_for_each_message(
    now: datetime, provider: FakeProvider
) -> None:
    for number in range(3):
        to = recipient(address=f"+8190000000{number:02d}")
        made = queue(to, kind="booked", body="本文", dedupe_key=str(number), at=now)
        delivery.deliver(made.pk, now)
    provider.is_away = True
    assert receipts.poll(now + timedelta(minutes=2)) == 0
    assert Message.objects.exclude(polled_at=None).count() == 1


def overdue(now: datetime, provider: FakeProvider, count: int = 3) -> datetime:
    """So many people wait for their next way; returns when it is due."""
    for number in range(count):
        made = queue(
            recipient(address=f"+8190000000{number:02d}"), kind="booked", body="本文",
            dedupe_key=str(number), at=now, further=[Way("email", f"{number}@example.jp", "メール")],
        )  # fmt: skip
        delivery.deliver(made.pk, now)
    return now + timedelta(minutes=16)


def test_the_next_ways_wait_for_one_question_to_a_provider_that_is_away(
    now: datetime, provider: FakeProvider
) -> None:
    due = overdue(now, provider)
    provider.is_away = True
    assert receipts.sweep(due) == 3
    assert Message.objects.exclude(polled_at=None).count() == 1


def test_the_next_ways_wait_no_longer_for_a_slow_provider_than_a_sweep_may_ask(
    now: datetime, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = overdue(now, provider)
    monkeypatch.setattr(receipts, "ASKING_SECONDS", 0)
    assert receipts.sweep(due) == 3
    assert not Message.objects.exclude(polled_at=None).exists()


def test_a_provider_that_is_left_alone_is_not_asked_and_the_others_are(
    now: datetime, provider: FakeProvider
) -> None:
    due = overdue(now, provider)
    call = queue(recipient(channel="voice"), kind="booked", body="本文", dedupe_key="c", at=now)
    delivery.deliver(call.pk, now)
    for _ in range(breaker.FAILURES):
        breaker.record_failure("sms", "503", now)
    assert receipts.poll(now + timedelta(minutes=2)) == 1
    assert receipts.sweep(due) == 3
    assert [one.channel for one in Message.objects.exclude(polled_at=None)] == ["voice"]
    assert breaker.allows("sms", due), "the try that is let through is left to a message"


def test_a_message_that_a_provider_never_took_is_told_of_by_no_id(
    now: datetime, provider: FakeProvider
) -> None:
    provider.answers["sms"] = NotSent("21211")
    made = queue(recipient(), kind="booked", body="本文", dedupe_key="k", at=now)
    delivery.deliver(made.pk, now)
    assert not record_status("sms", "", DELIVERED, now)
    assert not ParkedStatus.objects.exists()


def test_a_transport_that_knows_at_once_needs_no_receipt(
    now: datetime, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeProvider, "send", lambda self, message: Sent("SM9", delivered=True))
    made = queue(recipient(), kind="booked", body="本文", dedupe_key="k", at=now)
    assert delivery.deliver(made.pk, now) == "delivered"
    made.refresh_from_db()
    assert made.delivered_at == made.sent_at == now
