"""The outbox: claimed by one worker, sent once, the result written down, the desk told of failures."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail

from realtime import delivery, transports
from realtime.models import Message
from realtime.outbox import Recipient, queue
from realtime.transports import NotSent, Price, TryLater, Unknown
from tests.realtime.fakes import AcceptedAndLost, FakeProvider, recipient

pytestmark = pytest.mark.django_db
SOON = timedelta(seconds=5)


def send(to: Recipient, at: datetime, key: str = "k", body: str = "本文") -> Message:
    return queue(to, kind="offer", body=body, dedupe_key=key, at=at, subject="件名")


def test_the_same_key_never_makes_two_messages(now: datetime) -> None:
    first, second = send(recipient(), now), send(recipient(), now)
    assert first == second
    assert Message.objects.count() == 1


def test_a_person_without_an_address_goes_to_the_call_list(now: datetime) -> None:
    assert send(recipient(address=""), now).state == "by_hand"


def test_a_sent_message_is_never_sent_again(now: datetime, provider: FakeProvider) -> None:
    message = send(recipient(), now)
    assert delivery.deliver(message.pk, now) == "sent"
    assert delivery.deliver(message.pk, now) == "not_due"
    assert provider.texts == ["本文"]


def test_nothing_leaves_before_its_time(now: datetime, provider: FakeProvider) -> None:
    later = now + timedelta(minutes=1)
    message = queue(
        recipient(), kind="offer", body="x", dedupe_key="k", at=now, not_before=later
    )  # fmt: skip
    assert delivery.deliver(message.pk, now) == "not_due"
    assert not provider.ledger


def test_a_busy_provider_is_tried_again_later_and_then_given_up(
    now: datetime, provider: FakeProvider
) -> None:
    provider.answers["sms"] = transports.NotYet("429")
    message = send(recipient(), now)
    while delivery.deliver(message.pk, message.not_before) == "queued":
        message.refresh_from_db()
    tried_for = message.not_before - now
    assert timedelta(minutes=15) <= tried_for <= timedelta(minutes=20)
    assert len(provider.tries) < 10


@pytest.mark.parametrize("error", [NotSent("21211"), RuntimeError("bug")])
def test_a_refused_message_is_not_repeated(
    now: datetime, provider: FakeProvider, error: Exception
) -> None:
    provider.answers["sms"] = error
    message = send(recipient(), now)
    assert delivery.deliver(message.pk, now) == "failed"
    assert delivery.deliver(message.pk, now + timedelta(days=1)) == "not_due"
    assert len(provider.tries) == 1


def test_when_the_answer_is_lost_the_provider_is_asked_before_a_second_try(
    now: datetime, provider: FakeProvider
) -> None:
    provider.then = [AcceptedAndLost("timeout")]
    message = send(recipient(), now)
    assert delivery.deliver(message.pk, now) == "queued"
    assert delivery.deliver(message.pk, now + SOON) == "sent"
    assert provider.texts == ["本文"]
    message.refresh_from_db()
    assert (message.provider_id, message.error) == ("sms-1", "")


def test_without_asking_the_person_would_be_written_to_twice(
    now: datetime, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: this is what `find` is for."""
    monkeypatch.setattr(FakeProvider, "SAFE_TO_REPEAT", True)
    provider.then = [AcceptedAndLost("timeout")]
    message = send(recipient(), now)
    delivery.deliver(message.pk, now)
    delivery.deliver(message.pk, now + SOON)
    assert provider.texts == ["本文", "本文"]


def test_what_the_provider_never_got_is_sent_again(now: datetime, provider: FakeProvider) -> None:
    provider.then = [Unknown("the line was cut")]
    message = send(recipient(), now)
    assert delivery.deliver(message.pk, now) == "queued"
    assert delivery.deliver(message.pk, now + SOON) == "sent"
    assert provider.texts == ["本文"]


def test_a_provider_that_cannot_say_is_asked_again_and_nothing_is_sent_meanwhile(
    now: datetime, provider: FakeProvider
) -> None:
    provider.then = [AcceptedAndLost("timeout")]
    message = send(recipient(), now)
    delivery.deliver(message.pk, now)
    provider.is_away = True
    assert delivery.deliver(message.pk, now + SOON) == "queued"
    provider.is_away = False
    assert delivery.deliver(message.pk, now + timedelta(minutes=1)) == "sent"
    assert len(provider.ledger) == 1


def test_a_message_whose_worker_died_is_looked_for_first(
    now: datetime, provider: FakeProvider
) -> None:
    message = send(recipient(), now)
    held = delivery.claim(message.pk, now)
    assert held is not None
    provider.send(held)  # and here the worker dies
    assert delivery.deliver(message.pk, now + timedelta(seconds=20)) == "not_due"
    assert delivery.deliver(message.pk, now + delivery.LEASE + SOON) == "sent"
    assert len(provider.ledger) == 1


def test_two_messages_with_the_same_words_are_told_apart(
    now: datetime, provider: FakeProvider
) -> None:
    first, second = send(recipient(), now, "a"), send(recipient(key="volunteer:2"), now, "b")
    provider.then = [AcceptedAndLost("timeout"), AcceptedAndLost("timeout")]
    for message in (first, second):
        assert delivery.deliver(message.pk, now) == "queued"
    for message in (first, second):
        assert delivery.deliver(message.pk, now + SOON) == "sent"
    assert len(provider.ledger) == 2
    found = Message.objects.values_list("provider_id", flat=True)
    assert sorted(found) == ["sms-1", "sms-2"]


