"""Time goes on at the simulated Twilio: messages arrive or do not, and people write back.

Each step calls back with a signed request, which goes through ``post`` to ``public``. ``callbacks``
is how the callbacks about a message behave: ``once``, ``twice``, ``held`` (until `release`, which
sends them in the opposite order) or ``never``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from tests.twilio_calls import PUBLIC, signed_post
from tests.twilio_server import ACCOUNT, NUMBER, TOKEN, Text, TwilioServer


class Handsets:
    """Everybody's telephones, as far as they can read and write."""

    def __init__(
        self,
        server: TwilioServer,
        post: Callable[..., Any] = signed_post,
        public: str = PUBLIC,
    ) -> None:
        self.server, self.post, self.public = server, post, public
        self.callbacks, self.token = "once", TOKEN
        self.held: list[tuple[str, dict[str, str]]] = []
        self.answers: list[Any] = []
        self.written = 0

    def to(self, number: str) -> Text:
        """The last message to a number."""
        return [text for text in self.server.texts.values() if text.to == number][-1]

    def arrive(self, number: str) -> Text:
        """The last message goes out and arrives."""
        self.become(self.to(number), "sent")
        return self.become(self.to(number), "delivered")

    def fail(self, number: str, error: int = 30003) -> Text:
        """The last message does not arrive: the telephone is off."""
        return self.become(self.to(number), "undelivered", error)

    def become(self, text: Text, status: str, error: int | None = None) -> Text:
        """Another state, and what the provider says about it."""
        text.status, text.error = status, error
        params = {
            "AccountSid": ACCOUNT, "MessageSid": text.sid, "SmsSid": text.sid, "From": NUMBER,
            "To": text.to, "MessageStatus": status, "SmsStatus": status,
        }  # fmt: skip
        if error:
            params["ErrorCode"] = str(error)
        address = text.form["StatusCallback"][0].partition("#")[0]
        if self.callbacks == "held":
            self.held.append((address, params))
        elif self.callbacks != "never":
            for _ in range(2 if self.callbacks == "twice" else 1):
                self._post(address, params)
        return text

    def release(self) -> None:
        """Send what was held back, the last first."""
        held, self.held, self.callbacks = self.held, [], "once"
        for address, params in reversed(held):
            self._post(address, params)

    def write(self, number: str, body: str, *, sid: str = "", **more: str) -> Any:
        """Somebody sends us a message; the same ``sid`` again is the provider repeating itself."""
        self.written += 1
        sid = sid or self.server.sid("SM", 10_000 + self.written)
        params = {
            "AccountSid": ACCOUNT, "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid,
            "From": number, "To": NUMBER, "Body": body, "NumMedia": "0", "NumSegments": "1",
            "SmsStatus": "received", "ApiVersion": "2010-04-01", **more,
        }  # fmt: skip
        return self._post(self.public + reverse("hooks:sms_inbound"), params)

    def _post(self, address: str, params: dict[str, str]) -> Any:
        answer = self.post(address, params, self.token)
        self.answers.append(answer)
        return answer
