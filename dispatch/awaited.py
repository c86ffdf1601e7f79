"""Whom the desk has to ring because nothing was heard: before a job, and at its beginning. Reads only.

Both lists follow from the rows and the time alone, so that they are right even while no worker runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.models import Organization
from dispatch.models import Assignment, Mode, Request
from dispatch.reconfirming import is_silent
from volunteers.languages import name as language_name

REMOTE = [mode for mode in Mode if mode.is_remote]
AHEAD = [Assignment.State.CONFIRMED, Assignment.State.RECONFIRMED]
MOST = 20
LONG_JOBS = timedelta(hours=24)


@dataclass(frozen=True)
class Awaited:
    """A booked person from whom something is missing."""

    assignment: Assignment
    language: str


def silent(organization: Organization, at: datetime) -> list[Awaited]:
    """People who were asked whether they come and have not answered in time, the next job first."""
    asked = _booked(organization).filter(
        state=Assignment.State.CONFIRMED,
        reconfirm_asked_at__isnull=False,
        request__starts_at__gt=at,
    )
    found = [one for one in asked if is_silent(one, at)]
    return _listed(found)


def not_arrived(organization: Organization, at: datetime) -> list[Awaited]:
    """People of jobs that have begun on site, who have neither arrived nor started."""
    missing = _booked(organization).filter(
        state__in=AHEAD,
        arrived_at=None,
        remote=False,
        request__starts_at__lte=at,
        request__starts_at__gt=at - LONG_JOBS,
        request__ends_at__gt=at,
    )
    return _listed(list(missing.exclude(request__mode__in=REMOTE)))


def _booked(organization: Organization) -> QuerySet[Assignment]:
    going_on = [Request.Status.OPEN, Request.Status.FILLED]
    return (
        Assignment.objects.filter(request__organization=organization, request__status__in=going_on)
        .select_related("request", "volunteer")
        .order_by("request__starts_at", "pk")
    )


def _listed(found: list[Assignment]) -> list[Awaited]:
    return [Awaited(one, language_name(one.request.language, "ja")) for one in found[:MOST]]
