"""休む日・特別に活動できる日: dated exceptions, added and taken back one by one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.clock import database_now
from accounts.times import instant, local
from dispatch.models import Assignment
from dispatch.phone import words
from dispatch.phone.forms import posted
from dispatch.phone.own.answers import accepted, status_of
from dispatch.phone.own.forms import AwayForm
from dispatch.phone.own.hours_words import date_in_words, span_in_words
from dispatch.phone.people import own_rows, volunteers_only
from volunteers.actions.own import add_exception, remove_exception
from volunteers.availability import DAY
from volunteers.models import AvailabilityException, Volunteer
from volunteers.record import Absence

WAITING = (Assignment.State.CONFIRMED, Assignment.State.RECONFIRMED)


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def away(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """What is to come, and one more."""
    form = AwayForm(posted(request), label_suffix="")

    def act() -> None:
        absence = form.cleaned_data["absence"]
        add_exception(volunteer, absence, by=volunteer.user, at=database_now())

    if request.method == "POST" and accepted(request, form, act):
        _warn_of_bookings(request, volunteer, form.cleaned_data["absence"])
        return redirect("volunteer:away")
    today = local(database_now()).date()
    coming = volunteer.exceptions.filter(last_day__gte=today)
    context: dict[str, Any] = {
        "organization": volunteer.organization,
        "form": form,
        "coming": [_shown(row) for row in coming],
    }
    return render(request, "volunteer/own/away.html", context, status=status_of(form))


@require_POST
@volunteers_only
def remove(request: HttpRequest, volunteer: Volunteer, pk: int) -> HttpResponse:
    """Take one back; 404 for anybody else's."""
    get_object_or_404(volunteer.exceptions, pk=pk)
    remove_exception(volunteer, pk, by=volunteer.user, at=database_now())
    messages.success(request, _("取り消しました。"))
    return redirect("volunteer:away")


def _shown(row: AvailabilityException) -> dict[str, Any]:
    days = date_in_words(row.first_day)
    if row.last_day != row.first_day:
        dash = " – " if words.reader() == "en" else "〜"
        days += dash + date_in_words(row.last_day)
    whole = row.from_minute is None or row.to_minute is None
    span = "" if whole else span_in_words(row.from_minute or 0, row.to_minute or DAY)
    return {"row": row, "days": days, "span": span}


def _warn_of_bookings(request: HttpRequest, volunteer: Volunteer, absence: Absence) -> None:
    """Bookings within days off stay until the person gives them back."""
    if absence.available:
        return
    start = instant(absence.first_day, absence.from_minute or 0)
    end = instant(absence.last_day, absence.to_minute or DAY)
    booked = Assignment.objects.filter(
        volunteer__in=own_rows(volunteer),
        state__in=WAITING,
        request__starts_at__lt=end,
        request__ends_at__gt=start,
    ).select_related("request")
    for one in booked:
        when = f"{words.day(one.request.starts_at)} {words.hours(one.request.starts_at, one.request.ends_at)}"
        text = _(
            "この間に、決まっている予定があります：%(when)s。行けないときは、予定の画面からお知らせください。"
        )
        messages.warning(request, text % {"when": when})
