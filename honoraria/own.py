"""What a volunteer sees of the own hours and honoraria: a fiscal year by months.

Only figures that are in the books: entries with their state, and hours of reports that were handed
in. Sums are what reaches the person from the organization: not what the requester pays directly,
nor tickets that the organization bought. Nothing is withheld or estimated here; what was paid and
taxed is in `honoraria.tax.own`. One person may be registered in several organizations, and each of
them pays for itself. Reads only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import DurationField, ExpressionWrapper, F, Max, Min, QuerySet, Sum

from accounts.times import instant, local
from honoraria.models import Honorarium, HonorariumQuerySet, PaidBy
from honoraria.months import Month
from honoraria.payments.lines import reaching
from honoraria.tax.years import fiscal_year
from interpreting.models import Report

COUNTED = [Report.State.SUBMITTED, Report.State.CONFIRMED]


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """The entries of a month of activity and what reaches the person of them, in yen."""

    month: Month
    entries: list[Honorarium]
    total: int


@dataclass(frozen=True, slots=True)
class OwnYear:
    """A fiscal year (April to March): hours by report, yen by state; months with the last first."""

    year: int
    jobs: int
    minutes: int
    expected: int
    agreed: int
    paid: int
    months: list[OwnMonth]

    @property
    def hours(self) -> tuple[int, int]:
        """Whole hours and the minutes beyond them."""
        return divmod(self.minutes, 60)


def own_year(people: Sequence[int], year: int) -> OwnYear:
    """The fiscal year ``year`` of a person; ``people``: the person's rows in the registers."""
    first, last = date(year, 4, 1), date(year + 1, 3, 31)
    entries = list(_entries(people).happened_between(first, last).order_by("-activity_date", "-pk"))
    done = _reports(people).filter(
        started_at__gte=instant(first, 0), started_at__lt=instant(date(year + 1, 4, 1), 0)
    )
    span = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    spent = done.aggregate(spent=Sum(span))["spent"]
    return OwnYear(
        year=year,
        jobs=done.count(),
        minutes=int(spent.total_seconds() // 60) if spent else 0,
        expected=_sum(entries, {Honorarium.State.DRAFT}),
        agreed=_sum(entries, {Honorarium.State.APPROVED, Honorarium.State.CLOSED}),
        paid=_sum(entries, {Honorarium.State.PAID}),
        months=[
            OwnMonth(month, rows, sum(map(from_us, rows)))
            for month, rows in (
                (month, list(group))
                for month, group in groupby(entries, lambda one: Month.of(one.activity_date))
            )
        ],
    )


def years_of(people: Sequence[int], at: datetime) -> list[int]:
    """Every fiscal year that has a report or an entry, and the present one; the last first."""
    today = local(at).date()
    days = _entries(people).aggregate(first=Min("activity_date"), last=Max("activity_date"))
    told = _reports(people).aggregate(first=Min("started_at"), last=Max("started_at"))
    known = [today, *(day for day in days.values() if day)]
    known += [local(when).date() for when in told.values() if when]
    numbers = [fiscal_year(day) for day in known]
    return list(range(max(numbers), min(numbers) - 1, -1))


def from_us(entry: Honorarium) -> int:
    """What of an entry the organization pays to the person, in yen."""
    return 0 if entry.paid_by == PaidBy.REQUESTER else reaching(entry)


def _entries(people: Sequence[int]) -> HonorariumQuerySet:
    return Honorarium.objects.filter(volunteer__in=people).select_related(
        "organization", "volunteer", "assignment__request"
    )


def _reports(people: Sequence[int]) -> QuerySet[Report]:
    return Report.objects.filter(assignment__volunteer__in=people, state__in=COUNTED).order_by()


def _sum(entries: Sequence[Honorarium], states: set[Honorarium.State]) -> int:
    return sum(from_us(one) for one in entries if one.state in states)
