"""Recording messages: what was promised to a person is written down before it leaves the house.

`queue` is called inside the transaction of the action that promises something; the worker's
delivery loop (`realtime.delivery`) takes it from there. The same ``dedupe_key`` never makes two
messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from realtime.models import Message

# kinds whose text opens a door, and after how long it is of no use to the person any more
SECRET_KINDS = ("code",)
SECRET_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Recipient:
    """Who gets a message and how; made by the apps that know people."""

    organization_id: int
    key: str  # e.g. volunteer:12
    channel: str  # Message.Channel
    address: str
    language: str
    simulated: bool


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
) -> Message:
    """Record a message; returns the existing one when the key was used before.

    A person without an address on the wanted channel gets a ``by_hand`` message, which appears on
    the desk's call list instead of leaving the house. ``at`` and ``not_before`` are UTC.
    """
    by_hand = to.channel == Message.Channel.HAND or not to.address
    message, created = Message.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "organization_id": to.organization_id,
            "recipient": to.key,
            "kind": kind,
            "subject_key": subject_key,
            "channel": Message.Channel.HAND if by_hand else to.channel,
            "address": to.address,
            "language": to.language,
            "subject": subject,
            "body": body,
            "simulated": to.simulated,
            "state": Message.State.BY_HAND if by_hand else Message.State.QUEUED,
            "not_before": not_before or at,
            "created_at": at,
        },
    )
    if created and not by_hand:
        _wake_worker(message)
    return message


def forget_secrets(*, at: datetime) -> int:
    """Blank what sign-in codes said once they are no longer valid; returns how many.

    That something was sent, to whom and when, stays. One still on its way is blanked later.
    """
    spent = Message.objects.filter(kind__in=SECRET_KINDS, created_at__lte=at - SECRET_FOR)
    on_their_way = [Message.State.QUEUED, Message.State.SENDING]
    return spent.exclude(body="").exclude(state__in=on_their_way).update(body="")


def _wake_worker(message: Message) -> None:
    from realtime.tasks import deliver_message

    with transaction.atomic():
        deliver_message.configure(schedule_at=message.not_before).defer(message_id=message.pk)
