"""From the press at the counter to faces: the ring, the answer and the room, in three real pages.

Two web processes, two workers, Redis; Chromium with fake devices. Every figure has beside it a bare
two-page WebRTC call of the same round, which no product can beat. Nobody here thinks or walks: what
is measured is the software's share. Run: ``python -m bench.room [--quick]``.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import TYPE_CHECKING

from bench.bare_call import first_frame
from bench.stage import coordinator_session, figure, product, quantile, say, stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from accounts.models import Organization
    from tests.journeys.stack import Stack
    from volunteers.models import Volunteer

ROUNDS = 12
QUICK_ROUNDS = 3
PATIENCE = 60_000.0  # milliseconds
GOALS = {"request_to_ring": 1000.0, "answer_to_frame": 3000.0}
"""Milliseconds at the median."""
WHOLE = 20_000.0
"""Milliseconds from the request to the interpreter's first picture, at the 95th percentile."""

# remembers when the page was last sent away by a press, across the page load that follows
NOTE = """document.addEventListener("submit", () => sessionStorage.setItem("pressed", Date.now()), true);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-knock] form button")) sessionStorage.setItem("admitted", Date.now());
}, true);"""
RECALL = "(name) => Number(sessionStorage.getItem(name))"
RANG = "() => Number(document.documentElement.dataset.rangAt)"
FIRST = """(seat) => performance.timeOrigin
  + Number(document.getElementById("room").getAttribute(`data-first-frame-${seat}`))"""


