"""Typed events: hints that something changed, sent after commit to groups of sockets.

An event carries a type, an id and a version and never a person's data; whoever hears it fetches
the truth over HTTP. Sending may fail (Redis away): that is counted, never raised, because pages
poll as well.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from prometheus_client import Counter

logger = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds for one hint, should the channel layer hang; pages poll as well
FAILED = Counter("tsunagi_events_failed", "Hints that could not be handed to the channel layer")
SENT = Counter("tsunagi_events_sent", "Hints handed to the channel layer", ["type"])

TYPES: Final = {
    "request.changed": "a request, its waves, offers or assignments changed",
    "request.filled": "every seat of a request is taken",
    "request.needs_desk": "a request waits for a person at the desk",
    "volunteer.changed": "a volunteer's record or on-call state changed",
    "offer.changed": "an offer to one volunteer changed",
    "message.changed": "a message to one person was recorded or its delivery changed",
    "report.changed": "a report was handed in, returned or confirmed",
    "import.progress": "an import run moved on",
}


def organization_group(organization_id: int) -> str:
    """Group of every open staff page of one organization."""
    return f"org-{organization_id}"


def volunteer_group(volunteer_id: int) -> str:
    """Group of the open pages of one volunteer."""
    return f"vol-{volunteer_id}"


def publish(event_type: str, object_id: int, version: int, *groups: str) -> None:
    """Hint to the groups once the present transaction is committed."""
    if event_type not in TYPES:
        raise ValueError(f"undeclared event type {event_type}")
    event = {"type": "hint", "event": event_type, "id": object_id, "version": version}
    transaction.on_commit(lambda: _send(event, groups), robust=True)


def _send(event: dict[str, object], groups: tuple[str, ...]) -> None:
    try:
        async_to_sync(_send_all)(event, groups)
        SENT.labels(str(event["event"])).inc(len(groups))
    except Exception as error:
        FAILED.inc(len(groups))
        logger.warning("hint %s not sent: %s", event["event"], type(error).__name__)


async def _send_all(event: dict[str, object], groups: tuple[str, ...]) -> None:
    """Hand the hint to every group; whoever pressed a button waits for this."""
    layer = get_channel_layer()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(layer.group_send(group, event) for group in groups))
