"""Payments as the tax year sees them: each with the day on which it was decided.

What a payment sums may have been decided in two calendar years (December closed before New Year,
January after it). Then it counts in each year with its own entries, and the old year keeps the tax
it was reported with: paying late never changes a record that was filed. Reads only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.times import local
from honoraria.models import Closing, Payment, PaymentLine
from honoraria.tax.payment_records import Part
from honoraria.tax.withholding import withhold

LIVE = [Payment.State.PLANNED, Payment.State.PAID]


@dataclass(frozen=True, slots=True)
class PaidPart:
    """What of one payment belongs to a calendar year, in yen; ``net = gross - withheld``."""

    payment: Payment
    decided_on: date
    gross: int
    taxable: int
    withheld: int

    @property
    def net(self) -> int:
        """What the person received of it."""
        return self.gross - self.withheld

    @property
    def paid_on(self) -> date | None:
        """When it was paid; None while it is planned."""
        return self.payment.paid_on if self.payment.state == Payment.State.PAID else None

    def for_record(self) -> Part:
        """Its place in a payment record: only what is withheld from counts there."""
        return Part(self.taxable, self.withheld, self.decided_on, self.paid_on)


@dataclass(frozen=True, slots=True)
class _Share:
    """The lines of a payment that were decided on the same day."""

    decided_on: date
    gross: int
    taxable: int


def parts_of_year(payments: QuerySet[Payment], year: int) -> list[PaidPart]:
    """Everything among ``payments`` that was decided in the calendar year, by day."""
    first = date(year, 1, 1)
    found = list(
        payments.filter(state__in=LIVE, decided_on__gte=first)
        .select_related("volunteer__payee", "organization", "batch")
        .order_by("decided_on", "pk")
    )
    shares = _shares(payments.filter(state__in=LIVE, decided_on__gte=first))
    parts = [part for one in found for part in _parts(one, shares.get(one.pk, []))]
    mine = [part for part in parts if part.decided_on.year == year]
    return sorted(mine, key=lambda part: (part.paid_on or date.max, part.payment.pk))


def closing_days(organizations: QuerySet[Closing]) -> dict[tuple[int, date], date]:
    """(organization, first day of a closed month) → the day in Tokyo on which it was closed."""
    rows = organizations.filter(reopened_at=None)
    return {
        (owner, month): local(when).date()
        for owner, month, when in rows.values_list("organization_id", "month", "closed_at")
    }


def _parts(payment: Payment, shares: list[_Share]) -> list[PaidPart]:
    years: dict[int, list[_Share]] = {}
    for share in sorted(shares, key=lambda one: one.decided_on):
        years.setdefault(min(share.decided_on, payment.decided_on).year, []).append(share)
    sums = {year: sum(one.taxable for one in group) for year, group in years.items()}
    if len(years) < 2 or any(one < 0 for one in sums.values()):
        # a reversal larger than its year's entries: the payment stays whole
        return [
            PaidPart(payment, payment.decided_on, payment.gross, payment.taxable, payment.withheld)
        ]
    taxes = _taxes(payment, list(sums.values()))
    return [
        PaidPart(
            payment=payment,
            decided_on=min(group[-1].decided_on, payment.decided_on),
            gross=sum(one.gross for one in group),
            taxable=sums[year],
            withheld=tax,
        )
        for (year, group), tax in zip(years.items(), taxes, strict=True)
    ]


def _taxes(payment: Payment, bases: list[int]) -> list[int]:
    """The tax by year: the older ones keep what they were reported with, the last has the rest."""
    day, left, taxes = payment.paid_on or payment.decided_on, payment.withheld, []
    for base in bases[:-1]:
        taxes.append(min(left, withhold(base, day, residency=payment.residency).tax))
        left -= taxes[-1]
    return [*taxes, left]


def _shares(payments: QuerySet[Payment]) -> Mapping[int, list[_Share]]:
    """The lines of every payment by the day on which their month was closed."""
    owners = payments.order_by().values("organization_id")
    closed = closing_days(Closing.objects.filter(organization__in=owners))
    rows = (
        PaymentLine.objects.filter(payment__in=payments.order_by().values("pk"))
        .order_by()
        .annotate(month=TruncMonth("honorarium__booked_on"))
        .values_list("payment_id", "payment__organization_id", "payment__decided_on", "month")
        .annotate(gross=Sum(F("fee") + F("transport")), base=Sum("taxable"))
    )
    found: dict[int, list[_Share]] = {}
    for payment, owner, decided_on, month, gross, base in rows:
        day = closed.get((owner, month), decided_on)
        found.setdefault(payment, []).append(_Share(day, gross, base))
    return found
