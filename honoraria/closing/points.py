"""What may be wrong with a month although every sum is right: queries, each over some entries.

Without a receipt where one is needed, approved by who had confirmed the report, far above what the
tariff usually gives. And which reports and bookings of some days are not finished. Reads only;
days are those of Asia/Tokyo.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import Organization
from accounts.times import instant, local
from dispatch.models import Assignment
from honoraria.models import Claim, Honorarium, HonorariumQuerySet, TariffVersion
from honoraria.tax.years import fiscal_year
from interpreting.models import Receipt, Report
from interpreting.remarks import receipt_limit

# codes of `Wanted.only` and of the checklist, with the words of the list's head
ONLY: Final = {
    "receipt": "領収書がないもの",
    "single_handed": "確認と承認が同じ人のもの",
    "taken_back": "取り消したまま、計算し直していないもの",
    "unusual": "基準のいつもの額より大きく多いもの",
}
CONFIRMED_BY_APPROVER = Q(recorded_by=None, approved_by=F("report__confirmed_by"))
RECORDED_BY_APPROVER = Q(approved_by=F("recorded_by"))
UNUSUAL_TIMES = 3  # the median of the tariff; three hours where one is usual
UNUSUAL_DAYS = 92  # the usual is that of the month and the two before
ALL = 2**62
UNUSUAL_FROM = 10  # fewer entries have no usual amount


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


def submitted_claims(organization: Organization, first: date, last: date) -> QuerySet[Claim]:
    """Claims already submitted for the fiscal years of what is booked on these days."""
    booked = Honorarium.objects.of(organization).between(first, last).order_by()
    days = {first, *booked.values_list("activity_date", flat=True).distinct()}
    years = {fiscal_year(day) for day in days}
    return Claim.objects.filter(
        programme__organization=organization, programme__fiscal_year__in=years
    ).select_related("programme")


def since_tariffs(reports: QuerySet[Report], organization: Organization) -> QuerySet[Report]:
    """Those since the organization's first tariff of honoraria: before it nothing could be paid."""
    versions = TariffVersion.objects.filter(
        tariff__organization=organization, rules__role__in=["payout", "both"]
    )
    first = versions.order_by("valid_from").values_list("valid_from", flat=True).first()
    return reports.none() if first is None else reports.filter(started_at__gte=instant(first, 0))


def first_reported(organization: Organization, before: date | None) -> date | None:
    """The day of the first report since the first tariff, if there is one before a day."""
    found = since_tariffs(Report.objects.of(organization), organization)
    if before is not None:  # few rows or none are left to be joined
        found = found.filter(started_at__lt=instant(before, 0))
    first = found.order_by("started_at").values_list("started_at", flat=True).first()
    return None if first is None else local(first).date()


def _first(found: QuerySet[Any]) -> QuerySet[Any]:
    """The keys, found before anything is joined to them: few rows are left of a hundred thousand.

    PostgreSQL does not look through a LIMIT, whatever its number.
    """
    return found.order_by().values("pk")[:ALL]


def taken_back(found: HonorariumQuerySet) -> HonorariumQuerySet:
    """Reversals of the entries after which nothing was priced anew; that may be meant so."""
    followers = Honorarium.objects.filter(corrects=OuterRef("pk"))
    # every reversal corrects something: said for the index, which has few such rows
    reversals = found.filter(kind=Honorarium.Kind.REVERSAL, corrects__isnull=False)
    return reversals.filter(~Exists(followers))


def matching(code: str, organization: Organization, usual: Q) -> Q:
    """What the entries with one of the points of ``ONLY`` match; ``usual``: of `far_above`."""
    followed = Q(Exists(Honorarium.objects.filter(corrects=OuterRef("pk"))))
    reversal = Q(kind=Honorarium.Kind.REVERSAL)
    standing = ~reversal & ~followed
    if code == "receipt":
        return standing & _needs_receipt(organization)
    if code == "single_handed":
        return CONFIRMED_BY_APPROVER | RECORDED_BY_APPROVER
    if code == "taken_back":
        # every reversal corrects something: said for the index, which has few such rows
        return reversal & Q(corrects__isnull=False) & ~followed
    return standing & usual


def select(found: HonorariumQuerySet, only: str, organization: Organization) -> HonorariumQuerySet:
    """The entries with one of the points of ``ONLY``; all of them for an unknown one."""
    if only not in ONLY:
        return found
    usual = far_above(organization, found) if only == "unusual" else Q()
    return found.filter(matching(only, organization, usual))


def exceptions(found: HonorariumQuerySet, organization: Organization) -> dict[int, list[str]]:
    """Which of the entries somebody should look at before approving: key → codes of ``ONLY``."""
    codes: dict[int, list[str]] = {}
    for only in ("receipt", "unusual"):
        for key in select(found, only, organization).order_by().values_list("pk", flat=True):
            codes.setdefault(key, []).append(only)
    return codes


def _needs_receipt(organization: Organization) -> Q:
    """Transport as it was paid, without the receipt that it takes.

    The rule is that of the report's remarks: a taxi always, anything else above the organization's
    limit in yen.
    """
    taxi = Q(report__transport=Report.Transport.TAXI, report__transport_yen__gt=0)
    much = Q(report__transport_yen__gt=receipt_limit(organization))
    receipts = Receipt.objects.filter(report=OuterRef("report"))
    return Q(transport__gt=0) & (taxi | much) & ~Q(Exists(receipts))


def far_above(organization: Organization, found: HonorariumQuerySet) -> Q:
    """What fees of more than three times the middle one of their tariff match, up to the last day
    of the entries."""
    last = found.order_by("-booked_on").values_list("booked_on", flat=True).first()
    match = Q(pk__in=[])
    for tariff, usual in _usual(organization, last) if last else []:
        match |= Q(tariff_version__tariff=tariff, fee__gt=UNUSUAL_TIMES * usual)
    return match


def _usual(organization: Organization, until: date) -> Iterator[tuple[int, float]]:
    """The median fee of every tariff with enough entries in the days before.

    Fees are few and entries many: the statement counts them, the middle is found here.
    """
    recent = Honorarium.objects.of(organization).between(
        until - timedelta(days=UNUSUAL_DAYS), until
    )
    fees = recent.filter(kind=Honorarium.Kind.PRICED, fee__gt=0).order_by()
    groups = fees.values_list("tariff_version__tariff", "fee").annotate(entries=Count("pk"))
    counts: dict[int, Counter[int]] = {}
    for tariff, fee, entries in groups:
        counts.setdefault(tariff, Counter())[fee] = entries
    for tariff, found in counts.items():
        if found.total() >= UNUSUAL_FROM:
            yield tariff, _median(found)


def _median(counts: Counter[int]) -> float:
    """The middle value of counted ones; between the two middle ones of an even number."""
    total, passed = counts.total(), 0
    middle: list[int] = []
    for value in sorted(counts):
        passed += counts[value]
        if not middle and 2 * passed >= total:
            middle.append(value)
        if 2 * passed > total:
            return (middle[0] + value) / 2
    raise ValueError("no values")
