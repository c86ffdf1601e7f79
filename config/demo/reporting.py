"""What a volunteer of the demo reports after a job: times near the booked ones, the fare home."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from dispatch.models import Assignment, Mode
from interpreting.drafts import ReportDraft
from interpreting.models import Report

ROUTES = {
    180: "バス 往復",
    360: "京王線 往復",
    420: "JR中央線 往復",
    560: "JR横浜線・バス 往復",
    720: "京王線・バス 往復",
}
"""Yen there and back → how."""


def believable_report(assignment: Assignment, random: Random) -> ReportDraft:
    """A report on one assignment; minutes in steps of five, as people write them."""
    request = assignment.request
    started_at = request.starts_at + timedelta(minutes=random.choice((-5, 0, 0, 0, 5)))
    ended_at = request.ends_at + timedelta(minutes=random.choice((-20, -10, 0, 0, 5, 10, 25)))
    outcome = random.choices(
        (Report.Outcome.DONE, Report.Outcome.CONTINUES, Report.Outcome.RESIDENT_ABSENT), (86, 11, 3)
    )[0]
    if Mode(request.mode).is_remote or assignment.remote:
        return _draft(started_at, ended_at, outcome)
    means = random.choices(("train_bus", "none", "car"), (70, 18, 12))[0]
    yen = random.choice(list(ROUTES)) if means == "train_bus" else 0
    return _draft(
        started_at,
        ended_at,
        outcome,
        waiting_minutes=random.choice((0, 0, 0, 10, 15, 30)),
        transport=means,
        transport_yen=yen,
        transport_route=ROUTES[yen] if yen else "",
        distance_km=random.randrange(4, 18) if means == "car" else None,
    )


def _draft(
    started_at: datetime,
    ended_at: datetime,
    outcome: str,
    *,
    waiting_minutes: int = 0,
    transport: str = Report.Transport.NONE,
    transport_yen: int = 0,
    transport_route: str = "",
    distance_km: int | None = None,
) -> ReportDraft:
    return ReportDraft(
        started_at=started_at,
        ended_at=ended_at,
        outcome=outcome,
        waiting_minutes=waiting_minutes,
        transport=transport,
        transport_yen=transport_yen,
        transport_route=transport_route,
        distance_km=distance_km,
    )
