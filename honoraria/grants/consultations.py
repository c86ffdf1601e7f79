"""Consultations and interpreter minutes per day: the figures that the ministry asks for.

Consultations are the requests of this system on their day (cancelled ones are none) and what a
desk counted by hand beside it; minutes are those of confirmed reports. Days are Asia/Tokyo's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, ExpressionWrapper, F, IntegerField, Sum
from django.db.models.functions import Extract, TruncDate

from accounts.models import Organization
from accounts.times import TOKYO, instant
from dispatch.models import Request
from honoraria.grants.calculation import year_days
from honoraria.models import Consultations
from interpreting.models import Report


class DeskDay(NamedTuple):
    """A day at a desk; no desk for what came in otherwise."""

    on: date
    desk: int | None


@dataclass(slots=True)
class Figures:
    """Counted by this system, entered by hand, and minutes of interpreting."""

    counted: int = 0
    entered: int = 0
    minutes: int = 0

    @property
    def total(self) -> int:
        """All consultations."""
        return self.counted + self.entered

    def add(self, other: Figures) -> None:
        """Sum up."""
        self.counted += other.counted
        self.entered += other.entered
        self.minutes += other.minutes


@dataclass(frozen=True, slots=True)
class Daily:
    """Sums of a year for the claim."""

    consultations: int
    minutes: int
    days: list[tuple[date, int, int]]


def by_desk_and_day(
    organization: Organization | int, first: date, last: date
) -> dict[DeskDay, Figures]:
    """Figures of the days from first to last, both inclusive; days without any are left out."""
    key = organization if isinstance(organization, int) else organization.pk
    begin, end = instant(first, 0), instant(last + timedelta(days=1), 0)
    found: dict[DeskDay, Figures] = defaultdict(Figures)
    requests = (
        Request.objects.filter(organization_id=key, starts_at__gte=begin, starts_at__lt=end)
        .exclude(status=Request.Status.CANCELLED)
        .annotate(on=TruncDate("starts_at", tzinfo=TOKYO))
        .order_by()
        .values_list("on", "desk_id")
        .annotate(number=Count("pk"))
    )
    for on, desk, number in requests:
        found[DeskDay(on, desk)].counted = number
    entered = Consultations.objects.filter(organization_id=key, on__range=(first, last))
    for on, desk, number in entered.order_by().values_list("on", "desk_id", "count"):
        found[DeskDay(on, desk)].entered = number
    for on, desk, number in _minutes(key, begin, end):
        found[DeskDay(on, desk)].minutes = number
    return dict(found)


def by_day(found: dict[DeskDay, Figures]) -> dict[date, Figures]:
    """The same over all desks."""
    days: dict[date, Figures] = defaultdict(Figures)
    for desk_day, figures in found.items():
        days[desk_day.on].add(figures)
    return dict(sorted(days.items()))


def totals_of_year(organization: Organization | int, fiscal_year: int) -> Daily:
    """Day by day over a fiscal year, with the sums."""
    days = by_day(by_desk_and_day(organization, *year_days(fiscal_year)))
    rows = [(on, figures.total, figures.minutes) for on, figures in days.items()]
    return Daily(sum(row[1] for row in rows), sum(row[2] for row in rows), rows)


def _minutes(organization: int, begin: datetime, end: datetime) -> Any:
    # whole minutes of each report, as `Report.minutes` counts them
    seconds = Extract(F("ended_at") - F("started_at"), "epoch")
    whole = ExpressionWrapper(seconds / 60, output_field=IntegerField())
    return (
        Report.objects.filter(
            assignment__request__organization_id=organization,
            state=Report.State.CONFIRMED,
            started_at__gte=begin,
            started_at__lt=end,
        )
        .annotate(on=TruncDate("started_at", tzinfo=TOKYO), whole=whole)
        .order_by()
        .values_list("on", "assignment__request__desk_id")
        .annotate(number=Sum("whole"))
    )
