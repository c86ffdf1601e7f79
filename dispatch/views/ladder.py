"""The editor of the ladder: the rungs in order, and beside them in words what would happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization, Role
from accounts.times import instant, local
from dispatch.actions.ladder import fingerprint, reset_ladder, save_ladder
from dispatch.candidates import count_able
from dispatch.coverage import coverage_at
from dispatch.device_languages import USUAL, device_languages, on_device
from dispatch.ladder import serves_language
from dispatch.ladder_form import (
    PREFIX,
    CaseForm,
    DeviceForm,
    RungRows,
    RungSet,
    initial_of,
    rearranged,
)
from dispatch.ladder_words import (
    FIELD_NAMES,
    KIND_NAMES,
    Case,
    Company,
    Figures,
    Story,
    dead_ends,
    rung_in_words,
    story,
)
from dispatch.match_values import Need
from dispatch.models import OperatorService
from dispatch.operators import services_for
from dispatch.policy import Policy, policy_for, rungs_of
from volunteers import languages
from volunteers.models import Field
from volunteers.queries import languages_of

DESK = (Role.COORDINATOR, Role.ADMIN)
AHEAD = {"now": 0, "today": 0, "tomorrow": 1, "later": 3}
"""Days until the appointment of the case that is told."""


@dataclass
class Editor:
    """Everything typed on the page; ``rows`` is None for those who only read."""

    rows: RungRows | None
    device: DeviceForm
    case: CaseForm

    def is_valid(self) -> bool:
        """Whether the ladder could be saved; the case is another matter."""
        return self.rows is not None and self.rows.is_valid() & self.device.is_valid()


@roles(*DESK)
def edit_ladder(request: HttpRequest) -> HttpResponse:
    """Show the ladder; administrators move, change, save and reset it."""
    membership, organization, user = acting(request)
    if request.method != "POST":
        return _page(request, _stored(organization, membership.role == Role.ADMIN, request.GET))
    if membership.role != Role.ADMIN:
        raise Http404
    do = request.POST.get("do", "save")
    if do == "reset":
        reset_ladder(organization, by=user, at=database_now())
        messages.success(request, "つなぎ段階を既定に戻しました。")
        return redirect("dispatch:ladder")
    if do != "save":
        return _page(request, _typed(rearranged(request.POST, do)), moved=True)
    return _save(request, _typed(request.POST))


def _save(request: HttpRequest, editor: Editor) -> HttpResponse:
    _membership, organization, user = acting(request)
    if not editor.is_valid():
        return _page(request, editor, status=422)
    tags = editor.device.cleaned_data["device_languages"] or list(USUAL)
    try:
        save_ladder(
            organization,
            cast(RungRows, editor.rows).rungs(),
            tags,
            seen=request.POST.get("seen", ""),
            by=user,
            at=database_now(),
        )
    except ActionError as error:
        messages.error(request, error.text)
        return _page(request, editor, status=error.status)
    messages.success(request, "つなぎ段階を保存しました。次に受ける依頼から使います。")
    return redirect("dispatch:ladder")


@roles(*DESK)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What would happen, for the ladder as typed: the fragment, or without script the page."""
    membership, organization, _user = acting(request)
    sent = f"{PREFIX}-TOTAL_FORMS" in request.POST and membership.role == Role.ADMIN
    editor = (
        _typed(request.POST)
        if sent
        else _stored(organization, membership.role == Role.ADMIN, request.POST)
    )
    if request.headers.get("HX-Request"):
        return render(request, "dispatch/_ladder_story.html", _told(organization, editor))
    return _page(request, editor, moved=sent)


def _typed(data: QueryDict) -> Editor:
    rows = RungSet(data, prefix=PREFIX, form_kwargs={"label_suffix": ""})
    return Editor(rows, DeviceForm(data, label_suffix=""), CaseForm(data, label_suffix=""))


def _stored(organization: Organization, may_edit: bool, asked: QueryDict) -> Editor:
    policy = policy_for(organization)
    rows = RungSet(
        prefix=PREFIX, initial=initial_of(rungs_of(policy)), form_kwargs={"label_suffix": ""}
    )
    device = DeviceForm(
        initial={"device_languages": list(device_languages(policy))}, label_suffix=""
    )
    case = CaseForm(
        asked if "case_urgency" in asked else None,
        initial={
            "case_language": languages.name(_most_spoken(organization), "ja"),
            "case_field": Field.ADMINISTRATIVE,
        },
        label_suffix="",
    )
    return Editor(rows if may_edit else None, device, case)


