"""A simulated LINE on loopback: pushes with retry keys, profiles, and signed webhooks.

The official library talks to it over HTTP (``LINE_API_BASE_URL``). A retry key is taken once; whoever
comes again with it hears 409 and the first id. A push to an account that has blocked us is accepted
and reaches nobody, as at the real one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.test import Client

TOKEN, SECRET = "line-token", "line-secret"
HANA = "U" + "1" * 32
Answer = tuple[int, dict[str, Any]]


@dataclass
class Push:
    """A message that was accepted."""

    id: str
    to: str
    text: str
    buttons: list[tuple[str, str]]
    key: str
    arrived: bool


@dataclass
class Provider:
    """What LINE knows. ``fault`` is how it answers a push:

    ``ok``; ``429`` (nothing done); ``503`` (nothing done); ``500`` and ``dropped`` (done all the
    same); ``quota`` (the month is used up); ``refused`` (400).
    """

    fault: str = "ok"
    profile_fault: str = "ok"
    blocked: set[str] = field(default_factory=set)
    taken: dict[str, Push] = field(default_factory=dict)  # by retry key
    tries: int = 0

    @property
    def arrived(self) -> list[Push]:
        """What people see in their talk with us."""
        return [one for one in self.taken.values() if one.arrived]

    def profile(self, account: str) -> Answer:
        if self.profile_fault == "500":
            return 500, {"message": "Internal error"}
        if account in self.blocked:
            return 404, {"message": "Not found"}
        return 200, {"userId": account, "displayName": "somebody"}

    def push(self, key: str, body: dict[str, Any]) -> Answer:
        self.tries += 1
        refusals = {
            "429": (429, {"message": "The API rate limit has been exceeded. Try again later."}),
            "503": (503, {"message": "Service Unavailable"}),
            "quota": (429, {"message": "You have reached your monthly limit."}),
            "refused": (400, {"message": "The request body has 1 error(s)"}),
        }
        if self.fault in refusals:
            return refusals[self.fault]
        before = self.taken.get(key)
        if before is not None:
            sent = [{"id": before.id, "quoteToken": "q"}]
            return 409, {"message": "The retry key is already accepted", "sentMessages": sent}
        made = self._take(key, body)
        failed: dict[str, Answer] = {
            "500": (500, {"message": "Internal error"}),
            "dropped": (0, {}),
        }
        sent = [{"id": made.id, "quoteToken": "q"}]
        return failed.get(self.fault, (200, {"sentMessages": sent}))

    def _take(self, key: str, body: dict[str, Any]) -> Push:
        (message,) = body["messages"]
        actions = [item["action"] for item in message.get("quickReply", {}).get("items", [])]
        assert message["type"] == "text"
        assert 0 < len(message["text"]) <= 5000
        assert all(0 < len(one["label"]) <= 20 for one in actions)
        buttons = [(one["label"], one["data"]) for one in actions]
        arrived = body["to"] not in self.blocked
        made = Push(str(4600 + len(self.taken)), body["to"], message["text"], buttons, key, arrived)
        self.taken[key] = made
        return made


class LineServer(Provider):
    """The provider behind a port of the loopback address."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.respond("GET")

            def do_POST(self) -> None:
                self.respond("POST")

            def respond(self, method: str) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with provider.lock:
                    status, answer = provider.answer(method, self.path, dict(self.headers), body)
                if status == 0:
                    self.connection.close()
                    return
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Status 0 means: no answer at all."""
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Authentication failed"}
        if method == "GET" and path.startswith("/v2/bot/profile/"):
            return self.profile(path.rpartition("/")[2])
        key = headers.get("X-Line-Retry-Key", "")
        if (method, path) == ("POST", "/v2/bot/message/push") and key:
            return self.push(key, json.loads(body))
        return 404, {"message": "Not found"}

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()


def event(kind: str, account: str = HANA, number: int = 1, **more: Any) -> dict[str, Any]:
    """An event as LINE tells it; the same number is the same event."""
    return {
        "type": kind, "mode": "active", "timestamp": 1_764_000_000_000,
        "source": {"type": "user", "userId": account},
        "webhookEventId": f"01JD{number:022d}", "deliveryContext": {"isRedelivery": False},
        "replyToken": "r" * 32, **more,
    }  # fmt: skip


def text(words: str, account: str = HANA, number: int = 1) -> dict[str, Any]:
    """Somebody wrote."""
    message = {"type": "text", "id": str(number), "text": words, "quoteToken": "q"}
    return event("message", account, number, message=message)


def pressed(data: str, account: str = HANA, number: int = 1) -> dict[str, Any]:
    """Somebody pressed a button."""
    return event("postback", account, number, postback={"data": data})


def post(*events: dict[str, Any], secret: str = SECRET, body: bytes | None = None) -> Any:
    """POST events to our webhook as LINE does, signed over the raw body."""
    content = body
    if content is None:
        whole = {"destination": "U" + "f" * 32, "events": list(events)}
        content = json.dumps(whole, ensure_ascii=False).encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), content, hashlib.sha256)).decode()
    client = Client(enforce_csrf_checks=True)
    return client.post(
        "/hooks/line/", content, content_type="application/json",
        headers={"X-Line-Signature": signature},
    )  # fmt: skip
