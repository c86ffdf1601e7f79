"""One person's page with the history, and the small changes of state made from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import STAFF, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import User
from accounts.times import TOKYO
from volunteers import actions, subscriptions
from volunteers.access import get_volunteer_for
from volunteers.actions.contacts import confirm_contact
from volunteers.actions.trainings import verify_training
from volunteers.availability import describe, describe_next
from volunteers.forms import PauseForm, RenewForm, WithdrawForm
from volunteers.history import WARNINGS, history
from volunteers.models import Volunteer
from volunteers.queries import last_served
from volunteers.schedules import FIRST_HOUR, STEP, plain_exceptions, plain_rules, week_chart

ON_CALL_HOURS = (1, 2, 4)
Apply = Callable[[Volunteer, dict[str, Any], User, datetime], None]


@require_GET
@roles(*STAFF)
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything known about one person."""
    membership, _, _ = acting(request)
    volunteer = get_volunteer_for(membership, pk)
    at = database_now()
    rules = plain_rules(volunteer.rules.all())
    exceptions = plain_exceptions(volunteer.exceptions.all())
    today = at.astimezone(TOKYO).date()
    panels = (panel(request, volunteer) for panel in subscriptions.profile_panels)
    context = {
        "volunteer": volunteer,
        "skills": volunteer.skills.order_by("-to_japanese", "id"),
        "fields": volunteer.field_skills.all(),
        "trainings": volunteer.trainings.all(),
        "areas": volunteer.areas.all(),
        "hours": describe(rules),
        "next_free": describe_next(rules, exceptions, at) if rules or exceptions else None,
        "chart": week_chart(rules),
        "ticks": [((hour - FIRST_HOUR) * STEP, hour) for hour in range(FIRST_HOUR, 25, 3)],
        "coming": [one for one in volunteer.exceptions.all() if one.last_day >= today],
        "registrations": list(volunteer.registrations.all()),
        "warnings": [WARNINGS[code] for code in actions.warnings_of(volunteer)],
        "served": last_served([volunteer]).get(volunteer.pk),
        "lines": history(volunteer),
        "panels": [html for html in panels if html],
        "on_call_hours": ON_CALL_HOURS,
        "now": at,
        "today": today,
    }
    return render(request, "volunteers/profile.html", context)


@require_http_methods(["GET", "POST"])
@roles(*STAFF)
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Until when, and why; then back to the profile."""

    def apply(volunteer: Volunteer, data: dict[str, Any], by: User, at: datetime) -> None:
        actions.pause_volunteer(volunteer, until=data["until"], reason=data["reason"], by=by, at=at)

    form = PauseForm(request.POST or None, label_suffix="")
    return _change(request, pk, "pause", form, apply=apply, done="休止にしました。")


@require_http_methods(["GET", "POST"])
@roles(*STAFF)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Why somebody leaves; then back to the profile."""

    def apply(volunteer: Volunteer, data: dict[str, Any], by: User, at: datetime) -> None:
        actions.withdraw_volunteer(volunteer, reason=data["reason"], by=by, at=at)

    form = WithdrawForm(request.POST or None, label_suffix="")
    return _change(request, pk, "withdraw", form, apply=apply, done="退会にしました。")


@require_http_methods(["GET", "POST"])
@roles(*STAFF)
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """The next term; then back to the profile."""

    def apply(volunteer: Volunteer, data: dict[str, Any], by: User, at: datetime) -> None:
        actions.renew_registration(
            volunteer, ends_on=data["ends_on"], pledged_on=data["pledged_on"], by=by, at=at
        )

    membership, _, _ = acting(request)
    latest = get_volunteer_for(membership, pk).registrations.first()
    form = RenewForm(
        request.POST or None,
        today=database_now().astimezone(TOKYO).date(),
        present_end=latest.ends_on if latest else None,
    )
    return _change(request, pk, "renew", form, apply=apply, done="登録を更新しました。")


@require_POST
@roles(*STAFF)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Back from a pause or from having left."""
    membership, _, user = acting(request)
    volunteer = get_volunteer_for(membership, pk)
    try:
        actions.resume_volunteer(volunteer, by=user, at=database_now())
        messages.success(request, f"{volunteer.name}さんの活動を再開しました。")
    except ActionError as error:
        messages.error(request, error.text)
    return redirect("volunteers:profile", pk)


@require_POST
@roles(*STAFF)
def on_call(request: HttpRequest, pk: int) -> HttpResponse:
    """Ready for video for some hours (``hours``), until midnight (``hours=day``), or no longer."""
    membership, _, user = acting(request)
    volunteer = get_volunteer_for(membership, pk)
    at = database_now()
    until = on_call_until(request.POST.get("hours", ""), at)
    try:
        actions.switch_on_call(volunteer, until, by=user, at=at)
        state = f"{until.astimezone(TOKYO):%-H:%M}まで待機中に" if until else "待機を終了に"
        messages.success(request, f"{volunteer.name}さんを{state}しました。")
    except ActionError as error:
        messages.error(request, error.text)
    return redirect("volunteers:profile", pk)


@require_POST
@roles(*STAFF)
def check_training(request: HttpRequest, pk: int, training: int) -> HttpResponse:
    """The desk has seen the certificate."""
    membership, _, user = acting(request)
    volunteer = get_volunteer_for(membership, pk)
    try:
        verify_training(volunteer, training, by=user, at=database_now())
        messages.success(request, "確認済みにしました。")
    except ActionError as error:
        messages.error(request, error.text)
    return redirect("volunteers:profile", pk)


@require_POST
@roles(*STAFF)
def contact_is_right(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk has talked to the person: the number is theirs after all."""
    membership, _, user = acting(request)
    volunteer = get_volunteer_for(membership, pk)
    confirm_contact(volunteer, by=user, at=database_now())
    messages.success(request, "連絡先を確認済みにしました。")
    return redirect("volunteers:profile", pk)


def on_call_until(hours: str, at: datetime) -> datetime | None:
    """The end of being on call; None for "0" and anything unknown."""
    if hours == "day":
        tomorrow = at.astimezone(TOKYO).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), TOKYO)
    if hours in map(str, ON_CALL_HOURS):
        return at + timedelta(hours=int(hours))
    return None


def _change(
    request: HttpRequest, pk: int, name: str, form: Form, *, apply: Apply, done: str
) -> HttpResponse:
    """Show a small form, or apply it and go back to the profile."""
    membership, _, user = acting(request)
    volunteer = get_volunteer_for(membership, pk)
    if request.method == "POST" and form.is_valid():
        try:
            apply(volunteer, form.cleaned_data, user, database_now())
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, error.text)
        else:
            messages.success(request, f"{volunteer.name}さん：{done}")
            return redirect("volunteers:profile", pk)
    context = {"volunteer": volunteer, "form": form, "change": name}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "volunteers/change.html", context, status=status)
