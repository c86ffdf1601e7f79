"""The product as processes that send through the simulated Twilio, and telephones that answer them.

Unlike in the demo nothing is simulated inside the product: the real client library sends over HTTP,
and what the provider says comes back to the web process as signed requests. ``TSUNAGI_MODE`` is
``test``, because only production and test have real transports, and production insists on https.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from twilio.request_validator import RequestValidator

from accounts.clock import database_now
from tests.journeys.stack import Stack, running, until
from tests.twilio_calls import Telephones
from tests.twilio_server import ACCOUNT, NUMBER, TOKEN, Text, TwilioServer
from tests.twilio_texts import Handsets


@dataclass
class Town:
    """A running product, its provider, and everybody's telephones."""

    stack: Stack
    provider: TwilioServer
    handsets: Handsets
    telephones: Telephones

    @property
    def url(self) -> str:
        """Where the product is."""
        return self.stack.url

    def texts_to(self, number: str) -> list[Text]:
        """Every SMS that the provider got for a number, the first one first."""
        return [text for text in list(self.provider.texts.values()) if text.to == number]

    def text(self, number: str, containing: str) -> str:
        """Wait for an SMS with these words; it arrives, and this is what it says."""
        until(lambda: self._newest(number, containing))
        found = self._newest(number, containing)
        assert found is not None
        if found.status != "delivered":
            self.handsets.become(found, "delivered")
        return found.body

    def link(self, number: str) -> str:
        """The link of the first offer that arrives at a number."""
        (link,) = re.findall(r"http://\S+/o/[\w-]+/", self.text(number, "/o/"))
        assert link.startswith(self.url)
        return link

    def _newest(self, number: str, containing: str) -> Text | None:
        found = [text for text in self.texts_to(number) if containing in text.body]
        return found[-1] if found else None


def signed(url: str, params: dict[str, str], token: str = TOKEN) -> requests.Response:
    """POST to the running product as Twilio does."""
    signature = RequestValidator(token).compute_signature(url, params)
    return requests.post(url, params, headers={"X-Twilio-Signature": signature}, timeout=20)


@contextmanager
def town(database_url: str, **environment: str) -> Iterator[Town]:
    """One web process with the worker inside, and a provider of its own."""
    provider = TwilioServer()
    settings: dict[str, Any] = {
        "TSUNAGI_MODE": "test",
        "TWILIO_API_BASE_URL": provider.url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_NUMBER": NUMBER,
    }
    try:
        with running(database_url, **settings | environment) as stack:
            handsets = Handsets(provider, signed, stack.url)
            telephones = Telephones(provider, database_now, signed)
            yield Town(stack, provider, handsets, telephones)
    finally:
        provider.close()