def _page(
    request: HttpRequest, editor: Editor, *, moved: bool = False, status: int = 200
) -> HttpResponse:
    membership, organization, _user = acting(request)
    stored = rungs_of(policy_for(organization))
    context = {
        "editor": editor,
        "moved": moved,
        "seen": request.POST.get("seen") or fingerprint(organization),
        "kinds": list(KIND_NAMES.items()),
        "stored": [(rung, KIND_NAMES[rung["kind"]], rung_in_words(rung)) for rung in stored],
        "is_default": not (organization.policy or {}).get("ladder"),
        "may_edit": membership.role == Role.ADMIN,
        "languages": languages.spoken_languages(),
        **_told(organization, editor),
    }
    return render(request, "dispatch/ladder.html", context, status=status)


def _told(organization: Organization, editor: Editor) -> dict[str, Any]:
    """The story and the dead ends of the ladder as typed, or that it cannot be told yet."""
    policy = _policy(organization, editor)
    if policy is None:
        return {"story": None, "ends": [], "unreadable": True}
    at = database_now()
    case = _case(organization, editor.case, at)
    tags = [tag for tag, _ in languages_of(organization)]
    ends = dead_ends(policy, tags, _served(organization, tags), device_languages(policy))
    return {
        "story": _story(organization, policy, case, at) if case else None,
        "ends": [(tag, _fields_in_words(fields)) for tag, fields in ends],
        "unreadable": False,
    }


def _fields_in_words(fields: list[str]) -> str:
    if len(fields) == len(FIELD_NAMES):
        return "すべての分野"
    return "、".join(FIELD_NAMES[field] for field in fields)


def _policy(organization: Organization, editor: Editor) -> Policy | None:
    """The stored policy with the rungs and languages as typed; None when they cannot be read."""
    policy = policy_for(organization)
    if editor.rows is None or not editor.rows.is_bound:
        return policy
    if not editor.is_valid() or not editor.rows.forms:
        return None
    typed = editor.device.cleaned_data["device_languages"] or list(USUAL)
    return policy | {"ladder": editor.rows.rungs(), "device_languages": typed}


def _case(organization: Organization, form: CaseForm, at: datetime) -> Case | None:
    """The request that is told: as chosen, by default the language most people speak, now."""
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    tag = data.get("case_language")
    if not tag:
        if form.is_bound and form.errors:
            return None
        tag = _most_spoken(organization)
    urgency = data.get("case_urgency") or "now"
    return Case(
        tag, urgency, data.get("case_field") or Field.ADMINISTRATIVE, _moment(data, urgency, at)
    )


def _most_spoken(organization: Organization) -> str:
    spoken = languages_of(organization)
    return spoken[0][0] if spoken else "en"


def _moment(data: dict[str, Any], urgency: str, at: datetime) -> datetime:
    """The next such weekday and hour; without a choice the present hour, some days ahead."""
    here = local(at)
    day = here.date() + timedelta(days=AHEAD[urgency])
    weekday, minute = data.get("case_weekday"), data.get("case_hour")
    if weekday is not None:
        day += timedelta(days=(weekday - day.weekday()) % 7)
    if weekday is None and minute is None and not AHEAD[urgency]:
        return at
    return instant(day, here.hour * 60 + here.minute if minute is None else minute)


def _story(organization: Organization, policy: Policy, case: Case, at: datetime) -> Story:
    return story(policy, case, _figures(organization, policy, case, at))


def _figures(organization: Organization, policy: Policy, case: Case, at: datetime) -> Figures:
    """What matching would find; at the counter it is asked as if the chosen time were now."""
    now = case.at if case.urgency in ("now", "today") else at
    hour = timedelta(hours=1)
    urgency = case.urgency if case.urgency in ("now", "today") else "booked"
    on_site = Need(case.language, "onsite", urgency, case.field, case.at, case.at + hour)
    remote = Need(case.language, "video", urgency, case.field, case.at, case.at + hour, remote=True)
    counts = count_able(on_site, organization, now, policy=policy)
    by_video = count_able(remote, organization, now, policy=policy)
    neighbours = coverage_at(organization, [case.at], at=at, field=case.field).of(case.language)
    way = next(way for way in neighbours.ways(0) if way.channel == "neighbour")
    return Figures(
        registered=counts.registered,
        able=counts.able,
        able_video=by_video.able,
        on_call=by_video.on_call if case.urgency == "now" else 0,
        neighbours=way.count,
        lenders=tuple(
            one.name
            for one in neighbours.coverage.loaded.lenders.values()
            if neighbours.is_lent_by(one)
        ),
        companies=tuple(
            Company(one.operator.name, one.price, one.hours, one.is_open)
            for one in services_for(organization, case.language, case.at)
        ),
        device=on_device(case.language, device_languages(policy)),
    )


def _served(organization: Organization, tags: list[str]) -> dict[str, bool]:
    """Which of the languages some operator under contract serves, at whatever hour."""
    services = OperatorService.objects.filter(
        operator__organization=organization, operator__active=True
    )
    listed = list(services.values_list("languages", flat=True))
    return {tag: any(serves_language(one, tag) for one in listed) for tag in tags}
