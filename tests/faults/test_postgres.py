"""PostgreSQL restarted or killed under a running product: said honestly, recovered from at once.

On a durable server of this test's own; the test database's server serves others, too.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import embedded_postgres
from config.postgres_home import locate
from tests.journeys.stack import ROOT, running, until

pytestmark = pytest.mark.timeout(400)
TAPPERS = 6


@pytest.fixture
def data() -> Iterator[Path]:
    """Where the server keeps its data; removed at the end."""
    # short, because the path of a socket is limited; open, because root's server has an account
    with tempfile.TemporaryDirectory(prefix="tsunagi-fault-") as home:
        Path(home).chmod(0o711)
        place = Path(home) / "postgres"
        yield place
        embedded_postgres.remove(place)


def filled(url: str, searches: int) -> dict[str, Any]:
    """A city in the database of the URL (`tests.faults.fill`)."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "TSUNAGI_MODE": "demo",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-m", "tests.faults.fill", str(searches)]
    output = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(output.stdout.splitlines()[-1])
    return found


class Crowd:
    """People who tap and tap again until they are answered; ``yes`` holds what was promised."""

    def __init__(self, url: str, tokens: list[str]) -> None:
        self.host, self._tokens = url.removeprefix("http://"), iter(tokens)
        self.yes: set[str] = set()
        self.other: list[int] = []
        self.ended = threading.Event()
        self._lock = threading.Lock()

    def run(self) -> None:
        """One person after the other."""
        while not self.ended.is_set():
            with self._lock:
                token = next(self._tokens, None)
            if token is None:
                return
            while not self.ended.is_set() and not self._answered(token):
                time.sleep(0.1)

    @contextmanager
    def tapping(self) -> Iterator[None]:
        """They tap during the block, and stop at its end."""
        with ThreadPoolExecutor(TAPPERS) as people:
            try:
                for _ in range(TAPPERS):
                    people.submit(self.run)
                yield
            finally:
                self.ended.set()

    def _answered(self, token: str) -> bool:
        with suppress(OSError, http.client.HTTPException):
            status, _ = ask(self.host, "POST", f"/o/{token}/accept/")
            if status == 303:
                self.yes.add(token)
                return True
            self.other.append(status)
        return False


def ask(host: str, method: str, path: str, cookie: str = "") -> tuple[int, str]:
    """Status and Retry-After of an answer."""
    client = http.client.HTTPConnection(host, timeout=40)
    try:
        client.request(method, path, headers={"Cookie": cookie} if cookie else {})
        answer = client.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Retry-After", "")
    finally:
        client.close()


def stop(data: Path) -> None:
    """An orderly restart's first half."""
    embedded_postgres.stop(data)


def kill(data: Path) -> None:
    """The server is gone without a word, as after a power cut."""
    pid = int((locate(data).data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{pid}").exists(), 10)


def test_a_restarted_database_is_a_503_then_a_first_answer_and_no_promise_is_lost(
    data: Path, long: bool
) -> None:
    outages: tuple[Callable[[Path], None], ...] = (stop, kill, stop, kill) if long else (kill,)
    with embedded_postgres.using(data, durable=True) as url:
        city = filled(url, searches=40 * len(outages))
        cookie = f"tsunagi_session={city['session']}"
        tokens = iter(city["tokens"])
        with running(url, webs=1, workers=1) as stack:
            promised: set[str] = set()
            for outage in outages:
                crowd = Crowd(stack.url, list(itertools.islice(tokens, 40)))
                page = f"/o/{city['tokens'][0]}/"
                with crowd.tapping():
                    until(lambda c=crowd: len(c.yes) >= 10)  # type: ignore[misc]
                    outage(data)
                    for path in (page, "/board/"):
                        assert ask(crowd.host, "GET", path, cookie) == (503, "5"), path
                    assert ask(crowd.host, "GET", "/healthz")[0] == 200
                assert set(crowd.other) <= {503}
                embedded_postgres.start(data)
                assert ask(crowd.host, "GET", page)[0] == 200, "the first request recovers"
                assert ask(crowd.host, "GET", "/board/", cookie)[0] == 200
                promised |= crowd.yes
                assert promised <= holders(url)
            worker_goes_on(url, city["waiting"])


def holders(url: str) -> set[str]:
    """Tokens of the offers that hold a seat."""
    with psycopg.connect(url) as database:
        rows = database.execute(
            "SELECT o.token FROM dispatch_assignment a JOIN dispatch_offer o ON o.id = a.offer_id "
            "WHERE a.state = 'confirmed'"
        )
        return {row[0] for row in rows}


def worker_goes_on(url: str, request: int) -> None:
    """The worker that lost its database sends the next wave within seconds."""
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(
            "UPDATE dispatch_request SET next_action_at = now() WHERE id = %s", [request]
        )
        asked = "SELECT count(*) > 0 FROM dispatch_offer WHERE request_id = %s"
        until(lambda: database.execute(asked, [request]).fetchone() == (True,), 20)
