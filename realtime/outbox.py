"""Recording messages: what was promised to a person is written down before it leaves the house.

`queue` is called inside the transaction of the action that promises something; the worker's
delivery loop (`realtime.delivery`) takes it from there, on the first way and, when that one does not
reach, on the further ones. The same ``dedupe_key`` never makes two messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from realtime.chain import take_back_rows
from realtime.models import Message
from realtime.quiet import Hours

# kinds whose text opens a door, and after how long it is of no use to the person any more
SECRET_KINDS = ("code",)
SECRET_FOR = timedelta(minutes=10)
URGENT_PRIORITY = 10  # before other messages, after what opens requests


@dataclass(frozen=True)
class Recipient:
    """Who gets a message and how; made by the apps that know people."""

    organization_id: int
    key: str  # e.g. volunteer:12
    channel: str  # Message.Channel
    address: str
    language: str
    simulated: bool


@dataclass(frozen=True)
class Way:
    """One more channel on which a person can be told the same; ``hand`` is the desk's telephone."""

    channel: str
    address: str
    body: str  # as this channel needs it
    subject: str = ""


@dataclass(frozen=True)
class Patience:
    """How long each way has before the next one goes."""

    hand_over_seconds: int  # for the provider to take it; tried again inside this time
    receipt_seconds: int  # for the receipt; 0: none is awaited
    urgent: bool  # never merged, never held back by the limit for one person


NOW = Patience(hand_over_seconds=10, receipt_seconds=60, urgent=True)
CODE = Patience(hand_over_seconds=20, receipt_seconds=90, urgent=True)
CALM = Patience(hand_over_seconds=300, receipt_seconds=900, urgent=False)


def queue(
    to: Recipient,
    *,
    kind: str,
    body: str,
    dedupe_key: str,
    at: datetime,
    not_before: datetime | None = None,
    subject: str = "",
    subject_key: str = "",
    further: Sequence[Way] = (),
    patience: Patience = CALM,
    quiet: Hours | None = None,
) -> Message:
    """Record a message; returns the existing one when the key was used before.

    The first way that has an address is taken, the others are kept for later. A person without any
    gets a ``by_hand`` message, which appears on the desk's call list instead of leaving the house.
    ``at`` and ``not_before`` are UTC; ``quiet``: hours in which no try may leave (`realtime.quiet`).
    """
    ways = _usable([Way(to.channel, to.address, body, subject), *further])
    first = ways[0] if ways else Way(Message.Channel.HAND, to.address, body, subject)
    by_hand = first.channel == Message.Channel.HAND
    leaves = not_before or at
    message, created = Message.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "organization_id": to.organization_id,
            "recipient": to.key,
            "kind": kind,
            "subject_key": subject_key,
            "channel": first.channel,
            "address": first.address,
            "language": to.language,
            "subject": first.subject or subject,
            "body": first.body or body,
            "simulated": to.simulated,
            "state": Message.State.BY_HAND if by_hand else Message.State.QUEUED,
            "not_before": leaves,
            "created_at": at,
            "urgent": patience.urgent,
            "further": [] if by_hand else [asdict(way) for way in ways[1:]],
            "hand_over_by": leaves + timedelta(seconds=patience.hand_over_seconds),
            "receipt_seconds": patience.receipt_seconds,
            "quiet_from": quiet[0] if quiet else None,
            "quiet_to": quiet[1] if quiet else None,
        },
    )
    if created and not by_hand:
        wake_worker(message)
    return message


def _usable(ways: Sequence[Way]) -> list[Way]:
    """Ways with an address, each channel once; nothing comes after the telephone by hand."""
    kept: dict[str, Way] = {}
    for way in ways:
        if way.channel == Message.Channel.HAND:
            kept.setdefault(way.channel, way)
            break
        if way.address:
            kept.setdefault(way.channel, way)
    return list(kept.values())


def take_back(key: str, at: datetime) -> int:
    """Stop everything about a subject or below a dedupe key that has not left; how many that were.

    Such rows are FAILED with the error ``taken_back``; what has left gets no further ways.
    """
    with transaction.atomic():
        rows = Message.objects.chain(key).filter(
            state__in=[
                Message.State.QUEUED, Message.State.SENDING,
                Message.State.SENT, Message.State.BY_HAND,
            ]
        )  # fmt: skip
        return take_back_rows(list(rows.values_list("pk", flat=True)), at)


def reached(subject_key: str, at: datetime) -> int:
    """The person knows about the subject: no further ways; returns how many rows that touched.

    What follows an earlier try and has not left, such as a telephone call, is taken back.
    """
    about = Message.objects.filter(subject_key=subject_key)
    waiting = about.exclude(previous=None).filter(
        state__in=[Message.State.QUEUED, Message.State.BY_HAND]
    )
    open_states = [Message.State.QUEUED, Message.State.SENDING, Message.State.SENT]
    with transaction.atomic():
        stopped = take_back_rows(list(waiting.values_list("pk", flat=True)), at)
        left = about.exclude(further=[]).filter(state__in=open_states)
        return stopped + left.update(further=[], receipt_by=None)


def forget_secrets(*, at: datetime) -> int:
    """Blank what sign-in codes said once they are no longer valid; returns how many.

    That something was sent, to whom and when, stays. One still on its way is blanked later.
    """
    spent = Message.objects.filter(kind__in=SECRET_KINDS, created_at__lte=at - SECRET_FOR)
    on_their_way = [Message.State.QUEUED, Message.State.SENDING]
    told = spent.exclude(body="", further=[]).exclude(state__in=on_their_way)
    return told.update(body="", handed_over="", further=[])


def wake_worker(message: Message) -> None:
    """Have a worker deliver the message when it is due, once this transaction is committed."""
    from realtime.tasks import deliver_message

    priority = URGENT_PRIORITY if message.urgent else 0
    with transaction.atomic():
        deliver_message.configure(schedule_at=message.not_before, priority=priority).defer(
            message_id=message.pk
        )
