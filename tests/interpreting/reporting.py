"""Short ways to a job that is over, and to what somebody types about it."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from accounts.times import TOKYO
from dispatch.models import Assignment
from interpreting.actions import confirm_report, submit_report
from interpreting.drafts import ReportDraft
from interpreting.models import Report
from tests import factories
from volunteers.models import Volunteer

START = datetime(2026, 11, 20, 14, 0, tzinfo=TOKYO)


def job_of(
    volunteer: Volunteer, *, start: datetime = START, minutes: int = 90, **request: Any
) -> Assignment:
    """A booking of the volunteer that is over but not reported."""
    assignment_fields = {"remote": request.pop("remote", False)}
    return factories.AssignmentFactory(
        request=factories.RequestFactory(
            organization=volunteer.organization,
            status="filled",
            starts_at=start,
            ends_at=start + timedelta(minutes=minutes),
            opened_at=start - timedelta(days=7),
            **request,
        ),
        volunteer=volunteer,
        created_at=start - timedelta(days=7),
        **assignment_fields,
    )


def draft_of(assignment: Assignment, *, minutes: int | None = None, **more: Any) -> ReportDraft:
    """As booked, unless said otherwise."""
    start = more.pop("started_at", assignment.request.starts_at)
    booked = assignment.request.ends_at - assignment.request.starts_at
    length = booked if minutes is None else timedelta(minutes=minutes)
    return ReportDraft(
        **{"started_at": start, "ended_at": start + length, "outcome": "done", **more}
    )


def reported(
    volunteer: Volunteer,
    *,
    job: dict[str, Any] | None = None,
    at: datetime = factories.NOW,
    **draft: Any,
) -> Report:
    """A report handed in by the volunteer."""
    assignment = job_of(volunteer, **(job or {}))
    return submit_report(assignment, draft_of(assignment, **draft), via="volunteer", by=None, at=at)


def confirmed(volunteer: Volunteer, by: User | None = None, **more: Any) -> Report:
    """A report that the desk confirmed, and so priced if there is a tariff."""
    return confirm_report(reported(volunteer, **more), by=by, at=factories.NOW)


def typed(start: datetime = START, minutes: int = 90, **changes: Any) -> dict[str, Any]:
    """What the browser sends for the report's form."""
    end = start + timedelta(minutes=minutes)
    return {
        "start_date": f"{start:%Y-%m-%d}",
        "start_time": f"{start:%H:%M}",
        "end_date": f"{end:%Y-%m-%d}",
        "end_time": f"{end:%H:%M}",
        "transport": "none",
        "outcome": "done",
        **changes,
    }


def photo(
    name: str = "receipt.jpg", size: tuple[int, int] = (40, 30), kind: str = "JPEG", **save: Any
) -> SimpleUploadedFile:
    """A small picture, as a phone would send it."""
    out = io.BytesIO()
    Image.new("RGB", size, "#c0d0e0").save(out, kind, **save)
    return SimpleUploadedFile(name, out.getvalue(), content_type=f"image/{kind.lower()}")
