"""What comes in: kept once, told once, never lost because nobody understood it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connections, transaction

from realtime import inbox
from realtime.models import Inbound

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FROM = "+819011112222"
pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Inbound]:
    """What the apps above hear."""
    heard: list[Inbound] = []
    monkeypatch.setattr(inbox, "on_inbound", [lambda inbound, at: heard.append(inbound)])
    return heard


def test_a_message_is_kept_and_told(told: list[Inbound]) -> None:
    inbound = inbox.receive("sms", "SM1", FROM, "はい", AT)
    assert inbound == Inbound.objects.get()
    assert told == [inbound]
    assert (inbound.body, inbound.received_at, inbound.state) == ("はい", AT, "new")


def test_the_same_one_again_is_neither_kept_nor_told(told: list[Inbound]) -> None:
    inbox.receive("sms", "SM1", FROM, "はい", AT)
    assert inbox.receive("sms", "SM1", FROM, "はい", AT) is None
    assert inbox.receive("line", "SM1", FROM, "はい", AT) is not None
    assert len(told) == 2


def test_what_nobody_understands_waits_for_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(inbound: Inbound, at: datetime) -> None:
        Inbound.objects.filter(pk=inbound.pk).update(understood_as="half")
        raise RuntimeError("bug")

    monkeypatch.setattr(inbox, "on_inbound", [stumble])
    inbound = inbox.receive("sms", "SM1", FROM, "はい", AT)
    assert inbound is not None
    assert (inbound.state, inbound.understood_as, inbound.body) == ("unclear", "", "はい")


def test_what_a_database_cannot_hold_is_left_out(told: list[Inbound]) -> None:
    inbound = inbox.receive("sms", "SM1", FROM, "は\0い" + "長" * 9000, AT)
    assert inbound is not None
    assert inbound.body.startswith("はい")
    assert len(inbound.body) == inbox.LONGEST


def test_telling_shares_the_fate_of_the_row(told: list[Inbound]) -> None:
    with transaction.atomic():
        inbox.receive("sms", "SM1", FROM, "はい", AT)
        transaction.set_rollback(True)
    assert inbox.receive("sms", "SM1", FROM, "はい", AT) is not None


@pytest.mark.django_db(transaction=True)
def test_at_the_same_moment_it_is_told_once(told: list[Inbound]) -> None:
    def arrive(_: int) -> bool:
        try:
            return inbox.receive("sms", "SM1", FROM, "はい", AT) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(arrive, range(16))).count(True) == 1
    assert len(told) == 1


def test_a_recipient_that_wants_no_more_mail_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, datetime]] = []
    monkeypatch.setattr(inbox, "on_unsubscribe", [lambda who, at: heard.append((who, at))])
    inbox.unsubscribe("volunteer:7", AT)
    assert heard == [("volunteer:7", AT)]
