"""活動できる時間: a week to paint, one choice of weeks at a time.

The page works as a plain form of times; ``painter.js`` puts the painted week in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from dispatch.phone.forms import posted
from dispatch.phone.own.answers import accepted, status_of
from dispatch.phone.own.forms import HoursForm
from dispatch.phone.own.hours_words import (
    in_words,
    next_times,
    short_names,
    span_in_words,
    weekday_names,
    weeks_in_words,
)
from dispatch.phone.people import volunteers_only
from volunteers.actions.own import save_hours
from volunteers.availability import Rule
from volunteers.models import Volunteer
from volunteers.painting import Layer, masks_of, read_layer, to_cells
from volunteers.schedules import plain_exceptions, plain_rules


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def hours(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Show or keep the layer of ``?weeks=`` (bits as in ``nth_mask``; none: every week)."""
    mask = _mask(request)
    rules = plain_rules(volunteer.rules.all())
    form = HoursForm(posted(request), layer=read_layer(rules, mask))
    if request.method == "POST" and accepted(request, form, lambda: _save(form, volunteer, mask)):
        return redirect(reverse("volunteer:hours") + (f"?weeks={mask}" if mask else ""))
    context = _context(volunteer, rules, form)
    return render(request, "volunteer/own/hours.html", context, status=status_of(form))


def _save(form: HoursForm, volunteer: Volunteer, mask: int) -> None:
    data = form.cleaned_data
    save_hours(
        volunteer,
        mask=mask,
        week=data["week"],
        on_holidays=data["on_holidays"],
        drop=data["drop"],
        by=volunteer.user,
        at=database_now(),
    )


def _mask(request: HttpRequest) -> int:
    """The weeks asked for: one number, or the ticked boxes ``nth=1&nth=3``."""
    ticked = [int(n) for n in request.GET.getlist("nth") if n in set("12345")]
    if ticked:
        return sum(1 << (n - 1) for n in set(ticked))
    asked = request.GET.get("weeks", "")
    return int(asked) % 32 if asked.isdecimal() and len(asked) < 3 else 0


def _context(volunteer: Volunteer, rules: Sequence[Rule], form: HoursForm) -> dict[str, Any]:
    layer = form.layer
    exceptions = plain_exceptions(volunteer.exceptions.all())
    masks = sorted({*masks_of(rules), layer.mask})
    names = weekday_names()
    return {
        "volunteer": volunteer,
        "organization": volunteer.organization,
        "form": form,
        "mask": layer.mask,
        "layers": [(mask, weeks_in_words(mask), mask == layer.mask) for mask in masks],
        "kept": [(index, _kept(rule, names)) for index, rule in enumerate(layer.kept)],
        "lines": in_words(rules),
        "next_times": next_times(rules, exceptions, database_now()),
        "painted": _painted(layer, form.days),
        "day_names": ",".join(names[day] for day in form.days),
        "day_letters": ",".join(short_names()[day] for day in form.days),
    }


def _kept(rule: Rule, names: list[str]) -> str:
    return f"{names[rule.weekday]} {span_in_words(rule.from_minute, rule.to_minute)}"


def _painted(layer: Layer, days: list[int]) -> str:
    return ",".join(to_cells(layer.week.get(day, [])) for day in days)
