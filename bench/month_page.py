"""Speed of the pages of a month with 100,000 entries, each with its own job, booking and report.

Measured through HTTP, signed in, as an accountant opens them: the list of entries, the closing of
the month with its checklist, the months of the year, the year's figures. The baseline is the bare
sums and the first hundred rows in SQL, in the same run and database. The exit code is 1 if a page
takes longer than ``GOAL_MS`` although there are no more lines than it is meant for.
Run: ``python -m bench.month_page [--lines 100000] [--explain]``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

GOAL_MS = 300  # for a month of 100,000 lines
LINES = 100_000
PEOPLE = 500
ROUNDS = 5
# a row of each kind is copied: `more` is what differs, with n counting from 1
COPY = """
INSERT INTO {table} SELECT made.* FROM {table} r, generate_series(1, %(lines)s) AS n,
LATERAL jsonb_populate_record(NULL::{table}, to_jsonb(r) || {more}) AS made WHERE r.id = %(row)s
"""
START = """timestamptz '2026-11-01 08:00+09' + (n %% 30) * interval '1 day'
    + (n / {people} / 30) * interval '2 hours'"""
SUMS = """
SELECT count(*), sum(minutes), sum(fee), sum(transport), sum(total) FROM honoraria_honorarium
WHERE organization_id = %s AND booked_on BETWEEN '2026-11-01' AND '2026-11-30'
"""
ROWS = """
SELECT h.*, v.number, v.name, q.number, q.language, t.name
FROM honoraria_honorarium h JOIN volunteers_volunteer v ON v.id = h.volunteer_id
JOIN dispatch_assignment a ON a.id = h.assignment_id
JOIN dispatch_request q ON q.id = a.request_id
JOIN honoraria_tariffversion tv ON tv.id = h.tariff_version_id
JOIN honoraria_tariff t ON t.id = tv.tariff_id
WHERE h.organization_id = %s AND h.booked_on BETWEEN '2026-11-01' AND '2026-11-30'
ORDER BY h.booked_on, h.id LIMIT 100
"""
PAGES = {
    "list": "/honoraria/?month=2026-11",
    "closing": "/months/2026-11/",
    "year": "/months/?year=2026",
    "figures": "/figures/?year=2026",
}


def main() -> int:
    """Print one JSON line per figure; 1 if a page misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--explain", action="store_true", help="print each statement and its time")
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from config.embedded_postgres import remove, using

    with tempfile.TemporaryDirectory(prefix="tsunagi-bench-") as home:
        Path(home).chmod(0o711)  # run by root, the server has another account and must get in
        data = Path(home) / "postgres"
        try:
            with using(data, durable=False) as url:
                slowest = _measure(url, options.lines, explain=options.explain)
        finally:
            remove(data)
    return missed(slowest, options.lines)


def missed(slowest: float, lines: int) -> int:
    """The exit code: more lines than the goal is for may take longer."""
    return int(slowest > GOAL_MS and lines <= LINES)


def _measure(url: str, lines: int, *, explain: bool) -> float:
    """Milliseconds of the slowest page."""
    os.environ.update(
        TSUNAGI_MODE="test", DATABASE_URL=url, DJANGO_SETTINGS_MODULE="config.settings"
    )
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    call_command("migrate", verbosity=0)
    organization = filled(lines)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = accountant_of(organization)
    baseline = median(lambda: bare(organization))
    slowest = 0.0
    for name, path in PAGES.items():

        def page(path: str = path) -> None:
            answer = client.get(path)
            assert answer.status_code == 200, answer

        page()
        if explain:
            with CaptureQueriesContext(connection) as found:
                page()
            for one in found.captured_queries:
                if float(one["time"]) > 0.005:
                    print(one["time"], one["sql"][:3000], flush=True)
        value = median(page)
        slowest = max(slowest, value)
        line = {"name": f"month.{name}", "value": round(value, 1), "unit": "ms",
                "baseline": round(baseline, 1), "ratio": round(value / baseline, 2)}  # fmt: skip
        print(json.dumps(line), flush=True)
    return slowest


