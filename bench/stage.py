"""Where the benchmarks of running processes play: the product on a database and a Redis of its own.

`stage()` gives this process Django and a city of 371 people on an embedded PostgreSQL; `product()`
runs web processes and workers on it. Figures go to stdout as JSON lines, everything else to stderr;
every server is stopped and its data removed at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from accounts.models import Organization
    from tests.journeys.stack import Stack

SIZE = 371


def figure(name: str, value: float, baseline: float, unit: str = "ms") -> None:
    """Print one figure with what it is compared to, measured in the same run."""
    line = {
        "name": name,
        "value": round(value, 1),
        "unit": unit,
        "baseline": round(baseline, 1),
        "ratio": round(value / baseline, 2) if baseline else None,
    }
    print(json.dumps(line), flush=True)


def say(text: str) -> None:
    """Tell how far it is, on stderr."""
    print(text, file=sys.stderr, flush=True)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of all lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@contextmanager
def stage() -> Iterator[Organization]:
    """Django in this process, and a city whose people may be asked at any hour of any day."""
    from config.embedded_postgres import remove, using

    # kept short: the path of a socket is limited
    with tempfile.TemporaryDirectory(prefix="tsunagi-bench-") as home:
        Path(home).chmod(0o711)  # run by root, the server has another account and must get in
        data = Path(home) / "postgres"
        try:
            with using(data, durable=True) as url:
                os.environ.update(
                    TSUNAGI_MODE="demo",
                    DATABASE_URL=url,
                    REDIS_URL="",
                    DJANGO_SETTINGS_MODULE="config.settings",
                )
                yield _city()
                _forget_connections()
        finally:
            remove(data)


def _city() -> Organization:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db.models import CharField, Value
    from django.db.models.functions import Cast, Concat, LPad

    from accounts.clock import database_now
    from bench.register import fill
    from dispatch.models import Request
    from volunteers.models import (
        AvailabilityException,
        AvailabilityRule,
        Registration,
        Volunteer,
    )

    say(f"preparing a database with {SIZE} people …")
    call_command("migrate", verbosity=0)
    at = database_now()
    city = fill(SIZE, at=at)
    city.quiet_from = city.quiet_to = 0
    city.save()
    AvailabilityRule.objects.all().delete()
    AvailabilityException.objects.all().delete()
    Registration.objects.filter(pledged_on__isnull=False).update(
        ends_on=at.date() + timedelta(days=400)
    )
    number = LPad(Cast("pk", CharField()), 8, Value("0"))
    Volunteer.objects.update(mobile=Concat(Value("+8190"), number))
    # the fill's own requests are history here: a worker shall have nothing else to do
    Request.objects.update(next_action="", next_action_at=None)
    return city


def _forget_connections() -> None:
    from django.db import connections

    connections.close_all()
    connections["default"].close_pool()  # type: ignore[attr-defined]


@contextmanager
def product(kind: str) -> Iterator[Stack]:
    """``redis``: two web processes and two workers; ``embedded``: one process with everything."""
    from tests.journeys.stack import running

    application = "bench.asgi:application"
    url = os.environ["DATABASE_URL"]
    if kind == "embedded":
        with running(url, application=application) as stack:
            yield stack
        return
    with (
        _redis() as redis_url,
        running(url, redis_url=redis_url, webs=2, workers=2, application=application) as stack,
    ):
        yield stack


@contextmanager
def _redis() -> Iterator[str]:
    from tests.services import free_port, redis_command

    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("needs redis-server on the path")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="tsunagi-bench-redis-") as home:
        server = subprocess.Popen(redis_command(program, port, Path(home)))
        try:
            time.sleep(0.3)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(10)


async def request(url: str, method: str, path: str, body: str = "", **headers: str) -> int:
    """One HTTP request on a connection of its own, with as little work here as possible."""
    host = urlsplit(url).netloc
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"{key.replace('_', '-')}: {value}" for key, value in headers.items()]
    lines += [f"Content-Length: {len(body.encode())}", "", body]
    writer.write("\r\n".join(lines).encode())
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1])


def coordinator_session(city: Organization) -> str:
    """The cookie header of a signed-in coordinator with a second factor."""
    from allauth.usersessions.models import UserSession
    from django.conf import settings
    from django.test import Client

    from tests.conftest import give_second_factor
    from tests.factories import MembershipFactory

    person = MembershipFactory(organization=city).user
    give_second_factor(person)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    UserSession.objects.create(user=person, session_key=key, ip="127.0.0.1")
    return f"{settings.SESSION_COOKIE_NAME}={key}"
