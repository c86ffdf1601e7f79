"""What a simulated provider says afterwards: receipts in time, doubled, swapped or not at all.

Each word waits in its row for its moment and is said through `realtime.receipts` like that of a
real provider; an answer comes through `realtime.inbox`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from realtime import inbox, receipts
from realtime.models import Message, SimulatedLine, SimulatedMessage
from realtime.transports import Status

Mode = SimulatedLine.Mode
Channel = Message.Channel
Plan = list[list[float | str]]
SENT_AFTER, ARRIVED_AFTER, REPLY_AFTER = 0.4, 1.0, 3.0
"""Seconds after it was taken."""
REPLY, REPLY_TEXT = "reply", "はい"
WITH_RECEIPTS = frozenset({Channel.SMS, Channel.VOICE, Channel.PUSH})
ANSWERABLE = frozenset({Channel.SMS, Channel.LINE})
KEPT_FOR = timedelta(days=1)
STATES = {"queued": Message.State.SENT, "sent": Message.State.SENT,
          "delivered": Message.State.DELIVERED}  # fmt: skip


def plan_for(channel: str, mode: str) -> Plan:
    """The words to come, as seconds after the message was taken."""
    plan: Plan = []
    if channel in WITH_RECEIPTS and mode != Mode.NEVER:
        plan = [[SENT_AFTER, "sent"], [ARRIVED_AFTER, "delivered"]]
    if mode == Mode.REORDER:
        plan = [[second, word] for (second, _), (_, word) in zip(plan, plan[::-1], strict=True)]
    if mode == Mode.TWICE:
        plan = [entry for entry in plan for _ in range(2)]
    if mode == Mode.REPLY and channel in ANSWERABLE:
        plan = [*plan, [REPLY_AFTER, REPLY]]
    return plan


def status_of(word: str) -> Status | None:
    """Our state for a word."""
    state = STATES.get(word)
    return Status(state, word) if state else None


def to_play(taken: SimulatedMessage) -> None:
    """Note when the next word is due and have it said then; inside a transaction."""
    from realtime.tasks import play_simulated

    taken.next_at = _moment(taken, taken.plan[0]) if taken.plan else None
    taken.save(update_fields=["plan", "next_at", "word"])
    if taken.next_at is not None:
        play_simulated.configure(schedule_at=taken.next_at).defer()


def play(at: datetime) -> int:
    """Say everything that is due at the instant ``at`` (UTC); how many words were said."""
    SimulatedMessage.objects.filter(accepted_at__lt=at - KEPT_FOR).delete()
    due = SimulatedMessage.objects.filter(next_at__lte=at).order_by("next_at")
    return sum(_play_one(pk, at) for pk in list(due.values_list("pk", flat=True)[:200]))


def _play_one(pk: int, at: datetime) -> int:
    """Take the words first and say them afterwards: a provider does not wait for us."""
    with transaction.atomic():
        waiting = SimulatedMessage.objects.select_for_update(skip_locked=True)
        taken = waiting.filter(pk=pk, next_at__lte=at).first()
        if taken is None:
            return 0
        words = [str(entry[1]) for entry in taken.plan if _moment(taken, entry) <= at]
        taken.plan = taken.plan[len(words) :]
        taken.word = max([taken.word, *words], key=_rank)
        to_play(taken)
    for word in words:
        _say(taken, word, at)
    return len(words)


def _say(taken: SimulatedMessage, word: str, at: datetime) -> None:
    if word == REPLY:
        inbox.receive(taken.channel, f"{taken.sid}-reply", taken.address, REPLY_TEXT, at)
    elif (status := status_of(word)) is not None:
        receipts.record_status(taken.channel, taken.sid, status, at)


def _rank(word: str) -> int:
    """Words in the order in which they can be true; a reply is none."""
    return list(STATES).index(word) if word in STATES else -1


def _moment(taken: SimulatedMessage, entry: list[float | str]) -> datetime:
    return taken.accepted_at + timedelta(seconds=float(entry[0]))
