"""Workers killed again and again while the SMS provider fails: nothing is lost, nothing doubled.

Counted at the provider, which keeps what it accepted. The long run (``make faults``) kills 25 times
over 371 offers, with two workers side by side and their leases as they are; the short one hurries
the leases of the dead.
"""

# ruff: noqa: F811 - fixtures are imported by their names

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import cycle

import pytest
from django.db import transaction
from django.test import override_settings

from accounts.clock import database_now
from realtime import delivery
from realtime.models import Message
from realtime.outbox import Patience, Recipient, Way, queue
from realtime.receipts import record_status
from realtime.transports import Status
from realtime.twilio_client import twilio_client
from tests.realtime.workers import Worker, start, twilio, until  # noqa: F401
from tests.twilio_server import TwilioServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
KILLS = int(os.environ.get("WORKER_KILLS", "3"))
LONG = os.environ.get("FAULTS_LONG") == "1"
OFFERS = 371 if LONG else 60
SOON = Patience(hand_over_seconds=10, receipt_seconds=0, urgent=True)
# of ten answers one is 503, one comes as 500 although it was done, one is cut off although done
FAULTS = ("ok", "ok", "503", "ok", "ok", "500", "ok", "ok", "dropped", "ok")


@pytest.fixture
def provider() -> Iterator[TwilioServer]:
    """A provider that takes some time and fails in turns."""
    server = TwilioServer(slow=0.02)
    yield server
    server.close()


def number_of(offer: int) -> str:
    return f"+8190{offer:08d}"


def ask(count: int, patience: Patience = SOON) -> None:
    """Offers to so many people: a third can be called, a third only by hand, a third not at all."""
    at = database_now()
    with transaction.atomic():
        for offer in range(count):
            to = Recipient(1, f"volunteer:{offer}", "sms", number_of(offer), "ja", False)
            by_voice = Way("voice", number_of(offer), f"offer {offer}")
            by_hand = Way("hand", "", "")
            further = [(by_voice, by_hand), (by_hand,), ()][offer % 3]
            queue(
                to, kind="offer_now", body=f"offer {offer}", dedupe_key=f"offer:{offer}:asked",
                subject_key=f"offer:{offer}", at=at, further=further, patience=patience,
            )  # fmt: skip


@dataclass
class History:
    """What became of every offer, from our rows and from the provider's ledger."""

    lost: list[str]
    doubled: list[str]
    untrue: list[str]
    ends: Counter[str]

    @classmethod
    def check(cls, provider: TwilioServer, count: int) -> History:
        """Look at every chain; nothing may be on its way any more."""
        found = cls([], [], [], Counter())
        calls = Counter(call.to for call in provider.calls.values())
        found.doubled += [text for text, times in provider.sent.items() if times > 1]
        found.doubled += [number for number, times in calls.items() if times > 1]
        for offer in range(count):
            chain = list(Message.objects.chain(f"offer:{offer}").order_by("pk"))
            found._follow(chain, provider)
        return found

    def _follow(self, chain: list[Message], provider: TwilioServer) -> None:
        for message in chain:
            if message.state == Message.State.SENT and not _provider_has(message, provider):
                self.untrue.append(message.dedupe_key)
            last = message is chain[-1]
            if message.state == Message.State.FAILED and not last and not message.went_on:
                self.lost.append(message.dedupe_key)
            if message.state == Message.State.FAILED and message.error != delivery.UNKNOWN:
                taken = provider.sent[message.body] if message.channel == "sms" else 0
                if taken:
                    self.untrue.append(message.dedupe_key)
        end = chain[-1]
        if end.state in {Message.State.QUEUED, Message.State.SENDING}:
            self.lost.append(end.dedupe_key)
        self.ends[f"{end.channel} {end.state}"] += 1


def _provider_has(message: Message, provider: TwilioServer) -> bool:
    if message.channel == "voice":
        return provider.calls[message.provider_id].to == message.address
    text = provider.texts.get(message.provider_id)
    return text is not None and (text.to, text.body) == (message.address, message.body)


def is_quiet() -> bool:
    """Nothing is on its way."""
    return not Message.objects.filter(state__in=["queued", "sending"]).exists()


