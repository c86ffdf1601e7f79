"""Web push subscriptions: which browsers a recipient may be woken on, and where pushes may go.

An endpoint is an address that a browser hands us and that we then send to, so only the push services
of the browsers (`PUSH_HOSTS`) are taken. Off without `VAPID_PRIVATE_KEY` and `VAPID_SUBJECT`. Who a
recipient is belongs to the apps above.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid

from realtime.models import PushSubscription

MOST_DEVICES = 5
"""Browsers per recipient; a new one takes the place of the one that has been silent longest."""
LONGEST_ENDPOINT = 600
POINT_BYTES, SECRET_BYTES = 65, 16
BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")
# what is no letter of a host is read in several ways: "\\" ends it for requests, not for urlsplit
HOST = re.compile(r"[a-z0-9.-]+")


class NotAllowed(ValueError):
    """What a browser handed over is no subscription of a known push service."""


def is_on() -> bool:
    """Whether this installation has a key of its own."""
    return bool(settings.VAPID_PRIVATE_KEY and settings.VAPID_SUBJECT)


def public_key() -> str:
    """What a browser needs to subscribe (``applicationServerKey``), base64url; empty when off."""
    return _public_key(settings.VAPID_PRIVATE_KEY) if is_on() else ""


@lru_cache(maxsize=4)
def _public_key(private: str) -> str:
    key = Vapid.from_string(private).public_key
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def reaches(recipient: str) -> bool:
    """Whether the recipient has a browser that can be woken."""
    return is_on() and PushSubscription.objects.filter(recipient=recipient).exists()


def may_send_to(endpoint: str) -> bool:
    """Whether the address belongs to a push service: https, a host of the list, no other port.

    Tests have a service of their own on loopback.
    """
    try:
        address = urlsplit(endpoint)
        host, port = address.hostname or "", address.port
    except ValueError:
        return False
    if address.username or address.password or len(endpoint) > LONGEST_ENDPOINT:
        return False
    if not HOST.fullmatch(host):
        return False
    if settings.TESTING and host == "127.0.0.1":
        return address.scheme in {"http", "https"}
    known = any(_matches(host, pattern) for pattern in settings.PUSH_HOSTS)
    return address.scheme == "https" and port in {None, 443} and known


def _matches(host: str, pattern: str) -> bool:
    """``*.example.org`` stands for any host below it, anything else for itself."""
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def subscribe(
    recipient: str, *, endpoint: str, p256dh: str, auth: str, device: str, at: datetime
) -> PushSubscription:
    """Keep a browser's subscription; the same browser again, or for another person, takes over.

    Raises NotAllowed.
    """
    if not may_send_to(endpoint):
        raise NotAllowed("endpoint")
    if not _is_point(p256dh) or _length(auth) != SECRET_BYTES:
        raise NotAllowed("keys")
    kept, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={"recipient": recipient, "p256dh": p256dh, "auth": auth, "device": device[:80]},
        create_defaults={
            "recipient": recipient, "p256dh": p256dh, "auth": auth, "device": device[:80],
            "created_at": at,
        },
    )  # fmt: skip
    own = PushSubscription.objects.filter(recipient=recipient).exclude(pk=kept.pk)
    for silent in own.order_by("-used_at", "-id")[MOST_DEVICES - 1 :]:
        silent.delete()
    return kept


def unsubscribe(recipient: str, endpoint: str) -> bool:
    """Forget one browser of the recipient; False when it was not known."""
    own = PushSubscription.objects.filter(recipient=recipient, endpoint=endpoint)
    return bool(own.delete()[0])


def forget(recipient: str) -> int:
    """Forget every browser of somebody who is gone for good; how many there were."""
    return PushSubscription.objects.filter(recipient=recipient).delete()[0]


def _is_point(text: str) -> bool:
    """A point of the curve: with another one nothing could be encrypted for the browser."""
    if _length(text) != POINT_BYTES:
        return False
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), urlsafe_b64decode(text[:87] + "="))
    except ValueError:
        return False
    return True


def _length(text: str) -> int:
    """Bytes behind base64url text; 0 for anything else."""
    if not BASE64URL.fullmatch(text):
        return 0
    try:
        return len(urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)))
    except ValueError:
        return 0
