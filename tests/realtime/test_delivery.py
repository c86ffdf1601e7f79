"""The outbox: claimed by one worker, sent once, the result written down, the desk told of failures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail

from realtime import delivery, transports
from realtime.models import Message
from realtime.outbox import Recipient, queue
from realtime.transports import NotSent, Sent, TryLater, Unknown

pytestmark = pytest.mark.django_db


def recipient(**changes: object) -> Recipient:
    values = {
        "organization_id": 1,
        "key": "volunteer:1",
        "channel": "sms",
        "address": "+819012345678",
        "language": "ja",
        "simulated": False,
    }
    return Recipient(**(values | changes))  # type: ignore[arg-type]


def send(to: Recipient, at: datetime, key: str = "k") -> Message:
    return queue(to, kind="offer", body="本文", dedupe_key=key, at=at, subject="件名")


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], list[int]]:
    """Makes the SMS provider answer as told; returns the list of messages it got."""

    def answering(answer: object) -> list[int]:
        got: list[int] = []

        class Fake:
            @staticmethod
            def send(message: Message) -> Sent:
                got.append(message.pk)
                if isinstance(answer, Exception):
                    raise answer
                assert isinstance(answer, Sent)
                return answer

        monkeypatch.setattr(delivery, "transport_for", lambda message: Fake)
        return got

    return answering


def test_the_same_key_never_makes_two_messages(now: datetime) -> None:
    first, second = send(recipient(), now), send(recipient(), now)
    assert first == second
    assert Message.objects.count() == 1


def test_a_person_without_an_address_goes_to_the_call_list(now: datetime) -> None:
    assert send(recipient(address=""), now).state == "by_hand"


def test_a_sent_message_is_never_sent_again(
    now: datetime, provider: Callable[[object], list[int]]
) -> None:
    got = provider(Sent("SM1"))
    message = send(recipient(), now)
    assert delivery.deliver(message.pk, now) == "sent"
    assert delivery.deliver(message.pk, now) == "not_due"
    assert got == [message.pk]


def test_nothing_leaves_before_its_time(
    now: datetime, provider: Callable[[object], list[int]]
) -> None:
    got = provider(Sent("SM1"))
    message = queue(
        recipient(),
        kind="offer",
        body="x",
        dedupe_key="k",
        at=now,
        not_before=now + timedelta(minutes=1),
    )
    assert delivery.deliver(message.pk, now) == "not_due"
    assert not got


def test_a_busy_provider_is_tried_again_later_and_then_given_up(
    now: datetime, provider: Callable[[object], list[int]]
) -> None:
    got = provider(TryLater("429"))
    message = send(recipient(), now)
    at = now
    for _ in range(delivery.MAX_ATTEMPTS):
        delivery.deliver(message.pk, at)
        message.refresh_from_db()
        at = max(message.not_before, at)
    assert message.state == "failed"
    assert len(got) == delivery.MAX_ATTEMPTS


@pytest.mark.parametrize("error", [NotSent("21211"), Unknown("timeout"), RuntimeError("bug")])
def test_a_refused_or_uncertain_message_is_not_repeated(
    now: datetime, provider: Callable[[object], list[int]], error: Exception
) -> None:
    got = provider(error)
    message = send(recipient(), now)
    assert delivery.deliver(message.pk, now) == "failed"
    assert delivery.deliver(message.pk, now + timedelta(days=1)) == "not_due"
    assert len(got) == 1


def test_an_sms_whose_worker_died_goes_to_the_desk_instead_of_twice_to_the_person(
    now: datetime, provider: Callable[[object], list[int]]
) -> None:
    got = provider(Sent("SM1"))
    message = send(recipient(), now)
    assert delivery.claim(message.pk, now) is not None  # the worker dies here
    assert delivery.deliver(message.pk, now + timedelta(seconds=30)) == "not_due"
    assert delivery.deliver(message.pk, now + delivery.LEASE + timedelta(seconds=1)) == "failed"
    message.refresh_from_db()
    assert message.error == "unknown_result"
    assert not got


def test_two_workers_never_hold_one_message(now: datetime) -> None:
    message = send(recipient(), now)
    assert delivery.claim(message.pk, now) is not None
    assert delivery.claim(message.pk, now) is None


def test_a_demo_message_never_reaches_a_real_transport(
    now: datetime, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_FROM_NUMBER": "+1"}.items():
        monkeypatch.setattr(f"django.conf.settings.{name}", value)
    message = send(recipient(simulated=True), now)
    assert transports.transport_for(message).__name__ == "realtime.transports.simulated.transport"  # type: ignore[attr-defined]
    assert delivery.deliver(message.pk, now) == "delivered"


def test_without_an_sms_provider_the_desk_has_to_telephone(now: datetime) -> None:
    message = send(recipient(), now)
    assert delivery.deliver(message.pk, now) == "failed"
    message.refresh_from_db()
    assert "no SMS provider" in message.error


def test_mail_is_sent_as_plain_text(now: datetime) -> None:
    message = send(recipient(channel="email", address="hana@example.jp"), now)
    assert delivery.deliver(message.pk, now) == "sent"
    assert mail.outbox[0].to == ["hana@example.jp"]
    assert mail.outbox[0].body == "本文"


def test_a_sweep_finds_what_no_wake_up_came_for(
    now: datetime, provider: Callable[[object], list[int]]
) -> None:
    got = provider(Sent("SM1"))
    send(recipient(), now, key="a")
    send(recipient(), now, key="b")
    assert delivery.deliver_due(now) == 2
    assert len(got) == 2
