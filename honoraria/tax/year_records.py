"""The payment records of a calendar year: per person what counts, what is unpaid, what is needed.

Counts payments that stand and, while nothing was prepared for them, closed entries: their payment
was decided when the month was closed, so they belong to that year even if the transfer leaves in
January. Sign language and mere expenses are in no record. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.db.models import Exists, OuterRef

from accounts.models import Organization
from honoraria.models import Closing, Honorarium, PaidBy, Payee, Payment, PaymentLine
from honoraria.tax.decisions import gift_cards_taxed
from honoraria.tax.form309 import Entry
from honoraria.tax.parts import closing_days, parts_of_year
from honoraria.tax.payment_records import Part, Sums, form_name, must_file, sums_of
from honoraria.tax.withholding import RESIDENT, TaxLine, base_of, withhold
from volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class PersonYear:
    """One person's year in one residency; ``sums`` are what a payment record says."""

    volunteer: Volunteer
    residency: str
    sums: Sums
    payments: int

    @property
    def needed(self) -> bool:
        """Whether a record must be filed."""
        return must_file(self.sums.amount, self.residency)

    @property
    def form(self) -> str:
        """The name of the record."""
        return form_name(self.residency)

    @property
    def name(self) -> str:
        """The name of the record: the one given for it, else the register's."""
        payee = payee_of(self.volunteer)
        return (payee.legal_name if payee else "") or self.volunteer.name

    @property
    def address(self) -> str:
        """The address of the record: the one given for it, else the register's."""
        payee = payee_of(self.volunteer)
        return (payee.address if payee else "") or self.volunteer.address

    @property
    def who(self) -> str:
        """How a refusal names the person: number and name of the register."""
        return f"No. {self.volunteer.number} {self.volunteer.name}"

    def entry(self) -> Entry:
        """The line of form 309."""
        return Entry(self.who, self.name, self.address, self.sums)


@dataclass(frozen=True, slots=True)
class YearRecords:
    """Everybody who was paid in a calendar year, as it looks on ``prepared_on``."""

    year: int
    prepared_on: date
    people: list[PersonYear] = field(default_factory=list)

    @property
    def needed(self) -> list[PersonYear]:
        """Residents above the threshold: the lines of form 309."""
        return [one for one in self.people if one.needed and one.residency == RESIDENT]

    @property
    def elsewhere(self) -> list[PersonYear]:
        """Non-residents above their threshold, who have a form of their own."""
        return [one for one in self.people if one.needed and one.residency != RESIDENT]

    @property
    def below(self) -> list[PersonYear]:
        """People for whom nothing is filed."""
        return [one for one in self.people if not one.needed]

    @property
    def totals(self) -> Sums:
        """The sums over everybody."""
        return Sums(
            amount=sum(one.sums.amount for one in self.people),
            unpaid=sum(one.sums.unpaid for one in self.people),
            withheld=sum(one.sums.withheld for one in self.people),
            unwithheld=sum(one.sums.unwithheld for one in self.people),
        )


def year_records(organization: Organization, year: int, prepared_on: date) -> YearRecords:
    """The year's records, in the order of the register."""
    rows: dict[tuple[int, str], list[Part]] = {}
    people: dict[int, Volunteer] = {}
    for one in parts_of_year(Payment.objects.filter(organization=organization), year):
        payment = one.payment
        people[payment.volunteer_id] = payment.volunteer
        key = (payment.volunteer_id, payment.residency)
        rows.setdefault(key, []).append(one.for_record())
    for volunteer, residency, part in _unprepared(organization, year, prepared_on):
        people[volunteer.pk] = volunteer
        rows.setdefault((volunteer.pk, residency), []).append(part)
    found = [
        PersonYear(people[key], residency, sums_of(parts, year, prepared_on), len(parts))
        for (key, residency), parts in rows.items()
    ]
    found.sort(key=lambda one: (one.volunteer.number, one.residency))
    return YearRecords(year, prepared_on, found)


def sheets_in(organization: Organization, year: int) -> int:
    """How many records of form 309 were to be filed for a calendar year, by what is stored here."""
    return len(year_records(organization, year, date(year + 1, 1, 31)).needed)


def years_with_payments(organization: Organization) -> list[int]:
    """Every calendar year in which something was decided; the last first."""
    days = Payment.objects.filter(organization=organization).dates("decided_on", "year")
    closed = closing_days(Closing.objects.filter(organization=organization)).values()
    return sorted({one.year for one in days} | {one.year for one in closed}, reverse=True)


def payee_of(volunteer: Volunteer) -> Payee | None:
    """The tax side of a volunteer, if anything was said about it."""
    return getattr(volunteer, "payee", None)


def _unprepared(
    organization: Organization, year: int, prepared_on: date
) -> Iterable[tuple[Volunteer, str, Part]]:
    """Closed entries in no payment: as one payment per person and day of closing."""
    days = closing_days(Closing.objects.filter(organization=organization))
    months = {month: day for (_, month), day in days.items() if day.year == year}
    standing = PaymentLine.objects.filter(honorarium=OuterRef("pk"), stands=True)
    found = (
        Honorarium.objects.of(organization)
        .filter(~Exists(standing), state=Honorarium.State.CLOSED)
        .exclude(paid_by=PaidBy.REQUESTER)
        .select_related("volunteer__payee")
        .only("volunteer", "booked_on", "fee", "transport", "tax", "transport_to")
        .order_by("volunteer_id")
    )
    if not months:
        return
    gift_taxed = gift_cards_taxed(organization)
    for _, group in groupby(found, lambda one: one.volunteer_id):
        rows = [one for one in group if one.booked_on.replace(day=1) in months]
        if not rows:
            continue
        volunteer = rows[0].volunteer
        payee = payee_of(volunteer)
        residency = str(payee.residency) if payee else RESIDENT
        lines = [TaxLine(one.fee, one.transport, one.tax, one.transport_to) for one in rows]
        base = base_of(lines, gift_taxed, residency=residency)
        if base <= 0:  # a reversal waits for the next payment
            continue
        treaty = bool(payee and payee.treaty)
        tax = withhold(base, prepared_on, residency=residency, treaty=treaty).tax
        decided_on = max(months[one.booked_on.replace(day=1)] for one in rows)
        yield volunteer, residency, Part(base, tax, decided_on)
