"""A simulated Twilio on loopback: messages, calls, conferences, TURN credentials, video rooms.

The real client library talks to it over HTTP (``TWILIO_API_BASE_URL``). It keeps state, calls back
with signed requests when a test says that time goes on (`tests.twilio_calls`), and misbehaves on
demand. Every exchange is kept, so that tests can compare it with the published description.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ACCOUNT, TOKEN = "AC" + "0" * 32, "token"
NUMBER = "+815000000000"
Form = dict[str, list[str]]
Answer = tuple[int, dict[str, Any] | None]


@dataclass
class Exchange:
    """One request of ours and the answer that it got."""

    method: str
    path: str
    query: str
    form: str
    authorization: str = ""
    status: int = 0
    answer: str = ""


@dataclass
class Call:
    """A call as the provider sees it."""

    sid: str
    to: str
    form: Form
    status: str = "queued"
    gather: str = ""  # where to send pressed keys
    conference: str = ""  # friendly name of the one it is in
    dialled: str = ""  # number that the call was put through to
    after_dial: str = ""  # where to go on afterwards
    answered_by: str = ""  # human, machine_start …, as far as it was to be found out
    spoken: list[tuple[str, str]] = field(default_factory=list)
    sequence: int = 0


@dataclass
class Text:
    """A message as the provider sees it."""

    sid: str
    to: str
    body: str
    form: Form
    made_at: datetime
    status: str = "queued"
    error: int | None = None


@dataclass
class VideoRoom:
    """A video room and who is in it by identity."""

    sid: str
    name: str
    form: Form
    status: str = "in-progress"
    people: dict[str, str] = field(default_factory=dict)


class Provider:
    """What Twilio knows. ``fault`` is how it answers whatever creates something:

    ``ok``; ``503`` (nothing done); ``500`` (done all the same); ``dropped`` (done, and the line is
    cut); ``late`` (done, and answered after so many seconds); ``refused`` (400). ``faults``, if any
    are left, are taken one by one before it. ``slow``: seconds between doing and answering.
    ``mute`` is the same as ``503`` for whatever only asks.
    """

    def __init__(self) -> None:
        self.fault, self.slow, self.late = "ok", 0.0, 1.0
        self.faults: Iterator[str] = iter(())
        self.mute = False
        self.sent: Counter[str] = Counter()  # messages by their body
        self.texts: dict[str, Text] = {}
        self.stopped: set[str] = set()  # numbers that sent STOP
        self.calls: dict[str, Call] = {}
        self.rooms: dict[str, VideoRoom] = {}
        self.tokens_made = 0
        self.to_end: list[str] = []  # calls that the product asked to end
        self.exchanges: list[Exchange] = []
        self.lock = threading.Lock()

    def sid(self, prefix: str, number: int) -> str:
        """An identifier of the provider's form."""
        return f"{prefix}{number:032x}"

    def create_message(self, form: Form) -> Answer:
        to, body = form["To"][0], form["Body"][0]
        if not to.startswith("+"):
            return _error(400, 21211)
        if to in self.stopped:
            return _error(400, 21610)
        self.sent[body] += 1
        sid = self.sid("SM", len(self.texts) + 1)
        self.texts[sid] = Text(sid, to, body, form, datetime.now(UTC))
        return 201, self.show_message(self.texts[sid])

    def list_messages(self, form: Form) -> Answer:
        """Messages to a number from one of ours, the newest first."""
        wanted = [
            one for one in self.texts.values()
            if one.to == form["To"][0] and one.form["From"] == form["From"]
        ]  # fmt: skip
        return 200, _page("messages", [self.show_message(one) for one in reversed(wanted)])

    def message(self, form: Form, sid: str) -> Answer:
        """Fetch a message."""
        found = self.texts.get(sid)
        return (200, self.show_message(found)) if found else _error(404, 20404)

    def show_message(self, text: Text) -> dict[str, Any]:
        left = text.status not in {"queued", "accepted"}
        return _common(
            sid=text.sid, status=text.status, body=text.body, to=text.to, num_segments="1",
            num_media="0", direction="outbound-api", error_code=text.error, error_message=None,
            uri=f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{text.sid}.json", price=None,
            **{"from": text.form["From"][0]},
        ) | {
            "date_created": format_datetime(text.made_at),
            # one that still waits has none, and is not found by it
            "date_sent": format_datetime(text.made_at) if left else None,
        }  # fmt: skip

    def create_call(self, form: Form) -> Answer:
        if not form["To"][0].startswith("+") or not form["From"][0].startswith("+"):
            return _error(400, 21211)
        call = Call(self.sid("CA", len(self.calls) + 1), form["To"][0], form)
        self.calls[call.sid] = call
        return 201, self.show_call(call)

    def list_calls(self, form: Form) -> Answer:
        """Calls to a number, the newest first; what a call was for is not in the list."""
        wanted = [one for one in self.calls.values() if one.to == form["To"][0]]
        return 200, _page("calls", [self.show_call(one) for one in reversed(wanted)])

    def call(self, form: Form, sid: str) -> Answer:
        """Fetch a call, or end it when the form says ``Status=completed``."""
        call = self.calls.get(sid)
        if call is None:
            return _error(404, 20404)
        if form:
            if call.status in ENDED:
                return _error(400, 21220)  # not in progress any more
            self.to_end.append(sid)
        return 200, self.show_call(call)

    def show_call(self, call: Call) -> dict[str, Any]:
        return _common(
            sid=call.sid, to=call.to, status=call.status, direction="outbound-api",
            uri=f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{call.sid}.json",
            **{"from": call.form["From"][0], "answered_by": call.answered_by or None},
        )  # fmt: skip

    def create_token(self, form: Form) -> Answer:
        self.tokens_made += 1
        secret = {"username": f"u{self.tokens_made}", "credential": f"c{self.tokens_made}"}
        turn = "turn:global.turn.twilio.com:3478?transport=udp"
        stun = "stun:global.stun.twilio.com:3478"
        return 201, _common(
            ttl=form.get("Ttl", ["86400"])[0], username=secret["username"],
            password=secret["credential"],
            ice_servers=[{"url": stun, "urls": stun}, {"url": turn, "urls": turn, **secret}],
        )  # fmt: skip

    def create_room(self, form: Form) -> Answer:
        name = form["UniqueName"][0]
        if any(one.name == name and one.status == "in-progress" for one in self.rooms.values()):
            return _error(400, 53113)  # the name is taken by a running room
        room = VideoRoom(self.sid("RM", len(self.rooms) + 1), name, form)
        self.rooms[room.sid] = room
        return 201, self.show_room(room)

    def room(self, form: Form, sid: str) -> Answer:
        """Fetch a room by sid or by name, or end it."""
        named = [one for one in self.rooms.values() if one.name == sid]
        room = self.rooms.get(sid) or next(iter(reversed(named)), None)
        if room is None:
            return _error(404, 20404)
        if form:
            if room.status == "completed":
                return _error(400, 53112)
            room.status, room.people = "completed", {}
        return 202 if form else 200, self.show_room(room)

    def show_room(self, room: VideoRoom) -> dict[str, Any]:
        return {
            "sid": room.sid, "unique_name": room.name, "status": room.status, "type": "group",
            "account_sid": ACCOUNT, "max_participants": int(room.form["MaxParticipants"][0]),
            "record_participants_on_connect": False, "date_created": _iso(), "enable_turn": True,
            "url": f"https://video.twilio.com/v1/Rooms/{room.sid}",
        }  # fmt: skip

    def participant(self, form: Form, room_sid: str, identity: str) -> Answer:
        """Show a person of a room, or put them out."""
        room = self.rooms.get(room_sid)
        if room is None or room.people.get(identity) is None:
            return _error(404, 20404)
        if form:
            room.people[identity] = form["Status"][0]
        return 202 if form else 200, {
            "sid": self.sid("PA", 1), "room_sid": room_sid, "account_sid": ACCOUNT,
            "identity": identity, "status": room.people[identity], "date_created": _iso(),
        }  # fmt: skip


