"""The dashboard in Chromium: accessible at both widths, letters of the charts keep their size."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from accounts.clock import database_now
from accounts.times import local
from honoraria.tax.years import fiscal_year
from tests import factories
from tests.honoraria.figures.spending import spent, taken_back
from tests.honoraria.grants.rows import cost, judged, programme

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = os.environ.get("FIGURE_PICTURES", "")  # a folder: keep what every page looks like
SMALLEST = 12  # px of letters in a chart


@pytest.fixture
def year(city) -> int:
    """The present fiscal year with entries in every state, at two desks, and with costs."""
    year = fiscal_year(local(database_now()).date())
    names = ("多文化共生センター外国人総合相談窓口", "本庁舎1階")
    desks = [factories.DeskFactory(organization=city, name=name) for name in names]
    running = programme(city, year=year, name="外国人受入環境整備交付金（運営）")
    version = factories.TariffVersionFactory(
        tariff__organization=city, tariff__name="通訳謝礼", valid_from=date(year - 1, 4, 1)
    )
    states = ["paid", "closed", "approved", "draft"]
    for n in range(12):
        on = date(year + (n > 8), (n + 3) % 12 + 1, 10)
        entry = spent(
            city, on, 30_000 + 9_000 * n, transport=700 * n, state=states[n // 3],
            desk=desks[n % 2], language=["vi", "zh-Hans", "pt-BR", "ne"][n % 4],
            field=["medical", "school", "legal"][n % 3], tariff_version=version,
        )  # fmt: skip
        if n % 2:
            judged(running, entry)
        if n == 5:
            taken_back(entry, on, state="draft")
    for month, amount in ((5, 88_000), (9, 44_000)):
        cost(city, amount=amount, used_on=date(year, month, 20), state="approved")
    return year


def settle(page: Page, name: str) -> None:
    """Accessible, nothing wider than the screen, charts drawn with letters that can be read."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    sizes = page.evaluate(
        "[...document.querySelectorAll('.figure__svg text')].map(t => "
        "parseFloat(getComputedStyle(t).fontSize) * (t.getScreenCTM() || {a: 1}).a)"
    )
    outside = page.evaluate(
        "[...document.querySelectorAll('.figure__svg text')].filter(t =>"
        " t.getClientRects().length).filter(t => { const own ="
        " t.getBoundingClientRect(), all = t.ownerSVGElement.getBoundingClientRect();"
        " return own.left < all.left - 2 || own.right > all.right + 2 }).map(t => t.textContent)"
    )
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    assert overflow <= 0
    assert min(sizes, default=SMALLEST) >= SMALLEST
    assert not outside


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "light"), (1280, "dark")])
def test_an_accountant_reads_the_year_and_enters_the_budget(
    chromium: Browser, live_server, client_of, accountant, year, width, scheme
):
    session = client_of(accountant).cookies["tsunagi_session"].value
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    context.add_cookies([{"name": "tsunagi_session", "value": session, "url": live_server.url}])
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(f"{live_server.url}/figures/")
    expect(page.get_by_role("img", name="月別の費用")).to_be_visible()
    page.get_by_role("link", name="予算を入力").click()
    page.get_by_label("予算額（円）").fill("1,500,000")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_text("予算を保存しました")).to_be_visible()
    expect(page.get_by_role("img", name=f"{year}年度の費用、予測と予算")).to_be_visible()
    fill = page.locator(".figure__area--paid").first.evaluate("e => getComputedStyle(e).fill")
    assert fill not in ("rgb(0, 0, 0)", "none")
    settle(page, f"figures-{width}-{scheme}")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV.*窓口別")).click()
    assert download.value.suggested_filename == f"figures-{year}-desk.csv"
    page.get_by_label("窓口", exact=True).select_option(label="本庁舎1階")
    page.get_by_role("button", name="表示").click()
    expect(page.get_by_text("窓口を選んだときは比べません")).to_be_visible()
    settle(page, f"desk-{width}-{scheme}")
    assert not wrong
    context.close()
