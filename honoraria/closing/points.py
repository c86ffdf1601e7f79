"""What may be wrong with a month although every sum is right: queries, each over some entries.

Without a receipt where one is needed, approved by who had confirmed the report, far above what the
tariff usually gives. And which reports and bookings of some days are not finished. Reads only;
days are those of Asia/Tokyo.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Aggregate, Count, Exists, F, FloatField, OuterRef, Q, QuerySet

from accounts.models import Organization
from accounts.times import instant
from dispatch.models import Assignment
from honoraria.models import Honorarium, HonorariumQuerySet
from interpreting.models import Receipt, Report
from interpreting.remarks import receipt_limit

# codes of `Wanted.only` and of the checklist, with the words of the list's head
ONLY: Final = {
    "receipt": "領収書がないもの",
    "single_handed": "確認と承認が同じ人のもの",
    "taken_back": "取り消したまま、計算し直していないもの",
    "unusual": "基準のいつもの額より大きく多いもの",
}
UNUSUAL_TIMES = 3  # the median of the tariff; three hours where one is usual
UNUSUAL_DAYS = 92  # the usual is that of the month and the two before
ALL = 2**62
UNUSUAL_FROM = 10  # fewer entries have no usual amount


class Median(Aggregate):
    """The middle value, of PostgreSQL."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def reports_between(organization: Organization, first: date, last: date) -> QuerySet[Report]:
    """Reports of activities that began on one of the days."""
    return Report.objects.filter(
        assignment__request__organization=organization,
        started_at__gte=instant(first, 0),
        started_at__lt=instant(last + timedelta(days=1), 0),
    ).order_by()


def absent(
    organization: Organization, first: date, last: date, at: datetime
) -> QuerySet[Assignment]:
    """Bookings of the days that were over ``at`` (UTC) and that nobody reported."""
    unreported = Assignment.objects.active().filter(
        ~Exists(Report.objects.filter(assignment=OuterRef("pk")))
    )
    return Assignment.objects.filter(
        pk__in=_first(unreported),
        request__organization=organization,
        request__starts_at__gte=instant(first, 0),
        request__starts_at__lt=instant(last + timedelta(days=1), 0),
        request__ends_at__lt=at,
    ).order_by()


def without_entry(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Those of the reports that are confirmed and have no entry that stands."""
    standing = Honorarium.objects.standing().filter(report=OuterRef("pk"))
    return reports.filter(~Exists(standing), state=Report.State.CONFIRMED)


def never_priced(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Those of the reports that are confirmed and never had an entry."""
    entries = Honorarium.objects.filter(report=OuterRef("pk"))
    bare = Report.objects.filter(~Exists(entries), state=Report.State.CONFIRMED)
    return reports.filter(pk__in=_first(bare))


def _first(found: QuerySet[Any]) -> QuerySet[Any]:
    """The keys, found before anything is joined to them: few rows are left of a hundred thousand.

    PostgreSQL does not look through a LIMIT, whatever its number.
    """
    return found.order_by().values("pk")[:ALL]


def taken_back(found: HonorariumQuerySet) -> HonorariumQuerySet:
    """Reversals of the entries after which nothing was priced anew; that may be meant so."""
    followers = Honorarium.objects.filter(corrects=OuterRef("pk"))
    return found.filter(~Exists(followers), kind=Honorarium.Kind.REVERSAL)


def select(found: HonorariumQuerySet, only: str, organization: Organization) -> HonorariumQuerySet:
    """The entries with one of the points of ``ONLY``; all of them for an unknown one."""
    if only == "receipt":
        return without_receipt(found, organization)
    if only == "single_handed":
        return single_handed(found)
    if only == "taken_back":
        return taken_back(found)
    if only == "unusual":
        return unusual(found, organization)
    return found


def exceptions(found: HonorariumQuerySet, organization: Organization) -> dict[int, list[str]]:
    """Which of the entries somebody should look at before approving: key → codes of ``ONLY``."""
    codes: dict[int, list[str]] = {}
    for only in ("receipt", "unusual"):
        for key in select(found, only, organization).order_by().values_list("pk", flat=True):
            codes.setdefault(key, []).append(only)
    return codes


def without_receipt(found: HonorariumQuerySet, organization: Organization) -> HonorariumQuerySet:
    """Standing entries that pay transport as it was paid, without the receipt that it takes.

    The rule is that of the report's remarks: a taxi always, anything else above the organization's
    limit in yen.
    """
    taxi = Q(report__transport=Report.Transport.TAXI, report__transport_yen__gt=0)
    much = Q(report__transport_yen__gt=receipt_limit(organization))
    receipts = Receipt.objects.filter(report=OuterRef("report"))
    return found.standing().filter(taxi | much, ~Exists(receipts), transport__gt=0)


def single_handed(found: HonorariumQuerySet) -> HonorariumQuerySet:
    """Entries that the person who confirmed the report (or recorded the entry) approved as well."""
    confirmed = Q(approved_by=F("report__confirmed_by"))
    return found.filter(confirmed | Q(report=None, approved_by=F("recorded_by")))


def unusual(found: HonorariumQuerySet, organization: Organization) -> HonorariumQuerySet:
    """Standing entries of more than three times what their tariff gave in the middle."""
    last = found.order_by("-booked_on").values_list("booked_on", flat=True).first()
    if last is None:
        return found
    match = Q(pk__in=[])
    for tariff, usual in _usual(organization, last):
        match |= Q(tariff_version__tariff=tariff, fee__gt=max(UNUSUAL_TIMES * usual, 0))
    return found.standing().filter(match)


def _usual(organization: Organization, until: date) -> list[tuple[int, float]]:
    """The median fee of every tariff with enough entries in the days before."""
    recent = Honorarium.objects.of(organization).between(
        until - timedelta(days=UNUSUAL_DAYS), until
    )
    groups = recent.filter(kind=Honorarium.Kind.PRICED, fee__gt=0).order_by()
    medians = groups.values("tariff_version__tariff").annotate(usual=Median("fee"))
    known = medians.annotate(entries=Count("pk")).filter(entries__gte=UNUSUAL_FROM)
    return list(known.values_list("tariff_version__tariff", "usual"))
