"""Single modules of the room's page in a browser, without a server: what they say and when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from tests.ui.conftest import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[2] / "interpreting/static/interpreting/room"
SITE = "http://tsunagi.test"


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of our origin on which only our modules exist."""
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium at /usr/bin/chromium")

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(SITE).strip("/")
        kind = "text/javascript" if name else "text/html"
        body = (STATIC / name).read_text() if name else "<!doctype html><title>room</title>"
        route.fulfill(body=body, content_type=kind)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto(SITE + "/")
        yield page
        browser.close()


def test_a_page_without_a_socket_is_told_why_it_has_to_go(page: Page) -> None:
    heard = page.evaluate("""async () => {
      const { RoomSocket } = await import("/socket.js");
      const heard = [];
      for (const [status, body] of [[410, '{"reason": "removed"}'], [410, '{"reason": "expired"}'],
                                    [410, '{"reason": "ended"}'], [410, "<p>"], [404, ""]]) {
        window.WebSocket = class { static OPEN = 1; static CONNECTING = 0; readyState = 3; close() {} };
        window.fetch = async () => new Response(body, { status });
        const socket = new RoomSocket("/ws/", "/state/", "s").on("gone", ({ reason }) => heard.push(reason));
        await socket.poll();
      }
      return heard;
    }""")
    assert heard == ["removed", "expired", "ended", "ended", "expired"]


def test_who_comes_later_is_not_reminded_of_breaks_that_are_past(page: Page) -> None:
    shown = page.evaluate("""async () => {
      const { Notices } = await import("/notices.js");
      document.body.innerHTML = '<p data-minutes></p><p data-break hidden><b data-break-text></b></p>';
      const room = { root: document.body, step: "room", lastAt: performance.now(), last: { started_at: "x" } };
      const notices = new Notices(room);
      return [40, 59, 60].map((minutes) => {
        room.last.minutes = minutes;
        notices.tick();
        return !document.querySelector("[data-break]").hidden;
      });
    }""")
    assert shown == [False, False, True]


def test_a_running_screen_is_announced_to_whoever_comes_later(page: Page) -> None:
    sent = page.evaluate("""async () => {
      const { Documents } = await import("/documents.js");
      const sent = [];
      const one = Object.assign(Object.create(Documents.prototype), { send: (message) => sent.push(message) });
      one.greet({});
      one.mine = { id: "p1", kind: "screen" };
      one.greet({});
      return sent;
    }""")
    assert sent == [{"type": "document", "id": "p1", "action": "shown", "kind": "screen"}]
