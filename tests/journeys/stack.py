"""The product as processes: web servers and workers on a database, with or without Redis.

`embedded` is what ``make demo`` runs: one web process with the worker inside and the in-memory
channel layer. `spread` is a small production: two web processes and two workers that share
PostgreSQL and Redis. Processes run in demo mode, because it has the connection pool and the cache
of production and yet no way to a real telephone. Only processes started here are ever ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0  # seconds until a process must be ready; several engineers share few cores
TAIL = 20000  # bytes of each log shown when something failed


class Process:
    """One process of the product; its output goes to ``log``."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str], log: Path):
        self.name, self.arguments, self.environment, self.log = name, arguments, environment, log
        self.start()

    def start(self) -> None:
        """Start it (again)."""
        with self.log.open("ab") as output:
            self.child = subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.child.poll() is None

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self.child.send_signal(signal.SIGKILL)
        self.child.wait(10)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL if that does not help."""
        if not self.alive:
            return
        self.child.terminate()
        try:
            self.child.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def tail(self) -> str:
        """The end of its log."""
        return f"--- {self.name}\n{self.log.read_bytes()[-TAIL:].decode(errors='replace')}"


class Web(Process):
    """A web process on a port of its own."""

    def __init__(
        self, number: int, port: int, environment: dict[str, str], log: Path, *arguments: str
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        options = ["-m", "uvicorn", *arguments, "--port", str(port)]
        options += ["--no-access-log", "--timeout-graceful-shutdown", "3"]
        super().__init__(f"web {number}", options, environment, log)

    def is_ready(self) -> bool:
        """It answers."""
        with suppress(OSError):
            return get(f"{self.url}/healthz") == 200
        return False


class Worker(Process):
    """``manage.py worker``."""

    def __init__(self, number: int, environment: dict[str, str], log: Path) -> None:
        super().__init__(f"worker {number}", ["-u", "manage.py", "worker"], environment, log)

    def is_ready(self) -> bool:
        """It says so."""
        return b"worker ready" in self.log.read_bytes()


@dataclass
class Stack:
    """Running processes of one product."""

    webs: list[Web] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The first web process, which messages link to."""
        return self.webs[0].url

    @property
    def other_url(self) -> str:
        """Another web process where there is one."""
        return self.webs[-1].url

    @property
    def processes(self) -> list[Web | Worker]:
        """All of them."""
        return [*self.webs, *self.workers]

    def wait(self) -> None:
        """Until every process is ready."""
        deadline = time.monotonic() + PATIENCE
        for process in self.processes:
            while not process.is_ready():
                late = time.monotonic() > deadline
                if late or not process.alive:
                    raise RuntimeError(f"{process.name} did not start\n{process.tail()}")
                time.sleep(0.05)

    def logs(self) -> str:
        """The ends of all logs."""
        return "\n".join(process.tail() for process in self.processes)


@contextmanager
def running(
    database_url: str,
    *,
    redis_url: str = "",
    webs: int = 1,
    workers: int | None = None,
    web_options: tuple[str, ...] = (),
    application: str = "config.asgi:application",
    **environment: str,
) -> Iterator[Stack]:
    """Run the product; with ``workers=None`` the first web process carries one inside.

    ``web_options`` go to uvicorn, ``environment`` to every process. Everything is stopped at the
    end, and the logs are printed if the block failed.
    """
    stack = Stack()
    ports = [free_port() for _ in range(webs)]
    given = _environment(database_url, redis_url)
    if ports:
        given["PUBLIC_BASE_URL"] = f"http://127.0.0.1:{ports[0]}"
    given |= environment
    with tempfile.TemporaryDirectory(prefix="tsunagi-stack-") as home:
        logs = Path(home)
        try:
            for number, port in enumerate(ports):
                inside = {"EMBEDDED_WORKER": "1" if number == 0 and workers is None else "0"}
                log = logs / f"web{number}"
                stack.webs.append(Web(number, port, given | inside, log, application, *web_options))
            for number in range(workers or 0):
                stack.workers.append(Worker(number, given, logs / f"worker{number}"))
            stack.wait()
            yield stack
        except BaseException:
            print(stack.logs(), file=sys.stderr)
            raise
        finally:
            _stop(stack)


def _stop(stack: Stack) -> None:
    for process in stack.processes:
        if process.alive:
            process.child.terminate()
    for process in stack.processes:
        process.stop()


def _environment(database_url: str, redis_url: str) -> dict[str, str]:
    """The environment of a process of the product, free of the test run's own settings."""
    ours = ("TSUNAGI_", "DJANGO_", "TWILIO_", "EMAIL_", "PYTEST_", "EMBEDDED_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return kept | {
        "TSUNAGI_MODE": "demo",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DATABASE_POOL": "12",
        "PYTHONUNBUFFERED": "1",
    }


def get(url: str, **headers: str) -> int:
    """The status of an answer; redirects are not followed into other pages' errors."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as one:
            return int(one.status)
    except urllib.error.HTTPError as error:
        return error.code


def until(condition: Callable[[], object], seconds: float = 30, step: float = 0.02) -> float:
    """Look again and again until it is true; returns the seconds it took, fails after ``seconds``."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < seconds, f"it did not happen within {seconds:g} s"
        time.sleep(step)
    return time.monotonic() - begin