def main() -> int:
    """Print the figures; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = QUICK_ROUNDS if parser.parse_args().quick else ROUNDS
    measured: dict[str, list[float]] = {}
    with stage() as city:
        from tests.interpreting.calls import fake_devices

        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        with product("redis") as stack, fake_devices() as browser:
            scene = Scene(browser, stack, city)
            say(f"room: {rounds} conversations …")
            for number in range(rounds + 1):
                took = scene.play() | {"bare": first_frame(browser, f"{stack.url}/tablet/")}
                say(", ".join(f"{name} {value:.0f} ms" for name, value in took.items()))
                for name, value in took.items() if number else ():  # the first one warms up
                    measured.setdefault(name, []).append(value)
    return _print(measured)


def _print(measured: dict[str, list[float]]) -> int:
    load = os.getloadavg()[0]
    say(f"load {load:.1f} on {os.cpu_count()} cores")
    bare = measured.pop("bare")
    for name, values in measured.items():
        for mark, share in (("p50", 0.5), ("p95", 0.95)):
            figure(f"room.{name}.{mark}", quantile(values, share), quantile(bare, share))
    missed = [name for name, goal in GOALS.items() if quantile(measured[name], 0.5) > goal]
    missed += ["request_to_frame"] if quantile(measured["request_to_frame"], 0.95) > WHOLE else []
    if missed:
        say(f"slower than the goal: {', '.join(missed)}")
    return int(bool(missed))


class Scene:
    """A coordinator's window and a telephone on call, which stay open from round to round."""

    def __init__(self, browser: Browser, stack: Stack, city: Organization) -> None:
        from tests.journeys.rings import ready_one

        self.browser, self.stack = browser, stack
        self.tried: list[Page] = []
        self.volunteer: Volunteer = ready_one(city)
        self.desk = self._context(stack.url, coordinator_session(city)).new_page()
        cookie = _session_of(self.volunteer)
        self.phone = self._context(stack.other_url, cookie, phone=True).new_page()

    def play(self) -> dict[str, float]:
        """One conversation; milliseconds of each part."""
        phone, desk = self.phone, self.desk
        phone.goto("/v/")
        phone.wait_for_selector("[data-live-state=live]")
        pressed = self._ask()
        phone.wait_for_selector("html[data-ringing]", state="attached")
        rang = float(phone.evaluate(RANG))
        desk.locator("#room-panel-of-request button").click()
        desk.wait_for_url(re.compile(r"/rooms/\d+/$"))
        self._enter(desk)
        phone.locator("[data-ring] .answer--yes").click()
        phone.wait_for_url(re.compile(r"/v/rooms/\d+/$"))
        answered = float(phone.evaluate(RECALL, "pressed"))
        self._enter(phone)
        shown = _first(phone, desk)
        both = max(shown, _first(desk, phone))
        joined = self._guest()
        self._end()
        return {
            "request_to_ring": rang - pressed,
            "answer_to_frame": both - answered,
            "join_to_frame": joined,
            "request_to_frame": shown - pressed,
        }

    def _ask(self) -> float:
        """Fill in the form and send it; when it was pressed."""
        page = self.desk
        page.goto("/requests/new/")
        page.locator("#id_language_text").fill("ベトナム語")
        page.locator("[name=urgency][value=now]").check(force=True)
        page.locator("[name=mode][value=video]").check(force=True)
        page.locator("[name=field]").select_option("administrative")
        page.get_by_role("button", name="この内容で打診を始める").click()
        page.wait_for_url(re.compile(r"/requests/\d+/$"))
        return float(page.evaluate(RECALL, "pressed"))

    def _enter(self, page: Page) -> None:
        """Into the room; who has tried camera and microphone in this browser goes straight in."""
        if page not in self.tried:
            _check(page)
            self.tried.append(page)
        page.wait_for_selector("#room[data-step=room]")

    def _guest(self) -> float:
        """A resident by link; milliseconds from being let in to seeing both others."""
        desk = self.desk
        desk.locator("#invite-resident").click()
        link = desk.locator("#desk-dialog .room-invitation__link a").get_attribute("href") or ""
        desk.locator("[data-close-dialog]").click()
        context = self._context(self.stack.url, phone=True)
        try:
            page = context.new_page()
            page.goto(link)
            page.locator("button[name=agree]").click()
            _check(page)
            page.wait_for_selector("#room[data-step=waiting]")
            desk.locator("[data-knock] form button").first.click()
            admitted = float(desk.evaluate(RECALL, "admitted"))
            return max(_first(page, other) for other in (desk, self.phone)) - admitted
        finally:
            context.close()

    def _end(self) -> None:
        """End the conversation, and call the request off, so that the next may ring."""
        from accounts.clock import database_now
        from dispatch.actions.requests import cancel_request
        from dispatch.models import Request

        self.desk.locator("#end-room").click()
        self.desk.locator("#sure-dialog [data-sure]").click()
        self.desk.wait_for_selector("#room[data-over]")
        found = Request.objects.latest("pk")
        cancel_request(found, cancelled_by="requester", reason="bench", by=None, at=database_now())

    def _context(self, url: str, cookie: str = "", *, phone: bool = False) -> BrowserContext:
        size = (360, 740) if phone else (1280, 800)
        context = self.browser.new_context(
            base_url=url,
            viewport={"width": size[0], "height": size[1]},
            permissions=["camera", "microphone"],
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(NOTE)
        if cookie:
            name, _, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": url}])
        return context


def _session_of(volunteer: Volunteer) -> str:
    """The cookie header of a volunteer who has signed in on this telephone."""
    from allauth.usersessions.models import UserSession
    from django.conf import settings
    from django.test import Client

    from accounts.sessions import VOLUNTEER_SESSION

    client = Client()
    assert volunteer.user
    client.force_login(volunteer.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[VOLUNTEER_SESSION] = volunteer.pk
    session.save()
    key = session.session_key
    UserSession.objects.create(user=volunteer.user, session_key=key, ip="127.0.0.1")
    return f"{settings.SESSION_COOKIE_NAME}={key}"


def _check(page: Page) -> None:
    page.locator("[data-check-start]").click()
    page.locator("[data-check-ready]").click()


def _first(page: Page, other: Page) -> float:
    """When the page drew the first picture of the other (milliseconds of this machine's clock)."""
    seat = other.locator("#room").get_attribute("data-seat")
    page.wait_for_selector(f"#room[data-first-frame-{seat}]", state="attached")
    return float(page.evaluate(FIRST, seat))


if __name__ == "__main__":
    sys.exit(main())
