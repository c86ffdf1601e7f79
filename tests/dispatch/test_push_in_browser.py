"""Pushes to a telephone whose pages are closed: the real service worker of Chromium, a local service.

Our server encrypts and hands the push to a push service on loopback; Chromium's own service cannot
be used here, so what the service opened is delivered to the worker by the browser's developer tools.
A press on the notification is the event that the platform would send, with the real notification.
"""

# ruff: noqa: F811 - the fixtures of the other files are arguments here
from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, Worker

from accounts.clock import database_now
from dispatch.actions.offers import accept_offer
from dispatch.messages import push_address, send_offer
from dispatch.models import Assignment, Offer
from realtime import push
from realtime.delivery import deliver
from realtime.models import Message
from tests.dispatch.test_offline_in_browser import session_of, telephone, visit  # noqa: F401
from tests.dispatch.test_phone_in_browser import ask  # noqa: F401
from tests.factories import OfferFactory
from tests.realtime.push_service import PushService

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOWN = """() => registration.getNotifications().then((all) => all.map(
    ({title, body, tag, data, actions, requireInteraction}) =>
      ({title, body, tag, url: data.url, actions: actions.map((one) => one.title), stays: requireInteraction})))"""
PRESS = """(action) => registration.getNotifications().then(([notification]) => {
    const event = new NotificationEvent('notificationclick', {notification, action});
    return new Promise((done) => { event.waitUntil = done; dispatchEvent(event); }).then(() => true);
  })"""


class Pocket:
    """A telephone in a pocket: signed in once, no page open; only its service worker is there."""

    def __init__(self, browser: BrowserContext, origin: str, worker: Worker) -> None:
        self.browser, self.origin, self.worker = browser, origin, worker
        self.blank: Page = browser.new_page()
        self.tools: CDPSession = browser.new_cdp_session(self.blank)
        self.registrations: dict[str, str] = {}
        self.tools.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self.tools.send("ServiceWorker.enable")
        self.until(lambda: self.registrations)

    def _note(self, event: dict) -> None:
        for one in event["registrations"]:
            if one["scopeURL"].endswith("/v/"):
                self.registrations[one["scopeURL"]] = one["registrationId"]

    def until(self, condition: Callable[[], object]) -> None:
        assert self.comes(condition, tries=200), "it did not happen"

    def comes(self, condition: Callable[[], object], *, tries: int) -> bool:
        """Whether it becomes true within so many looks, 50 ms apart."""
        for _ in range(tries):
            if condition():
                return True
            self.blank.wait_for_timeout(50)
        return False

    def receive(self, payload: dict) -> None:
        """What the push service would hand to the browser, until something is shown.

        The tools of the browser now and then drop a push whose worker is just being started; a
        push service would keep it and try again.
        """
        push_of = {
            "origin": self.origin,
            "registrationId": next(iter(self.registrations.values())),
            "data": json.dumps(payload),
        }
        for _ in range(5):
            self.tools.send("ServiceWorker.deliverPushMessage", push_of)
            if self.comes(lambda: self.shown(), tries=60):
                return
        raise AssertionError("nothing was shown")

    def shown(self) -> list[dict]:
        """Notifications on the screen."""
        return list(self.worker.evaluate(SHOWN))

    def press(self, action: str) -> None:
        """A button of the notification."""
        self.worker.evaluate(PRESS, action)


@pytest.fixture
def service() -> Iterator[PushService]:
    running = PushService()
    yield running
    running.close()


@pytest.fixture
def pocket(live_server, telephone, hana, city, service, client_of) -> Pocket:
    """Hana's telephone: signed in, subscribed, every page closed."""
    browser = telephone(session_of(client_of, hana))
    browser.grant_permissions(["notifications"], origin=live_server.url)
    page = visit(browser, live_server.url + "/v/")
    worker = browser.service_workers[0]
    push.subscribe(push_address(hana), **service.browser(), device="", at=database_now())
    pocket = Pocket(browser, live_server.url, worker)
    page.close()
    hana.channel = Message.Channel.PUSH
    hana.save()
    return pocket


@pytest.fixture
def asked(ask, hana, service) -> Callable[[], tuple[Offer, Message, dict]]:
    """asked() → the offer, its message, and what the push service opened."""

    def make() -> tuple[Offer, Message, dict]:
        at = database_now()
        offer = ask(hana)
        send_offer(offer, at=at, not_before=at)
        message = Message.objects.get(subject_key=offer.key, channel="push")
        deliver(message.pk)
        return offer, message, service.got[-1][0]

    return make


def test_a_push_is_shown_with_yes_and_no_and_its_arrival_is_known(pocket, asked):
    offer, message, payload = asked()
    pocket.receive(payload)
    (shown,) = pocket.shown()
    assert (shown["tag"], shown["url"]) == (offer.key, f"/o/{offer.token}/")
    assert (shown["actions"], shown["stays"]) == (["はい", "いいえ"], True)
    pocket.until(lambda: Message.objects.get(pk=message.pk).state == Message.State.DELIVERED)


def test_it_is_accepted_from_the_notification_while_every_page_is_closed(pocket, asked):
    offer, _, payload = asked()
    pocket.receive(payload)
    pocket.press("accept")
    assert Assignment.objects.get().offer_id == offer.pk
    (shown,) = pocket.shown()
    assert (shown["title"], shown["tag"]) == ("あなたに決まりました", offer.key)
    assert "ベトナム語" in shown["body"]
    assert shown["actions"] == []
    assert all(page.url == "about:blank" for page in pocket.browser.pages)


def test_a_yes_that_came_too_late_says_so_in_its_place(pocket, asked, minh):
    offer, _, payload = asked()
    pocket.receive(payload)
    rival = OfferFactory(request=offer.request, volunteer=minh)
    accept_offer(rival, via="web", at=database_now())
    pocket.press("accept")
    assert [one["title"] for one in pocket.shown()] == ["ほかの方に決まりました"]
    assert Assignment.objects.get().volunteer_id == minh.pk


def test_it_is_declined_from_the_notification(pocket, asked):
    offer, _, payload = asked()
    pocket.receive(payload)
    pocket.press("decline")
    assert Offer.objects.get(pk=offer.pk).state == "declined"
    assert [one["title"] for one in pocket.shown()] == ["お返事ありがとうございました"]


def test_without_a_signal_the_answer_waits_and_says_so(pocket, asked):
    offer, _, payload = asked()
    pocket.receive(payload)
    pocket.browser.set_offline(True)
    pocket.press("accept")
    assert [one["title"] for one in pocket.shown()] == ["まだ送られていません（圏外）"]
    assert not Assignment.objects.exists()
    pocket.browser.set_offline(False)
    pocket.worker.evaluate("() => sendAll()")  # what background sync does
    assert [one["title"] for one in pocket.shown()] == ["あなたに決まりました"]
    assert Assignment.objects.get().offer_id == offer.pk


def test_news_about_an_offer_has_no_buttons(pocket, asked):
    _, _, payload = asked()
    pocket.receive(payload | {"kind": "offer_cancelled"})
    assert pocket.shown()[0]["actions"] == []


def test_a_receipt_never_goes_to_another_site(pocket, asked):
    _, message, payload = asked()
    pocket.receive(payload | {"receipt": "https://elsewhere.example/x"})
    pocket.blank.wait_for_timeout(300)
    assert Message.objects.get(pk=message.pk).state == Message.State.SENT
