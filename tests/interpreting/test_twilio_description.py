"""What we send to Twilio and what the simulation answers, against the published description.

``TWILIO_OPENAPI_DIR`` names the folder with it. With it every other test that uses the simulated
provider is checked as well, when it ends (`conftest.twilio`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from realtime.models import Message
from realtime.transports import Sent, Status
from realtime.transports.sms import transport as sms
from realtime.twilio_client import HOSTS, ForeignHost, RedirectedClient, twilio_client
from tests import twilio_description
from tests.twilio_server import NUMBER, ROUTES, Exchange, TwilioServer

pytestmark = pytest.mark.django_db
needs_description = pytest.mark.twilio_description
ADDRESS = "https://desk.example.jp/hooks/"


@pytest.fixture
def description() -> None:
    """Says why not, where nobody gave it."""
    if twilio_description.folder() is None:
        pytest.skip("needs Twilio's published API description: TWILIO_OPENAPI_DIR")


def everything(server: TwilioServer) -> list[Exchange]:
    """Every operation of the product, once, through the real client."""
    client = twilio_client()
    text = Message(address="+819011112222", body="本文", created_at=datetime.now(UTC))
    text.provider_id = sms.send(text).provider_id
    assert sms.find(text) == Sent(text.provider_id)
    assert sms.ask(text) == Status("sent", "queued")
    client.tokens.create(ttl=600)
    call = client.calls.create(
        to="+819011112222", from_=NUMBER, url=ADDRESS, method="POST", status_callback=ADDRESS,
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        status_callback_method="POST", timeout=45, time_limit=10800,
    )  # fmt: skip
    client.calls(call.sid).fetch()
    client.calls.list(to="+819011112222", limit=5)
    client.calls(call.sid).update(status="completed")
    rooms = client.video.v1.rooms
    room = rooms.create(
        unique_name="room-1", type="group", max_participants=5,
        record_participants_on_connect=False, audio_only=False,
    )  # fmt: skip
    rooms(room.sid).fetch()
    server.rooms[room.sid].people["seat-1"] = "connected"
    rooms(room.sid).participants("seat-1").update(status="disconnected")
    rooms(room.sid).update(status="completed")
    return server.exchanges


@needs_description
def test_every_operation_is_as_described(description: None, twilio: TwilioServer) -> None:
    exchanges = everything(twilio)
    for exchange in exchanges:
        twilio_description.check(exchange)
    used = {
        (method, path) for method, path, _ in ROUTES for one in exchanges
        if one.method in method.split("|") and re.fullmatch(path, one.path)
    }  # fmt: skip
    assert used == {(method, path) for method, path, _ in ROUTES}


def exchange_of(server: TwilioServer, **changes: Any) -> Exchange:
    """The creation of a call, with something wrong about it."""
    everything(server)
    found = next(one for one in server.exchanges if one.form and "/Calls.json" in one.path)
    return Exchange(**{**vars(found), **changes})


WRONG: list[Callable[[Exchange], None]] = [
    lambda one: setattr(one, "form", one.form.replace("Timeout=45", "Timeout=soon")),
    lambda one: setattr(one, "form", one.form.replace("TimeLimit", "TimeLimits")),
    lambda one: setattr(one, "form", one.form.replace("From=", "Sender=")),
    lambda one: setattr(one, "form", one.form.replace("CallbackMethod=POST", "CallbackMethod=PUT")),
    lambda one: setattr(one, "path", one.path.replace("Calls", "Cals")),
    lambda one: setattr(one, "path", one.path.replace("/AC0", "/XX0")),
    lambda one: setattr(one, "method", "DELETE"),
    lambda one: setattr(one, "authorization", ""),
    lambda one: setattr(one, "status", 202),
    lambda one: setattr(one, "answer", one.answer.replace('"CA0', '"XX0')),
    lambda one: setattr(one, "answer", one.answer.replace('"queued"', '"dreaming"')),
    lambda one: setattr(one, "answer", "[]"),
]


@needs_description
@pytest.mark.parametrize("spoil", WRONG)
def test_whatever_is_not_as_described_is_noticed(
    description: None, twilio: TwilioServer, spoil: Callable[[Exchange], None]
) -> None:
    exchange = exchange_of(twilio)
    before = vars(exchange).copy()
    twilio_description.check(exchange)
    spoil(exchange)
    assert vars(exchange) != before
    with pytest.raises(Exception, match=r"\S"):
        twilio_description.check(exchange)


@pytest.mark.parametrize(
    "url",
    ["https://lookups.twilio.com/v2/x", "http://api.twilio.com/x", "https://api.twilio.com.evil.jp/",
     "https://evil.jp/api.twilio.com", "https://api.twilio.com@evil.jp/"],
)  # fmt: skip
def test_no_other_host_is_ever_called(settings: Any, url: str) -> None:
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(ForeignHost):
        RedirectedClient(timeout=1).request("GET", url)
    assert len(HOSTS) == 2