def test_killed_workers_and_a_failing_provider_lose_and_double_no_offer(
    start: Callable[..., Worker],
    provider: TwilioServer,
) -> None:
    provider.faults = cycle(FAULTS)
    environment = twilio(provider)
    ask(OFFERS)
    chance = random.Random(4)
    workers = [start(**environment) for _ in range(2 if LONG else 1)]
    for kill in range(KILLS):
        target = OFFERS * (kill + 1) // (KILLS + 2)
        until(lambda target=target: len(provider.exchanges) >= target, 120)  # type: ignore[misc]
        provider.mute = chance.random() < 0.3  # its list cannot be asked for a while
        workers.pop(0).kill()
        if not LONG:
            Message.objects.filter(state="sending").update(lease_until=database_now())
        workers.append(start(**environment))
    provider.mute = False
    until(is_quiet, 150)
    found = History.check(provider, OFFERS)
    print(f"{KILLS} kills, {OFFERS} offers: {found.ends}, {len(provider.texts)} texts, "
          f"{len(provider.calls)} calls, lost {len(found.lost)}, doubled {len(found.doubled)}")  # fmt: skip
    assert not found.doubled
    assert not found.lost
    assert not found.untrue
    listed = Message.objects.unreached().count()
    assert listed == sum(
        count for end, count in found.ends.items() if end.endswith(("by_hand", "failed"))
    )  # fmt: skip


@pytest.mark.parametrize(("asks_first", "times"), [(True, 1), (False, 2)])
def test_only_the_question_before_a_second_try_keeps_a_person_from_two_messages(
    provider: TwilioServer, monkeypatch: pytest.MonkeyPatch, asks_first: bool, times: int
) -> None:
    """With the real client; without `find` the same faults double the message (the control)."""
    monkeypatch.setattr("realtime.transports.sms.transport.SAFE_TO_REPEAT", not asks_first)
    provider.faults = iter(["500"])
    ask(1)
    at = database_now()
    message = Message.objects.get()
    with override_settings(**twilio(provider)):
        assert delivery.deliver(message.pk, at) == "queued"
        assert delivery.deliver(message.pk, at + timedelta(seconds=5)) == "sent"
    assert provider.sent == {"offer 0": times}


def test_an_answer_that_comes_too_late_is_looked_for_and_doubles_nothing(
    provider: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = partial(twilio_client, 0.2)
    monkeypatch.setattr("realtime.transports.sms.transport.twilio_client", hurried)
    provider.faults = iter(["late"])
    ask(1)
    at = database_now()
    message = Message.objects.get()
    with override_settings(**twilio(provider)):
        assert delivery.deliver(message.pk, at) == "queued"
        message.refresh_from_db()
        assert message.error == delivery.UNKNOWN
        assert delivery.deliver(message.pk, at + timedelta(seconds=5)) == "sent"
    assert provider.sent == {"offer 0": 1}


def tell_late(provider: TwilioServer) -> None:
    """The receipts of every fifth offer, whatever became of it meanwhile."""
    for sid, text in list(provider.texts.items()):
        if int(text.body.split()[1]) % 5 == 0:
            record_status("sms", sid, Status("delivered", "delivered"), database_now())


def is_settled() -> bool:
    """Nothing is on its way, and no receipt is waited for."""
    return is_quiet() and not Message.objects.exclude(receipt_by=None).exists()


def test_killed_workers_and_late_receipts_neither_lose_nor_double_a_next_way(
    start: Callable[..., Worker], provider: TwilioServer
) -> None:
    provider.faults = cycle(FAULTS)
    environment = twilio(provider)
    ask(OFFERS, Patience(hand_over_seconds=10, receipt_seconds=1, urgent=True))
    worker = start(**environment)
    for kill in range(2):
        until(lambda kill=kill: Message.objects.exclude(previous=None).count() > kill * 10, 60)  # type: ignore[misc]
        worker.kill()
        Message.objects.filter(state="sending").update(lease_until=database_now())
        tell_late(provider)
        worker = start(**environment)
    until(is_settled, 120)
    tell_late(provider)
    calls = Counter(call.to for call in provider.calls.values())
    assert set(provider.sent.values()) | set(calls.values()) == {1}
    for offer in range(OFFERS):
        first, *next_ways = Message.objects.chain(f"offer:{offer}").order_by("pk")
        if first.state == Message.State.DELIVERED:
            assert not {one.state for one in next_ways} & {"queued", "by_hand"}
        else:
            end = [first, *next_ways][-1]
            assert end.channel == ("hand", "hand", "sms")[offer % 3]


def test_a_poisoned_row_and_a_dead_worker_leave_the_others_their_messages(
    start: Callable[..., Worker],
    provider: TwilioServer,
) -> None:
    ask(6)
    Message.objects.filter(dedupe_key="offer:0:asked").update(channel="pigeon")
    Message.objects.filter(dedupe_key="offer:1:asked").update(further=["nonsense", {"channel": 7}])
    start(**twilio(provider)).kill()
    Message.objects.filter(state="sending").update(lease_until=database_now())
    start(**twilio(provider))
    until(is_quiet, 60)
    states = dict(Message.objects.values_list("dedupe_key", "state"))
    assert states["offer:0:asked"] == "failed"
    assert states["offer:0:asked~voice"] == "sent"
    assert [states[f"offer:{number}:asked"] for number in range(1, 6)] == ["sent"] * 5
