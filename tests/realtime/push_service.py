"""A browser's push service on loopback: takes encrypted pushes and opens them as the browser would.

``status`` is what it answers; ``got`` the opened payloads with their headers, oldest first.
"""

from __future__ import annotations

import json
import os
import threading
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def base64url(data: bytes) -> str:
    """Without padding, as browsers write it."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class PushService:
    """Runs in a thread; every browser of it shares one key."""

    def __init__(self, status: int = 201) -> None:
        self.status = status
        self.location = ""
        self.got: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                service.got.append((service.opened(body), headers | {"path": self.path}))
                self.send_response(service.status)
                if service.location:
                    self.send_header("Location", service.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def browser(self, name: str = "phone") -> dict[str, str]:
        """What a browser of this service hands over when it subscribes."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": f"http://127.0.0.1:{self.server.server_port}/push/{name}",
            "p256dh": base64url(point),
            "auth": base64url(self.secret),
        }

    def opened(self, body: bytes) -> dict[str, Any]:
        """The payload, decrypted with the browser's key."""
        text = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret)
        payload: dict[str, Any] = json.loads(text)
        return payload

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
