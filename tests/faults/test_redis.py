"""Redis away or hanging: answers, waves and messages go on; pages look for themselves."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.clock import database_now
from accounts.models import Organization, User
from dispatch.actions.requests import open_request
from dispatch.models import Assignment
from realtime.models import Message
from tests.dispatch.drafts import draft
from tests.faults.servers import RedisServer
from tests.journeys.conftest import Browse
from tests.journeys.load import allowed_delay
from tests.journeys.searches import open_search, tap, volunteer_of
from tests.journeys.stack import Stack, until

pytestmark = [pytest.mark.redis, pytest.mark.timeout(300)]
StartStack = Callable[..., Stack]
LOOKS_AT_LEAST_EVERY = 22.0  # seconds; a page whose socket looks fine polls every twenty
ANSWERED_WITHIN = 5.0  # seconds, however long Redis hangs


@pytest.mark.browser
def test_without_redis_everything_goes_on_and_pages_come_back_to_life_by_themselves(
    own_redis: RedisServer,
    start_stack: StartStack,
    city: Organization,
    coordinator: User,
    browse: Browse,
    long: bool,
) -> None:
    during, after = open_search(city), open_search(city)
    [volunteer_of(city) for _ in range(2)]
    stack = start_stack(redis_url=own_redis.url, webs=2, workers=1)
    page = browse(stack.url, coordinator).new_page()
    page.goto("/board/")
    expect(page.locator("[data-live-state=live]")).to_be_visible()
    page.evaluate("window.neverReloaded = true")

    own_redis.stop()
    assert tap(stack.other_url, during.offers.get()) == 303
    assert Assignment.objects.filter(request=during).count() == 1
    at = database_now()
    asked = open_request(city, draft(at, urgency="now"), by=coordinator, at=at)
    until(lambda: Message.objects.filter(kind="offer_now", state="delivered").exists(), 15)
    expect(page.locator(f"#job-{during.pk}")).to_have_count(0, timeout=LOOKS_AT_LEAST_EVERY * 1000)
    expect(page.locator(f"#job-{asked.pk} .asked__one").first).to_be_visible(
        timeout=LOOKS_AT_LEAST_EVERY * 1000
    )
    if long:
        time.sleep(60)

    own_redis.start()
    hears_again(stack, page, city)
    assert tap(stack.other_url, after.offers.get()) == 303
    expect(page.locator(f"#job-{after.pk}")).to_have_count(0, timeout=allowed_delay() * 1000)
    assert page.evaluate("window.neverReloaded")


def hears_again(stack: Stack, page, city: Organization) -> None:  # type: ignore[no-untyped-def]
    """Wait until a hint from the other web process arrives at the page again."""
    page.evaluate(
        "document.addEventListener('live:changed', () => { window.heard = true; });"
        "window.heard = false"
    )
    probe = open_search(city, asked=40)
    offers = iter(probe.offers.all())

    def heard() -> bool:
        assert tap(stack.other_url, next(offers), "decline") == 303
        page.wait_for_timeout(500)
        return bool(page.evaluate("window.heard"))

    until(heard, 20)


def test_a_hanging_redis_keeps_nobody_waiting_for_an_answer(
    own_redis: RedisServer, start_stack: StartStack, city: Organization
) -> None:
    search = open_search(city, asked=2)
    first, second = search.offers.all()
    stack = start_stack(redis_url=own_redis.url, webs=1, workers=0)
    own_redis.freeze()
    begin = time.monotonic()
    assert tap(stack.url, first, "decline") == 303
    assert tap(stack.url, second) == 303
    assert time.monotonic() - begin < 2 * ANSWERED_WITHIN
    assert Assignment.objects.get(request=search).offer_id == second.pk
