"""One message, several ways: what became of a try is written down, and the next try made with it.

The row of the next way is made in the transaction that records why the last one did not reach, so
no crash lies between the two. The apps above hear of every state (`on_result`); one of them that
fails is logged and stops nobody. Nothing here talks to a provider.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from realtime import quiet
from realtime.events import organization_group, publish
from realtime.models import Message

logger = logging.getLogger(__name__)
State = Message.State
RECEIPTS = {"sms", "voice", "push"}
"""Channels whose providers tell what became of a message."""
UNKNOWN = "unknown_result"
"""The error of a message of which nobody knows whether it left."""
SOON, CALMLY = timedelta(seconds=10), timedelta(seconds=300)
"""How long the provider of a further way has to take an urgent message, and any other."""
on_result: list[Callable[[Message, datetime], None]] = []


def write(message: Message, state: str, at: datetime, **fields: object) -> None:
    """Write a state and what goes with it, with everything that was merged into the message.

    Inside a transaction that holds the row. ``at`` is UTC.
    """
    message.lease_until = None
    for one in [message, *message.merged.select_for_update()]:
        if one.state != state and state not in Message.MOVES[State(one.state)]:
            continue
        one.state = state
        for name, value in (fields | _times(one, state, at)).items():
            if one is message or name != "provider_id":
                setattr(one, name, value)
        one.save()
        announce(one, at)


def _times(message: Message, state: str, at: datetime) -> dict[str, object]:
    """When it was sent and delivered, and until when a receipt is waited for."""
    times: dict[str, object] = {"lease_until": None}
    if state in {State.SENT, State.DELIVERED} and message.sent_at is None:
        times["sent_at"] = at
    if state == State.DELIVERED:
        times |= {"delivered_at": at, "receipt_by": None}
    waits = message.channel in RECEIPTS or message.urgent
    if state == State.SENT and message.receipt_seconds and message.further and waits:
        times["receipt_by"] = at + timedelta(seconds=message.receipt_seconds)
    if state == State.FAILED:
        times["receipt_by"] = None
    return times


def fail(message: Message, at: datetime, error: str) -> list[Message]:
    """This way did not reach the person; the tries that go on instead, to be delivered at once.

    Whatever was merged into the message goes on by its own ways.
    """
    everybody = [message, *message.merged.select_for_update()]
    made = [go_on(one, at) for one in everybody if one.state != State.FAILED]
    write(message, State.FAILED, at, error=error[:200])
    return [one for one in made if one is not None]


def go_on(message: Message, at: datetime) -> Message | None:
    """Make the try on the next way; None when there is none left (or it was made before)."""
    while message.further:
        way, *rest = message.further
        message.further = []
        message.save(update_fields=["further"])
        made = _next_try(message, way, rest, at)
        if made is not None:
            announce(made, at)
            return made if made.state == State.QUEUED else None
        message.further = rest
    return None


def _next_try(
    message: Message, way: dict[str, str], rest: list[dict[str, str]], at: datetime
) -> Message | None:
    """None for a way that cannot be read or was tried before. In quiet hours it waits for their end."""
    try:
        channel, address = Message.Channel(way["channel"]), way.get("address", "")
    except (KeyError, TypeError, ValueError, AttributeError):
        logger.error("message %s has a way that cannot be read", message.pk)
        return None
    by_hand = channel == Message.Channel.HAND
    if not (by_hand or address):
        return None
    first, _, _ = message.dedupe_key.partition("~")
    leaves = quiet.leaves(message, at)
    made, created = Message.objects.get_or_create(
        dedupe_key=f"{first}~{channel}",
        defaults={
            "organization_id": message.organization_id,
            "recipient": message.recipient,
            "kind": message.kind,
            "subject_key": message.subject_key,
            "channel": channel,
            "address": address,
            "language": message.language,
            "subject": way.get("subject", "") or message.subject,
            "body": way.get("body", "") or message.body,
            "simulated": message.simulated,
            "state": State.BY_HAND if by_hand else State.QUEUED,
            "not_before": leaves,
            "created_at": at,
            "urgent": message.urgent,
            "further": rest,
            "previous": message,
            "hand_over_by": leaves + (SOON if message.urgent else CALMLY),
            "receipt_seconds": message.receipt_seconds,
            "quiet_from": message.quiet_from,
            "quiet_to": message.quiet_to,
        },
    )
    return made if created else None


def dissolve(message: Message) -> None:
    """What was merged into a message that did not leave stands for itself again."""
    message.merged.filter(state__in=[State.QUEUED, State.SENDING]).update(
        merged_into=None, state=State.QUEUED, not_before=message.not_before, lease_until=None
    )
    message.handed_over = ""


def take_back_tries_after(message: Message, at: datetime) -> int:
    """The person was reached after all: later tries of the chain that have not left stay here."""
    first, _, _ = message.dedupe_key.partition("~")
    later = Message.objects.filter(dedupe_key__startswith=f"{first}~", pk__gt=message.pk)
    return take_back_rows(list(later.values_list("pk", flat=True)), at)


def take_back_rows(pks: list[int], at: datetime) -> int:
    """Stop what has not left; returns how many. One that perhaps has left is left alone.

    What has left, or perhaps has, gets no further ways.
    """
    stopped = 0
    with transaction.atomic():
        for message in Message.objects.select_for_update().filter(pk__in=pks).order_by("pk"):
            perhaps_left = message.error == UNKNOWN
            message.further, message.receipt_by = [], None
            message.save(update_fields=["further", "receipt_by"])
            called = message.state == State.BY_HAND and message.handled_at is None
            if (message.state == State.QUEUED and not perhaps_left) or called:
                write(message, State.FAILED, at, error=Message.TAKEN_BACK)
                stopped += 1
    return stopped


def announce(message: Message, at: datetime) -> None:
    """Tell the apps above, each by itself, and hint at the change to the organization's pages."""
    for tell in on_result:
        try:
            with transaction.atomic():
                tell(message, at)
        except Exception:
            logger.exception("message %s: a subscriber failed", message.pk)
    if message.organization_id:
        publish(
            "message.changed",
            message.pk,
            message.attempts,
            organization_group(message.organization_id),
        )
