"""The page's side of a Twilio Video room, with a stand-in for the operator's copy of the SDK.

The real service cannot be part of a test; the stand-in has its shape and lets the test move people.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from tests.ui.conftest import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[2] / "interpreting/static/interpreting/room"
SITE = "http://tsunagi.test"
SDK = Path(__file__).with_name("video_sdk_stand_in.js").read_text()
START = """async () => {
  const { Carrier } = await import("/twilio_room.js");
  window.current = { voice: null, camera: null, screen: null };
  window.heard = [];
  window.carrier = await Carrier.open({ video_sdk: "/sdk.js", video_token: "secret", video_room: "RM1" },
    { me: 7, tracks: () => window.current });
  window.peer = window.carrier.peer({ seat: 9, session: "s", tracks: () => window.current,
    on: (event, peer, ...rest) => window.heard.push([event, typeof rest[0] === "string" ? rest[0] : ""]) });
  await new Promise((resolve) => setTimeout(resolve));
}"""


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of our origin on which only our modules and the stand-in exist."""
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium at /usr/bin/chromium")

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(SITE).strip("/")
        if name == "sdk.js":
            route.fulfill(body=SDK, content_type="text/javascript")
        elif name:
            route.fulfill(body=(STATIC / name).read_text(), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>room</title>", content_type="text/html")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto(SITE + "/")
        page.evaluate(START)
        yield page
        browser.close()


def heard(page: Page) -> Any:
    return page.evaluate("window.heard.splice(0)")


def test_a_room_is_entered_shown_and_left_as_over_the_mesh(page: Page) -> None:
    asked = page.evaluate("window.asked")
    assert asked["token"] == "secret"
    assert asked["options"]["name"] == "RM1"
    assert asked["options"]["tracks"] == [], "devices are the page's own business"
    assert page.evaluate("window.room.log") == ["+to-9"]
    assert heard(page) == [["state", "connecting"], ["channel", ""]]

    page.evaluate("""() => {
      const audio = new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
      const screen = document.createElement("canvas").captureStream().getVideoTracks()[0];
      const one = window.one = new Person("seat-9");
      one.tracks.set("MT1", { track: { kind: "audio", name: "voice", sid: "MT1", mediaStreamTrack: audio } });
      window.room.participants.set("PA1", one);
      window.room.emit("participantConnected", one);
      one.emit("trackSubscribed", { kind: "video", name: "screen", sid: "MT2", mediaStreamTrack: screen });
      const toMe = { kind: "data", name: "to-7", on: (_, what) => what("a paper") };
      const toSomebodyElse = { kind: "data", name: "to-8", on: (_, what) => what("not for me") };
      for (const track of [toMe, toSomebodyElse]) one.emit("trackSubscribed", track);
    }""")
    assert heard(page) == [
        ["track", "voice"], ["state", "connected"], ["track", "screen"], ["data", "a paper"],
    ]  # fmt: skip
    assert page.evaluate("[peer.stream.getTracks().length, peer.shared.getTracks().length]") == [
        1,
        1,
    ]

    stats = page.evaluate("peer.pc.getStats().then((found) => [...found.values()])")
    assert [one["packetsLost"] for one in stats if one["type"] == "inbound-rtp"] == [2]

    page.evaluate("""async () => {
      const made = new AudioContext().createMediaStreamDestination();
      window.current.voice = made.stream.getAudioTracks()[0];
      await window.peer.fill(); await window.peer.fill();
      window.current.voice = null;
      await window.peer.fill();
      window.peer.limit({ camera: { active: true, maxBitrate: 150000 } });
      window.peer.channel.send("text"); window.peer.channel.send(new Uint8Array([1, 2]).subarray(1));
    }""")
    assert page.evaluate("window.room.log") == ["+to-9", "+voice", "-voice", 150_000]
    assert page.evaluate("window.peer.channel.track.sent.map((one) => one.byteLength ?? one)") == [
        "text", 1,
    ]  # fmt: skip

    page.evaluate("window.one.state = 'reconnecting'; window.one.emit('reconnecting')")
    assert heard(page) == [["state", "lost"]]
    page.evaluate("window.one.state = 'connected'; window.one.emit('reconnected')")
    assert heard(page) == [["state", "connected"]]
    page.evaluate("window.room.emit('participantDisconnected', window.one)")
    assert heard(page) == [["state", "lost"]]
    page.evaluate("peer.close(); carrier.close()")
    assert page.evaluate("window.room.state") == "disconnected"
    assert page.evaluate("carrier.peers.size") == 0
