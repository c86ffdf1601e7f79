"""One booking on the volunteer's phone: where, whom, what to know; coming, starting, giving back.

Details are shown from the acceptance until the job is reported; afterwards only what the person did
remains, without anything about whom it was for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.actions.assignments import give_back, reconfirm, start
from dispatch.models import Assignment, Mode, Request
from dispatch.phone import words
from dispatch.phone.forms import GiveBackForm, posted
from dispatch.phone.people import get_own_assignment, volunteers_only
from dispatch.subscriptions import states_of_reports
from volunteers.languages import name as language_name
from volunteers.models import Volunteer
from volunteers.phones import as_written

EARLY = timedelta(hours=1)
"""From when on somebody may say that they have arrived."""
SOON = timedelta(days=2)
"""How long before the job «I will come» is asked for on the page."""
State = Assignment.State


@dataclass(frozen=True)
class Job:
    """One assignment in words, and what may be done with it now."""

    assignment: Assignment
    request: Request
    language: str
    day: str
    hours: str
    mode: str
    field: str
    running: bool
    coming: bool
    wants_report: bool
    report: str
    may_confirm: bool
    may_start: bool
    may_report: bool
    may_give_back: bool
    shows_details: bool

    @property
    def map_url(self) -> str:
        """Where it is, on a public map; only opened by a press."""
        place = self.request
        if place.place_lat is not None and place.place_lon is not None:
            where = {"mlat": place.place_lat, "mlon": place.place_lon, "zoom": 17}
            return f"https://www.openstreetmap.org/?{urlencode(where)}"
        if place.place_address:
            query = urlencode({"query": place.place_address})
            return f"https://www.openstreetmap.org/search?{query}"
        return ""


def job_of(assignment: Assignment, at: datetime, reports: Mapping[int, str]) -> Job:
    """What the volunteer sees of an assignment at the instant ``at``."""
    wanted, state = assignment.request, assignment.state
    ahead = state in {State.CONFIRMED, State.RECONFIRMED}
    held = ahead or state == State.STARTED
    report = reports.get(assignment.pk, "")
    near = wanted.starts_at - at <= SOON
    return Job(
        assignment=assignment,
        request=wanted,
        language=language_name(wanted.language, words.reader()),
        day=words.near_day(wanted.starts_at, at),
        hours=words.hours(wanted.starts_at, wanted.ends_at),
        mode=str(words.MODES[Mode.VIDEO if assignment.remote else wanted.mode]),
        field=str(words.FIELDS[wanted.field]),
        running=state == State.STARTED and at < wanted.ends_at,
        coming=ahead and at < wanted.ends_at,
        wants_report=report == "returned" or (held and at >= wanted.ends_at and not report),
        report=report,
        may_confirm=state == State.CONFIRMED
        and at < wanted.starts_at
        and (near or assignment.reconfirm_asked_at is not None),
        may_start=ahead and wanted.starts_at - EARLY <= at < wanted.ends_at,
        may_report=report == "returned" or (held and at >= wanted.starts_at and not report),
        may_give_back=held and at < wanted.ends_at,
        shows_details=held,
    )


@volunteers_only
def show_job(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """The booking with its details."""
    assignment = get_own_assignment(volunteer, pk)
    context = {"organization": assignment.request.organization, **job_context(assignment)}
    return render(request, "volunteer/job.html", context)


def job_context(assignment: Assignment) -> dict[str, object]:
    """For the page of one job."""
    job = job_of(assignment, database_now(), states_of_reports([assignment.pk]))
    desk = assignment.request.desk
    phone = (desk.phone if desk else "") or assignment.request.organization.phone
    return {"job": job, "desk": desk, "desk_phone": as_written(phone) if phone else ""}


@volunteers_only
def confirm(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """«I will come»."""
    return _act(request, volunteer, pk, "reconfirm", _("「行けます」とお返事しました。"))


@volunteers_only
def begin(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """«I am here, we start»."""
    return _act(
        request, volunteer, pk, "start", _("開始を記録しました。終わったら、報告をお願いします。")
    )


def _act(request: HttpRequest, volunteer: Volunteer, pk: int, verb: str, done: str) -> HttpResponse:
    """Do it on POST; a reload by GET (after a failure) only shows how it stands."""
    assignment = get_own_assignment(volunteer, pk)
    if request.method == "POST":
        at = database_now()
        job = job_of(assignment, at, {})
        act, allowed = {
            "reconfirm": (reconfirm, job.may_confirm),
            "start": (start, job.may_start),
        }[verb]
        already = assignment.state == {"reconfirm": State.RECONFIRMED, "start": State.STARTED}[verb]
        try:
            if not allowed and not already:
                raise ActionError("wrong_state", "")
            if not already:
                act(assignment, at=at, label=assignment.volunteer.name, by=None)
            messages.success(request, done)
        except ActionError as error:
            messages.error(request, words.refusal(error))
    return redirect("volunteer:job", pk)


@volunteers_only
def hand_back(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """«I cannot come after all»: asks why, then frees the seat at once."""
    assignment = get_own_assignment(volunteer, pk)
    at = database_now()
    job = job_of(assignment, at, {})
    form = GiveBackForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            if assignment.state != State.CANCELLED:
                give_back(assignment, reason=form.as_kept(), at=at, label=assignment.volunteer.name)
            messages.success(request, _("ご連絡ありがとうございます。ほかの方をさがします。"))
        except ActionError as error:
            messages.error(request, words.refusal(error))
        return redirect(reverse("volunteer:home"))
    if not job.may_give_back:
        return redirect("volunteer:job", pk)
    context = {"organization": assignment.request.organization, "job": job, "form": form}
    status = 422 if form.errors else 200
    return render(request, "volunteer/give_back.html", context, status=status)
