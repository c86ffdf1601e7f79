"""Forgetting what people wrote to us, and what we wrote to them: the texts go, the facts stay.

That something came or left, when and what became of it, is kept for statistics and for questions
about a booking. What providers say is forgotten by `realtime.receipts` and by the simulated one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from realtime.models import Inbound, Message, ParkedStatus, SimulatedMessage
from realtime.receipts import PARKED_FOR

INBOUND_FOR = timedelta(days=90)
MESSAGES_FOR = timedelta(days=365)
"""A fiscal year: complaints and audits ask for what was said."""


def forget_texts(*, at: datetime) -> tuple[int, int]:
    """Blank texts from people after 90 days and ours after a year; how many of each. ``at``: UTC.

    A stranger's number goes with the text, since nobody can be reached by it any more.
    """
    old = Inbound.objects.filter(received_at__lte=at - INBOUND_FOR)
    old.filter(recipient="").exclude(address="").update(address="")
    received = old.exclude(body="").update(body="")
    sent = Message.objects.filter(created_at__lte=at - MESSAGES_FOR).exclude(
        state__in=[Message.State.QUEUED, Message.State.SENDING]
    )
    told = sent.exclude(Q(body="") & Q(subject="") & Q(handed_over="") & Q(further=[]))
    written = told.update(body="", subject="", handed_over="", further=[])
    ParkedStatus.objects.filter(received_at__lt=at - PARKED_FOR).delete()
    SimulatedMessage.objects.filter(accepted_at__lt=at - PARKED_FOR).delete()
    return received, written
