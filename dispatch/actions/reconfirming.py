"""Asking booked people whether they come, and telling the desk when nothing is heard.

Called by the engine on a locked request as often as it likes: every step is written on the booking
in the same transaction as its message, so that it happens once, whoever is restarted in between.
"""

from __future__ import annotations

from datetime import datetime

from dispatch.actions.common import log
from dispatch.messages import ask_to_reconfirm, home_url, tell
from dispatch.models import Assignment, Request
from dispatch.reconfirming import due_at, is_silent, waiting_on


def follow_up(request: Request, at: datetime) -> bool:
    """Do every step that is due on a locked request; True when the desk has to hear of silence."""
    asked = again = silent = 0
    for one in waiting_on(request):
        due = due_at(one)
        if due is None or due > at:
            continue
        if one.reconfirm_asked_at is None:
            ask_to_reconfirm(one, at=at)
            one.reconfirm_asked_at = at
            asked += 1
        elif one.reconfirm_again_at is None and not is_silent(one, at):
            _ask_again(one, at)
            one.reconfirm_again_at = at
            again += 1
        else:
            # after an interruption the second question would come too late: the desk takes over
            one.reconfirm_again_at = one.reconfirm_again_at or at
            one.reconfirm_silent_at = at
            silent += 1
        one.save(update_fields=["reconfirm_asked_at", "reconfirm_again_at", "reconfirm_silent_at"])
    for verb, count in (("asked", asked), ("asked_again", again), ("silent", silent)):
        if count:
            log(request, f"reconfirm.{verb}", by=None, at=at, waiting=count)
    return silent > 0


def _ask_again(assignment: Assignment, at: datetime) -> None:
    tell(
        assignment.volunteer,
        assignment.request,
        "reconfirm",
        dedupe_key=f"assignment:{assignment.pk}:reconfirm:again",
        at=at,
        url=home_url(),
    )
