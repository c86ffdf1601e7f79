"""The styleguide and the mock pages in Chromium: accessible, no sideways scroll, light."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PAGES = ["/ui/", "/ui/board/", "/ui/offer/", "/ui/outcome/", "/ui/sign-in/"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(site: str, page: Page, path: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(site + path)
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways_on_a_narrow_phone(site: str, page: Page, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(site + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_answers_are_large_and_the_page_is_light(site: str, page: Page) -> None:
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(site + "/ui/offer/", wait_until="networkidle")
    assert len(sizes) <= 8
    assert sum(sizes) <= 60_000
    for answer in page.locator(".answer").all():
        box = answer.bounding_box()
        assert box is not None
        assert box["height"] >= 64
        assert box["width"] >= 280


def test_targets_are_big_enough(site: str, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site + "/ui/board/")
    for button in page.locator(".button:visible, .tabbar__item:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["height"], box["width"]) >= 44, button.inner_text()
    primary = page.locator(".button--primary:visible").first.bounding_box()
    assert primary is not None
    assert primary["height"] >= 48


def test_the_main_action_stays_in_reach(site: str, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site + "/ui/board/")
    page.evaluate("scrollTo(0, 1500)")
    expect(
        page.get_by_role("link", name="依頼を受ける").locator("visible=true")
    ).to_be_in_viewport()


def test_the_first_tab_leads_past_the_navigation(site: str, page: Page) -> None:
    page.goto(site + "/ui/board/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_countdown_counts(site: str, page: Page) -> None:
    page.goto(site + "/ui/board/")
    first = page.locator("[data-countdown]").first
    expect(first).to_have_text("0:39", timeout=6000)
    assert first.get_attribute("data-soon") is not None


def test_the_language_can_be_chosen_without_script(site: str, page: Page) -> None:
    page.goto(site + "/ui/offer/")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("link", name="English")).to_have_attribute("aria-current", "true")


def test_a_suggestion_is_chosen_by_keyboard(site: str, page: Page) -> None:
    page.goto(site + "/ui/")
    field = page.locator("#id_new-language")
    field.press_sequentially("ne")
    expect(page.locator(".combobox__option")).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value("ネパール語")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_a_dialog_opens_and_escape_closes_it(site: str, page: Page) -> None:
    page.goto(site + "/ui/")
    page.get_by_role("button", name="依頼を取り消す").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
