"""The form that takes a request, with suggestions and the live count of people who could come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization, Role
from dispatch.access import get_request_for
from dispatch.actions.drafts import Draft, too_long_alone
from dispatch.actions.requests import (
    consequences_of,
    decisive_changes,
    edit_request,
    open_request,
    open_series,
)
from dispatch.candidates import Counts, count_able
from dispatch.editing import booked_against
from dispatch.forms import RequestForm
from dispatch.log_texts import wish_text
from dispatch.match_values import Need
from dispatch.match_values import Wish as NeedWish
from dispatch.models import Desk, Mode, Place, Request, RequestingBody
from dispatch.travel import Point
from volunteers.languages import name as language_name
from volunteers.languages import search


@roles(Role.COORDINATOR, Role.ADMIN)
def new_request(request: HttpRequest) -> HttpResponse:
    """Take a request; at the counter language, field and one press are enough."""
    _, organization, user = acting(request)
    at = database_now()
    if request.method != "POST":
        return _form_page(request, RequestForm(organization, at, initial=_initial(organization)))
    form = RequestForm(organization, at, request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        if form.cleaned_data["every"]:
            made = open_series(
                organization,
                form.draft(),
                every=form.cleaned_data["every"],
                count=form.cleaned_data["count"],
                by=user,
                at=at,
            )
            messages.success(request, f"{len(made)}件の依頼を受け付けました。")
            _advise(request, made[0])
            return redirect("dispatch:request", made[0].pk)
        opened = open_request(organization, form.draft(), by=user, at=at)
    except ActionError as error:
        form.add_error(None, error.text)
        return _form_page(request, form, status=422)
    messages.success(request, f"依頼 {opened.number} を受け付けました。打診を始めます。")
    _advise(request, opened)
    return redirect("dispatch:request", opened.pk)


@roles(Role.COORDINATOR, Role.ADMIN)
def change_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a request; decisive changes are shown with their consequences before saving."""
    membership, organization, user = acting(request)
    found = get_request_for(membership, pk)
    at = database_now()
    if request.method != "POST":
        form = RequestForm(organization, at, edited=found)
        return _form_page(request, form, changing=found)
    form = RequestForm(organization, at, request.POST, edited=found)
    if not form.is_valid():
        return _form_page(request, form, changing=found, status=422)
    draft = form.draft()
    consequences = _consequences(found, form, draft, at)
    if consequences and "confirmed" not in request.POST:
        return _form_page(request, form, changing=found, consequences=consequences)
    try:
        edit_request(found, draft, by=user, at=at)
    except ActionError as error:
        form.add_error(None, error.text)
        return _form_page(request, form, changing=found, status=422)
    messages.success(request, "依頼の内容を変更しました。")
    found.refresh_from_db()
    _advise(request, found)
    return redirect("dispatch:request", found.pk)


def _advise(request: HttpRequest, taken: Request) -> None:
    advice = too_long_alone(taken.mode, taken.starts_at, taken.ends_at, taken.seats)
    if advice:
        messages.warning(request, f"{advice}。")


def _consequences(found: Request, form: RequestForm, draft: Draft, at: datetime) -> list[str]:
    """What saving would do, and whom among the booked the new wishes do not fit."""
    lines = consequences_of(found, draft)
    if not decisive_changes(found, draft):  # else nobody stays booked
        lines += booked_against(found, need_of_draft(draft), at)
    lost = form.lost_wishes(form.cleaned_data)
    return lines + [f"言語が変わるため、条件「{wish_text(one)}」は外れます。" for one in lost]


def _initial(organization: Organization) -> dict[str, object]:
    desk = Desk.objects.filter(organization=organization).first()
    return {"desk": desk.pk if desk else None}


def _form_page(
    request: HttpRequest, form: RequestForm, *, status: int = 200, **context: object
) -> HttpResponse:
    organization = form.organization
    return render(
        request,
        "dispatch/request_form.html",
        {
            "form": form,
            "places": Place.objects.filter(organization=organization)[:50],
            "bodies": RequestingBody.objects.filter(organization=organization)[:100],
            **context,
        },
        status=status,
    )


@roles(Role.COORDINATOR, Role.ADMIN)
@require_safe
def count_people(request: HttpRequest) -> HttpResponse:
    """How many could do it and how many are on call, for what is typed so far."""
    membership, organization, _ = acting(request)
    at, changing = database_now(), request.GET.get("request", "")
    known = changing.isascii() and changing.isdigit() and len(changing) < 19
    edited = get_request_for(membership, int(changing)) if known else None
    form = RequestForm(organization, at, request.GET, edited=edited)
    form.is_valid()
    shown = counted(form, organization)
    return render(request, "dispatch/_count.html", {"shown": shown})


@dataclass(frozen=True)
class Shown:
    """The line under the form while somebody types."""

    language: str
    counts: Counts
    advice: str = ""


def counted(form: RequestForm, organization: Organization) -> Shown | None:
    """The count for what is understood of the form so far; None without a language or a time."""
    data = form.cleaned_data
    if not data.get("language") or "starts_at" not in data:
        return None
    try:
        draft = form.draft_without_saving()
    except KeyError:
        return None
    name = language_name(data["language"], "ja")
    desk_id = draft.desk.pk if draft.desk else None
    counts = count_able(need_of_draft(draft), organization, form.at, desk_id=desk_id)
    advice = too_long_alone(draft.mode, draft.starts_at, draft.ends_at, draft.seats)
    return Shown(name, counts, advice)


def need_of_draft(draft: Draft) -> Need:
    """What the matching rules read of a draft."""
    remote = Mode(draft.mode).is_remote
    known = draft.place_lat is not None and draft.place_lon is not None and not remote
    return Need(
        language=draft.language,
        mode=draft.mode,
        urgency=draft.urgency,
        field=draft.field,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        point=Point(draft.place_lat or 0, draft.place_lon or 0) if known else None,
        area="" if remote else draft.place_area,
        place="" if remote else draft.place_name,
        remote=remote,
        requirements=tuple(
            NeedWish(w.kind, w.hard, w.value, w.volunteer.pk if w.volunteer else None)
            for w in draft.wishes
        ),
        sensitivity=draft.sensitivity,
        seats=draft.seats,
    )


@roles(Role.COORDINATOR, Role.ADMIN)
@require_safe
def suggest_languages(request: HttpRequest) -> HttpResponse:
    """Languages for what is typed in Japanese, romaji, English or the language's own script."""
    acting(request)
    found = search(request.GET.get("q", "")[:60])
    results = [{"value": lang.tag, "label": lang.ja, "hint": lang.own} for lang in found]
    return JsonResponse({"results": results})


@roles(Role.COORDINATOR, Role.ADMIN)
@require_safe
def suggest_places(request: HttpRequest) -> HttpResponse:
    """Remembered places, most used first."""
    _, organization, _ = acting(request)
    typed = request.GET.get("q", "").replace("\x00", "")[:60]
    found = Place.objects.filter(organization=organization, name__icontains=typed)[:8]
    results = [{"value": p.name, "label": p.name, "hint": p.area or p.address} for p in found]
    return JsonResponse({"results": results})
