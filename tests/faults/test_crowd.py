"""Many people accept in the same instant, over HTTP, on two web processes: exactly one winner."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.models import Organization
from dispatch.models import Assignment, Offer
from tests.journeys.searches import open_search, tap
from tests.journeys.stack import Stack

pytestmark = [pytest.mark.redis, pytest.mark.timeout(300)]


def press_at_once(stack: Stack, offers: list[Offer]) -> tuple[list[int], list[float]]:
    """Everybody taps, half on each web process; statuses and seconds."""
    barrier = threading.Barrier(len(offers))

    def press(number: int) -> tuple[int, float]:
        web = stack.webs[number % len(stack.webs)]
        barrier.wait(30)
        begin = time.monotonic()
        return tap(web.url, offers[number], timeout=60), time.monotonic() - begin

    with ThreadPoolExecutor(len(offers)) as crowd:
        found = list(crowd.map(press, range(len(offers))))
    return [status for status, _ in found], sorted(seconds for _, seconds in found)


def test_of_a_crowd_that_accepts_at_once_exactly_one_wins_and_all_are_answered(
    start_stack: Callable[..., Stack], redis_url: str, city: Organization, long: bool
) -> None:
    size, rounds = (100, 20) if long else (30, 2)
    stack = start_stack(redis_url=redis_url, webs=2, workers=0)
    seats = (1, 3)
    for turn in range(rounds):
        search = open_search(city, asked=size, seats=seats[turn % 2])
        offers = list(search.offers.all())
        statuses, seconds = press_at_once(stack, offers)
        assert statuses == [303] * size, "everybody is answered, nobody with an error"
        p95 = seconds[int(0.95 * (size - 1))]
        print(f"{size} at once: p95 {p95 * 1000:.0f} ms, last {seconds[-1] * 1000:.0f} ms")
        holders = Assignment.objects.filter(request=search)
        assert sorted(holders.values_list("seat", flat=True)) == list(range(1, search.seats + 1))
        states = list(search.offers.values_list("state", flat=True))
        assert states.count("accepted") == search.seats
        late = search.offers.filter(late_yes_at__isnull=False).count()
        assert late == size - search.seats, "each loser's yes is kept"
