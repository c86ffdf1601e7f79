"""Loaded by pytest before Django: test mode, and a PostgreSQL when none is named."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

os.environ["TSUNAGI_MODE"] = "test"
if not os.environ.get("DATABASE_URL"):
    from config.embedded_postgres import use

    os.environ["DATABASE_URL"] = use(
        Path(__file__).resolve().parent.parent / "var" / "test-postgres", durable=False
    )


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """With REQUIRE_SERVICES=1 a whole file that skips itself is a failure, too.

    Single tests are seen to in ``tests/conftest.py``.
    """
    report = yield
    if report.skipped and os.environ.get("REQUIRE_SERVICES") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_SERVICES=1: {report.longrepr}"
    return report
