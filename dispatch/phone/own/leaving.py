"""自分のデータを受け取る・退会する: what somebody may take along, and going."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.sessions import end_sessions
from dispatch.actions.leaving import bookings_of, leave
from dispatch.phone import words
from dispatch.phone.forms import posted
from dispatch.phone.jobs import job_of
from dispatch.phone.own.everything import as_zip
from dispatch.phone.own.forms import LeaveForm
from dispatch.phone.people import volunteers_only
from dispatch.phone.reading import personal, read_by
from dispatch.subscriptions import states_of_reports
from volunteers.models import Volunteer


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def data(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Say what it is; POST hands it over."""
    if request.method != "POST":
        context = {"organization": volunteer.organization}
        return render(request, "volunteer/own/data.html", context)
    at = database_now()
    content = as_zip(volunteer, at)
    audit.record(
        volunteer.key,
        "volunteer.data_downloaded",
        organization=volunteer.organization_id,
        by=volunteer.user,
        at=at,
    )
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="tsunagi-{volunteer.number}.zip"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def leave_page(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """What leaving means here and now; POST does it and ends the sessions on all devices."""
    at = database_now()
    form = LeaveForm(posted(request), label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            leave(volunteer, reason=form.cleaned_data["reason"], by=volunteer.user, at=at)
        except ActionError as error:
            form.add_error(None, words.refusal(error))
        else:
            if volunteer.user is not None and not _elsewhere(volunteer):
                end_sessions(volunteer.user)
                logout(request)
            return redirect("volunteer:left")
    bookings = bookings_of(volunteer, at)
    reports = states_of_reports([one.pk for one in bookings])
    jobs = [job_of(one, at, reports) for one in bookings]
    context: dict[str, Any] = {
        "organization": volunteer.organization,
        "volunteer": volunteer,
        "form": form,
        "jobs": jobs,
        "coming": [job for job in jobs if job.request.starts_at > at],
        "to_report": [job for job in jobs if job.wants_report],
    }
    status = 422 if form.errors else 200
    return render(request, "volunteer/own/leave.html", context, status=status)


@require_safe
@personal
def left(request: HttpRequest) -> HttpResponse:
    """Thank you, and good-bye."""
    read_by(request, None)
    list(messages.get_messages(request))  # nothing of before belongs on this page
    return render(request, "volunteer/own/left.html", {"organization": None})


def _elsewhere(volunteer: Volunteer) -> bool:
    """Still a volunteer of another organization, with the same sign-in."""
    others = Volunteer.objects.filter(user=volunteer.user_id).exclude(pk=volunteer.pk)
    return others.exclude(status=Volunteer.Status.WITHDRAWN).exists()
