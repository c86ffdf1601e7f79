"""A person wants no more messages on a channel, or wants them again; the desk sees it in the history.

Stopping is obeyed at once and for every organization that has the number. What is left may be the
desk's telephone alone: the person stays in the register all the same.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from volunteers.actions import rows
from volunteers.models import Volunteer

HAND = Volunteer.Channel.HAND


def stop_sms(volunteer: Volunteer, *, at: datetime) -> bool:
    """No SMS any more; False if it was so already. ``at`` is UTC."""
    with transaction.atomic():
        present = rows.lock(volunteer)
        if present.sms_stopped_at is not None:
            return False
        present.sms_stopped_at = at
        rows.save(present, "sms_stopped_at")
        rows.record(present, "sms_stopped", by=None, at=at)
    return True


def resume_sms(volunteer: Volunteer, *, at: datetime) -> bool:
    """SMS again; False if they were not stopped."""
    with transaction.atomic():
        present = rows.lock(volunteer)
        if present.sms_stopped_at is None:
            return False
        present.sms_stopped_at = None
        rows.save(present, "sms_stopped_at")
        rows.record(present, "sms_resumed", by=None, at=at)
    return True


def drop_channel(volunteer: Volunteer, channel: str, *, at: datetime) -> bool:
    """Take a channel out of the person's order; the next one takes its place, else the desk calls.

    False if it was not among them.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        order = [present.channel, *present.other_channels]
        if channel not in order:
            return False
        left = [one for one in order if one != channel] or [HAND.value]
        present.channel, present.other_channels = left[0], left[1:]
        rows.save(present, "channel", "other_channels")
        rows.record(present, "channel_stopped", by=None, at=at, channel=channel)
    return True


def take_up_channel(volunteer: Volunteer, channel: str, *, at: datetime) -> bool:
    """Put a channel back behind the person's others, before the desk's own telephone.

    False if it was among them.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        order = [present.channel, *present.other_channels]
        if channel in order:
            return False
        by_hand = [one for one in order if one == HAND]
        order = [*(one for one in order if one != HAND), channel, *by_hand]
        present.channel, present.other_channels = order[0], order[1:]
        rows.save(present, "channel", "other_channels")
        rows.record(present, "channel_resumed", by=None, at=at, channel=channel)
    return True
