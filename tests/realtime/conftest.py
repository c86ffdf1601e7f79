"""Fixtures of the outbox."""

from __future__ import annotations

import pytest

from realtime import delivery, receipts
from tests.interpreting.conftest import telephones, twilio  # noqa: F401 - the same provider
from tests.realtime.fakes import FakeProvider
from tests.twilio_server import TwilioServer
from tests.twilio_texts import Handsets


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    """One provider behind every channel."""
    fake = FakeProvider()
    for module in (delivery, receipts):
        monkeypatch.setattr(module, "transport_for", lambda message: fake)
    return fake


@pytest.fixture
def handsets(twilio: TwilioServer) -> Handsets:  # noqa: F811 - a fixture of that name
    """Telephones that can read and write."""
    return Handsets(twilio)
