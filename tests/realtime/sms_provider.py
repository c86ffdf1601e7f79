"""A small SMS provider on loopback that speaks enough of Twilio's HTTP for its real client.

It counts what it was told to send; ``slow`` seconds pass between taking a message and answering,
so that a worker can be killed in the gap.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class SmsProvider:
    """Runs in a thread; ``sent`` counts messages by their body."""

    def __init__(self, *, slow: float = 0.0, status: int = 201) -> None:
        self.slow, self.status = slow, status
        self.sent: Counter[str] = Counter()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                form = parse_qs(self.rfile.read(length).decode())
                if provider.status < 400:
                    provider.sent[form["Body"][0]] += 1
                time.sleep(provider.slow)
                body = json.dumps(
                    {"sid": f"SM{sum(provider.sent.values()):032x}", "status": "queued"}
                    if provider.status < 400
                    else {"code": 20500, "message": "no", "status": provider.status}
                ).encode()
                try:
                    self.send_response(provider.status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the worker was killed while it waited

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
