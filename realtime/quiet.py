"""Quiet hours: minutes of the day in Tokyo in which people are not written to.

Whose hours those are, and what may not wait for the morning, is decided above; a message carries
them, so that what follows its first try (the next way, a retry, the limit for one person) keeps
them too. Pure.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from realtime.models import Message

TOKYO = ZoneInfo("Asia/Tokyo")
Hours = tuple[int, int]
"""From and to, minutes after 0:00 in Tokyo; may pass midnight."""


def is_quiet(at: datetime, quiet_from: int, quiet_to: int) -> bool:
    """Whether ``at`` lies in the quiet hours (minutes after 0:00, Tokyo; may pass midnight).

    Equal ends mean that there are none.
    """
    local = at.astimezone(TOKYO)
    minute = local.hour * 60 + local.minute
    if quiet_from <= quiet_to:
        return quiet_from <= minute < quiet_to
    return minute >= quiet_from or minute < quiet_to


def decent_hour(at: datetime, quiet_from: int, quiet_to: int) -> datetime:
    """``at`` itself outside the quiet hours, otherwise their end (aware, in the zone of ``at``)."""
    return end_after(at, quiet_to) if is_quiet(at, quiet_from, quiet_to) else at


def end_after(at: datetime, quiet_to: int) -> datetime:
    """When quiet hours end next (aware, in the zone of ``at``)."""
    local = at.astimezone(TOKYO)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    end = midnight + timedelta(minutes=quiet_to)
    if end <= local:
        end += timedelta(days=1)
    return end.astimezone(at.tzinfo)


def hours_of(message: Message) -> Hours | None:
    """The hours that a message keeps; None for one that may leave at night."""
    if message.quiet_from is None or message.quiet_to is None:
        return None
    return message.quiet_from, message.quiet_to


def leaves(message: Message, at: datetime) -> datetime:
    """``at``, or the end of the message's quiet hours (UTC)."""
    hours = hours_of(message)
    return decent_hour(at, *hours) if hours else at
