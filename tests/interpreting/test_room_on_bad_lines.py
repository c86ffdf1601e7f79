"""The room when the network is bad: relays only, 400 kbit/s and 300 ms, nobody there, a phone call.

The voice has the right of way: the picture gets smaller and stops first, and comes back by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import Organization, User
from interpreting.models import Room, Session
from tests.interpreting.calls import Call, admit, call_in, enter, frames, hears, seat_of, sees
from tests.interpreting.narrow_line import narrow_line
from tests.interpreting.test_room_in_browser import (  # noqa: F401 - fixtures
    call,
    chromium,
    city,
    everybody_sees_everybody,
    site,
    tile,
)
from tests.journeys.conftest import test_database_url
from tests.journeys.stack import running, until
from tests.turn import SECRET, running_turn
from volunteers.models import Volunteer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
JUDGE = """async (looks) => {
  const { Quality } = await import("/static/interpreting/room/quality.js");
  const plans = [];
  const quality = new Quality({ peers: () => [], onlook() {}, onplan: (plan) => plans.push(plan) });
  quality.close();
  const line = { out: 0, rtt: 40, room: 5e6 };
  for (const look of looks) quality.judge([{ ...line, ...look }]);
  return plans;
}"""
TRACKS = """if (navigator.mediaDevices) {
  const take = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.taken = [];
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await take(wanted);
    window.taken.push(...stream.getAudioTracks());
    return stream;
  };
}"""

CONNECTIONS = """window.made = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); window.made.push(this); }
};"""


@pytest.fixture
def relayed(
    chromium: Browser,  # noqa: F811
    city: Organization,  # noqa: F811
    coordinator: User,
    hana: Volunteer,
    client_of: Callable[[User], Client],
    tmp_path: Any,
) -> Iterator[tuple[Call, Any]]:
    """A room that only relays carry, over coturn, with a line that can be made narrow."""
    with (
        running_turn(tmp_path, loopback_peers=True) as turn,
        narrow_line(turn.port, kbit=400, delay=0.15) as line,
        running(
            test_database_url(), workers=0, TURN_URLS=line.url, TURN_SECRET=SECRET,
            STUN_URLS="", ICE_RELAY_ONLY="1",
        ) as stack,
        call_in(chromium, stack.url, city, coordinator, hana, client_of) as found,
    ):  # fmt: skip
        yield found, line


def relays(page: Page) -> None:
    expect(page.locator("#room")).to_have_attribute("data-relayed", "true", timeout=20_000)


def test_three_people_talk_through_relays_only(relayed: tuple[Call, Any]) -> None:
    call, _ = relayed  # noqa: F811
    pages = call.everybody()
    everybody_sees_everybody(pages)
    for page in pages:
        relays(page)


def test_over_400_kbit_and_300_ms_everybody_is_still_seen_and_heard(
    relayed: tuple[Call, Any],
) -> None:
    call, line = relayed  # noqa: F811
    desk, interpreter, resident = call.desk(), call.as_interpreter(), call.resident()
    line.slow = seat_of(resident)  # before its media begin
    admit(desk)
    expect(resident.locator("#room")).to_have_attribute("data-step", "room")
    for one, other in permutations((desk, resident, interpreter), 2):
        hears(one, seat_of(other))
    sees(resident, seat_of(desk), 0)
    sees(resident, seat_of(interpreter), 0)
    resident.wait_for_timeout(10_000)
    for other in (desk, interpreter):
        hears(resident, seat_of(other))
        hears(other, seat_of(resident))
    assert line.down.passed > 100_000  # the line was used, and narrow
    assert line.down.passed < 400 * 125 * 40
    before = frames(resident, seat_of(desk))
    resident.wait_for_timeout(5_000)
    paused = desk.locator("#room").get_attribute("data-plan") == "0"
    assert paused or frames(resident, seat_of(desk)) > before


def test_the_picture_goes_before_the_voice_and_comes_back(call: Call) -> None:  # noqa: F811
    page = call.context().new_page()
    page.goto("/tablet/")
    lossy, clean = {"out": 0.3}, {}
    assert page.evaluate(JUDGE, [lossy] * 6) == [1, 0]
    narrow = page.evaluate(JUDGE, [{"room": 100_000}] * 60)
    assert 0 not in narrow  # small, but there
    assert len(narrow) < 10  # and it does not flicker
    assert page.evaluate(JUDGE, [lossy] * 6 + [clean] * 12)[:4] == [1, 0, 1, 2]
    assert page.evaluate(JUDGE, [clean] * 12) == [3, 4]


def test_a_step_up_that_did_not_last_is_tried_later_the_next_time(call: Call) -> None:  # noqa: F811
    page = call.context().new_page()
    page.goto("/tablet/")
    lossy, clean = {"out": 0.3}, {}
    first = page.evaluate(JUDGE, [clean] * 4 + [lossy] * 2 + [clean] * 4)
    assert first == [3, 2]  # four good looks are no longer enough
    assert page.evaluate(JUDGE, [clean] * 4 + [lossy] * 2 + [clean] * 8) == [3, 2, 3]


def test_when_nobody_is_heard_for_15_seconds_the_telephone_is_offered(call: Call) -> None:  # noqa: F811
    desk, resident = call.desk(), call.resident("en")
    admit(desk)
    sees(resident, seat_of(desk))
    expect(resident.locator("[data-telephone]")).to_be_hidden()
    gone = tile(resident, desk)
    desk.close()
    expect(gone).to_have_attribute("data-state", "lost", timeout=20_000)
    expect(resident.locator("[data-telephone]")).to_be_visible(timeout=25_000)
    expect(resident.locator("[data-telephone] a[href^='tel:']")).to_contain_text("03-1234-5678")
    again = call.desk()
    sees(resident, seat_of(again))
    expect(resident.locator("[data-telephone]")).to_be_hidden()


def test_a_pair_that_no_restart_brings_back_is_built_anew(call: Call) -> None:  # noqa: F811
    desk, context = call.desk(), call.context()
    context.add_init_script(CONNECTIONS)
    resident = call.resident(context=context)
    admit(desk)
    sees(desk, seat_of(resident))
    sees(resident, seat_of(desk))
    resident.evaluate("made.forEach((one) => one.close())")  # answers no restart from now on
    for page, other in ((desk, resident), (resident, desk)):
        expect(page.locator("#room")).to_have_attribute("data-rebuilt", "1", timeout=50_000)
        expect(tile(page, other)).to_have_attribute("data-state", "connected", timeout=20_000)
        sees(page, seat_of(other))
        hears(page, seat_of(other))
    assert resident.evaluate("made.length") == 2


def test_an_ordinary_phone_call_interrupts_and_does_not_end_the_session(call: Call) -> None:  # noqa: F811
    desk = call.desk()
    context = call.context()
    context.add_init_script(TRACKS)
    resident = call.resident(context=context)
    admit(desk)
    hears(desk, seat_of(resident))
    resident.evaluate("taken.at(-1).dispatchEvent(new Event('mute'))")  # as a phone does
    expect(tile(desk, resident).locator("[data-status]")).to_contain_text("電話")
    resident.evaluate("taken.at(-1).stop(); taken.at(-1).dispatchEvent(new Event('ended'))")
    count = resident.evaluate("taken.length")
    resident.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # back again
    resident.wait_for_function("(count) => taken.length > count", arg=count)
    expect(tile(desk, resident).locator("[data-status]")).not_to_contain_text("電話")
    hears(desk, seat_of(resident))


def test_after_half_an_hour_everybody_is_asked_about_a_break(call: Call) -> None:  # noqa: F811
    desk, interpreter = call.desk(), call.as_interpreter()
    sees(desk, seat_of(interpreter))
    until(lambda: Session.objects.filter(request=call.room.request).exists(), 10)
    session = Session.objects.get(request=call.room.request)
    Session.objects.filter(pk=session.pk).update(
        started_at=session.started_at - timedelta(minutes=30)
    )
    for page in (desk, interpreter):
        expect(page.locator("div[data-break]")).to_be_visible(timeout=15_000)
        expect(page.locator("[data-break-text]")).to_contain_text("30")
    interpreter.locator('[data-do="break-take"]').click()
    expect(desk.locator("p[data-cue]")).to_be_visible()


def test_a_shared_screen_is_seen_by_the_others_and_gone_when_it_ends(call: Call) -> None:  # noqa: F811
    desk, interpreter = call.desk(), call.as_interpreter()
    sees(interpreter, seat_of(desk))
    desk.locator('[data-do="more"]').click()
    desk.locator('[data-do="screen"]').click()
    expect(interpreter.locator("[data-screen]:not([data-do])")).to_be_visible()
    interpreter.wait_for_function(
        "() => document.querySelector('video[data-screen]').getVideoPlaybackQuality()"
        ".totalVideoFrames > 0"
    )
    interpreter.reload()  # goes straight back in; whoever comes later sees it too
    expect(interpreter.locator("[data-screen]:not([data-do])")).to_be_visible()
    desk.locator('[data-do="close-document"]').click()
    expect(interpreter.locator("[data-documents]")).to_be_hidden()
    assert Room.objects.get(pk=call.room.pk).state == Room.State.OPEN


def test_the_tablet_continues_at_the_desk_with_six_digits(call: Call) -> None:  # noqa: F811
    desk, interpreter = call.desk(), call.as_interpreter()
    desk.locator("#make-code").click()
    code = desk.locator("#desk-dialog .room-code").inner_text()
    tablet = call.context(size=(820, 1180)).new_page()
    tablet.goto("/tablet/")
    tablet.fill("#code", code)
    tablet.keyboard.press("Enter")
    enter(tablet)
    sees(tablet, seat_of(interpreter))
    sees(interpreter, seat_of(tablet))
