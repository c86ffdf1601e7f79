"""TURN servers of Twilio (Network Traversal) in place of our own, chosen by ``ICE_PROVIDER=twilio``.

One set of credentials serves a room until half of its life is over, so that nobody waits for the
provider at each reconnection; with it goes the instant at which it really ends, so that a page that
got it late renews in time. When the provider fails our own servers are used, and for a while
nobody tries again.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache

from interpreting.models import Seat
from interpreting.rooms import ice
from realtime.transports import NotSent, TryLater, Unknown
from realtime.twilio_client import is_configured, provider_errors, twilio_client

logger = logging.getLogger(__name__)
PATIENCE = 2.5  # seconds; somebody waits for the picture meanwhile
REST = 30  # seconds without a try after a failure
FIELDS = ("urls", "username", "credential")


def ice_servers(seat: Seat, at: datetime) -> ice.Given:
    """RTCIceServer values for the seat's room; our own servers if the provider cannot be asked.

    The second value: until when they can be used (UTC); of older ones less than ``TURN_TTL``.
    """
    if not is_configured() or settings.DEMO or seat.room.organization.is_demo:
        return ice.static_servers(seat, at)
    place = f"twilio-ice:{seat.room_id}"
    found: ice.Given | None = cache.get(place)
    if found is not None:
        return found
    servers = _fresh(seat, at)
    if not servers:
        return ice.static_servers(seat, at)
    found = (servers, ice.expires_at(at))
    cache.set(place, found, settings.TURN_TTL / 2)
    return found


def _fresh(seat: Seat, at: datetime) -> list[dict[str, Any]]:
    """New credentials, or an empty list when there are none to be had."""
    if cache.get("twilio-ice:rest"):
        return []
    try:
        with provider_errors():
            made = twilio_client(PATIENCE).tokens.create(ttl=settings.TURN_TTL)
    except (NotSent, TryLater, Unknown) as error:
        logger.warning("no TURN servers from the provider: %s", error)
        cache.set("twilio-ice:rest", True, REST)
        return []
    return [
        {name: server[name] for name in FIELDS if server.get(name)}
        for server in made.ice_servers or []
        if isinstance(server, dict) and server.get("urls")
    ]
