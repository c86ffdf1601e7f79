"""The circuit breaker of each channel's provider: a provider that is away is left alone.

Shared by all workers in one row each (`realtime.models.Provider`). It opens after `FAILURES` in a
row; while it is open people are reached by their next way at once, and every `REST` one try is let
through. What counts as a failure (away, busy, no answer; never the refusal of one address) is said
by whoever delivers. Times are the database's, UTC.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from realtime.models import Provider

logger = logging.getLogger(__name__)
FAILURES = 3
"""So many in a row open the circuit."""
REST = timedelta(seconds=30)
"""How long an open circuit stays shut between two tries."""
OK_EVERY = timedelta(seconds=10)
"""How exactly the last success of a healthy provider is kept; not every message writes here."""


@dataclass(frozen=True)
class Alarm:
    """A channel that cannot be relied on."""

    channel: str
    since: datetime  # UTC
    error: str


def allows(channel: str, at: datetime) -> bool:
    """Whether a message may be handed to the provider at the instant ``at``.

    While the circuit is open only one worker gets True in every `REST`: its message is the try.
    """
    open_now = Provider.objects.filter(channel=channel, opened_at__isnull=False)
    if not open_now.exists():
        return True
    probes = open_now.filter(Q(probe_at__isnull=True) | Q(probe_at__lte=at))
    return bool(probes.update(probe_at=at + REST))


def is_open(channel: str) -> bool:
    """Whether the provider is left alone now. Takes nobody's turn to try, unlike `allows`."""
    return Provider.objects.filter(channel=channel, opened_at__isnull=False).exists()


def record_ok(channel: str, at: datetime) -> None:
    """The provider took a message, or refused it in good order; closes the circuit."""
    closed = Provider.objects.filter(channel=channel, failures=0, opened_at__isnull=True)
    if closed.filter(last_ok_at__gt=at - OK_EVERY).exists():
        return
    was_open = Provider.objects.filter(channel=channel, opened_at__isnull=False).exists()
    Provider.objects.update_or_create(
        channel=channel,
        defaults={
            "failures": 0, "failing_since": None, "opened_at": None, "probe_at": None,
            "last_ok_at": at, "last_error": "",
        },
    )  # fmt: skip
    if was_open:
        logger.warning("provider of %s answers again", channel)


def record_failure(channel: str, error: str, at: datetime) -> None:
    """The provider was away, busy or gave no answer; the circuit opens when that goes on."""
    Provider.objects.get_or_create(channel=channel)
    row = Provider.objects.filter(channel=channel)
    row.update(
        failures=F("failures") + 1,
        failing_since=Coalesce("failing_since", Value(at)),
        last_error=error[:200],
        # a try that failed while it is open (also one begun before) puts the next one off
        probe_at=Case(When(opened_at__isnull=False, then=Value(at + REST)), default="probe_at"),
    )
    opens = row.filter(failures__gte=FAILURES, opened_at__isnull=True)
    if opens.update(opened_at=at, probe_at=at + REST):
        logger.error("provider of %s is left alone: %s", channel, error)


def alarms(at: datetime) -> list[Alarm]:
    """Channels that are left alone now, longest first, and channels whose canary is missing."""
    from realtime import canary

    shut = Provider.objects.filter(opened_at__isnull=False)
    found = [
        Alarm(one.channel, one.failing_since or one.opened_at or at, one.last_error) for one in shut
    ]
    channels = {alarm.channel for alarm in found}
    missing = [
        Alarm(channel, since, "canary") for channel, since in canary.overdue(at)
        if channel not in channels
    ]  # fmt: skip
    return sorted(found + missing, key=lambda alarm: alarm.since)
