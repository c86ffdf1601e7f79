"""A room with three real pages: desk, resident by link, interpreter, in Chromium with fake devices.

`Call` knows how each of them gets in; a page's own numbers (frames, tracks) are asked from the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accounts.clock import database_now
from accounts.models import Organization, User
from interpreting.models import Room, Seat
from interpreting.rooms.actions import rooms, seats
from tests import factories
from tests.journeys.stack import until
from volunteers.models import Volunteer

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection", "--autoplay-policy=no-user-gesture-required",
    "--auto-select-desktop-capture-source=Entire screen",
]  # fmt: skip
PATIENCE = 40_000.0  # milliseconds; three pages that encode and decode share few cores

FRAMES = """(seat) => {
  const video = document.querySelector(`[data-tiles] [data-seat="${seat}"] video`);
  return video ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
}"""
VOICE = """(seat) => {
  const audio = document.querySelector(`[data-tiles] [data-seat="${seat}"] audio`);
  const track = audio?.srcObject?.getAudioTracks()[0];
  return Boolean(track && !track.muted && track.readyState === "live" && !audio.paused);
}"""


@contextmanager
def fake_devices() -> Iterator[Browser]:
    """Chromium whose camera shows a test picture and whose microphone beeps."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Call:
    """A room with a seat for the desk and one for the interpreter; guests come by link."""

    browser: Browser
    url: str
    room: Room
    coordinator: User
    interpreter: Volunteer
    client_of: Callable[[User], Client]
    contexts: list[BrowserContext]
    complaints: list[str]

    def context(
        self, person: User | None = None, *, size: tuple[int, int] = (1280, 800), **options: Any
    ) -> BrowserContext:
        """A browser of its own; signed in if a person is given."""
        width, height = size
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": height},
            permissions=["camera", "microphone"],
            **{"locale": "ja-JP", "timezone_id": "Asia/Tokyo", **options},
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        if person is not None:
            name = settings.SESSION_COOKIE_NAME
            value = self.client_of(person).cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": self.url}])
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", self._console)
        return context

    def _console(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    def link(self, role: str = Seat.Role.RESIDENT) -> str:
        """A new link for a guest of this role."""
        _, secret = seats.invite(self.room, role, by=self.coordinator, at=database_now())
        return f"/r/{secret}/"

    def desk(self, **options: Any) -> Page:
        """The desk, in the room."""
        page = self.context(self.coordinator, **options).new_page()
        page.goto(f"/rooms/{self.room.pk}/")
        enter(page)
        return page

    def as_interpreter(self, **options: Any) -> Page:
        """The booked interpreter, in the room."""
        assert self.interpreter.user
        page = self.context(self.interpreter.user, **options).new_page()
        page.goto(f"/v/rooms/{self.room.request.assignments.get().pk}/")
        enter(page)
        return page

    def resident(
        self, language: str = "ja-simple", *, context: BrowserContext | None = None, **options: Any
    ) -> Page:
        """The resident, after consent and check: in the waiting room."""
        page = (context or self.context(**options)).new_page()
        page.goto(f"{self.link()}?language={language}")
        page.locator("button[name=agree]").click()
        check(page)
        expect(page.locator("#room")).to_have_attribute("data-step", "waiting")
        return page

    def everybody(self) -> tuple[Page, Page, Page]:
        """Desk, resident, interpreter, all in the room."""
        desk, interpreter, resident = self.desk(), self.as_interpreter(), self.resident()
        admit(desk)
        expect(resident.locator("#room")).to_have_attribute("data-step", "room")
        return desk, resident, interpreter


@contextmanager
def call_in(
    browser: Browser,
    url: str,
    city: Organization,
    coordinator: User,
    interpreter: Volunteer,
    client_of: Callable[[User], Client],
    **room: Any,
) -> Iterator[Call]:
    """A room for a request of this moment; fails at the end if a page complained."""
    at = database_now()
    desk = factories.DeskFactory(
        organization=city, name="みなと区役所 1階窓口", phone="+81312345678"
    )
    request = factories.RequestFactory(
        organization=city, desk=desk, mode="video", urgency="now", language="vi", status="filled",
        starts_at=at, ends_at=at + timedelta(hours=1), opened_at=at,
    )  # fmt: skip
    assignment = factories.AssignmentFactory(request=request, volunteer=interpreter)
    opened = rooms.open_room(request, by=coordinator, at=at)
    if room:
        Room.objects.filter(pk=opened.pk).update(**room)
        opened.refresh_from_db()
    seats.seat_desk(opened, coordinator, at=at)
    seats.seat_interpreter(assignment, opened, at=at)
    call = Call(browser, url, opened, coordinator, interpreter, client_of, [], [])
    yield call
    for context in call.contexts:
        context.close()
    held = Seat.objects.exclude(connection="")
    until(lambda: not held.exists(), 15)  # what the server still writes must not meet the flush
    assert not call.complaints, call.complaints


def check(page: Page) -> None:
    """The device check, as a guest does it."""
    page.locator("[data-check-start]").click()
    page.locator("[data-check-ready]").click()


def enter(page: Page) -> None:
    """Through the check into the room."""
    check(page)
    expect(page.locator("#room")).to_have_attribute("data-step", "room")


def admit(desk: Page) -> None:
    """Let in whoever waits, by the bar above the room."""
    desk.locator("[data-knock] form button").first.click()


def seat_of(page: Page) -> int:
    """The page's own seat."""
    return int(page.locator("#room").get_attribute("data-seat") or 0)


def sees(page: Page, other: int, more_than: int = 5) -> None:
    """The page decodes pictures of another seat, and goes on doing so."""
    page.wait_for_function(
        f"([seat, least]) => ({FRAMES})(seat) > least",
        arg=[other, more_than],
        timeout=PATIENCE,
    )
    begun = page.evaluate(FRAMES, other)
    page.wait_for_function(
        f"([seat, least]) => ({FRAMES})(seat) > least",
        arg=[other, begun + 5],
        timeout=PATIENCE,
    )


def hears(page: Page, other: int) -> None:
    """The voice of another seat plays on the page."""
    page.wait_for_function(VOICE, arg=other, timeout=PATIENCE)


def frames(page: Page, other: int) -> int:
    """Pictures of another seat that the page has decoded so far."""
    return int(page.evaluate(FRAMES, other))
