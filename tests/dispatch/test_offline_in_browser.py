"""Volunteers' pages without a network, in Chromium: read, answered, sent later, told honestly."""

# ruff: noqa: F811 - the fixtures of the other file are arguments here
from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.clock import database_now
from dispatch.actions.offers import accept_offer
from dispatch.models import Assignment, Offer
from dispatch.phone import pushes
from tests.dispatch.test_phone_in_browser import ask, link  # noqa: F401
from tests.factories import OfferFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SCREENSHOTS", "")
UNSENT = '[data-state="unsent"]'
NOTES_GO = """
addEventListener("message", (event) => { if (event.data.say === "go") caches.open("go"); });
"""
KEPT = """(path) => caches.open('tsunagi-pages-1').then((all) => all.match(path)).then(Boolean)"""


@pytest.fixture
def telephone(chromium: Browser, live_server) -> Iterator[Callable[..., BrowserContext]]:
    """telephone(session="…", own=True) → a telephone's browser, or with own=False a computer's."""
    opened: list[BrowserContext] = []

    def make(session: str = "", own: bool = True) -> BrowserContext:
        context = chromium.new_context(
            viewport={"width": 360, "height": 740}, has_touch=own, is_mobile=own, locale="ja-JP"
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        if session:
            sign_in(context, live_server, session)
        return context

    yield make
    for context in opened:
        context.close()  # a worker that still asks would keep the server busy


def sign_in(context: BrowserContext, live_server, session: str) -> None:
    context.add_cookies([{"name": "tsunagi_session", "value": session, "url": live_server.url}])


def visit(context: BrowserContext, address: str, *, keeps: bool = True) -> Page:
    """Open a page and wait until the worker is there (and has kept it)."""
    page = context.new_page()
    page.goto(address)
    until(page, "Boolean(navigator.serviceWorker.controller)")
    if keeps:
        kept(page, page.evaluate("location.pathname"))
    return page


def until(page: Page, expression: str, arg: object = None) -> None:
    """Ask again until it is true; playwright's own way needs eval, which the pages forbid."""
    for _ in range(800):
        if page.evaluate(expression, arg):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


def kept(page: Page, path: str) -> None:
    until(page, KEPT, path)


def gone(page: Page, path: str) -> None:
    until(page, f"(path) => ({KEPT})(path).then((there) => !there)", path)


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def session_of(client_of, volunteer) -> str:
    return client_of(volunteer.user).session.session_key


def rival_takes(offer: Offer, volunteer) -> None:
    accept_offer(OfferFactory(request=offer.request, volunteer=volunteer), via="web", at=now())


def now():
    return database_now()


def test_an_offer_that_was_opened_is_readable_and_says_from_when(live_server, telephone, ask, hana):
    browser = telephone()
    page = visit(browser, link(live_server, ask(hana)))
    expect(page.get_by_text("オフライン")).to_have_count(0)
    browser.set_offline(True)
    page.reload()
    expect(page.get_by_text(re.compile(r"オフライン · \d+:\d\d の内容"))).to_be_visible()
    expect(page.get_by_role("button", name="引き受けます")).to_be_visible()
    assert page.locator("main").evaluate("(one) => getComputedStyle(one).flexGrow") == "1"  # styled
    shot(page, "offline-offer")


def test_an_answer_is_kept_shown_as_unsent_and_sent_by_itself(live_server, telephone, ask, hana):
    offer = ask(hana)
    browser = telephone()
    page = visit(browser, link(live_server, offer))
    browser.set_offline(True)
    page.get_by_role("button", name="引き受けます").click()
    expect(page.locator(UNSENT)).to_contain_text("まだ送られていません（圏外）")
    shot(page, "offline-unsent")
    assert not Assignment.objects.exists()
    browser.set_offline(False)
    expect(page.get_by_role("heading", name="あなたに決まりました")).to_be_visible()
    expect(page.locator('[data-state="sent"]')).to_contain_text("送信しました")
    expect(page.locator(UNSENT)).to_have_count(0)
    expect(page.get_by_text("オフライン")).to_have_count(0)
    shot(page, "offline-sent")
    assert Assignment.objects.get().offer_id == offer.pk


def test_a_yes_that_came_too_late_says_so(live_server, telephone, ask, hana, minh):
    offer = ask(hana)
    browser = telephone()
    page = visit(browser, link(live_server, offer))
    browser.set_offline(True)
    page.get_by_role("button", name="引き受けます").click()
    expect(page.locator(UNSENT)).to_be_visible()
    rival_takes(offer, minh)
    browser.set_offline(False)
    expect(page.locator('[data-state="sent"]')).to_contain_text("ほかの方に決まりました")
    expect(page.get_by_role("heading", name="ほかの方に決まりました")).to_be_visible()
    shot(page, "offline-too-late")
    assert Assignment.objects.get().volunteer_id == minh.pk


def test_an_answer_whose_time_has_passed_is_not_sent(live_server, telephone, ask, hana):
    offer = ask(hana)
    asked: list[str] = []
    browser = telephone()
    page = visit(browser, link(live_server, offer))
    # the page that is kept says until when an answer is of use
    page.evaluate(
        """async (path) => {
          const all = await caches.open('tsunagi-pages-1');
          const page = await (await all.match(path)).text();
          const past = page.replace(/data-until="[^"]+"/, 'data-until="2020-01-01T00:00:00+09:00"');
          const headers = {'Content-Type': 'text/html', 'X-Kept-At': new Date().toISOString()};
          await all.put(path, new Response(past, {headers}));
        }""",
        f"/o/{offer.token}/",
    )
    browser.set_offline(True)
    page.get_by_role("button", name="引き受けます").click()
    over = page.locator('[data-state="over"]')
    expect(over).to_contain_text("送りませんでした")
    browser.on("request", lambda one: asked.append(one.method))
    browser.set_offline(False)
    expect(page.get_by_text("オフライン")).to_have_count(0)
    expect(over).to_be_visible()
    shot(page, "offline-over")
    assert "POST" not in asked
    assert not Assignment.objects.exists()


def test_an_answer_that_waits_can_be_taken_back(live_server, telephone, ask, hana):
    offer = ask(hana)
    browser = telephone()
    page = visit(browser, link(live_server, offer))
    browser.set_offline(True)
    page.get_by_role("button", name="引き受けます").click()
    page.get_by_role("button", name="送るのをやめる").click()
    expect(page.locator(UNSENT)).to_have_count(0)
    browser.set_offline(False)
    page.reload()
    expect(page.get_by_role("button", name="引き受けます")).to_be_visible()
    assert not Assignment.objects.exists()


def test_the_later_of_two_answers_counts(live_server, telephone, ask, hana):
    offer = ask(hana)
    browser = telephone()
    page = visit(browser, link(live_server, offer))
    browser.set_offline(True)
    page.get_by_role("button", name="引き受けます").click()
    expect(page.locator(UNSENT)).to_contain_text("引き受けます")
    page.get_by_role("button", name="今回はできません").click()
    expect(page.locator(UNSENT)).to_contain_text("今回はできません")
    browser.set_offline(False)
    expect(page.get_by_role("heading", name="お返事ありがとうございました")).to_be_visible()
    assert Offer.objects.get(pk=offer.pk).state == "declined"


def test_what_home_lists_is_readable_although_it_was_never_opened(
    live_server, telephone, ask, hana, client_of
):
    offer = ask(hana, 48)
    job = accept_offer(ask(hana, 3), via="web", at=now()).assignment
    browser = telephone(session_of(client_of, hana))
    page = visit(browser, live_server.url + "/v/")
    kept(page, f"/v/assignments/{job.pk}/")
    kept(page, f"/o/{offer.token}/")
    assert Offer.objects.get(pk=offer.pk).seen_at is None  # nobody has looked at it
    browser.set_offline(True)
    page.goto(f"{live_server.url}/v/assignments/{job.pk}/")
    expect(page.get_by_text("本町1-2-3")).to_be_visible()
    shot(page, "offline-job")
    page.goto(live_server.url + "/v/")
    expect(page.get_by_role("heading", name="わたしのページ")).to_be_visible()
    page.goto(live_server.url + "/v/history/")
    expect(page.get_by_role("heading", name="通信できません")).to_be_visible()
    shot(page, "offline-nothing")


def test_a_booking_is_confirmed_without_a_network(live_server, telephone, ask, hana, client_of):
    job = accept_offer(ask(hana, 30), via="web", at=now()).assignment
    browser = telephone(session_of(client_of, hana))
    page = visit(browser, f"{live_server.url}/v/assignments/{job.pk}/")
    browser.set_offline(True)
    page.get_by_role("button", name="行けます").click()
    expect(page.locator(UNSENT)).to_contain_text("行けます")
    browser.set_offline(False)
    expect(page.locator('[data-state="sent"]')).to_be_visible()
    assert Assignment.objects.get().state == "reconfirmed"


def test_signing_out_leaves_nothing(live_server, telephone, ask, hana, client_of):
    browser = telephone(session_of(client_of, hana))
    page = visit(browser, live_server.url + "/v/")
    page.get_by_role("button", name="サインアウト").click()
    expect(page.get_by_role("heading", name=re.compile("サインイン"))).to_be_visible()
    gone(page, "/v/")


def test_signing_out_without_a_network_loses_no_answer(
    live_server, telephone, ask, hana, client_of
):
    offer = ask(hana)
    browser = telephone(session_of(client_of, hana))
    home = visit(browser, live_server.url + "/v/")
    page = visit(browser, link(live_server, offer))
    browser.set_offline(True)
    page.get_by_role("button", name="引き受けます").click()
    expect(page.locator(UNSENT)).to_be_visible()
    home.reload()
    expect(home.locator(UNSENT)).to_be_visible()
    said: list[str] = []
    home.on("dialog", lambda one: (said.append(one.message), one.dismiss()))
    home.get_by_role("button", name="サインアウト").click()
    assert "まだ送っていない返事があります" in said[0]
    expect(home.locator(UNSENT)).to_be_visible()
    browser.set_offline(False)
    expect(page.locator('[data-state="sent"]')).to_be_visible()
    assert Assignment.objects.get().offer_id == offer.pk


def test_another_person_finds_nothing_of_the_first(
    live_server, telephone, ask, hana, minh, client_of
):
    job = accept_offer(ask(hana, 3), via="web", at=now()).assignment
    browser = telephone(session_of(client_of, hana))
    page = visit(browser, f"{live_server.url}/v/assignments/{job.pk}/")
    sign_in(browser, live_server, session_of(client_of, minh))
    page.goto(live_server.url + "/v/")
    gone(page, f"/v/assignments/{job.pk}/")


def test_a_session_that_was_ended_elsewhere_takes_the_pages_along(
    live_server, telephone, ask, hana, client_of
):
    mine = client_of(hana.user)
    browser = telephone(mine.session.session_key)
    page = visit(browser, live_server.url + "/v/")
    mine.session.flush()
    page.goto(live_server.url + "/v/")
    expect(page).to_have_url(re.compile("/v/sign-in/"))
    gone(page, "/v/")


def test_a_computer_keeps_nothing_unless_somebody_wants_it(
    live_server, telephone, ask, hana, client_of
):
    browser = telephone(session_of(client_of, hana), own=False)
    page = visit(browser, live_server.url + "/v/", keeps=False)
    expect(page.get_by_text("何も残していません")).to_be_visible()
    shot(page, "offline-choice")
    assert not page.evaluate(KEPT, "/v/")
    page.get_by_role("button", name="この端末に残す").click()
    kept(page, "/v/")
    page.get_by_role("button", name="この端末には残さない").click()
    gone(page, "/v/")


def test_a_new_worker_waits_until_nobody_is_typing_and_nothing_is_lost(
    live_server, telephone, ask, hana, client_of, monkeypatch
):
    job = accept_offer(ask(hana, 30), via="web", at=now()).assignment
    browser = telephone(session_of(client_of, hana))
    page = visit(browser, f"{live_server.url}/v/assignments/{job.pk}/give-back/", keeps=False)
    page.locator("textarea, input[type=text]").first.fill("熱が出ました")
    former = pushes.worker_script()
    monkeypatch.setattr(pushes, "worker_script", lambda: former + NOTES_GO)
    waiting = "navigator.serviceWorker.getRegistration('/v/').then((one) => Boolean(one.waiting))"
    page.evaluate("navigator.serviceWorker.getRegistration('/v/').then((one) => one.update())")
    until(page, waiting)
    page.wait_for_timeout(300)
    assert page.evaluate(waiting)  # still: somebody is typing
    assert not page.evaluate("caches.has('go')")
    page.reload()
    expect(page.locator("textarea, input[type=text]").first).to_have_value("熱が出ました")
    page.goto(live_server.url + "/v/")
    # that it is told to go is ours; with the browser's tools attached, Chromium does not always see
    # that the worker before it is idle, and then lets it wait on
    until(page, "caches.has('go')")
