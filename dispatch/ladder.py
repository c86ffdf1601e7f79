"""つなぎ段階: the rungs a request climbs when nobody can come. Pure.

A rung is ``{"kind", "label", "minutes", "parallel"}``: ``minutes`` is how long it may try before
the next one opens, by urgency; a ``parallel`` rung leaves earlier offers open while it tries. The
rungs are copied onto the request when it opens, so that a later change of policy does not touch it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dispatch.models import Mode, Urgency

VOLUNTEER, VIDEO, OPERATOR, DEVICE = "volunteer", "video", "operator", "device"
ASKING = {VOLUNTEER, VIDEO}
"""Rungs on which volunteers are asked; on the others the desk acts."""

Rung = dict[str, Any]


def ladder_for(policy: dict[str, Any], urgency: str, mode: str) -> list[Rung]:
    """The rungs for a new request, with their minutes for its urgency filled in.

    A request for video, telephone or translation starts with people anywhere; there is no second
    rung of volunteers for it, and none for a translation in writing, which no operator does at once.
    """
    rungs = [
        {
            "kind": rung["kind"],
            "label": rung["label"],
            "minutes": rung["minutes"][urgency],
            "parallel": rung.get("parallel", False),
        }
        for rung in policy["ladder"]
    ]
    if mode == Mode.TRANSLATION:
        return [rung for rung in rungs if rung["kind"] == VOLUNTEER]
    if Mode(mode).is_remote:
        return [rung for rung in rungs if rung["kind"] != VIDEO]
    return rungs


def deadline_of(rung: Rung, since: datetime, *, urgency: str, starts_at: datetime) -> datetime:
    """When the next rung opens (UTC): minutes after this one did, and in time before the start.

    For a booked request the later rungs need lead time: half of what is left when this rung opened
    is the longest it may take once the start is nearer than its minutes.
    """
    at = since + timedelta(minutes=rung["minutes"])
    if urgency == Urgency.NOW:
        return at
    latest = since + (starts_at - since) / 2
    return min(at, latest) if starts_at > since else since
