"""Web push: only to known services, encrypted, nothing personal, gone browsers forgotten."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from py_vapid import Vapid

from accounts.clock import database_now
from config.push_key import new_push_key, own_push_key
from dispatch.actions.offers import accept_offer, decline_offer
from dispatch.actions.rings import ring_on_call
from dispatch.messages import push_address
from dispatch.models import Offer, Request
from realtime import push
from realtime.delivery import deliver
from realtime.models import Message, PushSubscription
from realtime.outbox import Patience, Recipient, Way, queue
from realtime.transports import TryLater
from realtime.transports.push import transport as push_transport
from realtime.transports.push.receipts import path_for
from tests.factories import RequestFactory
from tests.realtime.push_service import PushService
from volunteers.actions.states import withdraw_volunteer
from volunteers.models import Registration

pytestmark = pytest.mark.django_db
# a point of the curve, as every browser makes one
KEYS = {
    "p256dh": "BI5TO2-gv3tGJbswZnwB-2B--fi4qA_vWzAGKHAx"
    "h7Kjc-sdveAzGDZtBp-DpvWQAFPHNjPLBBshxV4ahsH0ALQ",
    "auth": "A" * 22,
}


@pytest.fixture
def service() -> Iterator[PushService]:
    """A push service that takes everything."""
    running = PushService()
    yield running
    running.close()


@pytest.fixture
def phone(service, hana) -> PushSubscription:
    """Hana's browser."""
    return push.subscribe(
        push_address(hana), **service.browser(), device="Android · Chrome", at=database_now()
    )


@pytest.fixture
def ring(city, hana, minh) -> Request:
    """Hana and Minh are on call and their telephones ring now."""
    at = database_now()
    Registration.objects.update(
        starts_on=at.date() - timedelta(days=9), ends_on=at.date() + timedelta(days=9)
    )
    for volunteer in (hana, minh):
        volunteer.on_call_until = at + timedelta(hours=1)
        volunteer.save()
    request = RequestFactory(
        organization=city, mode="video", urgency="now", starts_at=at, opened_at=at, search_since=at
    )
    ring_on_call(request, at)
    return request


def pushes(kind: str) -> list[Message]:
    return list(Message.objects.filter(channel="push", kind=kind).order_by("pk"))


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
    ],
)
def test_the_services_of_the_browsers_are_taken(endpoint: str, now) -> None:
    kept = push.subscribe("user:1", endpoint=endpoint, **KEYS, device="", at=now)
    assert kept.endpoint == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/abc",
        "https://fcm.googleapis.com:8443/abc",
        "https://fcm.googleapis.com.evil.example/abc",
        "https://evilfcm.googleapis.com/abc",
        "https://push.services.mozilla.com.evil.example/",
        "https://user:pw@fcm.googleapis.com/abc",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/abc",
        "http://[::1]/abc",
        # requests would go to 127.0.0.1
        "https://127.0.0.1\\.notify.windows.com/w/",
        "https://127.0.0.1\\.notify.windows.com:443/w/",
        "https://127.0.0.1%5C.notify.windows.com/w/",
        "https://[broken/abc",
        "file:///etc/passwd",
        "",
        "https://fcm.googleapis.com/" + "a" * 600,
    ],
)
def test_no_other_address_is_taken(endpoint: str, now) -> None:
    with pytest.raises(push.NotAllowed):
        push.subscribe("user:1", endpoint=endpoint, **KEYS, device="", at=now)


def test_loopback_is_taken_by_tests_only(service, settings) -> None:
    assert push.may_send_to(service.browser()["endpoint"])
    settings.TESTING = False
    assert not push.may_send_to(service.browser()["endpoint"])


@pytest.mark.parametrize("name", ["p256dh", "auth"])
@pytest.mark.parametrize("value", ["", "AAAA", "!" * 87, "あ" * 30, "A" * 87, "A" * 2000])
def test_keys_that_are_none_are_refused(service, now, name: str, value: str) -> None:
    with pytest.raises(push.NotAllowed):
        push.subscribe("user:1", **{**service.browser(), name: value}, device="", at=now)