def bare(organization: Any) -> None:
    """The sums and the first hundred rows, without anything around them."""
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in (SUMS, ROWS):
            cursor.execute(statement, [organization.pk])
            cursor.fetchall()


def filled(lines: int) -> Any:
    """Jobs of all kinds: one in two hundred unreported, one in a hundred undecided or unpriced."""
    from django.db import connection

    from tests import factories

    organization = factories.OrganizationFactory(pk=1)
    person = factories.VolunteerFactory(organization=organization)
    request = factories.RequestFactory(organization=organization, status="finished")
    booking = factories.AssignmentFactory(request=request, volunteer=person, state="finished")
    report = factories.ReportFactory(assignment=booking, state="confirmed")
    entry = factories.HonorariumFactory(
        report=report,
        derivation=[{"code": "base", "text": "2時間まで 3,000円", "amount": 3000}],
    )
    start = START.format(people=PEOPLE)
    end = f"{start} + interval '90 minutes'"
    day = "date '2026-11-01' + (n %% 30)::int"
    key = "1000000 + n"
    steps: list[tuple[str, int, int, str]] = [
        ("volunteers_volunteer", person.pk, PEOPLE,
         f"'id', {key}, 'number', 5000 + n, 'feed_token', md5(n::text)"),
        ("dispatch_request", request.pk, lines,
         f"'id', {key}, 'number', 'B-' || n, 'starts_at', {start}, 'ends_at', {end}"),
        ("dispatch_assignment", booking.pk, lines,
         f"'id', {key}, 'request_id', {key}, 'volunteer_id', 1000001 + n / 30 %% {PEOPLE}, "
         f"'period', tstzrange({start}, {end})"),
        ("interpreting_report", report.pk, lines,
         f"'id', {key}, 'assignment_id', {key}, 'started_at', {start}, 'ended_at', {end}, "
         "'state', CASE WHEN n %% 100 = 1 THEN 'submitted' ELSE 'confirmed' END, "
         "'transport', CASE WHEN n %% 50 = 2 THEN 'taxi' ELSE 'train_bus' END"),
        ("honoraria_honorarium", entry.pk, lines,
         f"'id', {key}, 'report_id', {key}, 'assignment_id', {key}, "
         f"'volunteer_id', 1000001 + n / 30 %% {PEOPLE}, "
         f"'activity_date', {day}, 'booked_on', {day}, 'minutes', 60 + n %% 120, "
         "'transport', n %% 1500, 'total', 3000 + n %% 1500, "
         "'state', CASE WHEN n %% 10 = 0 THEN 'draft' ELSE 'approved' END"),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        for table, row, count, more in steps:
            where = _left_out(table)
            statement = COPY.format(table=table, more=f"jsonb_build_object({more})") + where
            cursor.execute(statement, {"lines": count, "row": row})
        cursor.execute("ANALYZE")
    return organization


def _left_out(table: str) -> str:
    if table == "interpreting_report":
        return " AND n %% 200 <> 0"
    if table == "honoraria_honorarium":
        return " AND n %% 200 <> 0 AND n %% 100 <> 1 AND n %% 5000 <> 3"
    return ""


def accountant_of(organization: Any) -> Any:
    """A browser in which the accountant is signed in."""
    from allauth.usersessions.models import UserSession
    from django.test import Client

    from tests import factories
    from tests.conftest import give_second_factor

    person = factories.UserFactory()
    factories.MembershipFactory(user=person, organization=organization, role="accountant")
    give_second_factor(person)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    UserSession.objects.create(user=person, session_key=client.session.session_key, ip="127.0.0.1")
    return client


def median(run: Callable[[], object]) -> float:
    """Milliseconds of the middle one of several runs, after one to warm up."""
    run()
    spent = []
    for _ in range(ROUNDS):
        start = perf_counter()
        run()
        spent.append(1000 * (perf_counter() - start))
    return statistics.median(spent)


if __name__ == "__main__":
    sys.exit(main())
