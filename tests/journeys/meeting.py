"""Desk, resident and interpreter meet over the product's own pages, in Chromium with fake devices.

Each step here is a press somebody makes; nothing is created beside the pages. What a page sees and
hears is asked by the functions of `tests.interpreting.calls`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from dispatch.models import Assignment, Request
from interpreting.models import Room
from tests.conftest import A_WHILE
from tests.interpreting.calls import (
    CHROMIUM,
    PATIENCE,
    Call,
    admit,
    check,
    enter,
    fake_devices,
    frames,
    hears,
    seat_of,
    sees,
)
from tests.journeys.conftest import Browse
from tests.journeys.stack import Stack
from volunteers.models import Volunteer

PHONE = {"width": 360, "height": 740}

# a picture that moves, or the word that it rests in favour of the voice
PICTURE_OR_REST = """([seat, least]) => {
  const tile = document.querySelector(`[data-tiles] [data-seat="${seat}"]`);
  const frames = tile.querySelector("video").getVideoPlaybackQuality().totalVideoFrames;
  return tile.dataset.camera === "false" || frames > least;
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium with a fake camera and microphone, patient, or a clear skip where it is missing."""
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium at /usr/bin/chromium")
    with pytest.MonkeyPatch.context() as patch, fake_devices() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=PATIENCE)
        yield browser
        expect.set_options(timeout=A_WHILE)


class Patient(Call):
    """A call whose pages may take their time."""

    def context(self, *given: Any, **options: Any) -> BrowserContext:
        """A browser of its own."""
        context = super().context(*given, **options)
        context.set_default_timeout(PATIENCE)
        return context


@dataclass
class Meeting:
    """The people of one request and their windows, on the web processes of a stack."""

    stack: Stack
    browse: Browse
    coordinator: User
    interpreter: Volunteer

    def window(
        self, person: User | None = None, *, url: str = "", phone: bool = False
    ) -> BrowserContext:
        """A browser with camera and microphone; signed in if a person is given."""
        context = self.browse(url or self.stack.url, person, **(PHONE if phone else {}))
        context.grant_permissions(["camera", "microphone"])
        context.set_default_timeout(PATIENCE)
        return context

    def office(self) -> Page:
        """The coordinator's window."""
        return self.window(self.coordinator).new_page()

    def on_call(self, volunteer: Volunteer | None = None) -> Page:
        """Somebody presses 待機 on the phone and leaves the page open, on another web process."""
        person = (volunteer or self.interpreter).user
        page = self.window(person, url=self.stack.other_url, phone=True).new_page()
        page.goto("/v/")
        expect(page.locator("[data-live-state=live]")).to_be_visible()
        page.get_by_role("button", name="今から30分待機する").click()
        expect(page.get_by_text("まで待機中です")).to_be_visible()
        return page


def take_request(page: Page, mode: str, language: str = "ベトナム語") -> Request:
    """Somebody stands at the counter now: the coordinator fills in the form."""
    page.goto("/requests/new/")
    page.locator("#id_language_text").fill(language)
    page.locator("[name=urgency][value=now]").check(force=True)
    page.locator(f"[name=mode][value={mode}]").check(force=True)
    page.locator("[name=field]").select_option("administrative")
    page.locator("#id_place_name").fill("市役所 1階窓口")
    page.get_by_role("button", name="この内容で打診を始める").click()
    page.wait_for_url(re.compile(r"/requests/\d+/$"))
    return Request.objects.get(pk=int(page.url.rstrip("/").rsplit("/", 1)[1]))


def answer_ring(page: Page) -> Assignment:
    """The telephone rings, filling the screen; answering leads into the room."""
    expect(page.locator("html[data-ringing]")).to_have_count(1)
    box = page.locator("[data-ring]").bounding_box()
    assert box == {"x": 0, "y": 0, **{k: PHONE[k] for k in ("width", "height")}}
    expect(page.locator("[data-ring]")).to_contain_text("ベトナム語")
    page.get_by_role("button", name="応答する").click()
    page.wait_for_url(re.compile(r"/v/rooms/\d+/$"))
    enter(page)
    return Assignment.objects.get(pk=int(page.url.rstrip("/").rsplit("/", 1)[1]))


def enter_from_request(office: Page) -> Room:
    """The desk goes into the room from the request's page, which has learnt of it by itself."""
    office.get_by_role("button", name="通訳ルームに入る").click()
    office.wait_for_url(re.compile(r"/rooms/\d+/$"))
    enter(office)
    return Room.objects.get(pk=int(office.url.rstrip("/").rsplit("/", 1)[1]))


def invitation(desk: Page) -> str:
    """The link for the resident, as shown beside its QR code."""
    desk.locator("#invite-resident").click()
    link = desk.locator("#desk-dialog .room-invitation__link a").get_attribute("href") or ""
    expect(desk.locator("#desk-dialog svg").first).to_be_visible()
    desk.locator("[data-close-dialog]").click()
    return link


def wait_outside(page: Page, link: str) -> None:
    """The resident opens the link, agrees, tries camera and microphone, and waits."""
    page.goto(link)
    page.locator("button[name=agree]").click()
    check(page)
    expect(page.locator("#room")).to_have_attribute("data-step", "waiting")


def let_in(desk: Page, resident: Page) -> None:
    """The desk opens the door."""
    admit(desk)
    expect(resident.locator("#room")).to_have_attribute("data-step", "room")


def all_six(pages: tuple[Page, ...]) -> None:
    """Everybody decodes everybody's picture and hears everybody's voice."""
    for one, other in permutations(pages, 2):
        sees(one, seat_of(other))
        hears(one, seat_of(other))


def sees_or_hears_why(page: Page, other: Page) -> None:
    """Pictures of the other go on coming, or the other has put them to rest."""
    seat = seat_of(other)
    page.wait_for_function(PICTURE_OR_REST, arg=[seat, 0])
    page.wait_for_function(PICTURE_OR_REST, arg=[seat, frames(page, seat) + 3])


def tile(page: Page, of: Page) -> Any:
    """The tile of one page's person on another page."""
    return page.locator(f'[data-tiles] [data-seat="{seat_of(of)}"]')


def end_for_all(desk: Page, pages: tuple[Page, ...]) -> None:
    """The desk ends it; every page says so."""
    desk.locator("#end-room").click()
    desk.locator("#sure-dialog [data-sure]").click()
    for page in pages:
        expect(page.locator("#room")).to_have_attribute("data-over", "ended")


def kept_in(words: str) -> list[str]:
    """The tables of the database in which some row holds the words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        names = [name for (name,) in cursor.fetchall()]
        found = []
        for name in names:
            cursor.execute(f"SELECT 1 FROM {name} t WHERE t::text LIKE %s LIMIT 1", [f"%{words}%"])
            found += [name] if cursor.fetchone() else []
    return found
