"""The report as the volunteer writes it on the phone: the same form and action as at the desk.

A report that is handed in is shown and not changed, until the desk returns it with a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.models import Assignment
from dispatch.phone import words
from dispatch.phone.forms import posted
from dispatch.phone.jobs import job_of
from dispatch.phone.people import get_own_assignment, own_rows, volunteers_only
from interpreting.actions import submit_report
from interpreting.forms import ReportForm
from interpreting.models import Receipt, Report
from interpreting.receipts import receipt_response
from volunteers.models import Volunteer

FOLDED = {
    "times": {"start_date", "start_time", "end_date", "end_time"},
    "way": {"distance_km", "receipts", "drop_receipts"},
    "more": {"waiting_minutes", "outcome", "comment"},
}
"""Parts of the form that are folded in the usual case, and open when something in them is wrong."""


def states_of_reports(assignment_ids: Sequence[int]) -> dict[int, str]:
    """The state of each report, for the pages of dispatch (`dispatch.subscriptions`)."""
    found = Report.objects.filter(assignment__in=assignment_ids)
    return dict(found.values_list("assignment_id", "state"))


@volunteers_only
def report(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """The form, or the report as it was handed in."""
    assignment = get_own_assignment(volunteer, pk)
    present = Report.objects.filter(assignment=assignment).prefetch_related("receipts").first()
    at = database_now()
    job = job_of(assignment, at, {pk: present.state} if present else {})
    if request.method != "POST" and not job.may_report:
        return _shown(request, assignment, present)
    form = ReportForm(
        posted(request),
        request.FILES or None,
        assignment=assignment,
        report=present,
        by_volunteer=True,
    )
    if request.method == "POST" and form.is_valid():
        try:
            submit_report(
                assignment, form.draft(), via=Report.Via.VOLUNTEER, by=volunteer.user, at=at
            )
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, _("報告を受け取りました。ありがとうございました。"))
            return redirect("volunteer_report:report", pk)
    context: dict[str, Any] = {"form": form, "job": job, "report": present}
    context["opened"] = {name for name, fields in FOLDED.items() if fields & form.errors.keys()}
    dash = "–" if words.reader() == "en" else "〜"
    context["span"] = f"{form.initial['start_time']}{dash}{form.initial['end_time']}"
    context["organization"] = assignment.request.organization
    status = 422 if form.errors else 200
    return render(request, "volunteer/report.html", context, status=status)


@require_safe
@volunteers_only
def receipt(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """A photo of the volunteer's own report."""
    found = Receipt.objects.filter(
        pk=pk, report__assignment__volunteer__in=own_rows(volunteer)
    ).first()
    if found is None:
        raise Http404
    return receipt_response(found)


def _shown(request: HttpRequest, assignment: Assignment, present: Report | None) -> HttpResponse:
    """What was handed in; before the job starts there is nothing to report."""
    if present is None:
        return redirect("volunteer:job", assignment.pk)
    form = ReportForm(assignment=assignment, report=present)
    context = {
        "organization": assignment.request.organization,
        "job": job_of(assignment, database_now(), {assignment.pk: present.state}),
        "report": present,
        "outcome": dict(form.fields["outcome"].choices).get(present.outcome, ""),  # type: ignore[attr-defined]
        "receipts": list(present.receipts.all()),
    }
    return render(request, "volunteer/report_done.html", context)
