"""What is agreed and in no payment yet, as the tax year sees it: one payment per person to come.

Approved entries count from their approval on, and reversals take from them at once: so a record
does not change when the payment is prepared. Cards are a payment of their own. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import Organization
from honoraria.models import Honorarium, PaidBy, Payee, PaymentLine
from honoraria.tax.decisions import gift_cards_taxed
from honoraria.tax.fixing import filed_by, fixed_in_sql
from honoraria.tax.parts import by_kind
from honoraria.tax.payment_records import Part
from honoraria.tax.withholding import RESIDENT, TaxLine, base_of, signed_tax, withhold_on_top
from volunteers.models import Volunteer

FIXED: Final = [Honorarium.State.APPROVED, Honorarium.State.CLOSED]


def unprepared(
    organization: Organization, year: int, prepared_on: date
) -> Iterable[tuple[Volunteer, str, list[Part]]]:
    """Person, residency and what will be paid for a calendar year, with the rates of the day."""
    gift_taxed = gift_cards_taxed(organization)
    rows = _entries(organization, year)
    for (_, cards), group in groupby(rows, lambda one: (one.volunteer_id, _in_cards(one))):
        entries: list[Any] = list(group)
        volunteer = entries[0].volunteer
        payee = payee_of(volunteer)
        rules = _Rules(
            on=prepared_on,
            residency=str(payee.residency) if payee else RESIDENT,
            treaty=bool(payee and payee.treaty),
            gift_taxed=gift_taxed,
            cards=cards,
        )
        base, tax = rules.base_and_tax(entries)
        written = rules.base_and_tax([one for one in entries if one.mode == "translation"])
        if base or tax:
            day = max(one.fixed for one in entries)
            yield volunteer, rules.residency, by_kind(base, tax, written, day)


def payee_of(volunteer: Volunteer) -> Payee | None:
    """The tax side of a volunteer, if anything was said about it."""
    return getattr(volunteer, "payee", None)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What decides the tax of a payment to come."""

    on: date
    residency: str
    treaty: bool
    gift_taxed: bool
    cards: bool

    def base_and_tax(self, entries: Iterable[Honorarium]) -> tuple[int, int]:
        """(base, tax) of entries paid at once, in yen; negative where reversals outweigh them."""
        lines = [TaxLine(one.fee, one.transport, one.tax, one.transport_to) for one in entries]
        base = base_of(lines, self.gift_taxed, residency=self.residency)
        if self.cards and base > 0:  # the cards are the net, the tax comes on top
            whole = withhold_on_top(base, self.on, residency=self.residency, treaty=self.treaty)
            return whole.taxable, whole.tax
        return base, signed_tax(base, self.on, residency=self.residency, treaty=self.treaty)


def _entries(organization: Organization, year: int) -> QuerySet[Honorarium]:
    standing = PaymentLine.objects.filter(honorarium=OuterRef("pk"), stands=True)
    return (
        Honorarium.objects.of(organization)
        .annotate(fixed=fixed_in_sql(filed_by([organization])), mode=F("assignment__request__mode"))
        .filter(~Exists(standing), state__in=FIXED)
        .filter(fixed__gte=date(year, 1, 1), fixed__lte=date(year, 12, 31))
        .exclude(paid_by=PaidBy.REQUESTER)
        .select_related("volunteer__payee")
        .only("volunteer", "fee", "transport", "tax", "transport_to", "paid_by")
        .order_by("volunteer_id", "paid_by")
    )


def _in_cards(entry: Honorarium) -> bool:
    return entry.paid_by == PaidBy.GIFT_CARD
