"""A volunteer leaves by own will: bookings are given back first, so that the search starts at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.errors import ActionError
from accounts.models import User
from dispatch.actions.assignments import give_back
from dispatch.actions.desk_notes import tell_desk
from dispatch.models import Assignment
from volunteers.actions import withdraw_volunteer
from volunteers.models import Volunteer

REASON = "退会のため"


def bookings_of(volunteer: Volunteer, at: datetime) -> list[Assignment]:
    """What the person still holds: to come, running, or not reported yet."""
    held = volunteer.assignments.active().exclude(state=Assignment.State.FINISHED)
    rows = held.select_related("request__organization", "request__desk", "request__body")
    return list(rows.select_related("volunteer__organization").order_by("request__starts_at"))


def leave(volunteer: Volunteer, *, reason: str, by: User | None, at: datetime) -> Volunteer:
    """Give back what is to come, withdraw, and put it into the desk's inbox.

    What has begun stays: it is finished and reported as usual. Raises ActionError: running (an
    interpretation is going on), not_possible.
    """
    with transaction.atomic():
        held = bookings_of(volunteer, at)
        if any(one.request.starts_at <= at < one.request.ends_at for one in held):
            text = "通訳中は退会できません。終わってから、お手続きください。"
            raise ActionError("running", text)
        coming = [one for one in held if one.request.starts_at > at]
        for assignment in coming:
            give_back(assignment, reason=REASON, at=at, label=volunteer.name)
        gone = withdraw_volunteer(volunteer, reason=reason, by=by, at=at)
        said = f"本人の画面から退会しました。決まっていた予定：{len(coming)}件（ほかの方を探しています）"
        tell_desk(gone, f"{said}　理由：{reason}" if reason else said, at=at)
    return gone
