"""The coverage pages: one moment in every language, and the week as a table for the wall."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import acting, roles
from accounts.clock import database_now
from accounts.models import Organization, Role
from accounts.times import instant, local
from dispatch.coverage import (
    CHANNELS,
    FIRST_HOUR,
    LAST_HOUR,
    Coverage,
    First,
    Tongue,
    Way,
    coverage_at,
    firsts_of,
    hours_of_week,
    runs_of,
)
from dispatch.coverage_words import LOOKS, sentence, warning
from dispatch.models import Desk
from dispatch.statistics import success_rate
from volunteers.availability import DAY, WEEKDAYS, is_holiday
from volunteers.forms.fields import ClockField, DateField
from volunteers.languages import name as language_name
from volunteers.models import Field

READERS = (Role.COORDINATOR, Role.ADMIN, Role.ACCOUNTANT)
FEW = 3
"""So many names of people at the desk or on call stand in a row."""


class MomentForm(forms.Form):
    """The day, hour and field asked about; nothing chosen means now."""

    day = DateField(label="日付", required=False)
    time = ClockField(label="時刻", required=False, latest=DAY - 1)
    field = forms.ChoiceField(
        label="分野", choices=[("", "すべて"), *Field.choices], required=False
    )

    def moment(self, at: datetime) -> datetime:
        """The instant asked about (UTC); ``at`` is now."""
        data = self.cleaned_data if self.is_valid() else {}
        day, minute = data.get("day"), data.get("time")
        if day is None and minute is None:
            return at
        here = local(at)
        minute = here.hour * 60 + here.minute if minute is None else minute
        return instant(day or here.date(), minute)


@dataclass(frozen=True)
class Line:
    """A row of the page."""

    tag: str
    asked: int
    first: First
    sentence: str
    warning: str
    icon: str
    tone: str
    near: tuple[tuple[int, str], ...]
    """People at the desk or on call: the first few."""
    more: int
    ways: dict[str, Way]
    companies: tuple[tuple[str, str], ...]


@roles(*READERS)
@require_safe
def show_coverage(request: HttpRequest) -> HttpResponse:
    """What would happen now, or at a chosen day and hour, in every language."""
    membership, organization, _user = acting(request)
    at = database_now()
    form = MomentForm(request.GET or None, label_suffix="")
    moment = form.moment(at)
    found = _coverage(organization, moment, at, form)
    index = found.moments.instants.index(moment)
    lines = [_line(found.of(tag), index) for tag in found.tags]
    return render(
        request,
        "dispatch/coverage.html",
        {
            "form": form,
            "moment": local(moment),
            "is_now": moment == at,
            "holiday": is_holiday(local(moment).date()),
            "lines": lines,
            "dead_ends": [line for line in lines if line.first.dead_end],
            "unsure": [line for line in lines if not line.first.dead_end and not line.first.safe],
            "device_only": found.device_only,
            "reach": _reach(found, index, organization),
            "channels": [(channel, LOOKS[channel]) for channel in CHANNELS],
            "names": membership.role != Role.ACCOUNTANT,
            "on_duty": [
                one
                for one in found.loaded.roster
                if not one.absent and one.starts_at <= moment < one.ends_at
            ],
            "success": _success(organization, at),
        },
    )


@roles(*READERS)
@require_safe
def show_week(request: HttpRequest) -> HttpResponse:
    """A week as language × weekday with hours, and one day of it as language × hour."""
    organization = acting(request)[1]
    at = database_now()
    form = MomentForm(request.GET or None, label_suffix="")
    moment = form.moment(at)
    found = _coverage(organization, moment, at, form)
    day = local(moment).date()
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    hours = range(FIRST_HOUR, LAST_HOUR)
    return render(
        request,
        "dispatch/coverage_week.html",
        {
            "form": form,
            "day": day,
            "days": [(one, WEEKDAYS[one.weekday()], is_holiday(one)) for one in days],
            "hours": hours,
            "week": [(tag, [_runs(found.of(tag), one) for one in days]) for tag in found.tags],
            "hourly": [
                (
                    tag,
                    [(hour, first, LOOKS[first.channel]) for hour, first in _day(found, tag, day)],
                )
                for tag in found.tags
            ],
            "looks": [LOOKS[channel] for channel in (*CHANNELS, "")],
            "device_only": found.device_only,
            "before": monday - timedelta(days=7),
            "after": monday + timedelta(days=7),
            "reach": _reach(found, found.moments.instants.index(moment), organization),
        },
    )


@roles(*READERS)
@require_safe
def download_week(request: HttpRequest) -> HttpResponse:
    """The week's table as CSV (UTF-8 with BOM): one line per language, day and hour; no names."""
    organization = acting(request)[1]
    at = database_now()
    form = MomentForm(request.GET or None, label_suffix="")
    moment = form.moment(at)
    found = _coverage(organization, moment, at, form)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(
        ["言語", "タグ", "日付", "曜日", "時", "最初の段階", "人数・社数", "使える段階", "全段階"]
    )
    day = local(moment).date()
    monday = day - timedelta(days=day.weekday())
    for tag in found.tags:
        for one in (monday + timedelta(days=n) for n in range(7)):
            writer.writerows(
                _csv_row(tag, one, hour, first) for hour, first in _day(found, tag, one)
            )
    answer = HttpResponse(("\ufeff" + file.getvalue()).encode(), "text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="coverage-{monday:%Y%m%d}.csv"'
    return answer


def _coverage(
    organization: Organization, moment: datetime, at: datetime, form: MomentForm
) -> Coverage:
    """The chosen moment and the hours of its week."""
    field = form.cleaned_data.get("field", "") if form.is_valid() else ""
    instants = [moment, *hours_of_week(local(moment).date())]
    return coverage_at(organization, instants, at=at, field=field)


def _line(tongue: Tongue, index: int) -> Line:
    first = tongue.first(index)
    ways = {way.channel: way for way in tongue.ways(index)}
    near = (*ways["desk"].names, *ways["on_call"].names)
    bit = 1 << index
    companies = {
        one.operator_id: (one.name, one.hours) for one in tongue.companies if one.mask & bit
    }
    look = LOOKS[first.channel]
    return Line(
        tag=tongue.tag,
        asked=tongue.asked,
        first=first,
        sentence=sentence(first),
        warning=warning(first),
        icon=look.icon,
        tone=look.tone,
        near=near[:FEW],
        more=max(0, len(near) - FEW),
        ways=ways,
        companies=tuple(companies.values()),
    )


def _reach(found: Coverage, index: int, organization: Organization) -> list[dict[str, Any]]:
    """How many languages each kind of rung serves in the week, as desks count them."""
    japanese = int(Desk.objects.filter(organization=organization).exists())
    remote = ("on_call", "video", "neighbour", "operator")
    return [
        {
            "name": "対面",
            "note": "日本語を含む" if japanese else "",
            "week": found.reach("desk", "offer") + japanese,
            "moment": found.reach_at(index, "desk", "offer") + japanese,
        },
        {
            "name": "映像・電話",
            "note": "外部通訳はすべての言語" if found.serves_any else "",
            "week": found.reach(*remote),
            "moment": found.reach_at(index, *remote),
        },
        {
            "name": "翻訳機",
            "note": "",
            "week": len(found.device),
            "moment": len(found.device),
        },
    ]


def _day(found: Coverage, tag: str, day: date) -> list[tuple[int, First]]:
    return list(firsts_of(found.of(tag), day))


def _runs(tongue: Tongue, day: date) -> list[tuple[Any, Any]]:
    return [(run, LOOKS[run.first.channel]) for run in runs_of(tongue, day)]


def _csv_row(tag: str, day: date, hour: int, first: First) -> list[Any]:
    return [
        language_name(tag, "ja"),
        tag,
        f"{day:%Y/%m/%d}",
        WEEKDAYS[day.weekday()] + ("・祝" if is_holiday(day) else ""),
        hour,
        LOOKS[first.channel].name,
        first.count,
        first.usable,
        first.rungs,
    ]


def _success(organization: Organization, at: datetime) -> float | None:
    """The share of the requests of the last 90 days that were served, in percent."""
    rate = success_rate(organization, at - timedelta(days=90), at).rate
    return None if rate is None else round(rate * 100, 1)
