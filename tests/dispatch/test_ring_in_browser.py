"""Being on call in Chromium: the telephone fills the screen, rings, stops, and wakes by push."""

# ruff: noqa: F811 - the fixtures of the other file are arguments here
from __future__ import annotations

import json
import os
import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from accounts.clock import database_now
from dispatch.actions.offers import accept_offer
from dispatch.models import Assignment, Offer
from tests.dispatch.test_phone_in_browser import RULES, handset  # noqa: F401
from tests.factories import OfferFactory, RequestFactory
from volunteers.actions import switch_on_call
from volunteers.models import Registration

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SCREENSHOTS", "")


@pytest.fixture
def on_call(city, hana):
    """Hana is on call for an hour, her term valid today."""
    at = database_now()
    day = at.date()
    Registration.objects.update(
        starts_on=day - timedelta(days=99), ends_on=day + timedelta(days=99)
    )
    city.phone = "+81426222222"
    city.save()
    switch_on_call(hana, at + timedelta(hours=1), by=None, at=at)
    return hana


def ring(city, volunteer, seconds: float = 40, **fields: object) -> Offer:
    """Somebody at the counter wants to talk by video; the volunteer's telephone rings."""
    at = database_now()
    request = RequestFactory(
        organization=city, mode="onsite", urgency="now", starts_at=at, opened_at=at,
        search_since=at, next_action_at=at + timedelta(hours=1), **fields,
    )  # fmt: skip
    return OfferFactory(
        request=request, volunteer=volunteer, remote=True, created_at=at,
        expires_at=at + timedelta(minutes=20), rings_until=at + timedelta(seconds=seconds),
    )  # fmt: skip


def open_home(browser: BrowserContext, live_server) -> Page:
    page = browser.new_page()
    page.goto(live_server.url + "/v/")
    return page


def hint(page: Page) -> None:
    """What the socket would say; the test server has none."""
    page.evaluate("dispatchEvent(new Event('online'))")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page="full" in name)


def session_of(client_of, volunteer) -> str:
    return client_of(volunteer.user).session.session_key


def test_a_ring_fills_the_screen_is_said_aloud_and_is_answered(
    live_server,
    handset,
    city,
    on_call,
    client_of,
):
    page = open_home(handset(session=session_of(client_of, on_call)), live_server)
    expect(page.get_by_text("まで待機中です")).to_be_visible()
    shot(page, "on-call-360-full")
    page.get_by_role("button", name="呼び出しの音をためす").click()
    offer = ring(city, on_call)
    hint(page)
    answer = page.get_by_role("button", name="応答する")
    expect(answer).to_be_visible()
    box = page.locator("[data-ring]").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 360, 740)
    assert page.evaluate("document.documentElement.dataset.ringSound") == "on"
    expect(page.locator("[data-ring-said]")).to_contain_text("ベトナム語")
    shot(page, "ring-360")
    answer.click()
    expect(page).to_have_url(re.compile(r"/v/rooms/\d+/$"))
    assert Assignment.objects.get().offer_id == offer.pk


def test_the_ring_stops_at_once_when_somebody_else_answers(
    live_server,
    handset,
    city,
    on_call,
    minh,
    client_of,
):
    offer = ring(city, on_call)
    page = open_home(handset(session=session_of(client_of, on_call)), live_server)
    expect(page.locator("html[data-ringing]")).to_have_count(1)
    rival = OfferFactory(request=offer.request, volunteer=minh, created_at=database_now())
    accept_offer(rival, via="web", at=database_now())
    hint(page)
    expect(page.locator("html[data-ringing]")).to_have_count(0)
    expect(page.get_by_role("button", name="応答する")).to_have_count(0)
    assert page.title().startswith("わたしのページ")


def test_a_ring_nobody_answers_stops_by_itself(
    live_server,
    handset,
    city,
    on_call,
    client_of,
):
    ring(city, on_call, seconds=3)
    page = open_home(handset(session=session_of(client_of, on_call)), live_server)
    expect(page.locator("html[data-ringing]")).to_have_count(1)
    expect(page.locator("html[data-ringing]")).to_have_count(0)


def test_without_script_a_ring_is_a_card_that_can_be_answered(
    live_server,
    handset,
    city,
    on_call,
    client_of,
):
    ring(city, on_call)
    page = open_home(handset(session=session_of(client_of, on_call), script=False), live_server)
    assert page.locator("[data-ring]").bounding_box()["y"] > 0
    page.get_by_role("button", name="応答する").click()
    expect(page).to_have_url(re.compile(r"/v/rooms/\d+/$"))


@pytest.mark.parametrize("language", ["ja", "ja-simple", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_on_call_and_ringing_are_accessible_and_fit(
    live_server,
    handset,
    city,
    on_call,
    client_of,
    language,
    width,
):
    browser = handset(width, session_of(client_of, on_call))
    page = browser.new_page()
    wrong = {}
    for state in ("on-call", "ring"):
        if state == "ring":
            ring(city, on_call, field="administrative")
        page.goto(f"{live_server.url}/v/?lang={language}")
        if state == "on-call":
            page.locator("#on-call-more summary").click()
        else:
            expect(page.locator("html[data-ringing]")).to_have_count(1)
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append({"id": "wide", "nodes": [{"html": state}]})
        shot(page, f"{state}-{language}-{width}-full")
        if found:
            wrong[state] = [(one["id"], one["nodes"][0]["html"]) for one in found]
    assert not wrong


def test_the_switch_is_pressed_and_counts_down(
    live_server,
    handset,
    city,
    on_call,
    client_of,
):
    switch_on_call(on_call, None, by=None, at=database_now())
    page = open_home(handset(session=session_of(client_of, on_call)), live_server)
    shot(page, "off-call-360-full")
    page.get_by_role("button", name="今から30分待機する").click()
    expect(page.get_by_text("まで待機中です")).to_be_visible()
    expect(page.locator(".on-call__left")).to_contain_text("29:")
    page.get_by_role("button", name="待機をやめる").click()
    expect(page.get_by_role("button", name="今から30分待機する")).to_be_visible()


def test_the_service_worker_shows_a_push_replaces_it_and_takes_it_away(
    live_server,
    handset,
    city,
    on_call,
    client_of,
):
    browser = handset(session=session_of(client_of, on_call))
    browser.grant_permissions(["notifications"], origin=live_server.url)
    page = open_home(browser, live_server)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    devtools = browser.new_cdp_session(page)
    registrations: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(r["registrationId"] for r in event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    page.goto(live_server.url + "/v/history/")  # not the page that rings by itself

    def push(**payload: str) -> None:
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": live_server.url,
                "registrationId": registrations[-1],
                "data": json.dumps(payload),
            },
        )

    shown = (
        "navigator.serviceWorker.getRegistration('/v/')"
        ".then((one) => one.getNotifications())"
        ".then((all) => all.map((one) => [one.title, one.tag, one.data.url, one.requireInteraction]))"
    )
    push(title="呼び出し", body="映像", tag="offer:1", url="/o/x/", kind="ring", lang="ja")
    page.wait_for_function(f"{shown}.then((all) => all.length === 1)")
    assert page.evaluate(shown) == [["呼び出し", "offer:1", "/o/x/", True]]
    push(title="終わりました", body="", tag="offer:1", url="/v/", kind="ring_stop", lang="ja")
    page.wait_for_function(f"{shown}.then((all) => all.some((one) => one[0] === '終わりました'))")
    assert len(page.evaluate(shown)) == 1
    page.wait_for_function(f"{shown}.then((all) => all.length === 0)")
    browser.close()  # a worker that still asks would keep the server busy
