"""Delivering the outbox: claim with a lease, hand over outside any transaction, write the result.

Two workers never hold the same message. A message whose worker died after handing an SMS over is
not sent a second time: it goes to the desk's call list as «unknown». Apps that must know what
became of a message subscribe to ``on_result``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction

from realtime.events import organization_group, publish
from realtime.models import Message
from realtime.transports import NotSent, Sent, TryLater, Unknown, transport_for

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
RETRY_AFTER = (5, 15, 60, 120, 300)
MAX_ATTEMPTS = 6
on_result: list[Callable[[Message, datetime], None]] = []


def now() -> datetime:
    """The database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def deliver(message_id: int, at: datetime | None = None) -> str:
    """Try to deliver one message; returns its state afterwards (or ``not_due``)."""
    message = claim(message_id, at or now())
    if message is None:
        return "not_due"
    if message.state == Message.State.FAILED:
        return message.state
    try:
        sent = transport_for(message).send(message)
    except TryLater as error:
        return _later(message, str(error))
    except (NotSent, Unknown) as error:
        return _finish(message, Message.State.FAILED, error=str(error))
    except Exception as error:  # a broken row must not stop the others
        logger.exception("message %s", message.pk)
        return _finish(message, Message.State.FAILED, error=type(error).__name__)
    return _sent(message, sent)


def deliver_due(at: datetime | None = None, limit: int = 200) -> int:
    """Deliver everything that is due; the sweep behind the wake-ups. Returns how many."""
    due = Message.objects.due(at or now()).order_by("not_before")
    return sum(
        deliver(pk, at) != "not_due" for pk in list(due.values_list("pk", flat=True)[:limit])
    )


def claim(message_id: int, at: datetime) -> Message | None:
    """Take the lease on a due message, or None when it is not due or somebody else has it."""
    with transaction.atomic():
        message = (
            Message.objects.due(at).select_for_update(skip_locked=True).filter(pk=message_id)
        ).first()
        if message is None:
            return None
        lost_track = message.state == Message.State.SENDING and not message.simulated
        if lost_track and message.channel == Message.Channel.SMS:
            # a worker died between handing it over and writing that down
            _write(message, Message.State.FAILED, at, error="unknown_result")
            return message
        message.state, message.lease_until = Message.State.SENDING, at + LEASE
        message.attempts += 1
        message.save(update_fields=["state", "lease_until", "attempts"])
    return message


def _sent(message: Message, sent: Sent) -> str:
    state = Message.State.DELIVERED if sent.delivered else Message.State.SENT
    return _finish(message, state, provider_id=sent.provider_id)


def _later(message: Message, error: str) -> str:
    if message.attempts >= MAX_ATTEMPTS:
        return _finish(message, Message.State.FAILED, error=error)
    at = now()
    wait = RETRY_AFTER[min(message.attempts, len(RETRY_AFTER)) - 1]
    Message.objects.filter(pk=message.pk, state=Message.State.SENDING).update(
        state=Message.State.QUEUED,
        lease_until=None,
        not_before=at + timedelta(seconds=wait),
        error=error[:200],
    )
    return Message.State.QUEUED


def _finish(message: Message, state: str, *, provider_id: str = "", error: str = "") -> str:
    with transaction.atomic():
        _write(message, state, now(), provider_id=provider_id, error=error)
    return state


def _write(
    message: Message, state: str, at: datetime, *, provider_id: str = "", error: str = ""
) -> None:
    message.state, message.lease_until, message.error = state, None, error[:200]
    message.provider_id = provider_id
    if state != Message.State.FAILED:
        message.sent_at = at
    message.save(update_fields=["state", "lease_until", "error", "provider_id", "sent_at"])
    for tell in on_result:
        tell(message, at)
    publish(
        "message.changed", message.pk, message.attempts, organization_group(message.organization_id)
    )
