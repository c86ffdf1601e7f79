"""From the tap on «accept» to the answer when fifty people tap at once for the same seat.

Two web processes with Redis. The baseline is fifty requests at once for a page that does nothing
but answer, on the same processes in turns. Run: ``python -m bench.accept [--quick]``.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from time import perf_counter
from typing import TYPE_CHECKING

from bench.stage import figure, product, quantile, request, say, stage

if TYPE_CHECKING:
    from accounts.models import Organization
    from tests.journeys.stack import Stack

PEOPLE = 50
ROUNDS = 10
QUICK_ROUNDS = 3


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = QUICK_ROUNDS if parser.parse_args().quick else ROUNDS
    with stage() as city, product("redis") as stack:
        say(f"accept: {PEOPLE} at once, {rounds} rounds …")
        taps, bare = asyncio.run(_measure(stack, _crowds(city, rounds + 1)))
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        figure(f"accept.{PEOPLE}.{name}", quantile(taps, share), quantile(bare, share))
    return 0


def _crowds(city: Organization, rounds: int) -> list[list[str]]:
    """The paths of fifty offers of one request, for each round."""
    from tests.journeys.searches import open_search

    return [
        [f"/o/{token}/accept/" for token in search.offers.values_list("token", flat=True)]
        for search in (open_search(city, asked=PEOPLE) for _ in range(rounds))
    ]


async def _measure(stack: Stack, crowds: list[list[str]]) -> tuple[list[float], list[float]]:
    taps: list[float] = []
    bare: list[float] = []
    for number, paths in enumerate(crowds):
        answered = await _at_once(stack, "POST", paths, 303)
        idle = await _at_once(stack, "GET", ["/healthz"] * PEOPLE, 200)
        if number:  # the first round warms up
            taps += answered
            bare += idle
    return taps, bare


async def _at_once(stack: Stack, method: str, paths: list[str], wanted: int) -> list[float]:
    """Milliseconds until each of the requests, sent in one moment, was answered."""
    await asyncio.sleep(0.5)

    async def one(number: int, path: str) -> float:
        begin = perf_counter()
        status = await request(stack.webs[number % len(stack.webs)].url, method, path)
        if status != wanted:
            raise SystemExit(f"{path} answered {status}")
        return (perf_counter() - begin) * 1000

    return await asyncio.gather(*(one(number, path) for number, path in enumerate(paths)))


if __name__ == "__main__":
    sys.exit(main())
