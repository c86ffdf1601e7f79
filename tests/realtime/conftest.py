"""Fixtures of the outbox."""

from __future__ import annotations

import pytest

from realtime import delivery, receipts
from tests.realtime.fakes import FakeProvider


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    """One provider behind every channel."""
    fake = FakeProvider()
    for module in (delivery, receipts):
        monkeypatch.setattr(module, "transport_for", lambda message: fake)
    return fake
