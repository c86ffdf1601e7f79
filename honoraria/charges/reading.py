"""A month of charges: the table, its sums, what is missing, what was called off, statements.

Reading only. A statement has what one requesting body bears of what was issued for a month; parts
that residents or the organization bear are told beside it, never added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Organization
from dispatch.models import Assignment, RequestingBody
from honoraria.charges.pricing import (
    Charged,
    called_off_bookings,
    cancellation_of,
    charge_of,
)
from honoraria.models import Charge, ChargeQuerySet, Honorarium, TariffVersion
from honoraria.months import Month
from honoraria.pricing import Unpriced, versions_of
from interpreting.models import Report

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which charges of a month somebody wants to see."""

    month: Month
    state: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a month; yen of reversals are negative."""

    count: int
    drafts: int
    fee: int
    transport: int
    tax: int
    total: int
    open: int


@dataclass(frozen=True, slots=True)
class CalledOff:
    """A booking that was called off: what tariffs say for the requester and for the volunteer."""

    assignment: Assignment
    charge: Charge | None
    due: Charged | None
    why: str
    entry: Honorarium | None
    payout: Charged | None
    payout_why: str


@dataclass(frozen=True, slots=True)
class Unready:
    """A confirmed report that a tariff of the requester's side could not price."""

    report: Report
    text: str


def charges(organization: Organization, wanted: Wanted) -> ChargeQuerySet:
    """The charges, in the order of the day."""
    month = wanted.month
    found = Charge.objects.of(organization).between(month.first, month.last)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.q:
        found = found.filter(
            Q(body__name__icontains=wanted.q)
            | Q(assignment__request__number__icontains=wanted.q)
            | Q(assignment__volunteer__name__icontains=wanted.q)
        )
    return found.order_by("booked_on", "id")


def totals(found: QuerySet[Charge]) -> Totals:
    """Count and sums, in one statement; ``open`` is issued and not paid yet."""
    sums = found.order_by().aggregate(
        count=Count("pk"),
        drafts=Count("pk", filter=Q(state=Charge.State.DRAFT)),
        fees=Sum("fee", default=0),
        travel=Sum("transport", default=0),
        tax=Sum("consumption_tax", default=0),
        unpaid=Sum("total", filter=Q(state=Charge.State.ISSUED), default=0),
    )
    fee, transport, tax = sums["fees"], sums["travel"], sums["tax"]
    total = fee + transport + tax  # every total is their sum, by a constraint
    return Totals(sums["count"], sums["drafts"], fee, transport, tax, total, sums["unpaid"])


def unready(organization: Organization, month: Month) -> list[Unready]:
    """Confirmed reports of the month without a charge although a tariff should give one."""
    versions = versions_of(organization, "charge")
    if not versions:
        return []
    begin, end = month.instants()
    standing = Charge.objects.standing().filter(report__isnull=False).values("report")
    reports = (
        Report.objects.of(organization)
        .filter(started_at__gte=begin, started_at__lt=end, state=Report.State.CONFIRMED)
        .exclude(pk__in=standing)
        .select_related(
            "assignment__request__organization",
            "assignment__request__body__terms",
            "assignment__volunteer",
            "facts",
        )
        .order_by("started_at", "pk")
    )
    found = []
    for report in reports[: SHOWN * 4]:
        try:
            if charge_of(report, versions) is not None:
                found.append(Unready(report, "計算がまだです。「計算する」を押してください。"))
        except Unpriced as error:
            found.append(Unready(report, error.text))
    return found[:SHOWN]


def called_off(organization: Organization, month: Month) -> list[CalledOff]:
    """Bookings of the month whose request was called off, not by the desk or the interpreter."""
    begin, end = month.instants()
    bookings = called_off_bookings(organization).filter(
        request__starts_at__gte=begin, request__starts_at__lt=end
    )
    rows = list(bookings.order_by("request__starts_at", "pk")[: SHOWN * 4])
    known = {
        charge.assignment_id: charge
        for charge in Charge.objects.standing().filter(
            assignment__in=rows, kind=Charge.Kind.CANCELLATION
        )
    }
    paid = {
        entry.assignment_id: entry
        for entry in Honorarium.objects.standing().filter(
            assignment__in=rows, kind=Honorarium.Kind.CANCELLED
        )
    }
    charging = versions_of(organization, "charge") if rows else []
    paying = versions_of(organization) if rows else []
    found = []
    for row in rows:
        due, why = _cancellation(row, "charge", charging)
        payout, payout_why = _cancellation(row, "payout", paying)
        found.append(
            CalledOff(row, known.get(row.pk), due, why, paid.get(row.pk), payout, payout_why)
        )
    return found


def _cancellation(
    assignment: Assignment, side: str, versions: list[TariffVersion]
) -> tuple[Charged | None, str]:
    """What a tariff of one side says, or why it says nothing."""
    try:
        due = cancellation_of(assignment, side=side, versions=versions)
    except Unpriced as error:
        return None, error.text
    return due, "" if due is not None else "この日の基準に、取消料の定めはありません。"


def bodies_of(organization: Organization, month: Month) -> list[tuple[RequestingBody, int]]:
    """Requesting bodies with something issued for the month, and what each bears."""
    found: dict[int, list[Any]] = {}
    for charge in issued(organization, month).select_related("body"):
        if charge.body is not None:
            entry = found.setdefault(charge.body.pk, [charge.body, 0])
            entry[1] += requesters_part(charge)
    return sorted(((body, yen) for body, yen in found.values()), key=lambda one: one[0].name)


def issued(organization: Organization, month: Month) -> ChargeQuerySet:
    """What was issued for a month, paid or not."""
    found = Charge.objects.of(organization).between(month.first, month.last)
    return found.exclude(state=Charge.State.DRAFT).order_by("booked_on", "id")


def requesters_part(charge: Charge) -> int:
    """Yen of a charge that the requesting body bears."""
    return sum(share["amount"] for share in charge.shares if share.get("to") == "requester")


def statement(organization: Organization, body: RequestingBody, month: Month) -> dict[str, Any]:
    """請求明細: the lines of one body for a month, as the paper reads them."""
    rows = issued(organization, month).filter(body=body)
    rows = rows.select_related("assignment__request", "tariff_version__tariff")
    lines = [_line(charge) for charge in rows]
    return {
        "organization": organization.name,
        "address": organization.phone,
        "body": body.name,
        "month": month.words,
        "total": f"{sum(line['yen'] for line in lines):,}",
        "lines": lines,
    }


def _line(charge: Charge) -> dict[str, Any]:
    request = charge.assignment.request if charge.assignment is not None else None
    day = charge.activity_date
    others = [
        f"{share['payer']} {share['amount']:,}円"
        for share in charge.shares
        if share.get("to") != "requester"
    ]
    steps = [line["text"] for line in charge.derivation]
    yen = requesters_part(charge)
    return {
        "day": f"{day.year}/{day.month}/{day.day}",
        "number": request.number if request is not None else "—",
        "kind": charge.get_kind_display(),
        "steps": steps,
        "others": "ほかの負担：" + "、".join(others) if others else "",
        "whole": f"{charge.total:,}",
        "amount": f"{yen:,}",
        "yen": yen,
    }
