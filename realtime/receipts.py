"""What providers say afterwards has become of a message, and what happens when they say nothing.

Each word counts once and never takes a later one back. A word about a message that we do not know
(yet) is parked and matched when its id becomes known. Deadlines are rows: `sweep` asks providers
about what is overdue, and sends the next way of what stays without a receipt.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef

from realtime import breaker, chain
from realtime.models import Message, ParkedStatus
from realtime.transports import Status, is_simulated, transport_for

logger = logging.getLogger(__name__)
State = Message.State
WORDS = (
    "accepted",
    "scheduled",
    "queued",
    "initiated",
    "sending",
    "ringing",
    "in-progress",
    "sent",
)
"""Words of providers in their order; any other says more than these."""
PARKED_FOR = timedelta(days=1)
POLL_AFTER = timedelta(seconds=60)
POLL_FOR = timedelta(days=1)
POLL_AT_ONCE = 20
POLL_LOOKED_AT = 500
POLLED = ("sms", "voice")
ASKING_SECONDS = 5.0
"""For so long a sweep asks about what is overdue; then the next ways go without an answer."""


def record_status(channel: str, provider_id: str, status: Status, at: datetime) -> bool:
    """Write a provider's word about one of its messages; True when it told something new.

    One about an id that nobody knows is parked for a day. ``at`` is UTC.
    """
    if not provider_id:
        return False
    with transaction.atomic():
        one_at_a_time(channel, provider_id)
        message = (
            Message.objects.select_for_update()
            .filter(channel=channel, provider_id=provider_id)
            .order_by("pk")
            .first()
        )
        if message is None:
            _park(channel, provider_id, status, at)
            return False
        told, further = _apply(message, status, at)
        wake(further)
    return told


def one_at_a_time(channel: str, provider_id: str) -> None:
    """A word about an id and the moment when the id becomes known wait for each other."""
    with connection.cursor() as cursor:
        key = f"{channel}:{provider_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5))", [key])


def match_parked(message: Message, at: datetime) -> list[Message]:
    """Apply what was said before the id became known; the tries that go on instead.

    In the transaction that writes the id, after `one_at_a_time`.
    """
    if not message.provider_id:
        return []
    parked = ParkedStatus.objects.filter(
        channel=message.channel, provider_id=message.provider_id
    ).order_by("pk")
    further: list[Message] = []
    for word in parked:
        further += _apply(message, Status(word.state, word.status, word.error), at)[1]
    parked.delete()
    return further


def _park(channel: str, provider_id: str, status: Status, at: datetime) -> None:
    ParkedStatus.objects.get_or_create(
        channel=channel,
        provider_id=provider_id[:80],
        status=status.word[:20],
        defaults={"received_at": at, "state": status.state, "error": status.error[:60]},
    )


def _apply(message: Message, status: Status, at: datetime) -> tuple[bool, list[Message]]:
    """Whether it was new, and the tries that go on instead of a failed one."""
    word, error = status.word[:20], status.error
    if message.state != State.SENT:
        return False, []  # delivered or failed is the last word
    if status.state == State.SENT:
        if _rank(word) <= _rank(message.provider_status):
            return False, []
        message.provider_status = word
        message.save(update_fields=["provider_status"])
        return True, []
    message.provider_status = word
    if status.state == State.DELIVERED:
        chain.write(message, State.DELIVERED, at, provider_status=word)
        for one in [message, *message.merged.all()]:
            chain.take_back_tries_after(one, at)
        return True, []
    return True, chain.fail(message, at, error or word)


def _rank(word: str) -> int:
    if not word:
        return -1
    return WORDS.index(word) if word in WORDS else len(WORDS)


def wake(further: list[Message]) -> None:
    """Have the tries delivered right after this transaction."""
    from realtime.outbox import wake_worker

    for message in further:
        wake_worker(message)


# ---- when nobody says anything


def sweep(at: datetime) -> int:
    """Whatever is due about receipts at the instant ``at`` (UTC); how many messages went on."""
    ParkedStatus.objects.filter(received_at__lt=at - PARKED_FOR).delete()
    overdue = Message.objects.filter(state=State.SENT, receipt_by__lte=at).order_by("receipt_by")
    went, silent, until = 0, set(), monotonic() + ASKING_SECONDS
    for message in list(overdue.select_related("merged_into")[:200]):
        # ask once more, but let nobody wait while a provider is slow or hangs again and again
        asks = message.channel not in silent and monotonic() < until
        if asks and not ask(message.merged_into or message, at):
            silent.add(message.channel)
        try:
            went += _went_on(message.pk, at)
        except Exception:
            logger.exception("message %s", message.pk)
    return went


def _went_on(pk: int, at: datetime) -> bool:
    """Try the next way; the message stays as it is, sent and unknown."""
    with transaction.atomic():
        held = (
            Message.objects.select_for_update(skip_locked=True)
            .filter(pk=pk, state=State.SENT, receipt_by__lte=at)
            .first()
        )
        if held is None:
            return False
        held.receipt_by = None
        held.save(update_fields=["receipt_by"])
        made = chain.go_on(held, at)
        wake([made] if made else [])
        return held.went_on


def poll(at: datetime) -> int:
    """Ask about messages of which nothing was heard, each less and less often; how many."""
    there = [channel for channel in POLLED if not breaker.is_open(channel)]
    unheard = (
        Message.objects.filter(state=State.SENT, channel__in=there, merged_into=None)
        .filter(sent_at__lte=at - POLL_AFTER, sent_at__gt=at - POLL_FOR, simulated=False)
        .exclude(provider_id="")
        .order_by(F("polled_at").asc(nulls_first=True), "sent_at")
    )
    due = [message for message in unheard[:POLL_LOOKED_AT] if _is_to_be_asked(message, at)]
    answers, silent = 0, set()
    for message in due[:POLL_AT_ONCE]:
        if message.channel in silent:
            continue  # the provider is away; the others need not wait for it in turn
        if ask(message, at):
            answers += 1
        else:
            silent.add(message.channel)
    return answers


def _is_to_be_asked(message: Message, at: datetime) -> bool:
    """Not before, and then whenever it is twice as old as at the last time."""
    if message.polled_at is None or message.sent_at is None:
        return True
    return at - message.polled_at >= message.polled_at - message.sent_at


def ask(message: Message, at: datetime) -> bool:
    """Ask the provider what became of a message; False when it gives no answer now.

    One that is left alone by `breaker` is not asked; the try that is let through is for a message.
    """
    if not is_simulated(message) and breaker.is_open(message.channel):
        return False
    Message.objects.filter(pk=message.pk).update(polled_at=at)
    try:
        status = transport_for(message).ask(message)
    except Exception as error:
        logger.warning("message %s could not be asked for: %s", message.pk, type(error).__name__)
        return False
    if status is not None:
        record_status(message.channel, message.provider_id, status, at)
    return True


def match_left_over(at: datetime) -> int:
    """Apply parked words whose message is known by now; normally there are none."""
    known = Message.objects.filter(channel=OuterRef("channel"), provider_id=OuterRef("provider_id"))
    count = 0
    for word in list(ParkedStatus.objects.filter(Exists(known))[:200]):
        status = Status(word.state, word.status, word.error)
        record_status(word.channel, word.provider_id, status, at)
        word.delete()
        count += 1
    return count
