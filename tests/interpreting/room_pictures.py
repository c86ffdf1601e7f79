"""The pictures of the room in docs/screenshots: ``python -m pytest tests/interpreting/room_pictures.py``.

Not a test: its name keeps it out of the usual run. Each picture is a step that a coordinator, a
resident or an interpreter really goes through; with PICTURES=directory they go there instead.
"""

from __future__ import annotations

import io
import os
from itertools import permutations
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.interpreting.calls import Call, admit, seat_of, sees
from tests.interpreting.test_room_in_browser import (  # noqa: F401 - fixtures
    call,
    chromium,
    city,
    photo,
    site,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
DOCS = Path(__file__).parents[2] / "docs" / "screenshots"
TARGET = Path(os.environ.get("PICTURES", DOCS))
MOST_BYTES = 150_000
PHONE, TABLET, DESK = (360, 740), (820, 1180), (1280, 800)


def shoot(page: Page, name: str, *, keep: bool = True) -> None:
    """One picture of what fits on the screen, in few colours; not all are kept in the docs."""
    if not keep and TARGET == DOCS:
        return
    page.evaluate("document.fonts.ready")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    path = TARGET / f"{name}.png"
    TARGET.mkdir(parents=True, exist_ok=True)
    picture.quantize(192, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size <= MOST_BYTES, f"{name}: {path.stat().st_size} bytes"


def at_size(page: Page, size: tuple[int, int], name: str, *, keep: bool = True) -> None:
    """The same page on another screen."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_timeout(400)
    shoot(page, name, keep=keep)


def test_pictures_of_the_room(call: Call, tmp_path: Path) -> None:  # noqa: F811
    desk, guest = _until_admitted(call)
    interpreter = call.as_interpreter(size=PHONE)
    pages = (desk, guest, interpreter)
    for one, other in permutations(pages, 2):
        sees(one, seat_of(other))
    desk.wait_for_timeout(8000)  # until the words of welcome are gone
    shoot(guest, "room-phone")
    at_size(guest, (740, 360), "room-landscape", keep=False)
    shoot(interpreter, "room-interpreter-phone")
    shoot(desk, "room-desk")
    guest.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    guest.locator("[data-photo]").set_input_files(photo(guest, tmp_path))
    for page in (desk, interpreter):
        expect(page.locator("[data-paper]")).to_be_visible()
    shoot(guest, "room-document-phone")
    at_size(desk, TABLET, "room-tablet")
    guest.emulate_media(color_scheme="dark")
    shoot(guest, "room-dark-phone", keep=False)
    at_size(desk, DESK, "room-document-desk", keep=False)
    desk.locator("#end-room").click()
    desk.locator("#sure-dialog [data-sure]").click()
    for page in pages:
        expect(page.locator("#room")).to_have_attribute("data-over", "ended")
    guest.emulate_media(color_scheme="light")
    shoot(guest, "room-end-phone")
    shoot(interpreter, "room-end-interpreter-phone", keep=False)


def _until_admitted(call: Call) -> tuple[Page, Page]:  # noqa: F811
    """The desk's first screen, the resident's way to the room."""
    desk = call.desk(size=DESK)
    shoot(desk, "room-desk-first")
    desk.locator("#invite-resident").click()
    link = desk.locator("#desk-dialog .room-invitation__link a").get_attribute("href") or ""
    shoot(desk, "room-desk-invitation", keep=False)
    guest = call.context(size=PHONE).new_page()
    guest.goto(link)
    shoot(guest, "room-consent-phone")
    guest.locator("button[name=agree]").click()
    guest.locator("[data-check-start]").click()
    expect(guest.locator("[data-check-ready]")).to_be_visible()
    guest.wait_for_timeout(800)  # until the preview moves
    shoot(guest, "room-check-phone")
    guest.locator("[data-check-ready]").click()
    expect(guest.locator("#room")).to_have_attribute("data-step", "waiting")
    shoot(guest, "room-waiting-phone")
    expect(desk.locator("[data-knock]")).to_be_visible()
    shoot(desk, "room-desk-waiting")
    admit(desk)
    expect(guest.locator("#room")).to_have_attribute("data-step", "room")
    return desk, guest