def test_of_two_that_found_the_same_one_only_the_first_keeps_it(
    now: datetime, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ask in the same moment, before either has written down what it found."""
    first, second = send(recipient(), now, "a"), send(recipient(key="volunteer:2"), now, "b")
    provider.then = [AcceptedAndLost("timeout"), Unknown("the line was cut")]
    for message in (first, second):
        delivery.deliver(message.pk, now)
    with monkeypatch.context() as patch:
        patch.setattr(FakeProvider, "find", lambda self, message: transports.Sent("sms-1"))
        assert delivery.deliver(first.pk, now + SOON) == "sent"
        assert delivery.deliver(second.pk, now + SOON) == "queued"
    assert delivery.deliver(second.pk, now + timedelta(minutes=1)) == "sent"
    assert len(provider.ledger) == 2


def test_two_workers_never_hold_one_message(now: datetime) -> None:
    message = send(recipient(), now)
    assert delivery.claim(message.pk, now) is not None
    assert delivery.claim(message.pk, now) is None


def test_a_worker_that_was_too_slow_writes_nothing_over_what_came_after(
    now: datetime, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = send(recipient(), now)
    late = now + delivery.LEASE + SOON
    real_send = FakeProvider.send

    def slow(self: FakeProvider, held: Message) -> transports.Sent:
        monkeypatch.setattr(FakeProvider, "send", real_send)
        sent = real_send(self, held)
        assert delivery.deliver(message.pk, late) == "sent", "another worker took over"
        return transports.Sent(f"{sent.provider_id}-late")

    monkeypatch.setattr(FakeProvider, "send", slow)
    delivery.deliver(message.pk, now)
    message.refresh_from_db()
    assert (message.provider_id, len(provider.ledger)) == ("sms-1", 1)


def test_a_demo_message_never_reaches_a_real_transport(
    now: datetime, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_FROM_NUMBER": "+1"}.items():
        monkeypatch.setattr(f"django.conf.settings.{name}", value)
    message = send(recipient(simulated=True), now)
    assert transports.transport_for(message).__name__ == "realtime.transports.simulated.transport"  # type: ignore[attr-defined]
    assert delivery.deliver(message.pk, now) in {"sent", "delivered"}


def test_without_an_sms_provider_the_desk_has_to_telephone(now: datetime) -> None:
    message = send(recipient(), now)
    assert delivery.deliver(message.pk, now) == "failed"
    message.refresh_from_db()
    assert "no SMS provider" in message.error


def test_mail_is_sent_as_plain_text(now: datetime) -> None:
    message = send(recipient(channel="email", address="hana@example.jp"), now)
    assert delivery.deliver(message.pk, now) == "sent"
    assert mail.outbox[0].to == ["hana@example.jp"]
    assert mail.outbox[0].body.startswith("本文")


def test_a_sweep_finds_what_no_wake_up_came_for(now: datetime, provider: FakeProvider) -> None:
    send(recipient(), now, "a")
    send(recipient(address="+819000000002"), now, "b")
    assert delivery.deliver_due(now) == 2
    assert len(provider.ledger) == 2


# ---- broken rows


def test_a_row_that_cannot_be_priced_fails_and_the_others_are_sent(
    now: datetime, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    priced = FakeProvider.price_of

    def price_of(self: FakeProvider, message: Message) -> Price:
        if message.body == "poison":
            raise ValueError("no such segment")
        return priced(self, message)

    monkeypatch.setattr(FakeProvider, "price_of", price_of)
    broken = send(recipient(), now, "a", "poison")
    sound = send(recipient(address="+819000000002"), now, "b")
    assert delivery.deliver_due(now) == 2
    broken.refresh_from_db()
    sound.refresh_from_db()
    assert (broken.state, broken.error, sound.state) == ("failed", "ValueError", "sent")


def test_a_subscriber_that_fails_stops_neither_the_message_nor_the_next_subscriber(
    now: datetime, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def fails(message: Message, at: datetime) -> None:
        Message.objects.create(pk=message.pk)  # breaks its transaction, too

    monkeypatch.setattr(
        delivery, "on_result", subscribers := [fails, lambda m, at: told.append(m.state)]
    )
    monkeypatch.setattr("realtime.chain.on_result", subscribers)
    message = send(recipient(), now)
    assert delivery.deliver(message.pk, now) == "sent"
    assert told == ["sent"]


def test_a_message_in_hand_whenever_a_worker_died_is_given_up(
    now: datetime, provider: FakeProvider
) -> None:
    message = send(recipient(), now)
    Message.objects.filter(pk=message.pk).update(attempts=delivery.MAX_CLAIMS)
    assert delivery.deliver(message.pk, now) == "failed"
    assert not provider.tries


def test_a_hanging_provider_counts_against_it_and_a_refused_address_does_not(
    now: datetime, provider: FakeProvider
) -> None:
    from realtime.models import Provider

    provider.then = [NotSent("21211"), TryLater("503")]
    delivery.deliver(send(recipient(), now, "a").pk, now)
    assert not Provider.objects.filter(failures__gt=0).exists()
    delivery.deliver(send(recipient(), now, "b").pk, now)
    assert Provider.objects.get(channel="sms").failures == 1
