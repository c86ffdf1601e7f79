"""Where the demo listens, what links begin with, and that only one runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.demo import address


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORT": "8123"}, "http://127.0.0.1:8123"),
        ({"HOST": "0.0.0.0", "PORT": "81"}, "http://127.0.0.1:81"),
        ({"HOST": "::1"}, "http://[::1]:8000"),
        ({"HOST": "demo.local", "PORT": ""}, "http://demo.local:8000"),
        ({"PUBLIC_BASE_URL": "https://demo.example.jp/", "PORT": "9"}, "https://demo.example.jp"),
        ({"PUBLIC_BASE_URL": ""}, "http://127.0.0.1:8000"),
    ],
)
def test_links_begin_with_the_address_it_listens_on(
    environment: dict[str, str], expected: str
) -> None:
    assert address.base_url(environment) == expected


@pytest.mark.parametrize("text", ["0", "65536", "http", "80 80", "-1"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text.split()[0].lstrip("-")):
        address.port({"PORT": text})


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(address, "VAR", tmp_path)
    monkeypatch.setattr(address, "LOCK", tmp_path / "demo.lock")
    return tmp_path / "demo.lock"


def test_a_second_demo_is_refused_and_told_who_runs(lock: Path) -> None:
    with address.only_one():
        assert address.running() == os.getpid()
        with pytest.raises(address.AlreadyRunning) as refused, address.only_one():
            pass
        assert refused.value.pid == os.getpid()
    assert address.running() is None


def test_stopping_ends_the_process_that_holds_the_lock_and_no_other(lock: Path) -> None:
    assert address.stop() is False
    lock.write_text(str(os.getpid()))  # left behind by a demo that was killed
    assert address.stop() is False
    script = (
        "import sys, time; from pathlib import Path; from config.demo import address\n"
        "address.VAR = Path(sys.argv[1]); address.LOCK = address.VAR / 'demo.lock'\n"
        "with address.only_one():\n    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(lock.parent)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert address.running() == process.pid
        assert address.stop() is True
        assert process.wait(10) == -signal.SIGTERM
