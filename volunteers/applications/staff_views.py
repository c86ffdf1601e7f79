"""Screening at the desk: the list by state, one application with its files, and each step.

Files are only ever served as downloads, and every look is in the audit trail.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import STAFF, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import User
from accounts.times import instant, local
from realtime.models import Message
from volunteers.access import applications_of, get_application_for, get_document_for
from volunteers.actions import applications as actions
from volunteers.applications import words
from volunteers.applications.duplicates import alike
from volunteers.applications.pledges import signed_in_words
from volunteers.applications.staff_forms import AcceptForm, DeclineForm, InterviewForm, NoteForm
from volunteers.models import Application
from volunteers.terms import age_on

PER_PAGE = 50
State = Application.State
Apply = Callable[[Application, dict[str, Any], User, datetime], object]
UNTOLD = [Message.State.FAILED, Message.State.BY_HAND]


@require_GET
@roles(*STAFF)
def list_applications(request: HttpRequest) -> HttpResponse:
    """New applications by state, the one that waits longest first while it is open."""
    membership, _organization, _user = acting(request)
    found = applications_of(membership).filter(kind=Application.Kind.NEW)
    counts = {
        row["state"]: row["n"] for row in found.values("state").annotate(n=Count("pk")).order_by()
    }
    shown = request.GET.get("state", "")
    wanted = found.filter(state=shown) if shown in State.values else found.filter(_open())
    page = Paginator(wanted.order_by("pk" if not shown else "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    at = database_now()
    states = [(one.value, one.label, counts.get(one, 0)) for one in State if one != State.DRAFT]
    context = {
        "page": page,
        "rows": [(one, waits_for(one, at)) for one in page],
        "states": states,
        "shown": shown,
        "open_count": sum(
            counts.get(one, 0) for one in (State.SUBMITTED, State.SCREENING, State.INTERVIEW)
        ),
    }
    return render(request, "volunteers/apply/staff_list.html", context)


@require_GET
@roles(*STAFF)
def show_application(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one application, and the steps that are possible now."""
    membership, _organization, _user = acting(request)
    return _page(request, get_application_for(membership, pk))


@require_POST
@roles(*STAFF)
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk begins to look at the papers."""

    def act(application: Application, data: dict[str, Any], by: User, at: datetime) -> None:
        actions.screen_application(application, note=data["note"], by=by, at=at)

    return _step(request, pk, "screen", NoteForm(request.POST), act, done="書類確認を始めました。")


@require_POST
@roles(*STAFF)
def interview(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix the interview and tell the applicant."""

    def act(application: Application, data: dict[str, Any], by: User, at: datetime) -> None:
        clock = data["time"]
        when = instant(data["day"], clock.hour * 60 + clock.minute)
        place, note = data["place"], data["note"]
        actions.invite_to_interview(application, when=when, place=place, note=note, by=by, at=at)

    form = InterviewForm(request.POST)
    return _step(request, pk, "interview", form, act, done="面談のご案内を送りました。")


@require_POST
@roles(*STAFF)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Into the register."""

    def act(application: Application, data: dict[str, Any], by: User, at: datetime) -> None:
        actions.accept_application(
            application,
            number=data["number"],
            starts_on=data["starts_on"],
            paper_pledged_on=data["pledged_on"] if data["pledge"] == "paper" else None,
            note=data["note"],
            by=by,
            at=at,
        )

    membership, _organization, _user = acting(request)
    application = get_application_for(membership, pk)
    form = _accept_form(application, database_now(), request.POST)
    return _step(request, pk, "accept", form, act, done="登録しました。")


@require_POST
@roles(*STAFF)
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Not this time."""

    def act(application: Application, data: dict[str, Any], by: User, at: datetime) -> None:
        actions.decline_application(application, note=data["note"], by=by, at=at)

    form = DeclineForm(request.POST)
    return _step(request, pk, "decline", form, act, done="見送りとし、お礼の連絡を送りました。")


