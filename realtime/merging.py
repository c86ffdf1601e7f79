"""Several messages at once for one person leave as one.

The first that is due carries the text of the others (``handed_over``); they point at it and share
what becomes of it, except that each goes on by its own ways when it fails. Urgent messages, and
those that may already be with the provider, are never merged; nor is a code, whose text is blanked
soon (`realtime.outbox.forget_secrets`).
"""

from __future__ import annotations

import re
from datetime import datetime

from realtime import chain, quiet
from realtime.models import Message
from realtime.outbox import SECRET_KINDS
from realtime.transports import Transport

MERGED_CHANNELS = {"sms", "line", "email"}
MOST = 5
"""Messages in one."""
MOST_SEGMENTS = 8
"""Charged parts of one SMS."""
PREFIX = re.compile(r"\s*【[^】]{1,80}】\s*")


def merge(leader: Message, transport: Transport, at: datetime) -> int:
    """Join what else is due for the person into a claimed message; returns how many joined.

    Inside the transaction that claims it.
    """
    alone = leader.urgent or leader.kind in SECRET_KINDS or leader.error == chain.UNKNOWN
    if alone or leader.channel not in MERGED_CHANNELS:
        return 0
    joined = 0
    for other in _others(leader, at):
        if joined + 1 >= MOST:
            break
        before, leader.handed_over = leader.handed_over, join(leader, other)
        if transport.price_of(leader).segments > MOST_SEGMENTS:
            leader.handed_over = before
            continue
        other.merged_into, other.state, other.lease_until = leader, Message.State.SENDING, None
        other.attempts += 1
        other.save(update_fields=["merged_into", "state", "lease_until", "attempts"])
        joined += 1
    return joined


def _others(leader: Message, at: datetime) -> list[Message]:
    due = Message.objects.due(at).filter(
        state=Message.State.QUEUED,
        urgent=False,
        organization_id=leader.organization_id,
        recipient=leader.recipient,
        channel=leader.channel,
        address=leader.address,
        simulated=leader.simulated,
    )
    due = due.exclude(pk=leader.pk).exclude(error=chain.UNKNOWN).exclude(kind__in=SECRET_KINDS)
    held = due.select_for_update(skip_locked=True, of=("self",)).order_by("created_at", "pk")
    return [one for one in held if quiet.leaves(one, at) <= at]


def join(leader: Message, other: Message) -> str:
    """Both texts; the name of the organization once if both begin with the same."""
    text, more = leader.text, other.body
    mine, theirs = PREFIX.match(text), PREFIX.match(more)
    if mine and theirs and mine.group().strip() == theirs.group().strip():
        more = more[theirs.end() :]
    between = "\n\n" if leader.channel == Message.Channel.EMAIL else "\n"
    return f"{text}{between}{more}"
