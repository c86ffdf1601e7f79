"""What people send us: kept once as it came, then handed to the apps that understand it.

Nothing that arrived is lost: the row is written before anybody reads it, and when reading fails it
waits for the desk as unclear. Whose address it is and what the words mean is decided above, by
whoever subscribed to ``on_inbound``; it is told in the transaction that keeps the row.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from realtime.models import Inbound

logger = logging.getLogger(__name__)
LONGEST = 4000
"""Characters of one message that are kept; carriers allow 1,600."""
on_inbound: list[Callable[[Inbound, datetime], None]] = []
on_unsubscribe: list[Callable[[str, datetime], None]] = []
"""Told with the recipient's key (such as ``volunteer:12``) when e-mail is no longer wanted."""


def receive(
    channel: str, provider_id: str, address: str, body: str, at: datetime
) -> Inbound | None:
    """Keep a message from outside and have it understood; None when it was here before.

    ``at`` is UTC. The provider may repeat itself and may do so at the same moment.
    """
    with transaction.atomic():
        inbound, is_new = Inbound.objects.get_or_create(
            channel=channel,
            provider_id=provider_id,
            defaults={
                "address": address[:254],
                "body": body.replace("\0", "")[:LONGEST],
                "received_at": at,
            },
        )
        if not is_new:
            return None
        _tell(inbound, at)
    return inbound


def unsubscribe(recipient: str, at: datetime) -> None:
    """Pass on that a recipient wants no more e-mail."""
    with transaction.atomic():
        for tell in on_unsubscribe:
            tell(recipient, at)


def _tell(inbound: Inbound, at: datetime) -> None:
    try:
        with transaction.atomic():
            for tell in on_inbound:
                tell(inbound, at)
    except Exception:
        logger.exception("inbound %s was not understood", inbound.pk)
        Inbound.objects.filter(pk=inbound.pk).update(state=Inbound.State.UNCLEAR)
        inbound.refresh_from_db()
