"""Every page of the site in Chromium: axe, narrow phones, large type, long texts, right to left."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from accounts.models import User
from tests.test_access_matrix import world  # noqa: F401 - a fixture
from tests.ui.conftest import ARGUMENTS, CHROMIUM
from tests.ui.walk import ON_A_WAY, Stop, Walk, looked_at, own_words, show, untranslated
from tests.world import World
from ui.translations import languages

pytestmark = [
    pytest.mark.browser,
    pytest.mark.pages,
    pytest.mark.django_db,
    pytest.mark.timeout(400),
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE, OPTIONS = Axe(), {"runOnly": RULES, "resultTypes": ["violations"]}
PICTURES = os.environ.get("WALK_PICTURES", "")  # a folder: keep what every page looks like
# no page of their own: they send on, or answer with a part of a page, a file or nothing
SEND_ON = {
    "account_set_password", "account_signup", "dispatch:offer_accept", "dispatch:offer_decline",
    "dispatch:offer_prove", "home", "interpreting:room_invitation", "mfa_activate_totp",
    "mfa_authenticate", "mfa_edit_webauthn", "mfa_login_webauthn", "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn", "reports:enter", "volunteer:choose", "volunteer:prove",
    "volunteers:import_preview", "volunteers:import_progress",
}  # fmt: skip
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def browse(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Page]]:
    """browse() → a phone, started after the pages were fetched."""
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium at /usr/bin/chromium")
    with ExitStack() as opened:

        def start() -> Page:
            # not earlier: where playwright's loop runs, Django opens another connection
            monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
            playwright = opened.enter_context(sync_playwright())
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            opened.callback(browser.close)
            context = browser.new_context(
                viewport={"width": 360, "height": 740}, service_workers="block"
            )
            context.set_default_timeout(8000)
            return context.new_page()

        yield start


@pytest.fixture
def walk(world: World, client_of: Callable[[User], Client], clock: object) -> Callable[..., Walk]:  # noqa: F811
    """walk(language) → the walk in that language."""

    def make(language: str) -> Walk:
        return Walk(world, client_of, language)

    return make


def faults(page: Page, stop: Stop) -> list[str]:
    """What axe finds on the page, and whether it scrolls sideways."""
    show(page, stop)
    if PICTURES:
        language = stop.path.rpartition("lang=")[2]
        name = f"{language}-{stop.name.strip('/').replace(':', '-').replace('/', '-')}.png"
        page.screenshot(path=Path(PICTURES) / name, full_page=True)
    found = AXE.run(page, options=OPTIONS).response["violations"]
    wide = page.evaluate(WIDE)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found] + (
        [f"{wide} px too wide at 360 px"] if wide > 0 else []
    )


def report(wrong: dict[str, list[str]]) -> str:
    """One line for each fault."""
    return "".join(f"\n{name}: {one}" for name, found in wrong.items() for one in found)


def narrow_faults(page: Page) -> list[str]:
    """Sideways scrolling at 320 px, and at 360 px with type of twice the size."""
    wrong = []
    page.set_viewport_size({"width": 320, "height": 640})
    if (wide := page.evaluate(WIDE)) > 0:
        wrong.append(f"{wide} px too wide at 320 px")
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    if (wide := page.evaluate(WIDE)) > 0:
        wrong.append(f"{wide} px too wide with 200 % text")
    return wrong


def test_axe_finds_nothing_on_any_page_of_staff_and_all_fits(walk, browse) -> None:
    stops, wrong = list(walk("ja").stops(readers=False)), {}
    page = browse()
    for stop in stops:
        if found := [*faults(page, stop), *narrow_faults(page)]:
            wrong[stop.name] = found
    assert len(stops) > 50
    assert not wrong, report(wrong)


@pytest.mark.parametrize("language", ["ja", *languages()])
def test_axe_finds_nothing_on_any_page_of_readers_and_all_fits(walk, browse, language) -> None:
    stops, wrong = list(walk(language).stops(readers=True)), {}
    page = browse()
    for stop in stops:
        if found := [*faults(page, stop), *narrow_faults(page)]:
            wrong[stop.name] = found
    assert len(stops) > 30
    assert not wrong, report(wrong)


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
def test_long_texts_and_texts_from_right_to_left_fit_and_all_is_translated(
    walk, browse, language
) -> None:
    stops, wrong = list(walk(language).stops(readers=True)), {}
    words, page = own_words(), browse()
    for stop in stops:
        found = faults(page, stop)
        if not stop.name.startswith("guest:"):  # guests have languages of their own
            found += [f"not translated: {text}" for text in untranslated(page, words)]
            direction = page.evaluate("getComputedStyle(document.body).direction")
            found += [direction] * (direction != ("rtl" if language == "ar-XB" else "ltr"))
        if found:
            wrong[stop.name] = found
    assert not wrong, report(wrong)


def test_the_walk_passes_by_no_page(walk) -> None:
    one = walk("ja")
    seen = {stop.name for readers in (True, False) for stop in one.stops(readers)}
    gone = {name: status for name, status in one.passed_by.items() if status != 200}
    unseen = set(gone) - seen - SEND_ON - {e.name for e in looked_at() if e.ok == (404,)}
    assert not unseen, (
        f"{sorted(unseen)}: show it on a way (tests/ui/walk.py) or say that it sends on"
    )
    assert set(ON_A_WAY) <= seen