@require_POST
@roles(*STAFF)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The applicant has said by telephone that it is off."""

    def act(application: Application, data: dict[str, Any], by: User, at: datetime) -> None:
        actions.withdraw_application(application, note=data["note"], by=by, at=at)

    return _step(
        request, pk, "withdraw", NoteForm(request.POST), act, done="辞退として記録しました。"
    )


@require_GET
@roles(*STAFF)
def download(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """One file, never shown inside the site."""
    membership, _organization, user = acting(request)
    found = get_document_for(membership, pk, document)
    actions.open_document(found, by=user, at=database_now())
    return HttpResponse(
        bytes(found.content),
        content_type=found.content_type,
        headers={
            "Content-Disposition": _attachment(found.file_name),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )


def waits_for(application: Application, at: datetime) -> str:
    """Who has to do what next, in words of the office."""
    coming = application.interview_at and application.interview_at > at
    if application.state == State.INTERVIEW and coming and application.interview_at:
        return f"応募者：{words.instant_text(application.interview_at, 'ja')}の面談"
    return words.WAITS_FOR.get(application.state, "")


def _open() -> Q:
    return Q(state__in=[State.SUBMITTED, State.SCREENING, State.INTERVIEW])


def _page(
    request: HttpRequest, application: Application, used: str = "", form: Form | None = None
) -> HttpResponse:
    at = database_now()
    moves = Application.MOVES[State(application.state)]
    forms: dict[str, Form] = {
        "screen": NoteForm(auto_id="id_screen_%s"),
        "interview": InterviewForm(initial=_interview_of(application), auto_id="id_interview_%s"),
        "accept": _accept_form(application, at, auto_id="id_accept_%s"),
        "decline": DeclineForm(auto_id="id_decline_%s"),
        "withdraw": NoteForm(auto_id="id_withdraw_%s"),
    }
    if form is not None:
        forms[used] = form
    born = application.birth_date
    context = {
        "application": application,
        "age": age_on(born, application.term_starts_on) if born else None,
        "fields": [words.FIELDS.get(code, code) for code in application.fields],
        "documents": list(application.documents.defer("content")),
        "steps": list(application.steps.select_related("by")),
        "alike": alike(application) if moves else [],
        "waits_for": waits_for(application, at),
        "may": {str(move): True for move in moves} | {"interview": _may_interview(application)},
        "open": bool(moves),
        "signed": signed_in_words(application),
        "untold": _untold(application),
        "forms": forms,
        "used": used,
    }
    status = 422 if form is not None else 200
    return render(request, "volunteers/apply/staff_detail.html", context, status=status)


def _step(
    request: HttpRequest, pk: int, name: str, form: Form, act: Apply, *, done: str
) -> HttpResponse:
    """Do one step, or show the page again with what is wrong."""
    membership, _organization, user = acting(request)
    application = get_application_for(membership, pk)
    if form.is_valid():
        try:
            act(application, form.cleaned_data, user, database_now())
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, error.text)
        else:
            messages.success(request, f"{application.name}さん：{done}")
            return redirect("volunteers:application", pk)
    return _page(request, application, name, form)


def _may_interview(application: Application) -> bool:
    moves = Application.MOVES[State(application.state)]
    return State.INTERVIEW in moves or application.state == State.INTERVIEW


def _accept_form(
    application: Application, at: datetime, data: Any = None, **options: str
) -> AcceptForm:
    signed = bool(application.pledged_on and application.signed_name)
    start = max(application.term_starts_on, local(at).date())
    return AcceptForm(data, signed=signed, starts_on=start, **options)


def _interview_of(application: Application) -> dict[str, Any]:
    if application.interview_at is None:
        return {}
    wall = local(application.interview_at)
    return {"day": wall.date(), "time": wall.time(), "place": application.interview_place}


def _untold(application: Application) -> list[Message]:
    """Messages that reached nobody: somebody has to telephone."""
    about = Message.objects.filter(subject_key=f"application:{application.pk}", state__in=UNTOLD)
    return [one for one in about.exclude(kind="code") if not one.next_tries.exists()]


def _attachment(file_name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(True, file_name) or "attachment"
