"""Speed of ranking: `find_for_need` against hand-written SQL for the same ordered 50 ids.

Each size gets a database of its own on an embedded PostgreSQL in a temporary directory; calls of
both kinds alternate, so noise meets both. The SQL is `dispatch.prune`'s statement with LIMIT 50: it
returns ids only, while the product also loads the people, gives reasons and lists who is excluded.
A figure is printed only if both give the same ids. Run: ``python -m bench.ranking [--quick]``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dispatch.match_values import Need

GOAL = 3.0
LIMIT = 50
# (volunteers, rounds over the eight needs)
FULL = ((371, 25), (10_000, 12), (100_000, 4))
QUICK = FULL[:2]


def main() -> int:
    """Print one JSON line per figure; 1 if a median misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="371 and 10,000 volunteers only")
    sizes = QUICK if parser.parse_args().quick else FULL
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from config.embedded_postgres import remove, using

    # kept short: the path of a socket is limited
    with tempfile.TemporaryDirectory(prefix="tsunagi-bench-") as home:
        Path(home).chmod(0o711)  # run by root, the server has another account and must get in
        data = Path(home) / "postgres"
        try:
            with using(data, durable=False) as url:
                ratios = [line["ratio"] for line in _measure(url, sizes)]
        finally:
            remove(data)
    return int(max(ratios) > GOAL)


def _measure(url: str, sizes: tuple[tuple[int, int], ...]) -> Iterator[dict[str, Any]]:
    """Every figure, printed; yields the medians."""
    os.environ.update(
        TSUNAGI_MODE="test", DATABASE_URL=url, DJANGO_SETTINGS_MODULE="config.settings"
    )
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    for size, rounds in sizes:
        figures = _one_size(size, rounds)
        for name, (ours, baseline) in figures.items():
            line = {
                "name": f"ranking.{size}.{name}",
                "value": round(ours, 2),
                "unit": "ms",
                "baseline": round(baseline, 2),
                "ratio": round(ours / baseline, 2),
            }
            print(json.dumps(line), flush=True)
            if name == "p50":
                yield line
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE accounts_organization CASCADE")


def _one_size(size: int, rounds: int) -> dict[str, tuple[float, float]]:
    from django.db import transaction

    from bench.register import AT, fill
    from dispatch import prune
    from dispatch.candidate_rows import Search
    from dispatch.candidates import _surveyed, find_for_need
    from dispatch.policy import policy_for

    with transaction.atomic():
        organization = fill(size)
    policy = policy_for(organization)
    times: tuple[list[float], list[float]] = [], []
    for need in needs():
        search = Search(need=need, organization_id=organization.pk, at=AT, policy=policy)
        search, _ = _surveyed(search)
        text, parameters = prune.statement(search)
        text += f"LIMIT {LIMIT}"

        def ours(need: Need = need) -> list[int]:
            found = find_for_need(need, organization, at=AT, limit=LIMIT, policy=policy)
            return [candidate.volunteer_id for candidate in found.candidates]

        def by_hand(text: str = text, parameters: dict[str, Any] = parameters) -> list[int]:
            return [row[0] for row in prune.fetch(text, parameters)]

        if ours() != by_hand():  # warms both as well
            raise SystemExit(f"different candidates for {need}")
        for turn in range(rounds):
            for call in (0, 1) if turn % 2 else (1, 0):
                times[call].append(_milliseconds((ours, by_hand)[call]))
    return {
        "p50": (statistics.median(times[0]), statistics.median(times[1])),
        "p99": (_p99(times[0]), _p99(times[1])),
    }


def needs() -> list[Need]:
    """English and Chinese, on site and by video, at once and booked."""
    from bench.register import AT, CENTRE
    from dispatch.match_values import Need
    from dispatch.travel import Point

    booked = AT + timedelta(days=3, hours=3)
    on_site = Need(
        language="en",
        mode="accompany",
        urgency="booked",
        field="medical",
        starts_at=booked,
        ends_at=booked + timedelta(minutes=90),
        point=Point(*CENTRE),
        area="第1地区",
        place="市立病院",
    )
    at_once = replace(on_site, urgency="now", starts_at=AT, ends_at=AT + timedelta(hours=1))
    by_video = {"mode": "video", "remote": True, "point": None, "place": "", "area": ""}
    english = [
        on_site,
        at_once,
        replace(on_site, field="administrative", **by_video),
        replace(at_once, field="administrative", **by_video),
    ]
    return [*english, *(replace(need, language="zh") for need in english)]


def _milliseconds(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1000


def _p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


if __name__ == "__main__":
    sys.exit(main())
