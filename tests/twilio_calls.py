"""Time goes on at the simulated Twilio: telephones ring, people pick up, press keys and hang up.

Each step calls back with a signed request, as the call's own form and our TwiML told it to.
``callbacks`` is how the callbacks behave: ``once``, ``twice``, ``held`` (until `release`, which
sends them in the opposite order) or ``never``. TwiML is always asked for at once.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from twilio.request_validator import RequestValidator

from tests.twilio_server import ACCOUNT, ENDED, NUMBER, TOKEN, Call, TwilioServer

PUBLIC = "http://127.0.0.1:8000"  # PUBLIC_BASE_URL of the tests


def signed_post(url: str, params: dict[str, str], token: str = TOKEN, **headers: str) -> Any:
    """POST to our own site as Twilio does; ``url`` is below the public address."""
    signature = RequestValidator(token).compute_signature(url, params)
    client = Client(enforce_csrf_checks=True)
    return client.post(
        url.removeprefix(PUBLIC),
        params,
        headers={"X-Twilio-Signature": signature, **headers},
    )


class Telephones:
    """Everybody's telephones at a simulated provider."""

    def __init__(
        self,
        server: TwilioServer,
        clock: Callable[[], datetime],
        post: Callable[..., Any] = signed_post,
    ) -> None:
        self.server, self.clock, self.post = server, clock, post
        self.callbacks = "once"
        self.held: list[tuple[str, dict[str, str]]] = []
        self.answers: list[HttpResponse] = []
        self.conferences: dict[str, list[str]] = {}  # friendly name → calls in it
        self.listeners: dict[str, tuple[str, set[str]]] = {}  # friendly name → address, events

    def to(self, number: str) -> Call:
        """The last call to a number."""
        return [call for call in self.server.calls.values() if call.to == number][-1]

    def ring(self, number: str) -> Call:
        call = self.to(number)
        self._become(call, "ringing")
        return call

    def answer(self, number: str, by: str = "human") -> Call:
        """Ring, pick up, and listen; ``by`` is what the provider takes whoever picks up for."""
        call = self.ring(number)
        self._become(call, "in-progress")
        detects = "MachineDetection" in call.form
        call.answered_by = by if detects else ""
        self._run(call, call.form["Url"][0], **({"AnsweredBy": by} if detects else {}))
        return call

    def press(self, number: str, key: str) -> Call:
        """A key during the announcement; an empty one is silence."""
        call = self.to(number)
        assert call.gather, "nobody asked for a key"
        self._run(call, call.gather, Digits=key)
        return call

    def hang_up_desk(self, number: str, status: str = "completed") -> Call:
        """The number that the call was put through to hangs up, or never answered."""
        call = self.to(number)
        assert call.dialled, "not put through to anybody"
        call.dialled = ""
        self._run(call, call.after_dial, DialCallStatus=status)
        return call

    def join(self, number: str) -> Call:
        """Answer and agree."""
        self.answer(number)
        return self.press(number, "1")

    def finish(self, number: str, status: str = "completed") -> Call:
        """Hang up, or never get so far: busy, no-answer, failed."""
        call = self.to(number)
        name = call.conference
        if name:
            self.conferences[name].remove(call.sid)
            call.conference = ""
            self._say(name, "participant-leave", call)
        self._become(call, status)
        if name and not self.conferences[name]:
            self._say(name, "conference-end", call)
        return call

    def settle(self) -> None:
        """Calls that the product asked to end do so."""
        for sid in self.server.to_end:
            call = self.server.calls[sid]
            if call.status not in ENDED:
                self.finish(call.to)
        self.server.to_end.clear()

    def release(self) -> None:
        """Send what was held back, the last first."""
        held, self.held, self.callbacks = self.held, [], "once"
        for url, params in reversed(held):
            self._deliver(url, params)

    def _become(self, call: Call, status: str) -> None:
        call.status = status
        event = {"in-progress": "answered", "ringing": "ringing"}.get(status, "completed")
        if event in call.form.get("StatusCallbackEvent", ["completed"]):
            self._deliver(call.form["StatusCallback"][0], self._about(call, CallStatus=status))

    def _say(self, name: str, event: str, call: Call) -> None:
        address, events = self.listeners[name]
        if event.rpartition("-")[2] in events:
            params = self._about(call, StatusCallbackEvent=event, FriendlyName=name)
            self._deliver(address, params | {"ConferenceSid": self.server.sid("CF", 1)})

    def _about(self, call: Call, **more: str) -> dict[str, str]:
        call.sequence += 1
        return {
            "AccountSid": ACCOUNT, "CallSid": call.sid, "From": NUMBER, "To": call.to,
            "Direction": "outbound-api", "SequenceNumber": str(call.sequence),
            "Timestamp": format_datetime(self.clock()), "CallStatus": call.status, **more,
        }  # fmt: skip

    def _deliver(self, url: str, params: dict[str, str]) -> None:
        if self.callbacks == "held":
            self.held.append((url, params))
        elif self.callbacks != "never":
            url = url.partition("#")[0]
            for _ in range(2 if self.callbacks == "twice" else 1):
                self.answers.append(self.post(url, params))

    def _run(self, call: Call, url: str, **params: str) -> None:
        """Ask for TwiML and do what it says."""
        url = url.partition("#")[0]  # what follows is for the provider alone
        response = self.post(url, self._about(call, **params))
        assert response.status_code == 200, response.status_code
        call.gather = ""
        for verb in ET.fromstring(response.content):
            self._say_all(call, verb)
            if verb.tag == "Gather":
                call.gather = call.gather or verb.attrib["action"]
            elif verb.tag == "Redirect":
                self._run(call, str(verb.text))
            elif verb.tag == "Hangup" and not call.gather:
                self.finish(call.to)
            elif verb.tag == "Dial":
                self._dial(call, verb)

    @staticmethod
    def _say_all(call: Call, verb: ET.Element) -> None:
        found = [verb] if verb.tag == "Say" else verb.findall("Say")
        call.spoken += [(one.attrib["language"], "".join(one.itertext())) for one in found]

    def _dial(self, call: Call, dial: ET.Element) -> None:
        assert "record" not in dial.attrib
        number, room = dial.find("Number"), dial.find("Conference")
        if number is not None:
            call.dialled, call.after_dial = str(number.text), dial.attrib["action"]
            return
        assert room is not None
        assert room.attrib["record"] == "do-not-record"
        name = call.conference = str(room.text)
        # of several who name an address, the provider takes the first
        self.listeners.setdefault(
            name, (room.attrib["statusCallback"], set(room.attrib["statusCallbackEvent"].split()))
        )
        people = self.conferences.setdefault(name, [])
        people.append(call.sid)
        self._say(name, "participant-join", call)
        if len(people) == 2:
            self._say(name, "conference-start", call)
