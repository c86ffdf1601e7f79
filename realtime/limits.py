"""Nobody is flooded: so many messages that ring, buzz or light up a telephone, and no more.

Counted per address, because one telephone may be on two registers. Urgent messages (the question
itself, a code) are neither held back nor counted; what is over the limit waits, and what waits
together leaves as one message (`realtime.merging`). Demo messages disturb nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from realtime.models import Message

INTRUSIVE = {"sms", "voice"}
LIMITS = ((timedelta(hours=1), 4), (timedelta(days=1), 12))
"""At most so many in any such span."""


def may_leave_at(message: Message, at: datetime) -> datetime:
    """``at`` when the message may leave now, else the first instant when it may (UTC)."""
    if message.urgent or message.simulated or message.channel not in INTRUSIVE:
        return at
    longest = max(span for span, _ in LIMITS)
    left = _left_since(message, at - longest, at)
    free = at
    for span, most in LIMITS:
        inside = [instant for instant in left if instant > at - span]
        if len(inside) >= most:
            free = max(free, inside[-most] + span)
    return free


def _left_since(message: Message, since: datetime, at: datetime) -> list[datetime]:
    """When messages to the same address left, or may be leaving now; oldest first."""
    others = Message.objects.filter(
        address=message.address,
        channel__in=INTRUSIVE,
        urgent=False,
        simulated=False,
        merged_into=None,
    ).exclude(pk=message.pk)
    sent = others.filter(sent_at__gt=since).values_list("sent_at", flat=True)
    leaving = others.filter(state=Message.State.SENDING).count()
    return sorted([instant for instant in sent if instant] + [at] * leaving)


def one_at_a_time(address: str) -> None:
    """Claims for one address wait for each other until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [address])
