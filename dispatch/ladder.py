"""つなぎ段階: the rungs a request climbs when nobody can come. Pure.

A rung is ``{"kind", "label", "minutes", "lead_minutes", "parallel"}``: ``minutes`` is how long it
may try before the next one opens (None: to the end), ``lead_minutes`` how long before the start it
opens at the latest; a ``parallel`` rung leaves earlier offers open while it tries. The rungs are
copied onto the request when it opens, so that a later change of policy does not touch it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dispatch import policy as policies
from dispatch.models import Mode, Urgency

VOLUNTEER, VIDEO, OPERATOR, DEVICE = "volunteer", "video", "operator", "device"
ASKING = {VOLUNTEER, VIDEO}
"""Rungs on which volunteers are asked; on the others the desk acts."""

Rung = dict[str, Any]


def ladder_for(policy: dict[str, Any], urgency_class: str, mode: str) -> list[Rung]:
    """The rungs for a new request.

    A request for video, telephone or translation starts with people anywhere; there is no second
    rung of volunteers for it, and no device or operator for a translation in writing.
    """
    rungs = policies.ladder_for(policy, urgency_class)
    if mode == Mode.TRANSLATION:
        return [rung for rung in rungs if rung["kind"] == VOLUNTEER] or rungs[:1]
    if Mode(mode).is_remote:
        found = [rung for rung in rungs if rung["kind"] != VIDEO] or rungs
        return [
            rung | {"label": "ボランティア"} if rung["kind"] == VOLUNTEER else rung
            for rung in found
        ]
    return rungs


def deadline_of(
    ladder: list[Rung], index: int, since: datetime, *, urgency: str, starts_at: datetime
) -> datetime | None:
    """When the rung after ``index`` opens (UTC), or None when there is no such deadline.

    The minutes of this rung, or earlier when the next one needs its lead time before the start.
    """
    if index + 1 >= len(ladder):
        return None
    limits = []
    if ladder[index]["minutes"] is not None:
        limits.append(since + timedelta(minutes=ladder[index]["minutes"]))
    lead = ladder[index + 1].get("lead_minutes")
    if lead is not None and urgency != Urgency.NOW:
        limits.append(max(since, starts_at - timedelta(minutes=lead)))
    return min(limits) if limits else None
