"""Numbers that may have changed hands: nothing from the person for half a year.

Whoever opens a link has only shown that the link arrived. A sign of life is what proves the person
or needed the person: a code that came back, the registration number, being put on call, a booking.
A number of which somebody said that it is not this person's proves nothing, however fresh.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from dispatch.models import Assignment
from volunteers.models import Volunteer

IDLE_AFTER: Final = timedelta(days=180)


def is_idle(volunteer: Volunteer, at: datetime) -> bool:
    """Whether a yes from this number needs the registration number first (``at``: UTC)."""
    if volunteer.contact_wrong_at is not None:
        return True
    edge = at - IDLE_AFTER
    signs = (volunteer.created_at, volunteer.contact_confirmed_at, volunteer.on_call_since)
    if any(sign is not None and sign > edge for sign in signs):
        return False
    return not Assignment.objects.filter(volunteer=volunteer, created_at__gt=edge).exists()


def is_own_number(volunteer: Volunteer, typed: str) -> bool:
    """Whether what was typed (digits of any width, leading zeros) is the registration number."""
    digits = "".join(str(int(c)) for c in typed if c.isdecimal())
    return bool(digits) and digits.lstrip("0") == str(volunteer.number)
