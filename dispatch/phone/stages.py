"""What an offer has come to, in the eyes of the volunteer who opens its link. Pure but for reading.

The stage is derived from the rows each time, so a refresh, the back button or a second tap always
tell the same story.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dispatch.models import Assignment, Offer, Request
from realtime.models import Message

Status = Request.Status
ANSWERABLE = frozenset({"open", "declined", "expired"})
CHANGED = "changed"


@dataclass(frozen=True)
class Stage:
    """``name``: open, yours, done, given_back, declined, taken, too_late, expired, withdrawn,
    cancelled, changed or over; the page has one section for each."""

    name: str
    may_accept: bool = False
    may_stand_by: bool = False
    on_standby: bool = False
    assignment: Assignment | None = None
    newer: Offer | None = None


def stage_of(offer: Offer, at: datetime) -> Stage:
    """Where the offer stands at the instant ``at``."""
    request = offer.request
    mine = list(request.assignments.filter(volunteer_id=offer.volunteer_id).order_by("id"))
    held = next((one for one in mine if one.is_active), None)
    if held is not None:
        return Stage(
            "done" if held.state == Assignment.State.FINISHED else "yours", assignment=held
        )
    name = _name(offer, mine[-1] if mine else None, at)
    newer = request.offers.filter(volunteer_id=offer.volunteer_id, pk__gt=offer.pk).last()
    ahead = at < request.ends_at
    return Stage(
        name,
        may_accept=name in ANSWERABLE and request.status == Status.OPEN and ahead,
        may_stand_by=name == "taken" and request.status == Status.FILLED and ahead,
        on_standby=offer.late_yes_at is not None,
        newer=newer if newer and newer.is_open else None,
    )


def _name(offer: Offer, lost: Assignment | None, at: datetime) -> str:
    status = offer.request.status
    if status in {Status.CANCELLED, Status.UNMET}:
        return "cancelled"
    if lost is not None and lost.offer_id == offer.pk:
        return _lost(lost)
    if offer.state == Offer.State.DECLINED:
        return "declined"
    if status in {Status.FILLED, Status.FINISHED}:
        return "too_late" if offer.late_yes_at else "taken"
    return "over" if at >= offer.request.ends_at else _waiting(offer)


def _waiting(offer: Offer) -> str:
    """Of an offer whose request is still open."""
    if offer.state == Offer.State.WITHDRAWN:
        return CHANGED if _was_changed(offer) else "withdrawn"
    return "expired" if offer.state == Offer.State.EXPIRED else "open"


def _lost(assignment: Assignment) -> str:
    if assignment.end_reason in {CHANGED, "cancelled"}:  # the desk's doing: dispatch.actions
        return assignment.end_reason
    return "given_back"


def _was_changed(offer: Offer) -> bool:
    return Message.objects.filter(dedupe_key=f"{offer.key}:{CHANGED}").exists()
