"""The account on a telephone without JavaScript, the office's search with it, in Chromium."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.clock import database_now
from accounts.sessions import SIGNED_IN_AT
from honoraria.models import BankAccount
from tests.factories import BankAccountFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SCREENSHOTS", "")


@pytest.fixture
def browser_of(
    chromium: Browser, live_server, client_of
) -> Iterator[Callable[..., BrowserContext]]:
    """browser_of(person, width, scripts=True) → a browser in which the person just signed in."""
    opened: list[BrowserContext] = []

    def make(person, width: int, *, scripts: bool = True) -> BrowserContext:
        client = client_of(person)
        session = client.session
        session[SIGNED_IN_AT] = database_now().isoformat()
        session.save()
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=scripts, locale="ja-JP"
        )
        context.set_default_timeout(10_000)
        value = client.cookies["tsunagi_session"].value
        context.add_cookies([{"name": "tsunagi_session", "value": value, "url": live_server.url}])
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}.png", full_page=True)


def fits(page: Page) -> None:
    """Nothing is wider than the screen; asked of the layout, as scripts may be off."""
    width = page.viewport_size["width"]
    boxes = [one.bounding_box() for one in page.locator("main *:visible").all()]
    assert not [box for box in boxes if box and box["x"] + box["width"] > width + 1]


@pytest.mark.parametrize(("width", "language"), [(360, "ja"), (320, "en")])
def test_a_volunteer_enters_the_account_without_javascript(
    browser_of, live_server, hana, width, language
):
    page = browser_of(hana.user, width, scripts=False).new_page()
    page.goto(f"{live_server.url}/v/account/?lang={language}")
    shot(page, "own-none")
    page.locator("main a.button--primary").click()
    shot(page, "own-bank")
    fits(page)
    page.fill("#id_q", "ひろしま")
    page.locator("main form[role=search] button").click()
    fits(page)
    shot(page, "own-banks")
    page.locator(".choice-link").first.click()
    page.fill("#id_q", "002")
    page.locator("main form[role=search] button").click()
    shot(page, "own-branches")
    page.locator(".choice-link").first.click()
    page.fill("#id_number", "12345")
    page.locator("main form button").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    shot(page, "own-mistake")
    fits(page)
    page.fill("#id_number", "7654321")
    page.locator("main form button").click()
    expect(page.locator(".account-number")).to_have_text("7654321")
    fits(page)
    shot(page, "own-check")
    page.locator("button[name=again]").click()
    expect(page.locator("#id_number")).to_have_value("7654321")
    page.locator("main form button").click()
    page.locator("button[name=confirmed]").click()
    expect(page.locator("main")).to_contain_text("****321")
    fits(page)
    shot(page, "own-entered")
    page.goto(f"{live_server.url}/v/account/new/?bank=9900")
    fits(page)
    shot(page, "own-book")
    page.goto(f"{live_server.url}/v/me/")
    shot(page, "own-menu")
    assert BankAccount.objects.get().branch_code == "002"


@pytest.mark.parametrize("width", [1280, 360])
def test_the_office_finds_a_bank_while_typing(
    browser_of, live_server, accountant, hana, minh, width
):
    BankAccountFactory(volunteer=minh, state="entered", branch_code="000")
    page = browser_of(accountant, width).new_page()
    page.goto(f"{live_server.url}/payees/")
    fits(page)
    shot(page, "list")
    page.goto(f"{live_server.url}/payees/{hana.pk}/account/")
    page.locator("#id_q").press_sequentially("みずほ")
    expect(page.locator(".choice-link").first).to_contain_text("みずほ銀行")
    shot(page, "banks")
    page.locator(".choice-link").first.click()
    page.locator("#id_q").press_sequentially("001")
    page.locator(".choice-link").first.click()
    shot(page, "form")
    fits(page)
    page.fill("#id_number", "7654321")
    page.locator("main form button").click()
    expect(page.locator("main")).to_contain_text("****321")
    shot(page, "detail")
    fits(page)
    page.goto(f"{live_server.url}/payees/{minh.pk}/")
    shot(page, "closed")
    fits(page)
