"""Faults use the live stacks and browsers of the journeys; FAULTS_LONG=1 makes them longer."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.servers import RedisServer
from tests.journeys.conftest import (  # noqa: F401 - fixtures for every test here
    browse,
    chromium,
    city,
    start_stack,
)

LONG = os.environ.get("FAULTS_LONG") == "1"


@pytest.fixture
def long() -> bool:
    """Whether to be thorough instead of quick."""
    return LONG


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that this test may stop and freeze."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs redis-server on the path, to stop and start it")
    server = RedisServer(program, tmp_path)
    server.start()
    yield server
    server.stop()
