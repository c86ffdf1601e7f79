"""The fiscal year of the books, April to March, a line for each month; and when March is due.

A closed month is told by its closing, an open one is counted. Months are those in which entries are
booked; what an activity of one fiscal year brought into the next is told apart, because grants
count by the day of the activity. Reads only.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, DateField, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import Organization
from accounts.times import TOKYO, local
from honoraria.closing import points
from honoraria.closing.books import closed_through
from honoraria.closing.checklist import first_open
from honoraria.models import Closing, Honorarium
from honoraria.months import Month, hours_text
from interpreting.models import Report

GRANT_REPORT = (4, 10)  # month and day by which the grant report of the fiscal year is due


@dataclass(frozen=True, slots=True)
class YearMonth:
    """A month of the books: ``closing`` when it is closed; ``points``: what is open, as a count."""

    month: Month
    count: int
    minutes: int
    total: int
    points: int
    closing: Closing | None
    begun: bool
    past: bool
    next: bool

    @property
    def hours(self) -> str:
        """``12時間30分``."""
        return hours_text(self.minutes)


@dataclass(frozen=True, slots=True)
class Year:
    """``year``: 2026 for April 2026 to March 2027; yen that fall into another fiscal year."""

    year: int
    months: list[YearMonth]
    from_before: int
    into_next: int

    @property
    def count(self) -> int:
        """Entries booked in the year."""
        return sum(one.count for one in self.months)

    @property
    def hours(self) -> str:
        """Time booked in the year."""
        return hours_text(sum(one.minutes for one in self.months))

    @property
    def total(self) -> int:
        """Yen booked in the year."""
        return sum(one.total for one in self.months)

    @property
    def by_activity(self) -> int:
        """Yen of activities done in the year, whenever they were booked: what grants count."""
        return self.total - self.from_before + self.into_next


@dataclass(frozen=True, slots=True)
class MarchDue:
    """March is over or nearly so and still open; ``due``: the grant report's last day."""

    month: Month
    due: date
    days: int

    @property
    def weekend(self) -> bool:
        """The day is a Saturday or Sunday; whether it moves is for the ministry to say."""
        return self.due.weekday() >= 5


def fiscal_months(year: int) -> list[Month]:
    """April to March."""
    return [Month(year + (n > 12), (n - 1) % 12 + 1) for n in range(4, 16)]


def year_of(organization: Organization, year: int, at: datetime) -> Year:
    """The fiscal year as it stands ``at`` (UTC)."""
    months = fiscal_months(year)
    first, last = months[0].first, months[-1].last
    closings = {
        Month.of(one.month): one
        for one in Closing.objects.filter(
            organization=organization, reopened_at=None, month__gte=first, month__lte=last
        ).select_related("closed_by")
    }
    open_months = [one for one in months if one not in closings]
    sums = _sums(organization, open_months)
    counted = _points(organization, open_months, at)
    following, today = first_open(organization), local(at).date()
    closed = closed_through(organization)
    lines = []
    for month in months:
        closing = closings.get(month)
        one = sums.get(month, {})
        lines.append(
            YearMonth(
                month=month,
                count=closing.count if closing else one.get("count", 0),
                minutes=closing.minutes if closing else one.get("minutes", 0),
                total=closing.total if closing else one.get("total", 0),
                points=counted[month],
                closing=closing,
                # what lies before the first closing ever was never open
                begun=month.first <= today and (closed is None or month.last > closed),
                past=month.last < today,
                next=month == following,
            )
        )
    return Year(year, lines, *_moved(organization, first, last))


def march_due(organization: Organization, at: datetime) -> MarchDue | None:
    """The last March that has begun, if it is still open; None when there is nothing to close."""
    today = local(at).date()
    march = Month(today.year if today.month >= 3 else today.year - 1, 3)
    closed, following = closed_through(organization), first_open(organization)
    if following is None or following.first > march.first:
        return None
    if closed is not None and closed >= march.last:
        return None
    due = date(march.year, *GRANT_REPORT)
    return MarchDue(march, due, (due - today).days)


def _sums(organization: Organization, months: list[Month]) -> dict[Month, dict[str, int]]:
    if not months:
        return {}
    found = Honorarium.objects.of(organization).between(months[0].first, months[-1].last)
    groups = found.annotate(month=TruncMonth("booked_on")).order_by().values("month")
    sums = groups.annotate(count=Count("pk"), minutes=Sum("minutes"), total=Sum("total"))
    return {
        Month.of(one["month"]): {name: one[name] for name in ("count", "minutes", "total")}
        for one in sums
    }


def _points(organization: Organization, months: list[Month], at: datetime) -> Counter[Month]:
    """Drafts, undecided, unpriced and missing reports, by month."""
    counted: Counter[Month] = Counter()
    if not months:
        return counted
    first, last = months[0].first, months[-1].last
    drafts = Honorarium.objects.of(organization).between(first, last).drafts()
    _add(counted, drafts.annotate(month=TruncMonth("booked_on")))
    reports = points.reports_between(organization, first, last)
    undecided = reports.filter(state__in=[Report.State.SUBMITTED, Report.State.RETURNED])
    for found in (undecided, points.never_priced(reports)):
        _add(counted, found.annotate(month=_month_of("started_at")))
    absent = points.absent(organization, first, last, at)
    _add(counted, absent.annotate(month=_month_of("request__starts_at")))
    return counted


def _month_of(instant: str) -> TruncMonth:
    return TruncMonth(instant, tzinfo=TOKYO, output_field=DateField())


def _add(counted: Counter[Month], found: QuerySet[Any]) -> None:
    for month, count in found.order_by().values_list("month").annotate(count=Count("pk")):
        counted[Month.of(month)] += count


def _moved(organization: Organization, first: date, last: date) -> tuple[int, int]:
    """Yen booked in the year for activities before it, and booked after it for its activities."""
    later = Honorarium.objects.of(organization).filter(
        ~Q(booked_on=F("activity_date")), booked_on__gte=first
    )
    sums = later.aggregate(
        before=Sum("total", filter=Q(activity_date__lt=first, booked_on__lte=last), default=0),
        after=Sum(
            "total",
            filter=Q(activity_date__gte=first, activity_date__lte=last, booked_on__gt=last),
            default=0,
        ),
    )
    return sums["before"], sums["after"]
