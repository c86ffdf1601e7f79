"""Delivering the outbox: claim with a lease, hand over outside any transaction, write the result.

Two workers never hold the same message. When nobody knows whether a message left (its worker died,
the answer was lost), the provider is asked before a second try. A way that does not reach is
followed by the next one in the same job. Apps that must know what became of a message subscribe to
``on_result``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from realtime import breaker, chain, costs, limits, merging, quiet, receipts
from realtime.chain import UNKNOWN, on_result
from realtime.models import Message
from realtime.transports import NotSent, Sent, Transport, TryLater, Unknown, transport_for

__all__ = ["claim", "deliver", "deliver_due", "now", "on_result"]

logger = logging.getLogger(__name__)
State = Message.State
LEASE = timedelta(seconds=30)
"""Longer than one call to a provider may take; a dead worker's messages wait for so long."""
LEASES = {"email": timedelta(seconds=60), "push": timedelta(seconds=60)}
RETRY_AFTER = (5, 15, 60, 120, 300)
RETRY_URGENT = 15
"""Seconds between two tries of an urgent message at most."""
DOWN_SECONDS = 5
"""How often a message without another way looks whether its provider is back; costs nothing."""
MIN_ATTEMPTS = 2
GIVE_UP_AFTER = {True: timedelta(seconds=50), False: timedelta(minutes=10)}
"""How much longer than its time a message (urgent or not) without another way is tried."""
MAX_CLAIMS = 25
"""A message that was in hand whenever a worker died is perhaps what kills them."""
DOWN = "provider_down"


class LostLease(Exception):
    """Somebody else has the message by now; what we know of it is out of date."""


@dataclass(frozen=True)
class Outcome:
    """What came of a try: ``sent``, ``later`` (not done), ``unknown`` or ``refused``."""

    result: str
    error: str = ""
    provider_id: str = ""
    delivered: bool = False
    blames: bool = False
    """It counts against the provider."""