def test_a_browser_belongs_to_whoever_subscribed_last(service, now) -> None:
    push.subscribe("user:1", **service.browser(), device="", at=now)
    push.subscribe("user:2", **service.browser(), device="", at=now)
    assert list(PushSubscription.objects.values_list("recipient", flat=True)) == ["user:2"]


def test_a_person_has_five_browsers_at_most(service, now) -> None:
    for n in range(8):
        push.subscribe("user:1", **service.browser(f"b{n}"), device="", at=now)
    assert PushSubscription.objects.count() == push.MOST_DEVICES
    assert PushSubscription.objects.filter(endpoint__endswith="/b7").exists()


def test_a_ring_arrives_encrypted_urgent_short_lived_and_without_a_person(
    service, phone, ring, hana
) -> None:
    (message,) = pushes("ring")
    assert deliver(message.pk) == "sent"
    payload, headers = service.got[0]
    offer = Offer.objects.get(volunteer=hana)
    assert payload == {
        "title": "ベトナム語の通訳の呼び出し",
        "body": "映像です。いま出られますか。",
        "tag": offer.key,
        "url": f"/o/{offer.token}/",
        "kind": "ring",
        "lang": "ja",
        "receipt": path_for(message.pk),
    }
    for personal in (hana.name, "グエン", "市立病院", "医療", "内科"):
        assert personal not in json.dumps(payload, ensure_ascii=False)
    assert headers["urgency"] == "high"
    assert 0 < int(headers["ttl"]) <= 45
    offer.refresh_from_db()
    assert offer.state == Offer.State.SENT


def test_the_signature_names_the_service_and_us(service, phone, ring, settings) -> None:
    deliver(pushes("ring")[0].pk)
    header = service.got[0][1]["authorization"]
    assert Vapid.verify(header)
    assert header.endswith(f"k={push.public_key()}")
    claims = header.split("t=")[1].split(",")[0].split(".")[1]
    read = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert read["sub"] == settings.VAPID_SUBJECT
    assert read["aud"] == f"http://127.0.0.1:{service.server.server_port}"


def test_a_ring_goes_by_push_and_message_together(phone, ring, hana, minh) -> None:
    assert [m.recipient for m in pushes("ring")] == [hana.key]
    sms = Message.objects.filter(kind="ring", channel="sms")
    assert {m.recipient for m in sms} == {hana.key, minh.key}


def test_when_somebody_answers_the_others_notification_is_replaced(
    service, phone, ring, hana, minh
) -> None:
    deliver(pushes("ring")[0].pk)
    at = database_now()
    accept_offer(ring.offers.get(volunteer=minh), via="web", at=at)
    (stop,) = pushes("ring_stop")
    deliver(stop.pk)
    (rung, _), (stopped, _) = service.got
    assert stopped["kind"] == "ring_stop"
    assert stopped["tag"] == rung["tag"]


def test_a_notification_that_has_not_left_is_taken_back_instead(phone, ring, minh) -> None:
    accept_offer(ring.offers.get(volunteer=minh), via="web", at=database_now())
    (rung,) = pushes("ring")
    assert (rung.state, rung.error) == ("failed", "taken_back")
    assert pushes("ring_stop") == []
    assert deliver(rung.pk) == "not_due"


def test_a_no_on_one_device_stops_the_others(service, phone, ring, hana) -> None:
    deliver(pushes("ring")[0].pk)
    decline_offer(ring.offers.get(volunteer=hana), via="web", at=database_now())
    assert len(pushes("ring_stop")) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_and_the_message_goes_on(
    service, phone, ring, hana, status: int
) -> None:
    service.status = status
    (message,) = pushes("ring")
    assert deliver(message.pk) == "failed"
    assert not PushSubscription.objects.exists()
    assert Message.objects.get(kind="ring", channel="sms", recipient=hana.key).state == "queued"


def test_one_of_two_browsers_gone_is_still_sent(service, phone, ring, hana) -> None:
    other = PushService(status=410)
    push.subscribe(push_address(hana), **other.browser(), device="", at=database_now())
    assert deliver(pushes("ring")[0].pk) == "sent"
    assert list(PushSubscription.objects.all()) == [phone]
    other.close()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_tried_again(service, phone, ring, status: int) -> None:
    service.status = status
    assert deliver(pushes("ring")[0].pk) == "queued"
    assert PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [400, 403, 413])
