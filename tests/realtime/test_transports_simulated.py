"""The simulated provider: every way of misbehaving, and what the outbox makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from realtime import delivery
from realtime import receipts as outbox_receipts
from realtime.delivery import deliver, now
from realtime.models import Inbound, Message, Provider, SimulatedLine, SimulatedMessage
from realtime.outbox import Recipient, queue
from realtime.transports import NotSent, Status, TryLater, Unknown
from realtime.transports.simulated import receipts
from realtime.transports.simulated import transport as simulated

pytestmark = pytest.mark.django_db
MOBILE = "+819011112222"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow providers are not slow in tests."""
    monkeypatch.setattr(simulated, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(simulated, "TIMEOUT_SECONDS", 0.0)


def line(mode: str, channel: str = "sms") -> None:
    SimulatedLine.objects.update_or_create(channel=channel, defaults={"mode": mode})


def queued(key: str = "a", channel: str = "sms", body: str = "本文") -> Message:
    to = Recipient(1, f"volunteer:{key}", channel, MOBILE, "ja", simulated=True)
    return queue(to, kind="offer", body=body, dedupe_key=key, at=now())


def sent(mode: str, channel: str = "sms") -> Message:
    line(mode, channel)
    message = queued(channel=channel)
    assert deliver(message.pk) == "sent"
    return again(message)


def again(message: Message) -> Message:
    message.refresh_from_db()
    return message


def after(message: Message, seconds: float) -> datetime:
    taken = SimulatedMessage.objects.get(pk=message.provider_id.removeprefix("sim-"))
    return taken.accepted_at + timedelta(seconds=seconds)


def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words that the provider says."""
    words: list[str] = []
    real = outbox_receipts.record_status

    def listen(channel: str, sid: str, status: Status, at: datetime) -> bool:
        words.append(status.word)
        return real(channel, sid, status, at)

    monkeypatch.setattr(outbox_receipts, "record_status", listen)
    return words


@pytest.mark.parametrize("channel", ["sms", "voice", "push", "email", "line"])
def test_where_nobody_plays_with_it_everything_arrives_at_once(channel: str) -> None:
    assert deliver(queued(channel=channel).pk) == "delivered"
    assert not SimulatedMessage.objects.exists()


@pytest.mark.parametrize("channel", ["sms", "voice", "push"])
def test_in_the_demo_receipts_come_after_a_second(settings: Any, channel: str) -> None:
    settings.DEMO = True
    message = queued(channel=channel)
    assert deliver(message.pk) == "sent"
    again(message)
    assert receipts.play(after(message, 0.3)) == 0
    assert receipts.play(after(message, 0.9)) == 1
    assert again(message).state == "sent"
    assert receipts.play(after(message, 1.0)) == 1
    assert again(message).state == "delivered"
    assert receipts.play(after(message, 60)) == 0


def test_mail_and_line_give_no_receipts(settings: Any) -> None:
    settings.DEMO = True
    for channel in ("email", "line"):
        message = queued(channel, channel)
        deliver(message.pk)
        assert receipts.play(after(again(message), 60)) == 0
        assert again(message).state == "sent"


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("ok", ["sent", "delivered"]),
        ("slow", ["sent", "delivered"]),
        ("twice", ["sent", "sent", "delivered", "delivered"]),
        ("reorder", ["delivered", "sent"]),
        ("never", []),
    ],
)
def test_receipts_come_as_the_line_wants_them(
    monkeypatch: pytest.MonkeyPatch, mode: str, words: list[str]
) -> None:
    message, said = sent(mode), heard(monkeypatch)
    for second in (0.5, 1.0, 2.0):
        receipts.play(after(message, second))
    assert said == words
    assert again(message).state == ("delivered" if words else "sent")


def test_words_that_were_held_up_are_said_together(monkeypatch: pytest.MonkeyPatch) -> None:
    message, said = sent("ok"), heard(monkeypatch)
    receipts.play(after(message, 60))
    assert said == ["sent", "delivered"]
    assert again(message).state == "delivered"


@pytest.mark.parametrize(
    ("mode", "error", "taken"),
    [("503", TryLater, 0), ("500", Unknown, 1), ("timeout", Unknown, 0)],
)
def test_a_line_that_fails_has_taken_it_or_not(
    mode: str, error: type[Exception], taken: int
) -> None:
    line(mode)
    with pytest.raises((TryLater, Unknown, NotSent)) as raised:
        simulated.send(queued())
    assert raised.type is error
    assert SimulatedMessage.objects.count() == taken


@pytest.mark.parametrize("mode", ["500", "timeout", "503"])
def test_the_second_try_leaves_one_message_behind(mode: str) -> None:
    line(mode)
    message = queued()
    assert deliver(message.pk) == "queued"
    line("ok")
    assert deliver(message.pk, again(message).not_before) == "sent"
    assert SimulatedMessage.objects.count() == 1


def test_two_with_the_same_words_are_two() -> None:
    line("500")
    first, second = queued("a"), queued("b")
    for message in (first, second):
        deliver(message.pk)
    line("ok")
    for message in (first, second):
        deliver(message.pk, again(message).not_before + timedelta(seconds=30))
    assert SimulatedMessage.objects.count() == 2
    assert len({again(message).provider_id for message in (first, second)}) == 2


def test_it_can_be_asked(settings: Any) -> None:
    message = sent("reorder")
    assert simulated.ask(message) == Status("sent", "queued")
    receipts.play(after(message, 60))
    assert simulated.ask(message) == Status("delivered", "delivered")
    message.provider_id = "sim-x"
    assert simulated.ask(message) is None


def test_people_may_answer_by_themselves() -> None:
    message = sent("reply")
    receipts.play(after(message, 2))
    assert not Inbound.objects.exists()
    for _ in range(2):
        receipts.play(after(message, 4))
    inbound = Inbound.objects.get()
    assert (inbound.address, inbound.body, inbound.channel) == (MOBILE, "はい", "sms")
    assert again(message).state == "delivered"


def test_a_demo_of_a_real_installation_says_nothing_of_real_providers() -> None:
    line("503")
    for number in range(5):
        deliver(queued(str(number)).pk)
    assert not Provider.objects.exists()


def test_in_the_demo_an_outage_opens_the_circuit(settings: Any) -> None:
    settings.DEMO = True
    line("503")
    for number in range(5):
        deliver(queued(str(number)).pk)
    assert Provider.objects.get(channel="sms").opened_at is not None


def test_it_forgets_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    message = sent("ok")
    receipts.play(after(message, 5))
    receipts.play(delivery.now() + timedelta(days=2))
    assert not SimulatedMessage.objects.exists()


def test_it_keeps_no_text_of_its_own() -> None:
    sent("ok")
    kept = str(list(SimulatedMessage.objects.values()))
    assert "本文" not in kept
