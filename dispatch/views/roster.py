"""The roster's page: a week at the desks, its shifts, and who does not come on which day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization, Role
from accounts.times import local
from accounts.trying import attempt
from dispatch.access import get_shift_for
from dispatch.actions import roster as actions
from dispatch.models import Shift
from dispatch.phone.people import own_rows, volunteers_only
from dispatch.roster import by_cell, desks_of, rule_of, shifts_of, week_of
from dispatch.roster_form import ShiftForm
from volunteers.actions import update_volunteer
from volunteers.availability import describe, is_holiday
from volunteers.models import Volunteer
from volunteers.record import Record

DESK = (Role.COORDINATOR, Role.ADMIN)


@roles(*DESK)
@require_safe
def show_roster(request: HttpRequest) -> HttpResponse:
    """The week of ``?week=`` (any day of it), today by default."""
    organization = acting(request)[1]
    return _page(request, ShiftForm(organization))


@roles(*DESK)
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put somebody on the roster, on every weekday ticked or on none."""
    _membership, organization, user = acting(request)
    form = ShiftForm(organization, request.POST)
    if form.is_valid():
        person, at = form.cleaned_data["volunteer"], database_now()
        try:
            with transaction.atomic():
                for draft in form.drafts():
                    actions.add_shift(form.cleaned_data["desk"], person, draft, by=user, at=at)
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, error.text)
        else:
            messages.success(request, f"{person.name}さんを当番に入れました。")
            return redirect(_back(request))
    return _page(request, form)


@roles(*DESK)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a shift off the roster."""
    membership, _organization, user = acting(request)
    shift = get_shift_for(membership, pk)
    actions.remove_shift(shift, by=user, at=database_now())
    messages.success(request, f"{shift.volunteer.name}さんの当番を取りやめました。")
    return redirect(_back(request))


@roles(*DESK)
@require_POST
def absent(request: HttpRequest, pk: int) -> HttpResponse:
    """The person does not come on a day, or comes after all (``present=1``)."""
    membership, _organization, user = acting(request)
    shift, day = get_shift_for(membership, pk), _day(request.POST.get("day", ""))
    if day is None:
        raise Http404
    name, when = shift.volunteer.name, f"{day.month}月{day.day}日"
    if request.POST.get("present"):
        actions.mark_present(shift, day, by=user, at=database_now())
        messages.success(request, f"{name}さんは{when}に来る予定に戻しました。")
        return redirect(_back(request))
    return _tried(
        request,
        lambda: actions.mark_absent(shift, day, by=user, at=database_now()),
        f"{name}さんの{when}の休みを登録しました。",
        _back(request),
    )


@volunteers_only
@require_POST
def own_absence(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """The volunteer says from the own page that a day does not work."""
    shift = Shift.objects.filter(pk=pk, volunteer__in=own_rows(volunteer)).first()
    day = _day(request.POST.get("day", ""))
    at = database_now()
    if shift is None or day is None or day < local(at).date():
        raise Http404
    return _tried(
        request,
        lambda: actions.mark_absent(shift, day, by=volunteer.user, at=at, label=volunteer.name),
        _("当番を休むことを窓口に伝えました。"),
        reverse("volunteer:home"),
    )


@volunteers_only
@require_POST
def own_consent(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """The volunteer agrees to be asked by neighbouring organizations, or no longer."""
    agrees = request.POST.get("agrees") == "1"
    update_volunteer(
        volunteer,
        Record(fields={"accepts_neighbours": agrees}),
        by=volunteer.user,
        at=database_now(),
    )
    done = (
        _("近隣団体からの打診を受けることにしました。")
        if agrees
        else _("近隣団体からの打診を止めました。")
    )
    messages.success(request, done)
    return redirect("volunteer:home")


def _tried(request: HttpRequest, action: Callable[[], Any], done: str, back: str) -> HttpResponse:
    attempt(request, action, done)
    return redirect(back)


def _page(request: HttpRequest, form: ShiftForm) -> HttpResponse:
    organization, today = acting(request)[1], local(database_now()).date()
    chosen = _day(request.GET.get("week") or request.POST.get("week", "")) or today
    first = chosen - timedelta(days=chosen.weekday())
    days = [first + timedelta(days=n) for n in range(7)]
    sittings = week_of(organization, first)
    return render(
        request,
        "dispatch/roster.html",
        {
            "form": form,
            "rows": _rows(organization, days, sittings),
            "days": [(day, is_holiday(day), day == today) for day in days],
            "today": today,
            "first": first,
            "before": first - timedelta(days=7),
            "after": first + timedelta(days=7),
            "now_there": [one for one in sittings if one.day == today],
            "standing": _standing(organization, today),
            "people": _people(organization),
        },
        status=422 if form.errors else 200,
    )


def _rows(organization: Organization, days: list[date], sittings: list[Any]) -> list[Any]:
    cells = by_cell(sittings)
    return [
        (desk, [(day, cells.get((desk.pk, day), [])) for day in days])
        for desk in desks_of(organization)
    ]


def _standing(organization: Organization, today: date) -> list[tuple[Shift, str, list[str]]]:
    """Every shift that is not over, in words, with the languages of its person."""
    found = shifts_of(organization, today, date(9999, 12, 31)).order_by(
        "desk", "weekday", "from_minute", "volunteer__number", "id"
    )
    return [
        (
            shift,
            "、".join(describe([rule_of(shift)])),
            [skill.language for skill in shift.volunteer.skills.all()],
        )
        for shift in found
    ]


def _people(organization: Organization) -> list[tuple[int, str]]:
    active = Volunteer.objects.of(organization).filter(status=Volunteer.Status.ACTIVE)
    return list(active.order_by("number").values_list("number", "name"))


def _back(request: HttpRequest) -> str:
    week = _day(request.POST.get("week", ""))
    address = reverse("dispatch:roster")
    return f"{address}?week={week.isoformat()}" if week else address


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None