def test_a_refusal_is_final_and_keeps_the_browser(service, phone, ring, status: int) -> None:
    service.status = status
    assert deliver(pushes("ring")[0].pk) == "failed"
    assert PushSubscription.objects.exists()


def test_a_redirect_is_not_followed(service, phone, ring) -> None:
    other = PushService()
    service.status, service.location = 307, other.browser()["endpoint"]
    assert deliver(pushes("ring")[0].pk) == "failed"
    assert other.got == []
    other.close()


def test_a_service_that_is_away_is_tried_again(service, phone, ring) -> None:
    service.close()
    assert deliver(pushes("ring")[0].pk) == "queued"


def test_a_ring_that_is_over_is_not_sent(service, phone, ring) -> None:
    (message,) = pushes("ring")
    Message.objects.update(created_at=database_now() - timedelta(seconds=50))
    assert deliver(message.pk) == "failed"
    assert service.got == []


def test_a_demo_never_pushes(service, phone, ring, city) -> None:
    Message.objects.update(simulated=True)
    assert deliver(pushes("ring")[0].pk) == "delivered"
    assert service.got == []


def test_a_push_that_failed_is_no_call_for_the_desk(service, phone, ring, city) -> None:
    from dispatch.calls import call_list

    service.status = 410
    deliver(pushes("ring")[0].pk)
    assert call_list(city, database_now()) == []


def test_without_a_key_nothing_is_pushed(settings, phone, city, hana) -> None:
    settings.VAPID_PRIVATE_KEY = ""
    assert push.public_key() == ""
    assert not push.reaches(push_address(hana))


def test_the_page_subscribes_tries_and_unsubscribes(client_of, service, hana) -> None:
    mine = client_of(hana.user)
    browser = service.browser()
    assert mine.post("/v/push/subscribe/", browser).json() == {"kept": True}
    assert PushSubscription.objects.get().recipient == push_address(hana)
    assert mine.post("/v/push/try/").json() == {"sent": True}
    deliver(pushes("push_test")[0].pk)
    assert service.got[0][0]["url"] == "/v/"
    gone = mine.post("/v/push/unsubscribe/", {"endpoint": browser["endpoint"]})
    assert gone.json() == {"forgotten": True}
    assert not PushSubscription.objects.exists()


def test_a_foreign_address_is_refused_by_the_page(client_of, hana) -> None:
    given = {"endpoint": "https://intranet.example.jp/", **KEYS}
    assert client_of(hana.user).post("/v/push/subscribe/", given).status_code == 400
    assert not PushSubscription.objects.exists()


def test_nobody_unsubscribes_somebody_else(client_of, phone, minh) -> None:
    client_of(minh.user).post("/v/push/unsubscribe/", {"endpoint": phone.endpoint})
    assert PushSubscription.objects.exists()


def test_signing_out_forgets_this_browser_and_no_other(client_of, service, hana) -> None:
    mine, other = client_of(hana.user), client_of(hana.user)
    mine.post("/v/push/subscribe/", service.browser("mine"))
    other.post("/v/push/subscribe/", service.browser("other"))
    mine.post("/v/sign-out/")
    assert PushSubscription.objects.get().endpoint.endswith("/other")


def test_the_worker_and_the_manifest_are_there_for_everybody(client) -> None:
    script = client.get("/sw.js")
    assert script["Content-Type"].startswith("text/javascript")
    manifest = client.get("/manifest.webmanifest").json()
    assert manifest["start_url"] == "/v/"
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}


def test_a_key_is_made_once_and_works(tmp_path) -> None:
    first = own_push_key(tmp_path / "var")
    assert own_push_key(tmp_path / "var") == first
    assert len(urlsafe_b64decode(new_push_key() + "=")) == 32
    assert (tmp_path / "var" / "push.key").stat().st_mode & 0o077 == 0


