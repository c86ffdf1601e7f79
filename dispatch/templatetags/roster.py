"""What a volunteer's own page shows of the desk: own shifts, and consent to neighbours' requests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import template

from accounts.clock import database_now
from accounts.times import instant, local
from dispatch.models import SharingAgreement, Shift
from dispatch.phone import words
from dispatch.roster import clock, holds_on, own_shifts
from volunteers.models import Volunteer

register = template.Library()
AHEAD = 28
"""So many days ahead the next sittings are shown."""
MOST = 6


@register.inclusion_tag("volunteer/_desk.html", takes_context=True)
def own_desk(context: template.Context, volunteer: Volunteer) -> dict[str, Any]:
    """The next sittings of the person, and whether neighbours may ask, if any could."""
    today = local(database_now()).date()
    lends = SharingAgreement.objects.filter(
        lender=volunteer.organization_id, state=SharingAgreement.State.AGREED
    )
    asked = volunteer.accepts_video and (volunteer.accepts_neighbours or lends.exists())
    return {
        "sittings": _next_sittings(own_shifts(volunteer, today), today),
        "volunteer": volunteer,
        "may_lend": asked,
        "csrf_token": context.get("csrf_token"),
    }


def _next_sittings(shifts: list[Shift], today: date) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    days_off = {
        (shift.pk, one.day) for shift in shifts for one in shift.absences.filter(day__gte=today)
    }
    for day in (today + timedelta(days=n) for n in range(AHEAD)):
        for shift in shifts:
            if holds_on(shift, day) and len(found) < MOST:
                found.append(
                    {
                        "shift": shift,
                        "day": day,
                        "words": words.near_day(instant(day, 720), instant(today, 720)),
                        "hours": f"{clock(shift.from_minute)}–{clock(shift.to_minute)}",
                        "absent": (shift.pk, day) in days_off,
                    }
                )
    return found
