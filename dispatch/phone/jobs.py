"""One booking on the volunteer's phone: where, whom, what to know, and the next step, one at a time.

The steps follow each other: I will come, on the way, arrived, started, over, report. Details are
shown from the acceptance until the job is reported; afterwards only what the person did remains,
without anything about whom it was for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.times import local
from dispatch.actions.assignments import arrive, give_back, note_end, reconfirm, set_out, start
from dispatch.models import Assignment, Mode, Request
from dispatch.phone import words
from dispatch.phone.forms import GiveBackForm, posted
from dispatch.phone.late_answers import age_of
from dispatch.phone.people import get_own_assignment, volunteers_only
from dispatch.subscriptions import states_of_reports
from volunteers.languages import name as language_name
from volunteers.models import Volunteer
from volunteers.phones import as_written

EARLY = timedelta(hours=1)
"""From when on somebody may say that they begin."""
EARLY_THERE = timedelta(hours=2)
EARLY_OUT = timedelta(hours=5)
"""From when on somebody may say that they have arrived, and that they are on the way."""
NEAR = EARLY_OUT
"""What may be left for already stands on top of the first page, though it be tomorrow's."""
LEAVING = timedelta(minutes=90)
"""So long before, the way there is asked about instead of «I will come»."""
OVERRUN = timedelta(hours=1)
"""So long after the planned end, the end is still a fresh fact; later the report says it."""
SOON = timedelta(days=2)
"""How long before the job «I will come» is asked for on the page."""
State = Assignment.State
AHEAD = frozenset({State.CONFIRMED, State.RECONFIRMED})
ORDER = ("confirm", "on_the_way", "arrived", "start", "finish", "report")


@dataclass(frozen=True)
class Step:
    """A press: what it does, whether it has happened already, and what is said afterwards."""

    act: Callable[..., object]
    is_past: Callable[[Assignment], bool]
    done: Any  # a translated text


STEPS: Final = {
    "confirm": Step(
        reconfirm,
        lambda one: one.state in {State.RECONFIRMED, State.STARTED},
        gettext_lazy("「行けます」とお返事しました。"),
    ),
    "on_the_way": Step(
        set_out,
        lambda one: bool(one.on_the_way_at or one.arrived_at) or one.state == State.STARTED,
        gettext_lazy("出発を窓口に知らせました。お気をつけてお越しください。"),
    ),
    "arrived": Step(
        arrive,
        lambda one: bool(one.arrived_at) or one.state == State.STARTED,
        gettext_lazy("到着を窓口に知らせました。"),
    ),
    "start": Step(
        start,
        lambda one: one.state == State.STARTED,
        gettext_lazy("開始を記録しました。終わったら「通訳が終わりました」を押してください。"),
    ),
    "finish": Step(
        note_end,
        lambda one: bool(one.finished_at),
        gettext_lazy("おつかれさまでした。続けて、活動報告をお願いします。"),
    ),
}


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
    is_today: bool
    is_near: bool  # today's, already begun, or at most ``NEAR`` away (a night's job is tomorrow's)
    running: bool
    coming: bool
    wants_report: bool
    report: str
    allowed: frozenset[str]  # names of ORDER
    leaving: bool
    may_give_back: bool
    shows_details: bool

    @property
    def step(self) -> str:
        """The one thing to do next, of ``ORDER``; empty when there is nothing."""
        # shortly before, the way there is the better question, and answers the other one
        order = ORDER[1:] if self.leaving else ORDER
        return next((name for name in order if name in self.allowed), "")

    @property
    def also(self) -> str:
        """What may be said instead, when the step itself was forgotten; empty for none."""
        following = ORDER[ORDER.index(self.step) + 1 :] if self.step else ()
        return next((name for name in following if name in self.allowed), "")

    @property
    def may_report(self) -> bool:
        """A report can be written now."""
        return "report" in self.allowed

    @property
    def told(self) -> list[str]:
        """What the desk has been told already: «13:20 出発»."""
        one = self.assignment
        told = [
            (one.on_the_way_at, _("出発")),
            (one.arrived_at, _("到着")),
            (one.started_at, _("開始")),
            (one.finished_at, _("終了")),
        ]
        return [f"{words.clock(when)} {word}" for when, word in told if when]

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

    @property
    def desk_phone(self) -> str:
        """The telephone of the desk, else of the organization, as written in Japan."""
        desk = self.request.desk
        phone = (desk.phone if desk else "") or self.request.organization.phone
        return as_written(phone) if phone else ""


