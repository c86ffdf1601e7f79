"""Typed events: hints that something changed, sent after commit to groups of sockets.

An event carries a type, an id and a version and never a person's data; whoever hears it fetches
the truth over HTTP. The hints of a transaction leave together, equal ones once. Sending may fail
(Redis away): that is counted, never raised, because pages poll as well, and for a moment afterwards
nothing is sent at all, so that a hanging Redis does not cost its patience again and again.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from prometheus_client import Counter

from realtime.circuit import Circuit

logger = logging.getLogger(__name__)
PATIENCE = (
    2.0  # seconds for the hints of a transaction, should the channel layer hang; pages poll as well
)
FAILED = Counter("tsunagi_events_failed", "Hints that could not be handed to the channel layer")
SKIPPED = Counter("tsunagi_events_skipped", "Hints not tried shortly after one failed")
SENT = Counter("tsunagi_events_sent", "Hints handed to the channel layer", ["type"])
circuit = Circuit()

TYPES: Final = {
    "request.changed": "a request, its waves, offers or assignments changed",
    "request.filled": "every seat of a request is taken",
    "request.needs_desk": "a request waits for a person at the desk",
    "volunteer.changed": "a volunteer's record or on-call state changed",
    "offer.changed": "an offer to one volunteer changed",
    "message.changed": "a message to one person was recorded or its delivery changed",
    "report.changed": "a report was handed in, returned or confirmed",
    "room.changed": "a room, or who is in it, changed",
    "telephone.changed": "a three-way telephone call, or a leg of it, changed",
    "import.progress": "an import run moved on",
}


def organization_group(organization_id: int) -> str:
    """Group of every open staff page of one organization."""
    return f"org-{organization_id}"


def volunteer_group(volunteer_id: int) -> str:
    """Group of the open pages of one volunteer."""
    return f"vol-{volunteer_id}"


class Hints:
    """Hints that are committed or rolled back together: one callback for all of them."""

    def __init__(self) -> None:
        self._versions: dict[tuple[str, int, str], int] = {}  # by type, id and group

    def add(self, event_type: str, object_id: int, version: int, group: str) -> None:
        """Hint to a group; of the same thing only the latest version counts."""
        key = (event_type, object_id, group)
        self._versions[key] = max(version, self._versions.get(key, version))

    def __call__(self) -> None:
        """Send them, unless the channel layer has just failed."""
        if circuit.is_open:
            SKIPPED.inc(len(self._versions))
            return
        try:
            async_to_sync(self._send)()
        except Exception as error:
            circuit.trip()
            FAILED.inc(len(self._versions))
            logger.warning("%d hints not sent: %s", len(self._versions), type(error).__name__)
            return
        for event_type, _, _ in self._versions:
            SENT.labels(event_type).inc()

    async def _send(self) -> None:
        """Hand every hint to its group; whoever pressed a button waits for this."""
        layer = get_channel_layer()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(
                *(
                    layer.group_send(
                        group, {"type": "hint", "event": name, "id": object_id, "version": version}
                    )
                    for (name, object_id, group), version in self._versions.items()
                )
            )


def publish(event_type: str, object_id: int, version: int, *groups: str) -> None:
    """Hint to the groups once the present transaction is committed."""
    if event_type not in TYPES:
        raise ValueError(f"undeclared event type {event_type}")
    hints = _gathered()
    registered = hints is not None
    hints = hints or Hints()
    for group in groups:
        hints.add(event_type, object_id, version, group)
    if not registered:
        transaction.on_commit(hints, robust=True)


def _gathered() -> Hints | None:
    """Those that this transaction will send already, if they share the fate of new ones.

    A rolled back savepoint takes its own callbacks with it; therefore every stack of savepoints
    has hints of its own.
    """
    connection = transaction.get_connection()
    here = set(connection.savepoint_ids)
    for savepoints, callback, _ in reversed(connection.run_on_commit):
        if isinstance(callback, Hints) and savepoints == here:
            return callback
    return None
