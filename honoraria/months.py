"""A month of honoraria: its totals, and what is missing from it and who must act.

Reading only; sums are made in SQL. An entry belongs to the month it is booked in, a report to the
month of its activity; both in Asia/Tokyo.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Organization
from accounts.times import instant
from honoraria.charges.pricing import unrecorded_cancellations
from honoraria.closing import points
from honoraria.models import Honorarium, HonorariumQuerySet, TariffVersion
from honoraria.pricing import Unpriced, price_report, versions_of
from interpreting.models import Report

SHOWN_UNPRICED = 50
# what a price is made from, read with the reports
NEEDED = (
    "assignment__request__organization",
    "assignment__request__body__terms",
    "assignment__volunteer",
    "facts",
)


def hours_text(minutes: int) -> str:
    """Time as people read it, with the sign in front: ``69時間30分``, ``-55分``."""
    hours, rest = divmod(abs(minutes), 60)
    words = f"{hours:,}時間" if hours else ""
    words += f"{rest}分" if rest or not hours else ""
    return f"{'-' if minutes < 0 else ''}{words}"


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """``2026-11``. Raises ValueError."""
        match = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})", text.strip())
        if match is None:
            raise ValueError(text)
        found = cls(int(match[1]), int(match[2]))
        if not (2000 <= found.year <= 2200 and 1 <= found.number <= 12):
            raise ValueError(text)
        return found

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def words(self) -> str:
        """``2026年11月``."""
        return f"{self.year}年{self.number}月"

    @property
    def before(self) -> Month:
        """The month before."""
        return Month.of(self.first - timedelta(days=1))

    @property
    def after(self) -> Month:
        """The month after."""
        return Month.of(self.last + timedelta(days=1))

    def instants(self) -> tuple[datetime, datetime]:
        """From the first instant of the month to the first of the next, in UTC."""
        return instant(self.first, 0), instant(self.last + timedelta(days=1), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries of a month somebody wants to see or to export."""

    month: Month
    state: str = ""
    q: str = ""
    only: str = ""  # a code of `honoraria.closing.points.ONLY`

    def as_detail(self) -> dict[str, str]:
        """The filter for the audit trail and for links."""
        found = {"month": str(self.month), "state": self.state, "q": self.q}
        return found | ({"only": self.only} if self.only else {})


def entries(organization: Organization, wanted: Wanted) -> HonorariumQuerySet:
    """The entries, in the order of the day on which they are booked."""
    month = wanted.month
    found = Honorarium.objects.of(organization).between(month.first, month.last)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.q:
        match = Q(volunteer__name__icontains=wanted.q) | Q(volunteer__kana__icontains=wanted.q)
        if wanted.q.isascii() and wanted.q.isdigit() and len(wanted.q) < 10:
            match |= Q(volunteer__number=int(wanted.q))
        found = found.filter(match)
    if wanted.only:
        found = points.select(found, wanted.only, organization)
    return found.order_by("booked_on", "id")


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a month; minutes and yen of reversals are negative."""

    count: int
    drafts: int
    minutes: int
    fee: int
    transport: int
    total: int


def totals(found: QuerySet[Honorarium]) -> Totals:
    """Count and sums, in one statement."""
    sums = found.order_by().aggregate(
        count=Count("pk"),
        drafts=Count("pk", filter=Q(state=Honorarium.State.DRAFT)),
        minutes=Sum("minutes", default=0),
        fee=Sum("fee", default=0),
        transport=Sum("transport", default=0),
        total=Sum("total", default=0),
    )
    return Totals(**sums)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that keeps a month from being complete, and who must act."""

    code: str
    text: str
    who: str
    count: int = 1
    report: Report | None = None


def missing(organization: Organization, month: Month, at: datetime) -> list[Missing]:
    """Reports that are not there, not confirmed or could not be priced, of jobs before ``at``, and
    entries without the receipt they need."""
    absent = points.absent(organization, month.first, month.last, at).count()
    reports = points.reports_between(organization, month.first, month.last)
    undecided = reports.filter(state__in=[Report.State.SUBMITTED, Report.State.RETURNED])
    states = undecided.aggregate(
        waiting=Count("pk", filter=Q(state=Report.State.SUBMITTED)),
        returned=Count("pk", filter=Q(state=Report.State.RETURNED)),
    )
    lines = [
        Missing("missing", "活動報告が未提出", "ボランティア", absent),
        Missing("waiting", "活動報告が確認待ち", "コーディネーター", states["waiting"]),
        Missing("returned", "活動報告を差戻し中", "ボランティア", states["returned"]),
        Missing("cancelled", "取消しの謝礼が未計上", "経理", _cancelled(organization, month)),
        Missing("receipt", "交通費の領収書がない", "ボランティア", _receipts(organization, month)),
    ]
    return [line for line in lines if line.count] + _why_unpriced(organization, reports)


def unpriced(organization: Organization, month: Month) -> QuerySet[Report]:
    """Confirmed reports of the month that have no standing entry."""
    return _without_entry(points.reports_between(organization, month.first, month.last))


def _cancelled(organization: Organization, month: Month) -> int:
    return unrecorded_cancellations(organization, month.first, month.last)


def _receipts(organization: Organization, month: Month) -> int:
    found = Honorarium.objects.of(organization).between(month.first, month.last)
    return points.select(found, "receipt", organization).count()


def _without_entry(reports: QuerySet[Report]) -> QuerySet[Report]:
    return points.without_entry(reports).select_related(*NEEDED).order_by("started_at", "pk")


def _why_unpriced(organization: Organization, reports: QuerySet[Report]) -> list[Missing]:
    """Confirmed reports without a standing entry, each with the reason."""
    keys = _first_without_entry(reports)
    found = list(
        Report.objects.filter(pk__in=keys).select_related(*NEEDED).order_by("started_at", "pk")
    )
    versions = versions_of(organization) if found else []
    lines = [_why(report, versions) for report in found[:SHOWN_UNPRICED]]
    if len(found) > SHOWN_UNPRICED:
        lines.append(Missing("more", "ほかにも計算できない活動報告があります。", "経理"))
    return lines


def _first_without_entry(reports: QuerySet[Report]) -> list[int]:
    """Keys of the first ones; two narrow statements, each an anti-join over keys alone."""
    never = points.never_priced(reports)
    reversals = points.taken_back(Honorarium.objects.all())
    taken_back = reports.filter(state=Report.State.CONFIRMED, pk__in=reversals.values("report"))
    keys = [
        *never.order_by("started_at", "pk").values_list("started_at", "pk")[: SHOWN_UNPRICED + 1],
        *taken_back.values_list("started_at", "pk")[: SHOWN_UNPRICED + 1],
    ]
    return [pk for _, pk in sorted(keys)[: SHOWN_UNPRICED + 1]]


def _why(report: Report, versions: list[TariffVersion]) -> Missing:
    try:
        price_report(report, versions)
    except Unpriced as error:
        return Missing(error.code, error.text, error.who, report=report)
    text = "計算がまだです。「計算する」を押してください。"
    return Missing("not_drafted", text, "経理", report=report)
