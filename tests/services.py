"""Servers that some tests need beside PostgreSQL; where one is missing the test says so and skips.

``TEST_REDIS_URL`` names a Redis to use; otherwise a ``redis-server`` from the path is started for
the session, on a free port, in a directory of its own, and is the only process ended here.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

PATIENCE = 10.0  # seconds until a started server must answer


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an empty Redis for this session, such as ``redis://127.0.0.1:40123/0``."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs Redis: TEST_REDIS_URL, or redis-server on the path")
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    server = subprocess.Popen(redis_command(program, port, tmp_path_factory.mktemp("redis")))
    try:
        _wait_until_it_answers(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(PATIENCE)


def redis_command(program: str, port: int, directory: Path) -> list[str]:
    """How Redis is started: loopback only, nothing written to disk."""
    settings = {"bind": "127.0.0.1", "port": str(port), "dir": str(directory), "save": ""}
    settings |= {"appendonly": "no", "loglevel": "warning", "logfile": str(directory / "log")}
    return [program, *(part for name, value in settings.items() for part in (f"--{name}", value))]


def free_port() -> int:
    """A TCP port of the loopback address that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    with redis.Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
