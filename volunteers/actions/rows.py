"""Locking, saving and announcing a volunteer's row: what every action of the register shares."""

from __future__ import annotations

from datetime import datetime

from accounts import audit
from accounts.models import User
from realtime import events
from volunteers.models import Volunteer


def lock(volunteer: Volunteer) -> Volunteer:
    """The row as it is now, kept until the transaction ends."""
    return Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)


def save(volunteer: Volunteer, *columns: str) -> None:
    """Write the columns, count the version up and hint to whoever has the person on a screen."""
    volunteer.version += 1
    volunteer.save(update_fields=[*columns, "version"])
    events.publish(
        "volunteer.changed",
        volunteer.pk,
        volunteer.version,
        events.organization_group(volunteer.organization_id),
        events.volunteer_group(volunteer.pk),
    )


def record(
    volunteer: Volunteer, verb: str, *, by: User | None, at: datetime, **detail: str
) -> None:
    """Write into the audit trail what was done to a volunteer, by the person if ``by`` is None."""
    audit.record(
        volunteer.key,
        f"volunteer.{verb}",
        organization=volunteer.organization_id,
        by=by,
        at=at,
        label="" if by else volunteer.name,
        **detail,
    )
