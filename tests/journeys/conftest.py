"""Live stacks on the test database, and browsers whose people are signed in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from psycopg.conninfo import make_conninfo

from accounts.models import Organization, User
from tests.journeys.stack import Stack, running

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium, or a clear skip where it is missing."""
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium at /usr/bin/chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; the database is used beside it, not in it
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


def test_database_url() -> str:
    """The test database by its own name, for processes that are not part of the test run."""
    return make_conninfo(os.environ["DATABASE_URL"], dbname=str(connection.settings_dict["NAME"]))


test_database_url.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def start_stack(transactional_db: None) -> Iterator[Callable[..., Stack]]:
    """Starts a stack on the test database; ends before the tables are emptied."""
    with ExitStack() as running_ones:
        yield lambda **how: running_ones.enter_context(running(test_database_url(), **how))


@pytest.fixture
def embedded(start_stack: Callable[..., Stack]) -> Stack:
    """One web process with everything inside."""
    return start_stack()


@pytest.fixture
def spread(start_stack: Callable[..., Stack], redis_url: str) -> Stack:
    """Two web processes and two workers that share Redis."""
    return start_stack(redis_url=redis_url, webs=2, workers=2)


@pytest.fixture
def city(transactional_db: None, city: Organization) -> Organization:
    """The city of every test, where nothing real can be sent and no hour is quiet.

    These tests live in the present, and must pass at night as well.
    """
    city.is_demo, city.quiet_from, city.quiet_to = True, 0, 0
    city.save()
    return city


Browse = Callable[..., BrowserContext]


@pytest.fixture
def browse(chromium: Browser, client_of: Callable[[User], Client]) -> Iterator[Browse]:
    """Opens a browser context at a stack's URL: ``browse(url, person, width=360, height=740)``.

    Without a person nobody is signed in. A script error or a refused resource fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(
        url: str, person: User | None = None, *, width: int = 1280, height: int = 800
    ) -> BrowserContext:
        context = chromium.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        if person is not None:
            name = settings.SESSION_COOKIE_NAME
            value = client_of(person).cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": url}])
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        return context

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
