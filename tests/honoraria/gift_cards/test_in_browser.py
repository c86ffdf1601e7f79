"""Signing with the mouse and the keyboard in Chromium; the office's pages at both widths."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.clock import database_now
from accounts.times import local
from honoraria.gift_cards import actions
from honoraria.models import Payment, PaymentBatch
from honoraria.payments.actions import release_batch
from tests.honoraria.gift_cards.box import cards_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = os.environ.get("GIFT_PICTURES", "")  # a folder: keep what every page looks like


@pytest.fixture
def browser_of(chromium: Browser, live_server, client_of) -> Callable[..., BrowserContext]:
    """browser_of(person, width=360, script=True) → a browser signed in as somebody."""

    def make(person, width: int = 360, script: bool = True) -> BrowserContext:
        session = client_of(person).cookies["tsunagi_session"].value
        context = chromium.new_context(
            viewport={"width": width, "height": 740}, java_script_enabled=script
        )
        context.add_cookies([{"name": "tsunagi_session", "value": session, "url": live_server.url}])
        return context

    return make


@pytest.fixture
def today() -> date:
    """Today in Tokyo, by the database's clock that the pages read."""
    return local(database_now()).date()


@pytest.fixture
def given(city, hana, minh, accountant, admin, today):
    """A box with two kinds; Hana was handed cards, Minh has some coming."""
    at = database_now()
    thousand = actions.add_kind(city, "図書カードNEXT", 1000, by=accountant, at=at)
    five = actions.add_kind(city, "図書カードNEXT", 500, by=accountant, at=at)
    actions.open_stock(thousand, 20, on=today - timedelta(days=1), by=accountant, at=at)
    actions.buy(
        five, 10, on=today, unit_cost=500, reason="みなと書店 領収書 No.123", by=accountant, at=at
    )
    cards_of(hana, 2000)
    cards_of(hana, 1500)
    payment = actions.prepare_hand_out(hana, on=today, by=accountant, at=at)
    release_batch(payment.batch, by=admin, at=at)
    actions.hand_out(payment, {thousand.pk: 3, five.pk: 1}, on=today, by=accountant, at=at)
    cards_of(minh, 2500)
    actions.spoil(thousand, 1, on=today, reason="折れ", by=accountant, at=at)
    return payment


def settle(page: Page, name: str) -> None:
    """Accessible, nothing wider than the screen; kept as a picture if somebody asked for it."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    assert overflow <= 0


def draw(page: Page) -> None:
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 30 + step * 25, box["y"] + 30 + (step % 2) * 60)
    page.mouse.up()


@pytest.mark.parametrize("width", [360, 320])
def test_a_signature_is_drawn_and_redrawn(browser_of, live_server, hana, given, width):
    page = browser_of(hana.user, width).new_page()
    page.goto(f"{live_server.url}/v/gifts/")
    page.locator("canvas").scroll_into_view_if_needed()
    draw(page)
    stored = page.locator("[name=path]")
    first = stored.input_value()
    assert first.startswith("M")
    page.get_by_role("button", name="書き直す").click()
    assert stored.input_value() == ""
    draw(page)
    settle(page, f"gifts-{width}")
    page.get_by_role("button", name="受け取りました").click()
    expect(page.get_by_text("受け取りを確認しました")).to_be_visible()
    given.refresh_from_db()
    assert given.signature.startswith("M")
    assert given.receipt_how == "phone"
    page.locator("summary").first.click()
    settle(page, f"gifts-signed-{width}")


def test_the_keyboard_alone_is_enough(browser_of, live_server, hana, given):
    page = browser_of(hana.user).new_page()
    page.goto(f"{live_server.url}/v/gifts/")
    summary = page.get_by_text("書くかわりに、お名前を入力する")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("別人")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("登録されているお名前と違います")
    field = page.get_by_label("お名前（登録のとおり）")
    expect(field).to_be_visible()
    settle(page, "gifts-refused")
    field.fill("山田 花")
    page.keyboard.press("Enter")
    expect(page.get_by_text("受け取りを確認しました")).to_be_visible()
    given.refresh_from_db()
    assert given.signature == "name:山田 花"


def test_without_scripts_the_name_is_asked_for(browser_of, live_server, hana, given):
    page = browser_of(hana.user, script=False).new_page()
    page.goto(f"{live_server.url}/v/gifts/")
    expect(page.locator("canvas")).to_be_hidden()
    page.get_by_label("お名前（登録のとおり）").fill("ヤマダ ハナ")
    page.get_by_role("button", name="受け取りました").click()
    expect(page.get_by_text("受け取りを確認しました")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_offices_pages(browser_of, live_server, accountant, admin, minh, given, today, width):
    kind = given.gift_card_moves.first().kind
    waiting = actions.prepare_hand_out(minh, on=today, by=admin, at=database_now())
    page = browser_of(accountant, width).new_page()
    at = database_now()
    for name, path in (
        ("box", "/gift-cards/"),
        ("register", f"/gift-cards/kinds/{kind.pk}/"),
        ("buy", f"/gift-cards/kinds/{kind.pk}/buy/"),
        ("kind", "/gift-cards/kinds/new/"),
        ("counts", f"/gift-cards/counts/?month={today:%Y-%m}"),
        ("payment-made", f"/gift-cards/payments/{given.pk}/"),
        ("payment-to-check", f"/gift-cards/payments/{waiting.pk}/"),
    ):
        assert page.goto(live_server.url + path).status == 200
        # what is folded must fit when it is open
        page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        settle(page, f"{name}-{width}")
    release_batch(PaymentBatch.objects.get(pk=waiting.batch_id), by=accountant, at=at)
    page.goto(f"{live_server.url}/gift-cards/payments/{waiting.pk}/")
    settle(page, f"payment-to-hand-out-{width}")
    page.get_by_role("button", name="渡したことを記録する").click()
    expect(page.get_by_text("交付を記録しました")).to_be_visible()
    assert Payment.objects.get(pk=waiting.pk).state == "paid"
