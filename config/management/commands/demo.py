"""``manage.py demo``: the whole site in one process, with data, worker and simulated phones.

The port is taken before anything else, so that a busy one is said at once and not after a minute
of seeding. Ctrl-C, SIGTERM and a closed terminal end everything, the embedded PostgreSQL included.
"""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from accounts.clock import database_now
from config.demo import address, handover
from config.demo.freshen import freshen
from config.demo.seed import seed

SHUTDOWN_SECONDS = 5


class Command(BaseCommand):
    """Serve the demo until it is stopped."""

    help = "Migrate, seed if empty, and serve the demo (HOST, PORT)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare and serve."""
        if not settings.DEMO:
            raise CommandError("TSUNAGI_MODE=demo でのみ使えます。 / Only with TSUNAGI_MODE=demo.")
        for name in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, _leave)
        try:
            with address.only_one(), self._listening_socket() as taken:
                self._prepare()
                self._serve(taken)
        except address.AlreadyRunning as error:
            raise CommandError(
                f"このデモはすでに動いています（pid {error.pid}）。止めるには make demo-stop\n"
                f"This demo is running already (pid {error.pid}); make demo-stop ends it."
            ) from None

    def _listening_socket(self) -> socket.socket:
        """The socket for uvicorn, bound but not listening yet."""
        try:
            host, port = address.host(os.environ), address.port(os.environ)
        except ValueError:
            raise CommandError("PORT は 1〜65535 の数です。 / PORT must be 1 to 65535.") from None
        try:
            family, kind, protocol, _, where = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            taken = socket.socket(family, kind, protocol)
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(where)
        except OSError as error:
            raise CommandError(
                f"{host}:{port} は使えません（{error.strerror}）。別の番号で: make demo PORT={port + 1}\n"
                f"{host}:{port} cannot be used; try another one: make demo PORT={port + 1}"
            ) from None
        return taken

    def _prepare(self) -> None:
        self._say("データベースを準備しています… / Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        now = database_now()
        self._say("デモのデータを確かめています（初回は1分ほど）… / Demo data, a minute at first …")
        seed(now)
        freshen(database_now())
        self.content = handover.write(address.HANDOVER, settings.PUBLIC_BASE_URL, now)
        connections.close_all()

    def _serve(self, taken: socket.socket) -> None:
        server = uvicorn.Server(
            uvicorn.Config(
                "config.asgi:application",
                lifespan="on",
                ws_ping_interval=10,
                ws_ping_timeout=5,
                ws_max_size=65536,
                log_config=None,  # the site's own, which keeps links out of the log
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        )
        self._welcome()
        # uvicorn shuts down on the signal, then lets it have its usual effect here
        with suppress(KeyboardInterrupt, SystemExit):
            server.run(sockets=[taken])
        self._say("デモを終了しました。データは残っています。 / Stopped; the data are kept.")

    def _welcome(self) -> None:
        base = settings.PUBLIC_BASE_URL
        self._say(
            f"""
  つなぎ デモ / Tsunagi demo
    はじめに・役を選ぶ / start here, choose a role   {base}/demo/
    ボランティアの電話 / the volunteers' phones      {base}/demo/phones/
    リンクとトークン / links and tokens              {address.HANDOVER}
  終了 / stop: Ctrl-C    最初から / start over: make demo-reset
"""
        )

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _leave(number: int, frame: FrameType | None) -> None:
    """End like a program that is done, so that what it started is stopped as well."""
    raise SystemExit(0)