def test_whoever_leaves_the_register_leaves_no_browser_behind(phone, hana, minh, city):
    push.subscribe(
        push_address(minh), endpoint=phone.endpoint + "2", **KEYS, device="", at=database_now()
    )
    withdraw_volunteer(hana, reason="転居", by=None, at=database_now())
    kept = PushSubscription.objects.values_list("recipient", flat=True)
    assert list(kept) == [push_address(minh)]


# what the browser says afterwards -----------------------------------------------------------------


def rung(service, phone, ring, hana) -> tuple[Message, str]:
    """A ring that a push service took, and the path that the service worker got with it."""
    (message,) = pushes("ring")
    assert deliver(message.pk) == "sent"
    payload, _ = service.got[0]
    return message, payload["receipt"]


def test_the_browser_confirms_that_a_push_has_arrived(service, phone, ring, hana) -> None:
    message, path = rung(service, phone, ring, hana)
    browser = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert browser.post(path).status_code == 204
    message.refresh_from_db()
    assert (message.state, message.provider_status) == ("delivered", "received")
    assert message.delivered_at is not None


def test_nobody_confirms_what_they_did_not_get(service, phone, ring, hana) -> None:
    message, path = rung(service, phone, ring, hana)
    forged = path[:-5] + ("0000/" if not path.endswith("0000/") else "1111/")
    other = path.replace(f"/{message.pk}/", f"/{message.pk + 1}/")
    assert Client().post(forged).status_code == Client().post(other).status_code == 403
    assert Client().get(path).status_code == 405
    message.refresh_from_db()
    assert message.state == "sent"


def test_the_path_of_a_receipt_is_short(service, phone, ring, hana) -> None:
    _, path = rung(service, phone, ring, hana)
    assert len(path) < 60


def queued(now, *, further: bool = True, receipt_seconds: int = 60) -> Message:
    """A push to hana's browser that has another way, as an offer has."""
    to = Recipient(1, "volunteer:1", "push", "user:1", "ja", simulated=False)
    ways = [Way("email", "hana@example.jp", "本文", "件名")] if further else []
    patience = Patience(10, receipt_seconds, urgent=True)
    return queue(
        to, kind="offer", body="お願いできますか\nhttp://x/o/abc/", dedupe_key="k", at=now,
        further=ways, patience=patience,
    )  # fmt: skip


def browser_of(service) -> None:
    push.subscribe("user:1", **service.browser(), device="", at=database_now())


@pytest.mark.parametrize(("further", "longest"), [(True, 60), (False, 24 * 3600)])
def test_it_waits_at_the_service_no_longer_than_until_the_next_way_goes(
    service, db, further: bool, longest: int
) -> None:
    browser_of(service)
    push_transport.send(queued(database_now(), further=further))
    _, headers = service.got[0]
    assert longest - 5 <= int(headers["ttl"]) <= longest


def test_a_push_that_waited_for_the_morning_is_sent(service, db) -> None:
    browser_of(service)
    at = database_now()
    message = queued(at - timedelta(hours=11))
    message.not_before = at
    push_transport.send(message)
    _, headers = service.got[0]
    assert int(headers["ttl"]) == 60


@pytest.mark.parametrize("status", [404, 410])
def test_when_the_browser_is_gone_the_next_way_goes_at_once(service, db, status: int) -> None:
    browser_of(service)
    service.status = status
    message = queued(database_now())
    assert deliver(message.pk) == "failed"
    message.refresh_from_db()
    assert message.error == "gone"
    assert [one.state for one in Message.objects.filter(channel="email")] == ["sent"]
    assert not push.reaches("user:1")


def test_a_merged_push_says_all_of_it(service, db) -> None:
    browser_of(service)
    message = queued(database_now())
    message.handed_over = "一つ目\n二つ目\nhttp://x/v/"
    push_transport.send(message)
    payload, _ = service.got[0]
    assert (payload["body"], payload["url"]) == ("一つ目\n二つ目", "/v/")


def test_services_that_are_away_count_against_the_channel(service, db) -> None:
    browser_of(service)
    service.status = 503
    with pytest.raises(TryLater) as raised:
        push_transport.send(queued(database_now()))
    assert raised.value.provider_fails
