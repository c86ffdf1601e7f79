"""The simulated provider of every channel: nothing leaves this server, and it fails on demand.

It behaves like the real ones do, not as one would like: it may take a message and answer with an
error, be away, be slow, and say what became of a message late, twice, the wrong way round or never
(`realtime.models.SimulatedLine`). Handsets of the demo read the messages themselves. For demo
organizations of a real installation, where nobody plays with it, everything arrives at once.
"""

from __future__ import annotations

import time
from hashlib import sha256

from django.conf import settings
from django.db import transaction

from realtime.delivery import now
from realtime.models import Message, SimulatedLine, SimulatedMessage
from realtime.transports import Price, Sent, Status, TryLater, Unknown, transport_of
from realtime.transports.simulated.receipts import plan_for, status_of, to_play

SAFE_TO_REPEAT = False
SLOW_SECONDS = 8.0
"""How long a slow provider takes."""
TIMEOUT_SECONDS = 5.0
"""When whoever waits for a provider that says nothing gives up."""
Mode = SimulatedLine.Mode


def is_configured() -> bool:
    """Always."""
    return True


def price_of(message: Message) -> Price:
    """What the real channel would cost, so that caps can be tried out."""
    return transport_of(message.channel).price_of(message) if settings.DEMO else Price()


def send(message: Message) -> Sent:
    """Take one message, as the mode of its line wants it."""
    line = SimulatedLine.objects.filter(channel=message.channel).first()
    if line is None and not settings.DEMO:
        return Sent(provider_id=f"sim-{message.channel}-{message.pk}", delivered=True)
    mode = line.mode if line else Mode.OK
    if mode == Mode.AWAY:
        raise TryLater("provider 503")
    if mode == Mode.TIMEOUT:
        time.sleep(TIMEOUT_SECONDS)
        raise Unknown("ReadTimeout")
    taken = _take(message, mode)
    if mode == Mode.SLOW:
        time.sleep(SLOW_SECONDS)
    if mode == Mode.LOST_ANSWER:
        raise Unknown("provider 500")
    return Sent(provider_id=taken.sid)


def find(message: Message) -> Sent | None:
    """The message in the provider's list: same address, same text, nobody else's."""
    alike = SimulatedMessage.objects.filter(
        channel=message.channel, address=message.address, digest=_digest(message)
    )
    taken = Message.objects.filter(channel=message.channel, provider_id__startswith="sim-")
    others = set(
        taken.filter(provider_id__in=[one.sid for one in alike])
        .exclude(pk=message.pk)
        .values_list("provider_id", flat=True)
    )
    free = [one for one in alike if one.sid not in others]
    return Sent(provider_id=free[0].sid) if free else None


def ask(message: Message) -> Status | None:
    """The last word that was said."""
    number = message.provider_id.removeprefix("sim-")
    taken = SimulatedMessage.objects.filter(pk=number).first() if number.isdigit() else None
    return status_of(taken.word) if taken else None


def _take(message: Message, mode: str) -> SimulatedMessage:
    at = now()
    with transaction.atomic():
        taken = SimulatedMessage.objects.create(
            channel=message.channel,
            address=message.address,
            digest=_digest(message),
            accepted_at=at,
            plan=plan_for(message.channel, mode),
        )
        to_play(taken)
    return taken


def _digest(message: Message) -> str:
    return sha256(message.text.encode()).hexdigest()
