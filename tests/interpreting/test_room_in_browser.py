"""Three real pages in a room: they see and hear each other, and go on when something breaks.

Chromium with fake devices on a web process of its own; pictures and voices go from page to page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from accounts.models import Organization, User
from interpreting.models import Room, Seat
from tests.interpreting.calls import (
    CHROMIUM,
    Call,
    admit,
    call_in,
    check,
    fake_devices,
    hears,
    seat_of,
    sees,
)
from tests.journeys.conftest import test_database_url
from tests.journeys.stack import Stack, running, until
from volunteers.models import Volunteer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
STATIC = Path(__file__).parents[2] / "interpreting" / "static" / "interpreting"
JPEG = """() => new Promise((resolve) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 2400, height: 1200 });
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff"; brush.fillRect(0, 0, 2400, 1200);
  brush.fillStyle = "#123"; brush.font = "160px sans-serif"; brush.fillText("国民健康保険", 200, 600);
  canvas.toBlob((blob) => blob.arrayBuffer().then((b) => resolve([...new Uint8Array(b)])), "image/jpeg");
})"""

KEEP_VIDEO = """(seat) => {
  window.kept = document.querySelector(`[data-tiles] [data-seat="${seat}"] video`).srcObject;
  window.element = document.querySelector(`[data-tiles] [data-seat="${seat}"] video`);
}"""
SAME_VIDEO = "() => window.element.isConnected && window.element.srcObject === window.kept"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium with a fake camera and microphone, or a clear skip where it is missing."""
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium at /usr/bin/chromium")
    with pytest.MonkeyPatch.context() as patch, fake_devices() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[Stack]:
    """One web process with sockets."""
    with running(test_database_url(), workers=0) as stack:
        yield stack


@pytest.fixture
def city(transactional_db: None, city: Organization) -> Organization:
    """The city of every test, where nothing real can be sent."""
    city.is_demo, city.quiet_from, city.quiet_to = True, 0, 0
    city.save()
    return city


@pytest.fixture
def call(
    chromium: Browser,
    site: Stack,
    city: Organization,
    coordinator: User,
    hana: Volunteer,
    client_of: Callable[[User], Client],
) -> Iterator[Call]:
    """An open room whose booked interpreter is Hana."""
    with call_in(chromium, site.url, city, coordinator, hana, client_of) as found:
        yield found


def everybody_sees_everybody(pages: tuple[Page, ...]) -> None:
    for one, other in permutations(pages, 2):
        sees(one, seat_of(other))
        hears(one, seat_of(other))


def tile(page: Page, of: Page) -> Any:
    """The tile of one page's person on another page."""
    return page.locator(f'[data-tiles] [data-seat="{seat_of(of)}"]')


def photo(page: Page, folder: Path) -> Path:
    """A large photo of a paper, as a phone's camera would give it."""
    path = folder / "paper.jpg"
    path.write_bytes(bytes(page.evaluate(JPEG)))
    return path


def test_three_people_see_hear_and_understand_each_other_until_the_end(
    call: Call, tmp_path: Path
) -> None:
    desk, interpreter = call.desk(), call.as_interpreter()
    resident = call.resident("vi", size=(360, 740))
    expect(resident.locator("[data-when=waiting] h1")).to_be_visible()
    assert resident.locator("html").get_attribute("lang") == "vi"
    admit(desk)
    expect(resident.locator("#room")).to_have_attribute("data-step", "room")
    pages = (desk, resident, interpreter)
    everybody_sees_everybody(pages)
    assert "通訳 101番" in desk.locator("[data-tiles]").inner_text()
    assert "山田" not in resident.content()

    desk.locator('.room-bar [data-do="chat"]').click()
    desk.fill("#chat-text", "<b>保険証</b>はありますか")
    desk.keyboard.press("Enter")
    resident.locator('.room-bar [data-do="chat"]').click()
    expect(resident.locator("[data-messages]")).to_contain_text("<b>保険証</b>はありますか")
    resident.locator('.room-chat [data-do="larger"]').click()
    assert "1.6rem" in (resident.locator("[data-messages]").get_attribute("style") or "")
    resident.locator('.room-chat [data-do="chat"]').click()

    desk.locator('[data-do="mic"]').click()
    expect(tile(resident, desk)).to_have_attribute("data-mic", "false")
    desk.locator('[data-do="mic"]').click()
    expect(tile(resident, desk)).to_have_attribute("data-mic", "true")

    interpreter.locator("button[value=slower]").click()
    expect(desk.locator("p[data-cue]")).to_contain_text("ゆっくり")
    expect(resident.locator("p[data-cue]")).to_contain_text("chậm")

    resident.locator("[data-photo]").set_input_files(photo(resident, tmp_path))
    for page in (desk, interpreter):
        expect(page.locator("[data-paper]")).to_be_visible()
        assert page.locator("[data-paper]").evaluate("(img) => img.naturalWidth") == 1600
    desk.locator('[data-do="point"]').click()
    desk.locator("[data-board]").click(position={"x": 60, "y": 40})
    expect(resident.locator("[data-dot]")).to_be_visible()
    resident.locator('[data-do="close-document"]').click()
    for page in (desk, interpreter):
        expect(page.locator("[data-documents]")).to_be_hidden()
        assert page.locator("[data-paper]").get_attribute("src") is None

    desk.locator("#end-room").click()
    desk.locator("#sure-dialog [data-sure]").click()
    for page in pages:
        expect(page.locator("#room")).to_have_attribute("data-over", "ended")
        assert page.locator("[data-messages] li").count() == 0
    expect(interpreter.locator("[data-when=over] a.button--primary")).to_be_visible()
    assert Room.objects.get(pk=call.room.pk).state == Room.State.ENDED


