"""The live board against what happens to real boards: blocked sockets, sleep, several tabs.

Web processes without a worker are enough here: people answer, boards show it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import Organization, User
from dispatch.models import Request
from tests.journeys.conftest import Browse, test_database_url
from tests.journeys.load import allowed_delay
from tests.journeys.searches import open_search, tap
from tests.journeys.stack import Stack, running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
POLLING = 5.0  # seconds between two looks of a page without a socket
SLEEP = 6.0  # longer than the five seconds from which on a page takes it that it slept


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[Stack]:
    """One web process with sockets."""
    with running(test_database_url(), workers=0) as stack:
        yield stack


@pytest.fixture
def deaf_site(transactional_db: None) -> Iterator[Stack]:
    """One web process that refuses every WebSocket, like many a city's proxy."""
    with running(test_database_url(), workers=0, web_options=("--ws", "none")) as stack:
        yield stack


def board_in(context: BrowserContext, state: str = "live") -> Page:
    """An open board, once it says that it is live (or polling)."""
    page = context.new_page()
    page.goto("/board/")
    expect(page.locator(f"[data-live-state={state}]")).to_be_visible()
    page.evaluate("window.neverReloaded = true")
    return page


def gone_within(page: Page, request: Request, seconds: float) -> None:
    """The request's card leaves the board in time, and the page was not loaded again."""
    expect(page.locator(f"#job-{request.pk}")).to_have_count(0, timeout=seconds * 1000)
    assert page.evaluate("window.neverReloaded")


def test_with_websockets_blocked_the_board_polls_and_loses_nothing(
    deaf_site: Stack, city: Organization, coordinator: User, browse: Browse
) -> None:
    searches = [open_search(city) for _ in range(3)]
    page = board_in(browse(deaf_site.url, coordinator), "polling")
    for search in searches:
        expect(page.locator(f"#job-{search.pk}")).to_be_visible()
        assert tap(deaf_site.url, search.offers.get()) == 303
        gone_within(page, search, POLLING + 2)
    late = open_search(city)
    expect(page.locator(f"#job-{late.pk}")).to_be_visible(timeout=(POLLING + 2) * 1000)


def test_another_organizations_board_shows_nothing(
    site: Stack,
    city: Organization,
    town: Organization,
    coordinator: User,
    outsider: User,
    browse: Browse,
) -> None:
    ours, theirs = open_search(city), open_search(town)
    page = board_in(browse(site.url, coordinator))
    other = board_in(browse(site.url, outsider))
    other.evaluate(
        """document.addEventListener("live:changed", () => { window.heard = true; });
           document.addEventListener("live:swapped", () => { window.swapped = true; });"""
    )
    expect(other.locator(f"#job-{theirs.pk}")).to_be_visible()
    expect(other.locator(f"#job-{ours.pk}")).to_have_count(0)
    assert tap(site.url, ours.offers.get()) == 303
    gone_within(page, ours, allowed_delay())
    assert tap(site.url, theirs.offers.get()) == 303
    gone_within(other, theirs, allowed_delay())
    expect(page.locator("body")).not_to_contain_text(town.name)


def test_every_tab_of_the_same_person_shows_it_within_a_second(
    site: Stack, city: Organization, coordinator: User, browse: Browse
) -> None:
    search = open_search(city, asked=2)
    context = browse(site.url, coordinator)
    first, second = board_in(context), board_in(context)
    assert tap(site.url, search.offers.all()[0], "decline") == 303
    for page in (first, second):
        card = page.locator(f"#job-{search.pk}")
        expect(card).to_contain_text("辞退", timeout=allowed_delay() * 1000)
    assert tap(site.url, search.offers.all()[1]) == 303
    for page in (first, second):
        gone_within(page, search, allowed_delay())


def test_after_sleep_the_board_is_fresh_within_two_seconds(
    site: Stack, city: Organization, coordinator: User, browse: Browse
) -> None:
    search = open_search(city)
    context = browse(site.url, coordinator)
    page = board_in(context)
    devtools = context.new_cdp_session(page)
    devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    context.set_offline(True)
    assert tap(site.url, search.offers.get()) == 303
    time.sleep(SLEEP)
    context.set_offline(False)
    devtools.send("Page.setWebLifecycleState", {"state": "active"})
    gone_within(page, search, 2)
    expect(page.locator("[data-live-state=live]")).to_be_visible()


def test_sound_and_title_only_for_those_who_switched_them_on(
    site: Stack, city: Organization, coordinator: User, browse: Browse
) -> None:
    searches = [open_search(city) for _ in range(2)]
    context = browse(site.url, coordinator)
    context.add_init_script(
        """window.tones = 0;
           const start = OscillatorNode.prototype.start;
           OscillatorNode.prototype.start = function (...rest) {
             window.tones += 1; return start.apply(this, rest);
           };
           document.hasFocus = () => false;  // as if another window were in front"""
    )
    page = board_in(context)
    title = page.title()
    assert tap(site.url, searches[0].offers.get()) == 303
    gone_within(page, searches[0], 5)
    assert (page.evaluate("window.tones"), page.title()) == (0, title)
    button = page.get_by_role("button", name="音で知らせる")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    before = page.evaluate("window.tones")
    assert tap(site.url, searches[1].offers.get()) == 303
    gone_within(page, searches[1], 5)
    page.wait_for_function("before => window.tones > before", arg=before)
    assert page.title() == f"(1) {title}"
