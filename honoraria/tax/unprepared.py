"""What is agreed and in no payment yet, as the tax year sees it: one payment per person to come.

Approved entries count from their approval on, and reversals take from them at once: so a record
does not change when the payment is prepared. Cards are a payment of their own, and what a reversal
takes from is what will be paid for the same job, as when it is prepared. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from accounts.models import Organization
from honoraria.models import Honorarium, PaidBy, Payee, PaymentLine
from honoraria.payments.selecting import paid_as
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
    rows = sorted(_entries(organization, year), key=_payment_of)
    for (_, cards), group in groupby(rows, _payment_of):
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
        .annotate(
            fixed=fixed_in_sql(filed_by([organization])),
            mode=F("assignment__request__mode"),
            way=_way(),
        )
        .filter(~Exists(standing), state__in=FIXED)
        .filter(fixed__gte=date(year, 1, 1), fixed__lte=date(year, 12, 31))
        .exclude(paid_by=PaidBy.REQUESTER)
        .select_related("volunteer__payee")
        .only("volunteer", "fee", "transport", "tax", "transport_to", "paid_by")
        .order_by("volunteer_id", "pk")
    )


def _way() -> Case:
    """How an entry will be paid; what settles with an entry that nobody paid goes as that one."""
    was_paid = PaymentLine.objects.filter(honorarium=OuterRef("corrects"), stands=True)
    settles = Q(kind=Honorarium.Kind.REVERSAL) & ~Exists(was_paid)
    return Case(When(settles, then=F("paid_by")), default=paid_as(FIXED))


def _payment_of(entry: Any) -> tuple[int, bool]:
    """Person, and whether it is paid in cards."""
    return entry.volunteer_id, entry.way == PaidBy.GIFT_CARD