def test_a_closed_page_comes_back_to_its_seat_without_a_new_admission(call: Call) -> None:
    desk, resident, interpreter = call.everybody()
    sees(desk, seat_of(resident))
    context, seat = resident.context, seat_of(resident)
    resident.close()
    expect(tile(desk, interpreter)).to_be_visible()
    again = context.new_page()
    again.goto(f"/seat/{seat}/")
    check(again)
    expect(again.locator("#room")).to_have_attribute("data-step", "room")
    everybody_sees_everybody((desk, again, interpreter))


def test_a_reload_goes_straight_back_into_the_room(call: Call) -> None:
    desk, resident, _ = call.everybody()
    sees(desk, seat_of(resident))
    resident.reload()
    expect(resident.locator("#room")).to_have_attribute("data-step", "room")
    sees(desk, seat_of(resident))
    sees(resident, seat_of(desk))


def test_a_lost_line_to_the_server_interrupts_nobody(call: Call) -> None:
    desk, interpreter = call.desk(), call.as_interpreter()
    lines: list[WebSocketRoute] = []

    def through(line: WebSocketRoute) -> None:
        lines.append(line)
        line.connect_to_server()

    context = call.context()
    context.route_web_socket("**/ws/room/**", through)
    resident = call.resident(context=context)
    admit(desk)
    everybody_sees_everybody((desk, resident, interpreter))
    resident.evaluate(KEEP_VIDEO, seat_of(desk))
    lines[-1].close()
    until(lambda: resident.wait_for_timeout(100) or len(lines) > 1, 20)
    everybody_sees_everybody((desk, resident, interpreter))
    assert resident.evaluate(SAME_VIDEO)  # still the same stream: nothing was built anew
    interpreter.locator("button[value=wait]").click()
    expect(resident.locator("p[data-cue]")).to_be_visible()


def test_a_page_that_loses_its_network_comes_back_to_its_seat(call: Call) -> None:
    desk, resident, interpreter = call.everybody()
    everybody_sees_everybody((desk, resident, interpreter))
    resident.context.set_offline(True)
    expect(resident.locator("[data-reconnecting]")).to_be_visible(timeout=40_000)
    resident.context.set_offline(False)
    expect(resident.locator("[data-reconnecting]")).to_be_hidden(timeout=30_000)
    everybody_sees_everybody((desk, resident, interpreter))
    expect(resident.locator("#room")).to_have_attribute("data-step", "room")


def test_a_camera_that_is_switched_off_leaves_voice_and_sign(call: Call) -> None:
    desk, resident, _ = call.everybody()
    sees(desk, seat_of(resident))
    resident.locator('[data-do="camera"]').click()
    expect(tile(desk, resident)).to_have_attribute("data-camera", "false")
    hears(desk, seat_of(resident))
    resident.locator('[data-do="camera"]').click()
    expect(tile(desk, resident)).to_have_attribute("data-camera", "true")
    sees(desk, seat_of(resident))


