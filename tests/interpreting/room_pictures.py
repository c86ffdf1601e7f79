"""The pictures of the room in docs/screenshots: ``python -m pytest tests/interpreting/room_pictures.py``.

Not a test: its name keeps it out of the usual run. Each picture is a step that a coordinator, a
resident or an interpreter really goes through; with PICTURES=directory they go there instead.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.interpreting.calls import Call, admit, enter, seat_of, sees
from tests.interpreting.test_room_in_browser import (  # noqa: F401 - fixtures
    call,
    chromium,
    city,
    photo,
    site,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
TARGET = Path(os.environ.get("PICTURES", Path(__file__).parents[2] / "docs" / "screenshots"))
MOST_BYTES = 150_000
PHONE, TABLET, DESK = (360, 740), (820, 1180), (1280, 800)


def shoot(page: Page, name: str) -> None:
    """One picture of what fits on the screen, in few colours."""
    page.evaluate("document.fonts.ready")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    path = TARGET / f"{name}.png"
    TARGET.mkdir(parents=True, exist_ok=True)
    picture.quantize(192, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size <= MOST_BYTES, f"{name}: {path.stat().st_size} bytes"


def everywhere(page: Page, name: str, **sizes: tuple[int, int]) -> None:
    """The same page at several sizes, and in dark colours where only looking counts."""
    for size, (width, height) in sizes.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)
        shoot(page, f"{name}-{size}")


def test_pictures_of_the_room(call: Call, tmp_path: Path) -> None:  # noqa: F811
    desk = call.context(call.coordinator, size=DESK).new_page()
    desk.goto(f"/rooms/{call.room.pk}/")
    shoot(desk, "room-desk-check")
    enter(desk)
    shoot(desk, "room-desk-first")
    desk.locator("#invite-resident").click()
    expect(desk.locator("#desk-dialog svg").first).to_be_visible()
    shoot(desk, "room-desk-invitation")
    link = desk.locator("#desk-dialog .room-invitation__link a").get_attribute("href") or ""
    desk.locator("[data-close-dialog]").click()
    guest = call.context(size=PHONE).new_page()
    guest.goto(link)
    shoot(guest, "room-consent-phone")
    guest.locator("button[name=agree]").click()
    shoot(guest, "room-ask-phone")
    guest.locator("[data-check-start]").click()
    expect(guest.locator("[data-check-ready]")).to_be_visible()
    guest.wait_for_timeout(800)
    shoot(guest, "room-check-phone")
    guest.locator("[data-check-ready]").click()
    expect(guest.locator("#room")).to_have_attribute("data-step", "waiting")
    shoot(guest, "room-waiting-phone")
    expect(desk.locator("[data-knock]")).to_be_visible()
    everywhere(desk, "room-desk-waiting", wide=DESK, tablet=TABLET)
    desk.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    admit(desk)
    expect(guest.locator("#room")).to_have_attribute("data-step", "room")
    interpreter = call.as_interpreter(size=PHONE)
    pages = (desk, guest, interpreter)
    for one in pages:
        for other in pages:
            if one is not other:
                sees(one, seat_of(other))
    desk.wait_for_timeout(8000)  # until the words of welcome are gone
    everywhere(guest, "room", phone=PHONE, landscape=(740, 360))
    guest.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    everywhere(interpreter, "room-interpreter", phone=PHONE)
    everywhere(desk, "room-desk", wide=DESK, tablet=TABLET)
    desk.locator('[data-do="people"]').click()
    desk.wait_for_timeout(600)
    shoot(desk, "room-desk-panel-tablet")
    desk.locator('[data-do="people"]').click()
    guest.locator("[data-photo]").set_input_files(photo(guest, tmp_path))
    for page in (desk, interpreter):
        expect(page.locator("[data-paper]")).to_be_visible()
    everywhere(desk, "room-document", wide=DESK, tablet=TABLET)
    everywhere(guest, "room-document", phone=PHONE, landscape=(740, 360))
    guest.emulate_media(color_scheme="dark")
    desk.emulate_media(color_scheme="dark")
    everywhere(guest, "room-dark", phone=PHONE)
    everywhere(desk, "room-dark", wide=DESK)
    desk.emulate_media(color_scheme="light")
    desk.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    desk.locator("#end-room").click()
    desk.locator("#sure-dialog [data-sure]").click()
    for page in pages:
        expect(page.locator("#room")).to_have_attribute("data-over", "ended")
    guest.emulate_media(color_scheme="light")
    shoot(guest, "room-end-phone")
    shoot(interpreter, "room-end-interpreter-phone")
    shoot(desk, "room-end-desk")
