"""What the requester is charged for a report or for a booking that was called off, and who bears it.

Reads, never writes. A request that is free of charge is never charged; where no tariff speaks of
the requester's side, there is nothing to charge. Consumption tax comes on top where a tariff's
amounts are without it, but not on cancellations: they make up for a loss. Shares follow the tariff;
a tariff that names no payers is borne by whom the request names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import Organization
from accounts.times import instant, local
from dispatch.models import Assignment, Mode, Request
from honoraria.models import Honorarium, TariffVersion
from honoraria.pricing import (
    Unpriced,
    booked_activity,
    price_report,
    version_for,
    versions_of,
)
from honoraria.samples import closed
from honoraria.tariff import (
    Priced,
    Share,
    TariffError,
    business_day_counter,
    cancellation_charge,
    price,
    split,
    with_consumption_tax,
)
from interpreting.models import Report

SIDE = "charge"
BY_REQUESTER = (Request.CancelledBy.RESIDENT, Request.CancelledBy.BODY, Request.CancelledBy.OTHER)


@dataclass(frozen=True, slots=True)
class Charged:
    """A price, the version that gave it, and who bears which part."""

    version: TariffVersion
    priced: Priced
    shares: tuple[Share, ...]


def charge_of(report: Report, versions: list[TariffVersion] | None = None) -> Charged | None:
    """The charge of a report; None when there is nothing to charge. Raises Unpriced."""
    request = report.assignment.request
    if request.payer == Request.Payer.NONE:
        return None
    if versions is None:
        versions = versions_of(request.organization, SIDE)
    try:
        result = price_report(report, versions, SIDE)
    except Unpriced as error:
        if error.code == "no_tariff":
            return None
        raise
    priced = _taxed(result.priced, result.version, local(report.started_at).date())
    return Charged(result.version, priced, shares_of(priced.total, result.version, request))


def _taxed(priced: Priced, version: TariffVersion, on: date) -> Priced:
    """With consumption tax where the tariff's amounts are without it. Raises Unpriced."""
    try:
        return with_consumption_tax(priced, version.rules, on)
    except TariffError as error:
        raise Unpriced(error.code, f"「{version.tariff}」: {error}", "経理") from error


def shares_of(total: int, version: TariffVersion, request: Request) -> tuple[Share, ...]:
    """Who bears a total: as the tariff says, else whom the request names, the whole of it."""
    shares = split(total, version.rules)
    if shares:
        return shares
    names = {
        Request.Payer.BODY: (str(request.body or "依頼元"), "requester"),
        Request.Payer.RESIDENT: ("相談者", "resident"),
        Request.Payer.ORGANIZATION: (request.organization.name, "organization"),
    }
    name, to = names[Request.Payer(request.payer)]
    return (Share(name, total, f"{name} 全額 = {total:,}円", to),)


def called_off_bookings(organization: Organization) -> QuerySet[Assignment]:
    """Bookings that ended with their request, called off not by the desk or the interpreter."""
    return Assignment.objects.filter(
        request__organization=organization,
        request__status=Request.Status.CANCELLED,
        request__cancelled_by__in=BY_REQUESTER,
        state=Assignment.State.CANCELLED,
        ended_at=F("request__closed_at"),
    ).select_related("request__organization", "request__body__terms", "volunteer")


def unrecorded_cancellations(organization: Organization, first: date, last: date) -> int:
    """Bookings of the days that were called off, for which the volunteer's tariff gives something
    that nobody recorded."""
    paying = versions_of(organization, "payout")
    if not any("cancellation" in version.rules for version in paying):
        return 0
    recorded = Honorarium.objects.standing().filter(kind=Honorarium.Kind.CANCELLED)
    bookings = called_off_bookings(organization).filter(
        ~Exists(recorded.filter(assignment=OuterRef("pk"))),
        request__starts_at__gte=instant(first, 0),
        request__starts_at__lt=instant(last + timedelta(days=1), 0),
    )
    return sum(_is_due(booking, paying) for booking in bookings)


def _is_due(booking: Assignment, paying: list[TariffVersion]) -> bool:
    try:
        due = cancellation_of(booking, side="payout", versions=paying)
    except Unpriced:
        return True  # somebody has to see why
    return due is not None and due.priced.total > 0


def cancellation_of(
    assignment: Assignment,
    *,
    side: str = SIDE,
    transport: int = 0,
    versions: list[TariffVersion] | None = None,
) -> Charged | None:
    """What a tariff says about a booking that was called off with its request; None: nothing.

    ``transport``: yen that were spent all the same. Raises Unpriced when a fact is missing.
    """
    request = assignment.request
    free = side == SIDE and request.payer == Request.Payer.NONE  # the volunteer's side is not
    if request.closed_at is None or free:
        return None
    if versions is None:
        versions = versions_of(request.organization, side)
    mode = Mode.VIDEO if assignment.remote and not request_mode(request).is_remote else None
    mode = mode or request_mode(request)
    version = version_for(versions, mode, local(request.starts_at).date())
    if version is None or "cancellation" not in version.rules:
        return None
    try:
        planned = price(version.rules, booked_activity(request, mode, transport))
        due = cancellation_charge(
            version.rules,
            fee=planned.fee,
            transport=planned.transport,
            service_at=request.starts_at,
            cancelled_at=request.closed_at,
            business_day_before=business_day_counter(closed),
        )
    except TariffError as error:
        raise Unpriced(error.code, f"「{version.tariff}」: {error}", "経理") from error
    shares = shares_of(due.total, version, request) if side == SIDE else ()
    return Charged(version, due, shares)


def request_mode(request: Request) -> Mode:
    """The way it was asked for."""
    return Mode(request.mode)
