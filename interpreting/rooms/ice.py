"""Where browsers find each other: STUN and TURN servers, with credentials made for one seat.

Credentials follow the scheme that coturn calls ``use-auth-secret``: the user name is the instant
of expiry and the seat, the password its HMAC-SHA1 under the shared secret. They live for minutes
and only an admitted seat of an open room gets them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from interpreting.models import Seat

logger = logging.getLogger(__name__)
PROVIDERS = {
    "static": "interpreting.rooms.ice.static_servers",
    "twilio": "interpreting.twilio.traversal.ice_servers",
}
Servers = list[dict[str, Any]]
Given = tuple[Servers, datetime]
"""Servers and the instant (UTC) at which their credentials stop working."""


def ice_servers(seat: Seat, at: datetime) -> Given:
    """RTCIceServer values for an admitted seat at the instant ``at`` (UTC), and until when.

    Falls back to our own servers when another provider fails.
    """
    try:
        found: Given = import_string(PROVIDERS[settings.ICE_PROVIDER])(seat, at)
        return found
    except Exception as error:
        logger.warning("ice servers of %s: %s", settings.ICE_PROVIDER, type(error).__name__)
        return static_servers(seat, at)


def expires_at(at: datetime) -> datetime:
    """When our own credentials made at ``at`` stop working."""
    return at + timedelta(seconds=settings.TURN_TTL)


def static_servers(seat: Seat, at: datetime) -> Given:
    """The servers of STUN_URLS and TURN_URLS; none of them on a network of its own."""
    servers: Servers = []
    if settings.STUN_URLS:
        servers.append({"urls": settings.STUN_URLS})
    if settings.TURN_URLS and settings.TURN_SECRET:
        name, password = credentials(
            settings.TURN_SECRET, room=seat.room_id, seat=seat.pk, expires=expires_at(at)
        )
        servers.append({"urls": settings.TURN_URLS, "username": name, "credential": password})
    return servers, expires_at(at)


def credentials(secret: str, *, room: int, seat: int, expires: datetime) -> tuple[str, str]:
    """User name and password for a TURN server that shares ``secret`` with us."""
    name = f"{int(expires.timestamp())}:r{room}s{seat}"
    digest = hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()
    return name, base64.b64encode(digest).decode()
