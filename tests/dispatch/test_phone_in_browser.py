"""The volunteer's pages in Chromium: light, accessible in three languages, live, without script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.clock import database_now
from dispatch.actions.offers import accept_offer, decline_offer
from dispatch.models import Offer
from tests.factories import DeskFactory, OfferFactory, RequestFactory
from volunteers.models import Registration, Volunteer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def handset(chromium: Browser, live_server) -> Callable[..., BrowserContext]:
    """handset(width=360, session="…", script=True) → a browser of a phone's size."""

    def make(width: int = 360, session: str = "", script: bool = True) -> BrowserContext:
        context = chromium.new_context(
            viewport={"width": width, "height": 740}, java_script_enabled=script
        )
        context.set_default_timeout(8000)
        if session:
            context.add_cookies(
                [{"name": "tsunagi_session", "value": session, "url": live_server.url}]
            )
        return context

    return make


@pytest.fixture
def ask(city) -> Callable[..., Offer]:
    """ask(volunteer, hours=48) → an offer for a job that begins in so many hours."""
    city.phone, city.name_en = "+81426222222", "Minato International Association"
    city.save()
    desk = DeskFactory(organization=city, phone="+81426221111")
    at = database_now()

    def make(volunteer: Volunteer, hours: float = 48, **fields: object) -> Offer:
        day = at.date()
        Registration.objects.update(
            starts_on=day - timedelta(days=99), ends_on=day + timedelta(days=99)
        )
        request = RequestFactory(
            organization=city,
            desk=desk,
            place_area="中央地区",
            starts_at=at + timedelta(hours=hours),
            opened_at=at,
            next_action_at=at,
            **fields,
        )
        return OfferFactory(
            request=request,
            volunteer=volunteer,
            created_at=at,
            expires_at=at + timedelta(hours=2),
        )

    return make


def link(live_server, offer: Offer) -> str:
    return live_server.url + reverse("dispatch:offer", args=[offer.token])


def every_page(live_server, ask, hana: Volunteer, minh: Volunteer) -> dict[str, list[str]]:
    """Addresses: behind links, and of a signed-in person, in every state."""
    at = database_now()
    offers = {name: ask(hana, 48 + 4 * n) for n, name in enumerate(["open", "no", "yes", "late"])}
    decline_offer(offers["no"], via="web", at=at)
    accept_offer(offers["yes"], via="web", at=at)
    accept_offer(OfferFactory(request=offers["late"].request, volunteer=minh), via="web", at=at)
    accept_offer(offers["late"], via="web", at=at)
    done = accept_offer(ask(hana, -5), via="web", at=at - timedelta(hours=6)).assignment
    booked = accept_offer(ask(hana, 0.5), via="web", at=at).assignment
    own = [
        reverse("volunteer:home"),
        reverse("volunteer:history"),
        reverse("volunteer:job", args=[booked.pk]),
        reverse("volunteer:job_give_back", args=[booked.pk]),
        reverse("volunteer_report:report", args=[done.pk]),
    ]
    links = [link(live_server, offer) for offer in offers.values()]
    return {
        "guest": [*links, f"{live_server.url}/o/unknown/", f"{live_server.url}/v/sign-in/"],
        "own": [live_server.url + path for path in own],
    }


def look(page: Page, address: str, language: str) -> list[tuple[str, str]]:
    """What axe finds on the page, and whether it scrolls sideways."""
    page.goto(f"{address}?lang={language}")
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found] + [("wide", address)] * wide


@pytest.mark.parametrize("language", ["ja", "ja-simple", "en"])
def test_every_page_is_accessible_and_fits(
    live_server, handset, ask, hana, minh, client_of, language
):
    session = client_of(hana.user).session.session_key
    pages = every_page(live_server, ask, hana, minh)
    wrong = {}
    for kind, width in (("guest", 320), ("own", 320), ("guest", 180)):
        page = handset(width, session if kind == "own" else "").new_page()
        for address in pages[kind]:
            if found := look(page, address, language):
                wrong[address, width] = found
    assert not wrong


def test_the_page_of_an_offer_is_light(live_server, handset, ask, hana):
    page = handset(320).new_page()
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(link(live_server, ask(hana)), wait_until="networkidle")
    assert len(sizes) <= 8, sizes
    assert sum(sizes.values()) <= 60_000, sizes
    for answer in page.locator(".answer").all():
        assert answer.bounding_box()["height"] >= 64


def test_it_works_without_script(live_server, handset, ask, hana):
    offer = ask(hana)
    page = handset(script=False).new_page()
    page.goto(link(live_server, offer))
    page.get_by_role("button", name="引き受けます").click()
    expect(page.get_by_role("heading", name="あなたに決まりました")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="あなたに決まりました")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="あなたに決まりました")).to_be_visible()


def test_an_open_page_says_by_itself_that_somebody_else_took_it(
    live_server, handset, ask, hana, minh
):
    offer = ask(hana)
    page = handset().new_page()
    page.goto(link(live_server, offer))
    expect(page.get_by_role("button", name="引き受けます")).to_be_visible()
    rival = OfferFactory(request=offer.request, volunteer=minh)
    accept_offer(rival, via="web", at=database_now())
    with page.expect_request("**/fragment/") as asked:
        page.evaluate("dispatchEvent(new Event('online'))")  # what else happens within ten seconds
    assert asked.value.headers["x-page-visible"] == "1"  # a person looks: no further way is needed
    expect(page.get_by_role("heading", name="ほかの方に決まりました")).to_be_visible()
    expect(page.get_by_role("button", name="引き受けます")).to_have_count(0)


def test_a_person_answers_from_home_with_the_one_form_of_the_page(
    live_server, handset, ask, hana, client_of
):
    ask(hana)
    page = handset(session=client_of(hana.user).session.session_key).new_page()
    page.goto(live_server.url + "/v/")
    page.get_by_role("button", name="今から2時間").click()
    expect(page.get_by_text("まで待機中です")).to_be_visible()
    page.get_by_role("button", name="引き受けます").click()
    page.get_by_role("button", name="詳しい内容を見る").click()
    expect(page.get_by_text("本町1-2-3")).to_be_visible()
