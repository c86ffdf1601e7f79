"""Speed of a month of honoraria: page, CSV and XLSX of 100,000 lines, against the database alone.

The baseline of the CSV is a bare SELECT of the same joined columns written with Python's csv
module, that of the page the bare sums and first hundred rows in SQL, in the same run and database.
``memory`` is what the process grew by at most during an export, in MB; ``python`` what of it
Python itself asked for. Run: ``python -m bench.exporting [--lines 100000]``.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
GOAL = 3.0  # times the bare SELECT
FILL = """
INSERT INTO honoraria_honorarium (organization_id, volunteer_id, report_id, assignment_id,
    tariff_version_id, tariff_name, kind, corrects_id, activity_date, booked_on, minutes, fee,
    transport, total, derivation, state, created_at, reason, paid_by, tax, transport_to)
SELECT h.organization_id, h.volunteer_id, h.report_id, h.assignment_id,
    h.tariff_version_id, h.tariff_name, 'priced', NULL,
    date '2026-11-01' + (n %% 30)::int,
    date '2026-11-01' + (n %% 30)::int, 60 + n %% 120, 3000, n %% 1500, 3000 + n %% 1500,
    h.derivation, 'draft', h.created_at, '', 'bank', 'withheld',
    'person'
FROM honoraria_honorarium h, generate_series(1, %s) AS n WHERE h.id = %s
"""
SAME = """
SELECT h.activity_date, q.number, v.number, v.name, v.kana, q.language, q.mode, q.field,
    r.started_at, r.ended_at, h.minutes, r.waiting_minutes, h.fee, h.transport, h.total, h.state,
    h.derivation, h.tariff_name
FROM honoraria_honorarium h JOIN volunteers_volunteer v ON v.id = h.volunteer_id
JOIN interpreting_report r ON r.id = h.report_id
JOIN dispatch_assignment a ON a.id = r.assignment_id
JOIN dispatch_request q ON q.id = a.request_id
WHERE h.organization_id = %s AND h.activity_date BETWEEN '2026-11-01' AND '2026-11-30'
ORDER BY h.activity_date, h.id
"""
SUMS = """
SELECT count(*), sum(minutes), sum(fee), sum(transport), sum(total) FROM honoraria_honorarium
WHERE organization_id = %s AND activity_date BETWEEN '2026-11-01' AND '2026-11-30'
"""


def main() -> int:
    """Print one JSON line per figure; 1 if the CSV misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    lines = parser.parse_args().lines
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from config.embedded_postgres import remove, using

    with tempfile.TemporaryDirectory(prefix="tsunagi-bench-") as home:
        Path(home).chmod(0o711)  # run by root, the server has another account and must get in
        data = Path(home) / "postgres"
        try:
            with using(data, durable=False) as url:
                ratio = _measure(url, lines)
        finally:
            remove(data)
    return int(ratio > GOAL)


def _measure(url: str, lines: int) -> float:
    os.environ.update(
        TSUNAGI_MODE="test", DATABASE_URL=url, DJANGO_SETTINGS_MODULE="config.settings"
    )
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    organization = filled(lines)

    from honoraria import months

    month = months.Wanted(month=months.Month(2026, 11))
    user = organization.memberships.get().user

    def made(kind: str) -> None:
        export(organization, month.as_detail(), kind, user)

    def page() -> None:
        from honoraria.views.entries import page_of

        found = months.entries(organization, month)
        page_of(found, months.totals(found), "1")
        months.missing(organization, month.month, AT)

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(SUMS, [organization.pk])
            cursor.fetchall()
            cursor.execute(SAME + " LIMIT 100", [organization.pk])
            cursor.fetchall()

    page()
    _say("page", "ms", 1000 * _seconds(page), 1000 * _seconds(bare))
    made("csv")  # what is loaded once belongs to neither side
    before = _memory()
    value, baseline = best(lambda: made("csv")), best(lambda: select(organization))
    _say("csv", "s", value, baseline)
    _say("csv.memory", "MB", _memory() - before, None)
    _say("csv.python", "MB", _traced(lambda: made("csv")), None)
    before = _memory()
    _say("xlsx", "s", _seconds(lambda: made("xlsx")), None)
    _say("xlsx.memory", "MB", _memory() - before, None)
    return value / baseline


def select(organization: Any) -> None:
    """The baseline: the same columns as they are, written with Python's csv module."""
    from django.db import connection

    with connection.chunked_cursor() as cursor, tempfile.TemporaryFile("w", newline="") as file:
        writer = csv.writer(file)
        cursor.execute(SAME, [organization.pk])
        while rows := cursor.fetchmany(2_000):
            writer.writerows(rows)


def export(organization: Any, wanted: dict[str, str], kind: str, user: Any) -> None:
    """Make a file as the API does, and hand it out."""
    from django.test import RequestFactory

    from honoraria.exporting import runs
    from honoraria.exporting.answers import file_answer

    run = runs.start(organization, "honoraria", wanted, None, kind, by=user, at=AT, at_once=True)
    answer = file_answer(RequestFactory().get("/"), run, by=user, at=AT)
    for _ in answer.streaming_content:
        pass


def best(run: Callable[[], object]) -> float:
    """The shortest of three, in seconds."""
    return min(_seconds(run) for _ in range(3))


def _traced(run: Callable[[], object]) -> float:
    """The most that Python held beyond what it held before, in MB."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1] / 1024 / 1024
    finally:
        tracemalloc.stop()


def filled(lines: int) -> Any:
    """One priced report, its entry copied as often as wanted (the copies bypass a constraint)."""
    from django.db import connection

    from tests import factories

    organization = factories.OrganizationFactory()
    factories.MembershipFactory(organization=organization, role="accountant")
    volunteer = factories.VolunteerFactory(organization=organization)
    request = factories.RequestFactory(organization=organization, status="filled")
    assignment = factories.AssignmentFactory(request=request, volunteer=volunteer)
    entry = factories.HonorariumFactory(
        report__assignment=assignment,
        activity_date=date(2026, 11, 20),
        derivation=[{"code": "base", "text": "2時間まで 3,000円", "amount": 3000}],
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_honorarium_per_report")
        cursor.execute(FILL, [lines, entry.pk])
        cursor.execute("ANALYZE")
    return organization


def _seconds(run: Callable[[], object]) -> float:
    start = perf_counter()
    run()
    return perf_counter() - start


def _memory() -> float:
    """The most this process ever held, in MB (Linux counts in KB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _say(name: str, unit: str, value: float, baseline: float | None) -> None:
    line: dict[str, Any] = {"name": f"honoraria.{name}", "value": round(value, 2), "unit": unit}
    if baseline is not None:
        line |= {"baseline": round(baseline, 2), "ratio": round(value / baseline, 2)}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