def job_of(assignment: Assignment, at: datetime, reports: Mapping[int, str]) -> Job:
    """What the volunteer sees of an assignment at the instant ``at``."""
    wanted, state = assignment.request, assignment.state
    ahead = state in AHEAD
    held = ahead or state == State.STARTED
    report = reports.get(assignment.pk, "")
    return Job(
        assignment=assignment,
        request=wanted,
        language=language_name(wanted.language, words.reader()),
        day=words.near_day(wanted.starts_at, at),
        hours=words.hours(wanted.starts_at, wanted.ends_at),
        mode=str(words.MODES[Mode.VIDEO if assignment.remote else wanted.mode]),
        field=str(words.FIELDS[wanted.field]),
        is_today=(is_today := local(wanted.starts_at).date() == local(at).date()),
        is_near=is_today or wanted.starts_at - at <= NEAR,
        running=state == State.STARTED and at < wanted.ends_at,
        coming=ahead and at < wanted.ends_at,
        wants_report=report == "returned" or (held and at >= wanted.ends_at and not report),
        report=report,
        allowed=(allowed := allowed_at(assignment, at, report)),
        leaving="on_the_way" in allowed and wanted.starts_at - at <= LEAVING,
        may_give_back=ahead and at < wanted.ends_at,
        shows_details=held,
    )


def allowed_at(assignment: Assignment, at: datetime, report: str) -> frozenset[str]:
    """The steps that may be pressed at the instant ``at``."""
    wanted = assignment.request
    ahead = assignment.state in AHEAD and at < wanted.ends_at
    started = assignment.state == State.STARTED
    travels = not (assignment.remote or Mode(wanted.mode).is_remote)
    left = wanted.starts_at - at
    near = left <= SOON or assignment.reconfirm_asked_at is not None
    there = assignment.arrived_at is not None
    may = {
        "confirm": assignment.state == State.CONFIRMED and left > timedelta(0) and near,
        "on_the_way": ahead
        and travels
        and not (there or assignment.on_the_way_at)
        and timedelta(0) < left <= EARLY_OUT,
        "arrived": ahead and travels and not there and left <= EARLY_THERE,
        "start": ahead and left <= EARLY,
        "finish": started and not assignment.finished_at and at < wanted.ends_at + OVERRUN,
        "report": report == "returned"
        or ((started or assignment.state in AHEAD) and left <= timedelta(0) and not report),
    }
    return frozenset(name for name, yes in may.items() if yes)


@volunteers_only
def show_job(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """The booking with its details."""
    assignment = get_own_assignment(volunteer, pk)
    context = {"organization": assignment.request.organization, **job_context(assignment)}
    return render(request, "volunteer/job.html", context)


def job_context(assignment: Assignment) -> dict[str, object]:
    """For the page of one job."""
    job = job_of(assignment, database_now(), states_of_reports([assignment.pk]))
    return {"job": job, "desk": assignment.request.desk, "desk_phone": job.desk_phone}


@volunteers_only
def confirm(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """«I will come»."""
    return _act(request, volunteer, pk, "confirm")


@volunteers_only
def leave(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """«I am on the way»."""
    return _act(request, volunteer, pk, "on_the_way")


@volunteers_only
def be_there(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """«I have arrived»."""
    return _act(request, volunteer, pk, "arrived")


@volunteers_only
def begin(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """«We start»."""
    return _act(request, volunteer, pk, "start")


@volunteers_only
def end(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """«It is over»: goes on to the report."""
    return _act(request, volunteer, pk, "finish")


def _act(request: HttpRequest, volunteer: Volunteer, pk: int, name: str) -> HttpResponse:
    """Do it on POST; a reload by GET (after a failure) only shows how it stands."""
    assignment = get_own_assignment(volunteer, pk)
    if request.method == "POST" and _done(request, assignment, STEPS[name], name):
        if name == "finish":
            return redirect("volunteer_report:report", pk)
        if request.GET.get("back") == "home":
            return redirect("volunteer:home")
    return redirect("volunteer:job", pk)


def _done(request: HttpRequest, assignment: Assignment, step: Step, name: str) -> bool:
    """Whether it has happened, now or before; says so, or why not.

    A press without a signal counts for when it was made, so far as that was allowed then, and never
    for before what it follows: telephones' clocks are set.
    """
    at = max(database_now() - age_of(request), *_before(assignment))
    try:
        if not step.is_past(assignment):
            if name not in allowed_at(assignment, at, ""):
                raise ActionError("wrong_state", "")
            step.act(assignment, at=at, label=assignment.volunteer.name, by=None)
    except ActionError as error:
        messages.error(request, words.refusal(error))
        return False
    messages.success(request, str(step.done))
    return True


def _before(assignment: Assignment) -> list[datetime]:
    """What has been recorded of the booking so far."""
    one = assignment
    said = (one.on_the_way_at, one.arrived_at, one.started_at)
    return [one.created_at, *(each for each in said if each is not None)]


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
