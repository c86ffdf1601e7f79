"""Web push to every browser of a recipient, encrypted end to end, through the browsers' services.

Nobody's name is in it: a title, a sentence and a link. A push is worth something for a moment only:
one that is too old is not sent. A service that says the browser is gone is believed, and the
subscription forgotten. The browser itself confirms that it arrived (`hooks`).
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models.functions import Now
from pywebpush import WebPushException, webpush
from requests import Session
from requests.exceptions import RequestException, TooManyRedirects

from realtime import push
from realtime.models import Message, PushSubscription
from realtime.transports import NotSent, Price, Refused, Sent, Status, TryLater
from realtime.transports.push.receipts import path_for, provider_id

SAFE_TO_REPEAT = True
"""A second push about the same thing replaces the first one, at the service and on the screen."""
TTL = {"ring": 45, "ring_stop": 45}
"""Seconds for which a kind is of use; the service drops it when the browser is away longer."""
TTL_OTHERS = 24 * 3600
GONE = {404, 410}
BUSY = {429, 500, 502, 503, 504}
PATIENCE = 5.0
"""Seconds for each service; one that hangs must not hold up the other telephones."""


def is_configured() -> bool:
    """This installation has a key of its own."""
    return push.is_on()


def price_of(message: Message) -> Price:
    """Nothing."""
    return Price()


def send(message: Message) -> Sent:
    """Hand the message to the service of each browser; sent when one of them took it."""
    if not is_configured():
        raise NotSent("no key for web push is configured")
    ttl = _ttl(message)
    if ttl <= 0:
        raise NotSent("too late to be of use")
    browsers = list(PushSubscription.objects.filter(recipient=message.address))
    results = {_send_one(browser, message, ttl) for browser in browsers}
    if "sent" in results:
        return Sent(provider_id=provider_id(message.pk))
    if "busy" in results:
        raise TryLater("the push service is busy or away")
    # only «gone» is always a service's own word
    refusal = Refused if "gone" in results else NotSent
    raise refusal("refused" if "refused" in results else "gone")


def find(message: Message) -> Sent | None:
    """Nobody keeps a list; sending it again replaces what still waits."""
    return None


def ask(message: Message) -> Status | None:
    """Only the browser knows, and says so by itself."""
    return None


def payload(message: Message) -> str:
    """What the service worker gets, as JSON; the last line of the body is the link."""
    text, _, link = message.text.rpartition("\n")
    return json.dumps(
        {
            "title": message.subject,
            "body": text,
            "tag": message.subject_key,
            "url": urlsplit(link).path or "/v/",
            "kind": message.kind,
            "lang": "en" if message.language == "en" else "ja",
            "receipt": path_for(message.pk),
        },
        ensure_ascii=False,
    )


def _send_one(browser: PushSubscription, message: Message, ttl: int) -> str:
    """``sent``, ``busy``, ``refused`` or ``gone``; a browser that is gone is forgotten."""
    if not push.may_send_to(browser.endpoint):  # the list may have become shorter
        return "refused"
    try:
        with _session() as session:
            webpush(
                {
                    "endpoint": browser.endpoint,
                    "keys": {"p256dh": browser.p256dh, "auth": browser.auth},
                },
                payload(message),
                vapid_private_key=settings.VAPID_PRIVATE_KEY,
                vapid_claims={"sub": settings.VAPID_SUBJECT},
                headers={"Urgency": "high", "Topic": _topic(message)},
                ttl=ttl,
                timeout=PATIENCE,
                requests_session=session,
            )
    except WebPushException as error:
        if error.status_code in GONE:
            browser.delete()
            return "gone"
        return "busy" if error.status_code in BUSY else "refused"
    except TooManyRedirects:
        return "refused"
    except RequestException:
        return "busy"
    PushSubscription.objects.filter(pk=browser.pk).update(used_at=Now())
    return "sent"


def _ttl(message: Message) -> int:
    """Seconds for which the service may keep it: not past the moment when the next way goes.

    That one is counted from now on, however long the message waited for the morning.
    """
    ttl = TTL.get(message.kind, TTL_OTHERS) - _age(message)
    if message.further and message.receipt_seconds:
        ttl = min(ttl, message.receipt_seconds)
    return int(ttl)


def _age(message: Message) -> float:
    """Seconds since it was recorded, by the database's clock."""
    from realtime.delivery import now

    return (now() - message.created_at).total_seconds()


def _session() -> Session:
    """Follows no redirect: an allowed service must not lead to an address that is not."""
    session = Session()
    session.max_redirects = 0
    return session


def _topic(message: Message) -> str:
    """A later push about the same thing replaces one that still waits at the service."""
    return message.subject_key.replace(":", "-")[:32] or f"message-{message.pk}"