def test_somebody_removed_reads_so_in_their_own_language(call: Call) -> None:
    desk, resident = call.desk(), call.resident("en")
    admit(desk)
    expect(resident.locator("#room")).to_have_attribute("data-step", "room")
    desk.locator(f"#person-{seat_of(resident)} summary").click()
    desk.locator(f"#remove-{seat_of(resident)}").click()
    desk.locator("#sure-dialog [data-sure]").click()
    expect(resident.locator("#room")).to_have_attribute("data-over", "removed")
    expect(resident.locator("[data-over-title]")).to_have_text("You are no longer in the room")
    expect(desk.locator(f'[data-tiles] [data-seat="{seat_of(resident)}"]')).to_have_count(0)


def test_a_second_page_of_a_seat_takes_over_and_the_first_says_so(call: Call) -> None:
    first = call.as_interpreter()
    second = first.context.new_page()
    second.goto(first.url)
    expect(second.locator("#room")).to_have_attribute("data-step", "room")  # checked once already
    expect(first.locator("#room")).to_have_attribute("data-over", "replaced")


def test_right_to_left_pages_are_mirrored_and_nothing_scrolls_sideways(call: Call) -> None:
    desk = call.desk()
    resident = call.resident("fa-AF", size=(320, 640))
    admit(desk)
    expect(resident.locator("#room")).to_have_attribute("data-step", "room")
    assert resident.locator("html").get_attribute("dir") == "rtl"
    for page in (desk, resident):
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide)
    mute = resident.locator('[data-do="mic"]').bounding_box()
    leave = resident.locator('.room-bar [data-do="leave"]').bounding_box()
    assert mute is not None
    assert leave is not None
    assert mute["x"] > leave["x"]


def test_controls_are_large_and_have_names(call: Call) -> None:
    resident = call.resident("en", size=(360, 740))
    admit(call.desk())
    expect(resident.locator("#room")).to_have_attribute("data-step", "room")
    small = resident.evaluate(
        """() => [...document.querySelectorAll(".room-live button")]
          .filter((one) => one.checkVisibility())
          .map((one) => [one.innerText || one.ariaLabel, one.getBoundingClientRect()])
          .filter(([name, box]) => !name || box.width < 47.5 || box.height < 47.5)
          .map(([name, box]) => `${name} ${box.width}×${box.height}`)"""
    )
    assert small == []


def test_an_audio_only_room_asks_for_no_camera(call: Call) -> None:
    Room.objects.filter(pk=call.room.pk).update(audio_only=True)
    desk, resident, _ = call.everybody()
    hears(desk, seat_of(resident))
    hears(resident, seat_of(desk))
    assert resident.locator('[data-do="camera"]').is_hidden()
    expect(tile(desk, resident)).to_have_attribute("data-camera", "false")


def test_without_script_the_page_says_what_to_do(call: Call) -> None:
    context = call.context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{call.link()}?language=en")
    page.locator("button[name=agree]").click()
    expect(page.locator("noscript .lead")).to_contain_text("JavaScript")
    expect(page.locator("noscript a[href^='tel:']")).to_be_visible()


def test_a_refused_microphone_is_explained_and_the_telephone_offered(call: Call) -> None:
    context = call.context()
    context.add_init_script(
        """if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = () =>
             Promise.reject(new DOMException("no", "NotAllowedError"));"""
    )
    page = context.new_page()
    page.goto(f"{call.link()}?language=en")
    page.locator("button[name=agree]").click()
    page.locator("[data-check-start]").click()
    expect(page.locator("[data-help-text]")).to_contain_text("Allow")
    expect(page.locator("[data-help] a[href^='tel:']")).to_be_visible()


def test_nothing_in_the_room_can_record() -> None:
    scripts = "".join(path.read_text() for path in STATIC.rglob("*.js"))
    assert scripts
    assert "MediaRecorder" not in scripts


def test_the_resident_reaches_the_room_by_the_shown_link(call: Call) -> None:
    desk = call.desk()
    desk.locator("#invite-resident").click()
    link = desk.locator("#desk-dialog .room-invitation__link a").get_attribute("href") or ""
    expect(desk.locator("#desk-dialog svg").first).to_be_visible()
    desk.locator("[data-close-dialog]").click()
    page = call.context().new_page()
    page.goto(link)
    page.locator("button[name=agree]").click()
    check(page)
    admit(desk)
    expect(page.locator("#room")).to_have_attribute("data-step", "room")
    until(lambda: Seat.objects.filter(role="resident", state="admitted").exists(), 10)
