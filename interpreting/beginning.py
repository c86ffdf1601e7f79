"""The beginning of a session that people hold in a room or by telephone.

It keeps by which rung its interpreter was found: that of the wave, else the request's present one.
Who must have met before it begins is decided by the room and by the conference.
"""

from __future__ import annotations

from datetime import datetime

from dispatch.models import Assignment, Request
from interpreting.models import Session


def begin_session(
    request: Request, kind: str, assignment: Assignment | None, *, at: datetime
) -> Session:
    """A session of a locked request from the instant ``at`` (UTC) on; ``kind``: Session.Kind."""
    wave = assignment.offer.wave if assignment and assignment.offer else None
    rung = wave.rung_kind if wave else str(request.current_rung.get("kind", ""))
    return Session.objects.create(
        request=request, assignment=assignment, kind=kind, rung_kind=rung[:20], started_at=at
    )
