"""A simulated Twilio for the tests of this app; what is said to it is held against its description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import twilio_description
from tests.conftest import Clock
from tests.twilio_calls import Telephones
from tests.twilio_server import ACCOUNT, NUMBER, TOKEN, TwilioServer


@pytest.fixture
def twilio(settings: Any) -> Iterator[TwilioServer]:
    """A provider with our account; every exchange is checked where the description is at hand."""
    server = TwilioServer()
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, TOKEN
    settings.TWILIO_FROM_NUMBER = settings.TWILIO_VOICE_NUMBER = NUMBER
    settings.TWILIO_API_BASE_URL = server.url
    yield server
    server.close()
    if twilio_description.folder():
        for exchange in server.exchanges:
            twilio_description.check(exchange)


@pytest.fixture
def telephones(twilio: TwilioServer, clock: Clock) -> Telephones:
    """Everybody's telephones, on the clock of the test."""
    return Telephones(twilio, lambda: clock.at)
