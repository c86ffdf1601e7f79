"""The log shows which page, never the part of its address that opens a door."""

from __future__ import annotations

import io
import logging
import logging.config
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "gK3vQ9-secret_x"
KNOWN = {
    "kind", "language", "slug", "tag", "verb", "what",
    "month", "name",  # of a month or of a table of figures
    "residency",
    "key",  # of a person of the demo
}  # fmt: skip
"""Words in addresses that open nothing."""
PART = re.compile(r"<(\w+:)?(\w+)>")


def secret_addresses(patterns: Iterable[URLPattern | URLResolver], above: str = "/") -> list[str]:
    """Every address of the site with a word in it that is no known one."""
    found = []
    for one in patterns:
        below = above + str(one.pattern)
        if isinstance(one, URLResolver):
            found += secret_addresses(one.url_patterns, below)
        elif isinstance(one.pattern, RoutePattern):
            words = {name for kind, name in PART.findall(below) if kind != "int:"}
            if words - KNOWN:
                found.append(PART.sub(lambda part: "12" if part[1] == "int:" else SECRET, below))
    return found


ADDRESSES = [
    *secret_addresses(get_resolver().url_patterns),
    reverse("account_reset_password_from_key", args=["1a", SECRET]),
]


def test_the_addresses_with_secrets_are_found():
    some = ["dispatch:offer", "dispatch:feed", "volunteers:stay", "volunteers:application_status"]
    assert {reverse(name, args=[SECRET]) for name in some} <= set(ADDRESSES)
    assert reverse("hooks:push_receipt", args=[12, SECRET]) in ADDRESSES


@pytest.fixture
def log(monkeypatch):
    """What the site's handlers write, with its own configuration."""
    written = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    request_level = logging.getLogger("django.request").level
    logging.config.dictConfig(settings.LOGGING)
    (console,) = [one for one in root.handlers if one not in before]
    console.setStream(written)
    logging.getLogger("django.request").setLevel(logging.WARNING)
    yield written
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("django.request").setLevel(request_level)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_secret_is_masked_in_message_and_arguments(log, address):
    logging.getLogger("some").warning("Not Found: %s (%d)", address, 404)
    logging.getLogger("some").warning(f"see https://tsunagi.example.jp{address}?from=sms now")
    assert SECRET not in log.getvalue()
    assert "/…" in log.getvalue()
    assert log.getvalue().count("(404)") == 1
    assert "?from=sms now" in log.getvalue()


def test_refusals_of_django_are_masked(log, db):
    assert Client().get(f"/o/{SECRET}/nothing/").status_code == 404
    assert "Not Found: /o/…/nothing/" in log.getvalue()


def test_a_traceback_is_masked_and_kept(log, db, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError(f"no such place: /o/{SECRET}/")

    monkeypatch.setattr("dispatch.phone.offers.find_offer", fail)
    client = Client(raise_request_exception=False)
    assert client.get(f"/o/{SECRET}/").status_code == 500
    assert "Traceback" in log.getvalue()
    assert "RuntimeError: no such place: /o/…/" in log.getvalue()
    assert "Internal Server Error: /o/…/" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_other_lines_are_left_alone(log):
    logging.getLogger("some").warning("%s: %s", "/requests/12/offers/", {"o": 1})
    assert "/requests/12/offers/: {'o': 1}" in log.getvalue()


def test_uvicorn_writes_no_line_for_an_address_even_when_asked_to(tmp_path):
    port = free_port()
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "config.asgi:application", f"--port={port}"],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
    try:
        assert status_when_up(f"http://127.0.0.1:{port}/healthz", server) == 200
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing/o/{SECRET}/", timeout=10)
    finally:
        server.terminate()
        server.wait(20)
    said = (tmp_path / "log").read_text()
    assert "Uvicorn running" in said
    assert SECRET not in said
    assert "healthz" not in said


def status_when_up(address, server):
    """Ask until somebody listens."""
    while True:
        try:
            return urllib.request.urlopen(address, timeout=10).status
        except urllib.error.URLError:
            assert server.poll() is None
