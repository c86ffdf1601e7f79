"""Canary messages: a real message through the whole path every few minutes, to an own address.

A channel can look healthy and carry nothing. For every channel that has an address in the settings
one message is queued, delivered and, where the channel has receipts, confirmed like any other; one
that is overdue, or was never made because no worker runs, is an alarm on the board
(`realtime.breaker.alarms`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from realtime.models import Message
from realtime.outbox import NOW, Recipient, queue
from realtime.transports import transport_of

EVERY = timedelta(minutes=5)
KIND = "canary"
LATE = timedelta(minutes=2)
"""A canary that has not arrived after this is missing."""
NO_ORGANIZATION = 0
RECEIPTS = frozenset({Message.Channel.SMS})
"""Channels on which having been sent is not enough."""


@dataclass(frozen=True)
class Flight:
    """The latest canary of a channel and, if there is one, when the latest good one arrived."""

    channel: str
    sent_at: datetime
    arrived: bool
    last_arrival: datetime | None
    error: str = ""


def addresses() -> dict[str, str]:
    """Where canaries go, by channel; none in the demo."""
    named = {
        Message.Channel.SMS.value: settings.CANARY_SMS_NUMBER,
        Message.Channel.EMAIL.value: settings.CANARY_EMAIL,
    }
    return {
        channel: address
        for channel, address in named.items()
        if address and not settings.DEMO and transport_of(channel).is_configured()
    }


def send_due(at: datetime) -> list[Message]:
    """Queue a canary for every channel whose turn it is; a second worker makes no second one."""
    turn = int(at.timestamp() // EVERY.total_seconds())
    return [
        queue(
            Recipient(NO_ORGANIZATION, f"{KIND}:{channel}", channel, address, "ja", False),
            kind=KIND,
            subject="つなぎ 通信確認",
            body=f"つなぎの通信確認です。{turn}",
            dedupe_key=f"{KIND}:{channel}:{turn}",
            at=at,
            patience=NOW,  # the limit for one person must not hold it back
        )
        for channel, address in addresses().items()
    ]


def last(channel: str) -> Flight | None:
    """What is known of the latest canary of a channel."""
    flown = _flown(channel).order_by("-id")
    latest = flown.first()
    if latest is None:
        return None
    good = flown.filter(state__in=_good(channel)).first()
    return Flight(
        channel,
        latest.created_at,
        latest.state in _good(channel),
        _arrival(good) if good else None,
        latest.error,
    )


def overdue(at: datetime) -> list[tuple[str, datetime]]:
    """Channels whose canary is missing, and since when: the first one that did not arrive.

    When the last one arrived and none followed, no worker runs: since the next was due.
    """
    found = []
    for channel in addresses():
        flown = _flown(channel).filter(created_at__lte=at - LATE).order_by("-id")
        latest = flown.first()
        if latest is None:
            continue
        if latest.state in _good(channel):
            if latest.created_at < at - EVERY - LATE:
                found.append((channel, latest.created_at + EVERY))
            continue
        good = flown.filter(state__in=_good(channel)).first()
        lost = flown.filter(id__gt=good.pk if good else 0).last()
        found.append((channel, (lost or latest).created_at))
    return found


def _flown(channel: str) -> models.QuerySet[Message]:
    return Message.objects.filter(recipient=f"{KIND}:{channel}", organization_id=NO_ORGANIZATION)


def _good(channel: str) -> set[str]:
    arrived = {Message.State.DELIVERED.value}
    return arrived if channel in RECEIPTS else arrived | {Message.State.SENT.value}


def _arrival(message: Message) -> datetime:
    return message.delivered_at or message.sent_at or message.created_at
