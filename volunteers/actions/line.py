"""A volunteer's LINE account: connected by a code, disconnected, or gone because it blocked us.

One LINE account belongs to one person, in every organization that the person is registered with;
whoever connects it last has it. The account is the address of the channel ``line``.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from volunteers.actions import rows
from volunteers.actions.stopping import drop_channel
from volunteers.models import Volunteer, VolunteerQuerySet

LINE = Volunteer.Channel.LINE.value


def connect_line(volunteer: Volunteer, account: str, *, at: datetime) -> None:
    """Keep the account with every row of the person, as the next way after the first. ``at``: UTC."""
    with transaction.atomic():
        own = list(_own_rows(volunteer))
        for other in _rows_with(account).exclude(pk__in=[row.pk for row in own]):
            _forget(other, "line_gone", by=None, at=at)
        for row in own:
            present = rows.lock(row)
            if present.line_id == account:
                continue
            present.line_id = account
            if LINE not in [present.channel, *present.other_channels]:
                present.other_channels = [LINE, *present.other_channels]
            rows.save(present, "line_id", "other_channels")
            rows.record(present, "line_connected", by=volunteer.user, at=at)


def prefer_line(volunteer: Volunteer, *, by: User | None, at: datetime) -> None:
    """LINE comes first from now on, for every row of the person that is connected."""
    with transaction.atomic():
        for row in _own_rows(volunteer).exclude(line_id=""):
            present = rows.lock(row)
            if present.channel == LINE:
                continue
            others = [one for one in present.other_channels if one != LINE]
            present.channel, present.other_channels = LINE, [present.channel, *others]
            rows.save(present, "channel", "other_channels")
            rows.record(present, "line_first", by=by, at=at)


def disconnect_line(volunteer: Volunteer, *, by: User | None, at: datetime) -> None:
    """The person wants no LINE any more; the next way takes its place."""
    with transaction.atomic():
        for row in _own_rows(volunteer).exclude(line_id=""):
            _forget(row, "line_disconnected", by=by, at=at)


def forget_line(account: str, *, at: datetime) -> int:
    """The account has blocked us: nobody is reached by it; how many rows that were."""
    with transaction.atomic():
        found = list(_rows_with(account))
        for row in found:
            _forget(row, "line_gone", by=None, at=at)
    return len(found)


def _own_rows(volunteer: Volunteer) -> VolunteerQuerySet:
    mine = Volunteer.objects.filter(pk=volunteer.pk)
    if volunteer.user_id is not None:
        mine = mine | Volunteer.objects.filter(user=volunteer.user_id)
    return mine.order_by("pk")


def _rows_with(account: str) -> VolunteerQuerySet:
    return Volunteer.objects.filter(line_id=account).exclude(line_id="").order_by("pk")


def _forget(volunteer: Volunteer, verb: str, *, by: User | None, at: datetime) -> None:
    present = rows.lock(volunteer)
    present.line_id = ""
    rows.save(present, "line_id")
    drop_channel(present, LINE, at=at)
    rows.record(present, verb, by=by, at=at)
