"""Hints leave after the commit, together and once; a channel layer that fails is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.db import transaction
from prometheus_client import REGISTRY

from realtime import events
from realtime.events import publish
from realtime.memory_layer import MemoryChannelLayer
from tests.services import free_port

pytestmark = pytest.mark.django_db(transaction=True)
Sent = list[tuple[str, str, int, int]]


@pytest.fixture(autouse=True)
def closed_circuit() -> Iterator[None]:
    """Failures of one test must not reach the next."""
    events.circuit.reset()
    yield
    events.circuit.reset()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """(group, type, id, version) of what the channel layer was handed, in order."""
    found: Sent = []
    real = MemoryChannelLayer.group_send

    async def listening(self: MemoryChannelLayer, group: str, message: dict[str, Any]) -> None:
        found.append((group, message["event"], message["id"], message["version"]))
        await real(self, group, message)

    monkeypatch.setattr(MemoryChannelLayer, "group_send", listening)
    return found


def counted(name: str) -> float:
    return REGISTRY.get_sample_value(f"tsunagi_events_{name}_total") or 0.0


def test_outside_a_transaction_it_is_sent_at_once(sent: Sent) -> None:
    publish("request.changed", 7, 3, "org-1", "org-2")
    assert sent == [("org-1", "request.changed", 7, 3), ("org-2", "request.changed", 7, 3)]


def test_equal_hints_of_a_transaction_are_sent_once_with_the_latest_version(sent: Sent) -> None:
    with transaction.atomic():
        publish("request.changed", 7, 3, "org-1")
        publish("request.changed", 7, 5, "org-1")
        publish("request.changed", 7, 4, "org-1")
        publish("request.changed", 8, 1, "org-1")
        publish("offer.changed", 7, 1, "vol-9", "org-1")
        assert len(transaction.get_connection().run_on_commit) == 1
        assert sent == []
    assert sent == [
        ("org-1", "request.changed", 7, 5),
        ("org-1", "request.changed", 8, 1),
        ("vol-9", "offer.changed", 7, 1),
        ("org-1", "offer.changed", 7, 1),
    ]


def test_a_savepoint_takes_its_hints_with_it(sent: Sent) -> None:
    with transaction.atomic():
        publish("request.changed", 7, 3, "org-1")
        with transaction.atomic():
            publish("request.changed", 7, 99, "org-1")
            transaction.set_rollback(True)
        with transaction.atomic():
            publish("request.changed", 8, 1, "org-1")
        publish("request.changed", 7, 4, "org-1")
    assert sent == [("org-1", "request.changed", 7, 4), ("org-1", "request.changed", 8, 1)]


def test_the_next_transaction_begins_anew(sent: Sent) -> None:
    for version in (1, 2):
        with transaction.atomic():
            publish("request.changed", 7, version, "org-1")
    assert [version for *_, version in sent] == [1, 2]


def test_an_undeclared_type_is_refused() -> None:
    with pytest.raises(ValueError, match="undeclared"):
        publish("request.moved", 7, 3, "org-1")


def test_a_hanging_layer_costs_its_patience_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def hanging(self: MemoryChannelLayer, group: str, message: dict[str, Any]) -> None:
        asked.append(group)
        await asyncio.Event().wait()

    monkeypatch.setattr(MemoryChannelLayer, "group_send", hanging)
    monkeypatch.setattr(events, "PATIENCE", 0.05)
    failed, skipped = counted("failed"), counted("skipped")
    publish("request.changed", 7, 1, "org-1", "org-2")
    publish("request.changed", 7, 2, "org-1")
    publish("offer.changed", 7, 2, "vol-1", "vol-2")
    assert asked == ["org-1", "org-2"], "the later ones were not tried"
    assert (counted("failed") - failed, counted("skipped") - skipped) == (2, 3)
    monkeypatch.undo()
    events.circuit.reset()
    publish("request.changed", 7, 3, "org-1")
    assert counted("failed") - failed == 2


def test_after_a_moment_it_is_tried_again(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("realtime.circuit.time.monotonic", lambda: clock[0])
    events.circuit.trip()
    clock[0] += 4.9
    publish("request.changed", 7, 1, "org-1")
    assert sent == []
    clock[0] += 0.2
    publish("request.changed", 7, 2, "org-1")
    assert [version for *_, version in sent] == [2]


def test_redis_away_is_counted_and_raises_nothing(settings: Any) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    backend = "channels_redis.pubsub.RedisPubSubChannelLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": {"hosts": [url]}}}
    assert not isinstance(get_channel_layer(), MemoryChannelLayer)
    before = counted("failed")
    with transaction.atomic():
        publish("request.changed", 7, 1, "org-1")
    assert counted("failed") == before + 1
    assert events.circuit.is_open
