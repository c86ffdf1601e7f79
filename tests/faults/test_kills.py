"""Processes killed in the worst moment: between commit and answer, and in the middle of a wave."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import transaction

from accounts.clock import database_now
from accounts.models import Organization
from accounts.times import local
from dispatch.actions.requests import open_request
from dispatch.models import Assignment, Offer, Request
from realtime.models import Message
from tests.dispatch.drafts import draft
from tests.faults.servers import RedisServer
from tests.journeys.conftest import test_database_url
from tests.journeys.searches import open_search, tap, volunteer_of
from tests.journeys.stack import Stack, until

pytestmark = pytest.mark.timeout(300)
StartStack = Callable[..., Stack]
# where a wave may be when its worker dies: at its first row, the offers, a message, the log
KILL_POINTS = ("dispatch_wave", "dispatch_offer", "realtime_message", "accounts_auditentry")


@pytest.mark.redis
def test_a_web_process_killed_between_commit_and_answer_gives_the_same_answer_to_the_same_tap(
    own_redis: RedisServer, start_stack: StartStack, city: Organization
) -> None:
    search = open_search(city, asked=2)
    winner, other = search.offers.all()
    stack = start_stack(redis_url=own_redis.url, webs=2, workers=0)
    own_redis.freeze()  # the hint after the commit hangs for a moment: the gap to be killed in
    results: list[object] = []

    def press() -> None:
        try:
            results.append(tap(stack.url, winner))
        except (OSError, http.client.HTTPException) as error:
            results.append(error)

    tapping = threading.Thread(target=press)
    tapping.start()
    until(lambda: Assignment.objects.filter(request=search).exists(), 15, step=0.005)
    stack.webs[0].kill()
    tapping.join(15)
    own_redis.thaw()
    assert isinstance(results[0], Exception), "it was killed before it could answer"

    assert tap(stack.other_url, winner) == 303
    assert "あなたに決まりました" in page_of(stack.other_url, winner)
    assert tap(stack.other_url, other) == 303
    assert "ほかの方に決まりました" in page_of(stack.other_url, other)
    stack.webs[0].start()
    until(stack.webs[0].is_ready, 30)
    assert tap(stack.url, winner) == 303
    assert "あなたに決まりました" in page_of(stack.url, winner)
    assert Assignment.objects.get(request=search).offer_id == winner.pk
    told = Message.objects.filter(subject_key=other.key, kind="filled")
    assert told.count() == 1, "the others hear once that it is taken"


def page_of(url: str, offer: Offer) -> str:
    """The page of an offer as text."""
    client = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    client.request("GET", f"/o/{offer.token}/")
    try:
        return client.getresponse().read().decode()
    finally:
        client.close()


def test_a_worker_killed_in_the_middle_of_a_wave_loses_and_doubles_no_offer(
    start_stack: StartStack, city: Organization, long: bool
) -> None:
    for _ in range(12):
        volunteer_of(city)
    (worker,) = start_stack(webs=0, workers=1).workers
    for number, table in enumerate(KILL_POINTS * (5 if long else 1)):
        request = waiting_request(city, days_ahead=3 + number)
        with nobody_may_write(table) as watcher:
            Request.objects.filter(pk=request.pk).update(next_action_at=database_now())
            until(lambda w=watcher, t=table: somebody_waits(w, t), 30)  # type: ignore[misc]
            worker.kill()
        assert not request.offers.exists(), f"half a wave was left at {table}"
        worker.start()
        until(request.offers.exists, 30)
        offers = list(request.offers.all())
        assert request.waves.count() == 1
        assert len({offer.volunteer_id for offer in offers}) == len(offers)
        keys = [f"{offer.key}:asked" for offer in offers]
        assert Message.objects.filter(dedupe_key__in=keys).count() == len(offers)
        request.refresh_from_db()
        assert request.next_action_at is not None


def waiting_request(city: Organization, *, days_ahead: int) -> Request:
    """A booked request whose first wave is not due yet."""
    at = database_now()
    afternoon = local(at).replace(hour=14, minute=0, second=0, microsecond=0)
    start = afternoon + timedelta(days=days_ahead)
    with transaction.atomic():
        wanted = draft(at, starts_at=start, ends_at=start + timedelta(hours=1))
        request = open_request(city, wanted, by=None, at=at)
        Request.objects.filter(pk=request.pk).update(next_action_at=at + timedelta(hours=1))
    return request


@contextmanager
def nobody_may_write(table: str) -> Iterator[psycopg.Connection]:
    """Whoever writes to the table waits until the end of the block."""
    url = test_database_url()
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as watcher:
        holder.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield watcher


def somebody_waits(watcher: psycopg.Connection, table: str) -> bool:
    """A process waits in the middle of a transaction to write to the table."""
    found = watcher.execute(
        "SELECT 1 FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND xact_start < query_start AND query ~ %s",
        [f'^(INSERT INTO|UPDATE) "{table}"'],
    )
    return found.fetchone() is not None
