"""live.js, alert.js and form.js against a real server and a real WebSocket."""

import json
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from websockets.sync.server import ServerConnection, serve

from tests.ui.urls import World, world

pytestmark = pytest.mark.browser


class Sockets:
    """A WebSocket server that says what the test tells it to say."""

    def __init__(self) -> None:
        self.open: list[ServerConnection] = []
        self.server = serve(self.hold, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hold(self, connection: ServerConnection) -> None:
        self.open.append(connection)
        for _ in connection:
            pass

    def hint(self, type_: str) -> None:
        for connection in self.open:
            connection.send(json.dumps({"type": type_, "id": 7, "version": 2}))


@pytest.fixture
def shown() -> Iterator[World]:
    """The server's state, fresh for each test."""
    world.__init__()  # type: ignore[misc]
    yield world
    world.__init__()  # type: ignore[misc]


@pytest.fixture
def sockets(shown: World) -> Iterator[Sockets]:
    """A socket server, named on the page."""
    sockets = Sockets()
    shown.socket = sockets.url
    yield sockets
    sockets.server.shutdown()


def test_a_hint_brings_the_new_state_at_once(
    site: str, page: Page, shown: World, sockets: Sockets
) -> None:
    page.goto(site + "/live/")
    expect(page.locator("#area")).to_have_attribute("data-live-state", "live")
    shown.change("承諾されました")
    sockets.hint("offer.accepted")
    expect(page.locator("#text")).to_have_text("承諾されました", timeout=1000)


def test_typed_text_focus_and_open_details_survive_a_swap(
    site: str, page: Page, shown: World, sockets: Sockets
) -> None:
    page.goto(site + "/live/")
    expect(page.locator("#area")).to_have_attribute("data-live-state", "live")
    page.locator("#more summary").click()
    page.locator("#typed").press_sequentially("書きかけ")
    shown.change("変わりました")
    sockets.hint("request.changed")
    expect(page.locator("#text")).to_have_text("変わりました")
    expect(page.locator("#typed")).to_have_value("書きかけ")
    expect(page.locator("#typed")).to_be_focused()
    expect(page.locator("#more")).to_have_attribute("open", "")


def test_a_burst_of_hints_costs_few_fetches(
    site: str, page: Page, shown: World, sockets: Sockets
) -> None:
    page.goto(site + "/live/")
    expect(page.locator("#area")).to_have_attribute("data-live-state", "live")
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    shown.change("最後")
    for _ in range(60):
        sockets.hint("offer.sent")
    expect(page.locator("#text")).to_have_text("最後")
    page.wait_for_load_state("networkidle")
    assert len(fetched) <= 30  # one in flight and one after it; more only while hints come in


def test_without_a_socket_it_polls_and_asks_only_for_what_changed(
    site: str, page: Page, shown: World
) -> None:
    shown.socket = "ws://127.0.0.1:9/"  # nobody listens there
    page.goto(site + "/live/")
    expect(page.locator("#area")).to_have_attribute("data-live-state", "polling")
    shown.change("届きました")
    expect(page.locator("#text")).to_have_text("届きました", timeout=4000)
    for _ in range(100):  # the next poll comes within its interval, later on a busy machine
        if 304 in shown.asked:
            break
        page.wait_for_timeout(100)
    assert 304 in shown.asked


def test_a_page_that_cannot_be_renewed_says_so_and_recovers(
    site: str, page: Page, shown: World
) -> None:
    shown.socket = "ws://127.0.0.1:9/"
    page.clock.install()
    page.goto(site + "/live/")
    shown.down = True
    page.clock.run_for(40_000)
    expect(page.locator("#connection-banner")).to_be_visible()
    expect(page.locator("#area")).to_have_attribute("data-live-state", "stale")
    shown.down = False
    page.clock.run_for(3_000)
    expect(page.locator("#connection-banner")).to_be_hidden()


def test_a_dropped_socket_is_opened_again(
    site: str, page: Page, shown: World, sockets: Sockets
) -> None:
    page.goto(site + "/live/")
    expect(page.locator("#area")).to_have_attribute("data-live-state", "live")
    page.evaluate(
        """() => { const area = document.querySelector("#area"); window.states = [];
            new MutationObserver(() => window.states.push(area.dataset.liveState))
                .observe(area, { attributeFilter: ["data-live-state"] }) }"""
    )
    sockets.open.pop().close()
    # noted by the page itself: the socket may be back before a test has looked twice
    page.wait_for_function("() => states.includes('polling') && states.at(-1) === 'live'")


def test_waking_refreshes_at_once(site: str, page: Page, shown: World, sockets: Sockets) -> None:
    page.goto(site + "/live/")
    expect(page.locator("#area")).to_have_attribute("data-live-state", "live")
    shown.change("起きたら新しい")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#text")).to_have_text("起きたら新しい", timeout=1500)


def test_sound_and_title_only_for_those_who_switched_them_on(
    site: str, page: Page, shown: World, sockets: Sockets
) -> None:
    page.goto(site + "/live/")
    expect(page.locator("#area")).to_have_attribute("data-live-state", "live")
    sockets.hint("offer.accepted")
    toggle = page.get_by_role("button", name="音で知らせる")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    assert page.locator("html").get_attribute("data-alerted") is None
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    sockets.hint("request.changed")  # not among data-alert-types
    sockets.hint("offer.accepted")
    expect(page.locator("html")).to_have_attribute("data-alerted", "1")


def test_a_double_press_sends_once(site: str, page: Page, shown: World) -> None:
    page.goto(site + "/form/")
    page.evaluate(
        """() => { window.sent = 0; window.addEventListener("submit", (event) => {
            window.sent += event.defaultPrevented ? 0 : 1; event.preventDefault(); }) }"""
    )
    for _ in range(3):
        page.get_by_role("button", name="送る").click()
    assert page.evaluate("window.sent") == 1
    expect(page.locator("form[data-draft]")).to_have_attribute("aria-busy", "true")


def test_what_was_typed_is_there_again_after_an_outage_but_no_password(
    site: str, page: Page, shown: World
) -> None:
    shown.down = True
    page.goto(site + "/form/")
    page.locator("#id_note").fill("消えないこと")
    page.locator("#id_secret").fill("ひみつ")
    page.get_by_role("button", name="送る").click()
    expect(page.locator("body[data-error-page]")).to_be_visible()
    page.goto(site + "/form/")
    expect(page.locator("#id_note")).to_have_value("消えないこと")
    expect(page.locator("#id_secret")).to_have_value("")


def test_a_draft_is_forgotten_once_the_server_has_taken_it(
    site: str, page: Page, shown: World
) -> None:
    page.goto(site + "/form/")
    page.locator("#id_note").fill("届いた")
    page.get_by_role("button", name="送る").click()
    expect(page.locator(".phone")).to_be_visible()
    page.goto(site + "/form/")
    expect(page.locator("#id_note")).to_have_value("")
