"""App configuration."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.db import transaction

if TYPE_CHECKING:
    from realtime.models import Message


class DispatchConfig(AppConfig):
    """Requests, matching, waves and offers, assignments, ladder."""

    name = "dispatch"

    def ready(self) -> None:
        """Hear what became of messages; say the verbs of this app in words on the audit page."""
        from accounts import audit
        from dispatch import line_answers, voice_answers
        from dispatch.actions.inbox import stop_email, understand
        from dispatch.log_texts import verbs_in_words
        from realtime import delivery, inbox

        audit.WORDS.update(verbs_in_words())
        voice_answers.connect()
        line_answers.connect()
        delivery.on_result.extend([note_delivery, note_refusal])
        inbox.on_inbound.append(understand)
        inbox.on_unsubscribe.append(stop_email)


def note_delivery(message: Message, at: datetime) -> None:
    """An offer whose message has left counts as sent."""
    from dispatch.actions.offers import mark_sent

    kind, _, pk = message.subject_key.partition(":")
    asks = message.kind.startswith(("offer", "ring")) and message.kind != "ring_stop"
    if kind == "offer" and asks and message.sent_at:
        mark_sent(int(pk), at=at)


def note_refusal(message: Message, at: datetime) -> None:
    """Whoever has stopped SMS at the provider gets no more of them."""
    from dispatch.actions.inbox import note_stop

    if (message.channel, message.state, message.error) == ("sms", "failed", "stopped"):
        # afterwards: this transaction holds the message, others wait for it with the person in hand
        transaction.on_commit(partial(note_stop, message.address, at), robust=True)