def now() -> datetime:
    """The database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def deliver(message_id: int, at: datetime | None = None) -> str:
    """Try to deliver one message, and its next ways as long as one does not reach.

    Returns the state of the message itself afterwards (or ``not_due``). ``at`` stops the clock, for
    tests; without it the database's is read whenever something is written.
    """
    state, further = _try(message_id, at)
    while further:
        _, more = _try(further.pop(0), at)
        further += more
    return state


def deliver_due(at: datetime | None = None, limit: int = 200) -> int:
    """Deliver everything that is due; the sweep behind the wake-ups. Returns how many.

    A row that cannot be worked on is logged and left to its lease; the others go on.
    """
    due = Message.objects.due(at or now()).order_by("-urgent", "not_before", "pk")
    found = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        try:
            found += deliver(pk, at) != "not_due"
        except Exception:
            logger.exception("message %s", pk)
    return found


def _try(message_id: int, at: datetime | None) -> tuple[str, list[int]]:
    """One try on one channel: the state afterwards, and the tries to make at once instead."""
    message, further = _claimed(message_id, at or now())
    if message is None:
        return "not_due", further
    if message.state != State.SENDING:
        return message.state, further
    outcome = _hand_over(message, at)
    try:
        return _record(message, outcome, at or now())
    except LostLease:
        logger.warning("message %s took longer than its lease", message.pk)
        return State.SENDING, []


# ---- taking it


def claim(message_id: int, at: datetime) -> Message | None:
    """Take the lease on a due message, or None when it is not due or somebody else has it.

    It may come back FAILED instead: over the cost cap, or given up.
    """
    return _claimed(message_id, at)[0]


def _claimed(message_id: int, at: datetime) -> tuple[Message | None, list[int]]:
    with transaction.atomic():
        due = Message.objects.due(at).filter(pk=message_id)
        message = due.select_for_update(skip_locked=True, of=("self",)).first()
        if message is None:
            return None, []
        if message.state == State.SENDING:  # its worker died, perhaps after handing it over
            message.error = UNKNOWN
        if _must_wait(message, at):
            return None, []
        message.state, message.lease_until = State.SENDING, at + lease_of(message)
        message.attempts += 1
        if message.attempts > MAX_CLAIMS:
            return message, _pks(chain.fail(message, at, message.error or "gave_up"))
        if error := _prepare(message, at):
            return message, _pks(chain.fail(message, at, error))
        message.save()
    return message, []


def _prepare(message: Message, at: datetime) -> str:
    """Join others to it and charge it; an error when it cannot be sent this way."""
    try:
        with transaction.atomic():
            transport = transport_for(message)
            merging.merge(message, transport, at)
            paid = costs.charge(message, transport.price_of(message), at)
    except Exception as error:  # a broken row must not stop the others
        logger.exception("message %s", message.pk)
        message.handed_over = ""
        return type(error).__name__
    return "" if paid else costs.OVER


def lease_of(message: Message) -> timedelta:
    """How long one worker has for one call to the provider."""
    return LEASES.get(message.channel, LEASE)


def _must_wait(message: Message, at: datetime) -> bool:
    """Put off what would disturb the night or be too much; never what may have left already."""
    if message.error == UNKNOWN:
        return False
    free = at
    if not message.urgent:
        limits.one_at_a_time(message.address)
        free = limits.may_leave_at(message, at)
    free = quiet.leaves(message, free)
    if free <= at:
        return False
    if message.hand_over_by:
        message.hand_over_by += free - message.not_before
    message.not_before = free
    message.save(update_fields=["not_before", "hand_over_by"])
    return True


# ---- handing it over: no transaction is open


def _hand_over(message: Message, at: datetime | None) -> Outcome:
    """Give the message to its provider unless it has it already; raises nothing."""
    guarded = settings.DEMO or not message.simulated
    if guarded and not breaker.allows(message.channel, at or now()):
        return Outcome("down", DOWN)
    try:
        transport = transport_for(message)
        sent = _find(message, transport, at) or transport.send(message)
        outcome = Outcome("sent", "", sent.provider_id, sent.delivered)
    except TryLater as error:
        outcome = Outcome("later", str(error), blames=error.provider_fails)
    except Unknown as error:
        outcome = Outcome("unknown", str(error), blames=True)
    except NotSent as error:
        outcome = Outcome("refused", str(error))
        if not error.provider_answers:
            return outcome
    except LostLease:
        return Outcome("unknown", "lease")
    except Exception as error:  # a broken row must not stop the others
        logger.exception("message %s", message.pk)
        return Outcome("refused", type(error).__name__)
    if guarded:
        _tell_breaker(message, outcome, at or now())
    return outcome


def _tell_breaker(message: Message, outcome: Outcome, at: datetime) -> None:
    if outcome.blames:
        breaker.record_failure(message.channel, outcome.error, at)
    else:
        breaker.record_ok(message.channel, at)


def _find(message: Message, transport: Transport, at: datetime | None) -> Sent | None:
    """The message as the provider has it, if it is not known whether it left.

    When it has not, the lease begins anew for the second try.
    """
    if message.error != UNKNOWN or transport.SAFE_TO_REPEAT:
        return None
    found = transport.find(message)
    if found is None:
        until = (at or now()) + lease_of(message)
        ours = Message.objects.filter(
            pk=message.pk, state=State.SENDING, lease_until=message.lease_until
        )
        if not ours.update(lease_until=until):
            raise LostLease
        message.lease_until = until
    return found


# ---- writing what came of it


def _record(message: Message, outcome: Outcome, at: datetime) -> tuple[str, list[int]]:
    with transaction.atomic():
        held = Message.objects.select_for_update().get(pk=message.pk)
        if held.state != State.SENDING or held.lease_until != message.lease_until:
            raise LostLease
        if outcome.result == "sent":
            return _sent(held, outcome, at)
        if outcome.result != "refused":
            return _later(held, outcome, at)
        costs.give_back(held, at)
        return State.FAILED, _pks(chain.fail(held, at, outcome.error))


def _sent(message: Message, outcome: Outcome, at: datetime) -> tuple[str, list[int]]:
    receipts.one_at_a_time(message.channel, outcome.provider_id)
    if message.error == UNKNOWN and _is_another(message, outcome.provider_id):
        # two messages with the same words were both in doubt, and the other found this one first
        return _later(message, Outcome("unknown", UNKNOWN), at)
    state = State.DELIVERED if outcome.delivered else State.SENT
    chain.write(message, state, at, provider_id=outcome.provider_id, error="")
    further = receipts.match_parked(message, at)
    return message.state, _pks(further)


def _is_another(message: Message, provider_id: str) -> bool:
    known = Message.objects.filter(channel=message.channel, provider_id=provider_id)
    return bool(provider_id) and known.exclude(pk=message.pk).exists()


def _later(message: Message, outcome: Outcome, at: datetime) -> tuple[str, list[int]]:
    """Back into the queue, or on to the next way when this one had its time.

    Whoever has no other way left is tried longer.
    """
    in_doubt = outcome.result == "unknown" or message.error == UNKNOWN
    error = UNKNOWN if in_doubt else outcome.error[:200]
    if not in_doubt:
        costs.give_back(message, at)
    had_its_time = message.hand_over_by is not None and at >= message.hand_over_by
    goes_on = has_next_way(message) and (had_its_time or outcome.result == "down")
    if goes_on or _is_given_up(message, outcome, at):
        return State.FAILED, _pks(chain.fail(message, at, error))
    again = at + timedelta(seconds=_wait(message, outcome))
    if has_next_way(message) and message.hand_over_by is not None:
        again = min(again, max(message.hand_over_by, at + timedelta(seconds=RETRY_AFTER[0])))
    if outcome.result == "down":
        message.attempts -= 1  # nothing was tried
    message.state, message.lease_until, message.error = State.QUEUED, None, error
    message.not_before = again
    if not in_doubt:
        chain.dissolve(message)
    message.save()
    return State.QUEUED, []


def _wait(message: Message, outcome: Outcome) -> int:
    """Seconds until the next try."""
    if outcome.result == "down":
        return DOWN_SECONDS
    wait = RETRY_AFTER[min(message.attempts, len(RETRY_AFTER)) - 1]
    return min(wait, RETRY_URGENT) if message.urgent else wait


def _is_given_up(message: Message, outcome: Outcome, at: datetime) -> bool:
    """It was tried, or its provider was away, long enough; the desk has to telephone."""
    if outcome.result != "down" and message.attempts < MIN_ATTEMPTS:
        return False
    return at >= (message.hand_over_by or message.created_at) + GIVE_UP_AFTER[message.urgent]


def has_next_way(message: Message) -> bool:
    """The message, or one merged into it, can be told another way."""
    return bool(message.further) or message.merged.exclude(further=[]).exists()


def _pks(messages: list[Message]) -> list[int]:
    return [message.pk for message in messages]
