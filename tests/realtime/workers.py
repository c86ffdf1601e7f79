"""Live worker processes on the test database, which a test may kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.twilio_server import ACCOUNT, NUMBER, TOKEN, TwilioServer

ROOT = Path(__file__).resolve().parent.parent.parent


class Worker:
    """A worker process on the test database."""

    def __init__(self, **environment: str) -> None:
        program = (
            "import sys, django; django.setup();"
            "from django.db import connections;"
            f"connections['default'].settings_dict['NAME'] = {str(connection.settings_dict['NAME'])!r};"
            "from django.conf import settings;"
            "settings.DATABASES['default']['NAME'] = connections['default'].settings_dict['NAME'];"
            "from django.core.management import call_command; call_command('worker')"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"} | environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "worker ready"

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(20)


@pytest.fixture
def start() -> Iterator[Callable[..., Worker]]:
    """Starts workers and kills what is left of them."""
    workers: list[Worker] = []

    def starting(**environment: str) -> Worker:
        workers.append(Worker(**environment))
        return workers[-1]

    yield starting
    for one in workers:
        if one.process.poll() is None:
            one.kill()


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Look again and again until it is true; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def twilio(provider: TwilioServer) -> dict[str, str]:
    """Settings that make a worker send through the provider."""
    return {
        "TWILIO_API_BASE_URL": provider.url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_NUMBER": NUMBER,
    }
