"""Payments as the tax year sees them: each with the days on which it became fixed.

What a payment sums may have become fixed in two calendar years (December and January paid at once).
Then it counts in each year with its own entries, whatever their sign, and the old year keeps the
tax it was reported with: paying late never changes a record that was filed. Reads only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Max, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear

from accounts.models import Organization
from honoraria.models import Payment, PaymentLine
from honoraria.tax.fixing import filed_by, fixed_in_sql
from honoraria.tax.payment_records import Kind, Part
from honoraria.tax.withholding import signed_tax, withhold_on_top

LIVE = [Payment.State.PLANNED, Payment.State.PAID]
TRANSLATION = Q(honorarium__assignment__request__mode="translation")


@dataclass(frozen=True, slots=True)
class PaidPart:
    """What of one payment belongs to a calendar year, in yen; ``net = gross - withheld``.

    ``translated``: base and tax of written translations, inside ``taxable`` and ``withheld``.
    Amounts are negative where reversals of a year outweigh its entries.
    """

    payment: Payment
    decided_on: date
    gross: int
    taxable: int
    withheld: int
    translated: tuple[int, int] = (0, 0)

    @property
    def net(self) -> int:
        """What the person received of it."""
        return self.gross - self.withheld

    @property
    def paid_on(self) -> date | None:
        """When it was paid; None while it is planned."""
        return self.payment.paid_on if self.payment.state == Payment.State.PAID else None

    def for_record(self) -> list[Part]:
        """Its places in a payment record: only what is withheld from counts there."""
        return by_kind(self.taxable, self.withheld, self.translated, self.decided_on, self.paid_on)


@dataclass(frozen=True, slots=True)
class _Share:
    """The lines of a payment that became fixed in the same year."""

    decided_on: date
    gross: int
    taxable: int
    translated: int


def by_kind(
    taxable: int, tax: int, translated: tuple[int, int], on: date, paid_on: date | None = None
) -> list[Part]:
    """A base and its tax as parts of a record: interpreting, and written translations if any."""
    written, its_tax = translated
    parts = [Part(taxable - written, tax - its_tax, on, paid_on)]
    if written:
        parts.append(Part(written, its_tax, on, paid_on, Kind.TRANSLATION))
    return [one for one in parts if one.amount or one.withheld] or parts[:1]


def parts_of_year(payments: QuerySet[Payment], year: int) -> list[PaidPart]:
    """Everything among ``payments`` that became fixed in the calendar year, by day of payment."""
    mine = payments.filter(state__in=LIVE, decided_on__gte=date(year, 1, 1))
    shares = _shares(mine)
    found = mine.select_related("volunteer__payee", "organization", "batch").order_by(
        "decided_on", "pk"
    )
    parts = [part for one in found for part in _parts(one, shares.get(one.pk, []))]
    wanted = [part for part in parts if part.decided_on.year == year]
    return sorted(wanted, key=lambda part: (part.paid_on or date.max, part.payment.pk))


def _parts(payment: Payment, shares: list[_Share]) -> list[PaidPart]:
    left = (payment.gross, payment.taxable, payment.withheld)
    if not shares:
        return [PaidPart(payment, payment.decided_on, *left)]
    on_top = payment.taxable != sum(one.taxable for one in shares)
    parts = []
    for share in shares[:-1]:
        # the older years keep what they were reported with, the last has the rest
        gross, taxable, tax = _alone(payment, share, on_top)
        left = (left[0] - gross, left[1] - taxable, left[2] - tax)
        parts.append(_part(payment, share, gross, taxable, tax))
    return [*parts, _part(payment, shares[-1], *left)]


def _alone(payment: Payment, share: _Share, on_top: bool) -> tuple[int, int, int]:
    """(gross, taxable, tax) of the lines of one year, as if they were a payment.

    ``on_top``: the organization pays the tax of what is handed over in full, as cards are.
    """
    if not payment.withheld:
        return share.gross, share.taxable, 0
    day, residency = payment.batch.value_date, payment.residency
    if on_top and share.taxable > 0:
        whole = withhold_on_top(share.taxable, day, residency=residency)
        return share.gross + whole.tax, whole.taxable, whole.tax
    return share.gross, share.taxable, signed_tax(share.taxable, day, residency=residency)


def _part(payment: Payment, share: _Share, gross: int, taxable: int, tax: int) -> PaidPart:
    written, its_tax = share.translated, 0
    if written == share.taxable:
        written, its_tax = taxable, tax
    elif written and tax:
        its_tax = signed_tax(written, payment.batch.value_date, residency=payment.residency)
    translated = (written, its_tax) if share.translated else (0, 0)
    return PaidPart(payment, share.decided_on, gross, taxable, tax, translated)


def _shares(payments: QuerySet[Payment]) -> Mapping[int, list[_Share]]:
    """The lines of every payment by the year in which they became fixed, the first year first."""
    owners = Organization.objects.filter(pk__in=payments.order_by().values("organization_id"))
    rows = (
        PaymentLine.objects.filter(payment__in=payments.order_by().values("pk"))
        .order_by()
        .annotate(fixed=fixed_in_sql(filed_by(owners), "honorarium__"))
        .annotate(year=ExtractYear("fixed"))
        .values_list("payment_id", "year")
        .annotate(
            day=Max("fixed"),
            gross=Sum(F("fee") + F("transport")),
            base=Sum("taxable"),
            written=Sum("taxable", filter=TRANSLATION, default=0),
        )
        .order_by("payment_id", "year")
    )
    found: dict[int, list[_Share]] = {}
    for payment, _, day, gross, base, written in rows:
        found.setdefault(payment, []).append(_Share(day, gross, base, written))
    return found
