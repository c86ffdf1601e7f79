"""The room where no page reaches another: everything through a real coturn, and over a weak line.

Pages are told to use relays only, as in strict networks. On the weak line one telephone's pages,
socket and media share 400 kbit/s each way with 300 ms there and back, then lose it altogether.
"""

# ruff: noqa: F811 - the browser of meeting.py takes the place of the conftest's
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Organization, User
from interpreting.models import Seat, Session, Visit
from tests.interpreting.calls import call_in, check, hears, seat_of
from tests.journeys.conftest import test_database_url
from tests.journeys.meeting import (
    Patient,
    all_six,
    chromium,  # noqa: F401
    end_for_all,
    let_in,
    sees_or_hears_why,
    tile,
)
from tests.journeys.stack import Stack, running, until
from tests.journeys.throttle import Link, slow_line
from tests.turn import TurnServer, running_turn
from volunteers.models import Volunteer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LONGEST_GAP = 4000  # milliseconds without a voice's packets; a crowded machine stutters, too
LISTEN = 8000  # milliseconds

# keeps the page's connections at hand, and leads them to the relay by another way where one is given
WATCH = """
  const way = %s;
  const by = (c) => way ? { ...c, iceServers: c.iceServers.map((one) => ({ ...one, urls: way })) } : c;
  window.connections = [];
  const Real = RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(configuration) { super(by(configuration)); window.connections.push(this); }
    setConfiguration(configuration) { super.setConfiguration(by(configuration)); }
  };
"""
# of every living connection: kinds of the two ends of the path in use, and how the relay is reached
PATHS = """async () => {
  const found = [];
  for (const one of window.connections) {
    const stats = await one.getStats();
    for (const { type, selectedCandidatePairId: id } of stats.values()) {
      if (type !== "transport" || !stats.has(id)) continue;
      const local = stats.get(stats.get(id).localCandidateId);
      found.push([local.candidateType, stats.get(stats.get(id).remoteCandidateId).candidateType, local.relayProtocol]);
    }
  }
  return found;
}"""
# the longest time (ms) in which some voice that comes in brought no new packet
LONGEST_SILENCE = """async (length) => {
  const end = performance.now() + length, heard = new Map();
  let longest = 0;
  while (performance.now() < end) {
    for (const pc of window.connections.filter((one) => one.iceConnectionState !== "closed")) {
      const stats = await pc.getStats();
      for (const { type, kind, packetsReceived: count } of stats.values()) {
        if (type !== "inbound-rtp" || kind !== "audio") continue;
        const last = heard.get(pc), now = performance.now();
        if (last) longest = Math.max(longest, now - last.at);
        if (!last || count > last.count) heard.set(pc, { count, at: now });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return heard.size ? longest : Infinity;
}"""


class Watched(Patient):
    """A call whose pages tell which way their packets go."""

    way = "null"

    def context(self, *given: Any, **options: Any) -> BrowserContext:
        """A browser of its own, watched."""
        context = super().context(*given, **options)
        context.add_init_script(WATCH % self.way)
        return context


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    """A coturn that browsers of this machine may meet on."""
    with running_turn(tmp_path_factory.mktemp("turn"), loopback_peers=True) as server:
        yield server


@pytest.fixture(scope="module")
def site(django_db_setup: None, turn: TurnServer) -> Iterator[Stack]:
    """A web process that allows relays only."""
    relays = {"ICE_RELAY_ONLY": "1", "TURN_URLS": turn.url, "TURN_SECRET": turn.secret}
    with running(test_database_url(), workers=0, **relays) as stack:
        yield stack


@pytest.fixture
def call(
    chromium: Browser,
    site: Stack,
    city: Organization,
    coordinator: User,
    hana: Volunteer,
    client_of: Callable[[User], Client],
) -> Iterator[Watched]:
    """An open room whose booked interpreter is Hana."""
    with call_in(chromium, site.url, city, coordinator, hana, client_of) as found:
        yield Watched(**vars(found))


def test_three_pages_meet_through_the_relay_alone(call: Watched) -> None:
    desk, resident, interpreter = call.everybody()
    pages = (desk, resident, interpreter)
    all_six(pages)
    for page in pages:
        assert page.evaluate(PATHS) == [["relay", "relay", "udp"]] * 2
    until(Visit.objects.filter(network__relayed__gt=0).exists)  # kept every quarter of a minute
    end_for_all(desk, pages)
    assert Session.objects.get().network["relayed_share"] > 0.5


def test_a_telephone_on_a_weak_line_is_heard_and_comes_back(
    call: Watched, site: Stack, turn: TurnServer
) -> None:
    desk, interpreter = call.desk(), call.as_interpreter()
    with slow_line(bits=400_000, round_trip=0.3) as link:
        resident = on_a_weak_line(call, link, site, turn)
        let_in(desk, resident)
        for page in (desk, interpreter):
            hears(page, seat_of(resident))
            hears(resident, seat_of(page))
        assert resident.evaluate(PATHS) == [["relay", "relay", "tcp"]] * 2
        for page in (resident, desk, interpreter):
            assert page.evaluate(LONGEST_SILENCE, LISTEN) < LONGEST_GAP
        for page in (desk, interpreter):
            sees_or_hears_why(page, resident)
            sees_or_hears_why(resident, page)
        break_and_mend(link, resident, desk)
        for page in (resident, desk, interpreter):
            assert page.evaluate(LONGEST_SILENCE, LISTEN) < LONGEST_GAP
        end_for_all(desk, (desk, resident, interpreter))
    assert link.up.carried > 50_000
    assert link.down.carried > 50_000


def on_a_weak_line(call: Watched, link: Link, site: Stack, turn: TurnServer) -> Page:
    """The resident's telephone, whose pages, socket and media all go over the link."""
    web = link.way(urlsplit(site.url).port or 0)
    call.way = f'"turn:127.0.0.1:{link.way(turn.port)}?transport=tcp"'
    page = call.context(size=(360, 740)).new_page()
    page.goto(f"http://127.0.0.1:{web}{call.link()}?language=vi")
    page.locator("button[name=agree]").click()
    check(page)
    expect(page.locator("#room")).to_have_attribute("data-step", "waiting")
    return page


def break_and_mend(link: Link, resident: Page, desk: Page) -> None:
    """Nothing comes through for a while; then the same seat goes on, unasked."""
    seat = Seat.objects.get(role="resident")
    link.cut()
    expect(resident.locator("[data-reconnecting]")).to_be_visible()
    expect(tile(desk, resident)).to_have_attribute("data-state", "lost")
    link.mend()
    expect(resident.locator("[data-reconnecting]")).to_be_hidden()
    expect(tile(desk, resident)).to_have_attribute("data-state", "connected")
    expect(resident.locator("#room")).to_have_attribute("data-step", "room")
    until(lambda: Seat.objects.get(pk=seat.pk).connection != "")
    again = Seat.objects.get(role="resident")
    assert (again.pk, again.state, again.admitted_at) == (seat.pk, "admitted", seat.admitted_at)