ENDED = {"completed", "busy", "no-answer", "failed", "canceled"}
CREATING = r"/2010-04-01/Accounts/AC[0-9a-f]{32}"
ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    ("POST", rf"{CREATING}/Messages\.json", Provider.create_message),
    ("GET", rf"{CREATING}/Messages\.json", Provider.list_messages),
    ("GET", rf"{CREATING}/Messages/(\w+)\.json", Provider.message),
    ("POST", rf"{CREATING}/Calls\.json", Provider.create_call),
    ("GET", rf"{CREATING}/Calls\.json", Provider.list_calls),
    ("POST", rf"{CREATING}/Tokens\.json", Provider.create_token),
    ("POST", r"/v1/Rooms", Provider.create_room),
    ("GET|POST", rf"{CREATING}/Calls/(\w+)\.json", Provider.call),
    ("GET|POST", r"/v1/Rooms/([\w:.-]+)", Provider.room),
    ("GET|POST", r"/v1/Rooms/(\w+)/Participants/([\w:.-]+)", Provider.participant),
]


class TwilioServer(Provider):
    """The provider behind a port of the loopback address."""

    def __init__(self, *, slow: float = 0.0, fault: str = "ok") -> None:
        super().__init__()
        self.slow, self.fault = slow, fault
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.respond("GET")

            def do_POST(self) -> None:
                self.respond("POST")

            def respond(self, method: str) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                url = urlsplit(self.path)
                authorization = self.headers.get("Authorization", "")
                exchange = Exchange(method, url.path, url.query, body, authorization)
                status, answer = provider.answer(exchange)
                exchange.status, exchange.answer = status, json.dumps(answer)
                provider.exchanges.append(exchange)
                try:
                    if status == 0:
                        self.connection.close()
                        return
                    content = exchange.answer.encode()
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    pass  # whoever asked was killed while it waited

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, exchange: Exchange) -> Answer:
        """Status 0 means: no answer at all."""
        authorization = exchange.authorization
        if not authorization.startswith("Basic "):
            return _error(401, 20003)
        user, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
        if (user, secret) != (ACCOUNT, TOKEN):
            return _error(401, 20003)
        lists = exchange.path.endswith(("/Calls.json", "/Messages.json"))
        form = parse_qs(exchange.form or exchange.query * lists, keep_blank_values=True)
        for method, path, handle in ROUTES:
            if exchange.method in method.split("|") and (
                found := re.fullmatch(path, exchange.path)
            ):
                changes = bool(exchange.form)
                return self.do(handle, form, found.groups(), changes=changes)
        return _error(404, 20404)

    def do(
        self, handle: Callable[..., Answer], form: Form, parts: tuple[str, ...], *, changes: bool
    ) -> Answer:
        """Handle a request, with the fault that is set if it would change something."""
        with self.lock:
            fault = next(self.faults, self.fault) if changes else "503" if self.mute else "ok"
        if fault == "503":
            return _error(503, 20503)
        if fault == "refused":
            return _error(400, 21000)
        with self.lock:
            answer = handle(self, form, *parts)
        time.sleep(self.late if fault == "late" else self.slow)
        return {"500": _error(500, 20500), "dropped": (0, None)}.get(fault, answer)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()


def _common(**fields: Any) -> dict[str, Any]:
    now = format_datetime(datetime.now(UTC))
    return {"account_sid": ACCOUNT, "date_created": now, "date_updated": now, **fields}


def _page(name: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    """A list as the provider sends it, all on one page."""
    path = f"/2010-04-01/Accounts/{ACCOUNT}/{name.title()}.json"
    return {
        name: found, "page": 0, "page_size": 50, "start": 0, "end": len(found),
        "uri": path, "first_page_uri": path, "next_page_uri": None, "previous_page_uri": None,
    }  # fmt: skip


def _iso() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(status: int, code: int) -> Answer:
    return status, {"code": code, "message": "no", "status": status}
