"""The payment records of a calendar year: per person what counts, what is unpaid, what is needed.

Counts payments that stand and, while nothing was prepared for them, approved entries: their payment
became fixed with the activity, so they belong to that year even if the transfer leaves in January.
Sign language and mere expenses are in no record. Reads only.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max, Min
from django.db.models.functions import ExtractYear

from accounts.models import Organization
from honoraria.models import Honorarium, PaidBy, Payment
from honoraria.tax.decisions import Figures, filed_years
from honoraria.tax.fixing import fixed_in_sql
from honoraria.tax.form309 import Entry
from honoraria.tax.parts import parts_of_year
from honoraria.tax.payment_records import Kind, Part, Sums, form_name, must_file, sums_of
from honoraria.tax.unprepared import FIXED, payee_of, unprepared
from honoraria.tax.withholding import RESIDENT
from volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class PersonYear:
    """One person's year in one residency; ``sums`` are what a payment record says.

    ``kinds``: the same by what was paid for, in the order of the record; ``parts``: payment by
    payment.
    """

    volunteer: Volunteer
    residency: str
    sums: Sums
    payments: int
    kinds: dict[Kind, Sums] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)

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
        return Entry(self.who, self.name, self.address, self.kinds)


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
    def to_file(self) -> Figures:
        """What is filed on either form, in sum."""
        wanted = [one.sums for one in self.people if one.needed]
        return Figures(
            len(wanted), sum(one.amount for one in wanted), sum(one.withheld for one in wanted)
        )

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
    counts: Counter[tuple[int, str]] = Counter()
    people: dict[int, Volunteer] = {}
    for one in parts_of_year(Payment.objects.filter(organization=organization), year):
        payment = one.payment
        people[payment.volunteer_id] = payment.volunteer
        key = (payment.volunteer_id, str(payment.residency))
        rows.setdefault(key, []).extend(one.for_record())
        counts[key] += 1
    for volunteer, residency, parts in unprepared(organization, year, prepared_on):
        people[volunteer.pk] = volunteer
        rows.setdefault((volunteer.pk, residency), []).extend(parts)
        counts[volunteer.pk, residency] += 1
    found = [
        PersonYear(
            people[key], residency, sums_of(parts, year, prepared_on), counts[key, residency],
            _by_kind(parts, year, prepared_on), parts,
        )
        for (key, residency), parts in rows.items()
    ]  # fmt: skip
    found.sort(key=lambda one: (one.volunteer.number, one.residency))
    return YearRecords(year, prepared_on, found)


def sheets_in(organization: Organization, year: int) -> int:
    """How many records of form 309 were to be filed for a calendar year, by what is stored here."""
    return len(year_records(organization, year, date(year + 1, 1, 31)).needed)


def years_with_payments(organization: Organization) -> list[int]:
    """Every calendar year in which something became fixed; the last first."""
    found = Honorarium.objects.of(organization).order_by()
    found = found.filter(state__in=[*FIXED, Honorarium.State.PAID])
    ends = found.aggregate(first=Min("activity_date"), last=Max("activity_date"))
    if ends["first"] is None:
        return []
    # the ends and one look at each year come from an index, however many entries there are
    years = {
        year
        for year in range(ends["first"].year, ends["last"].year + 1)
        if found.happened_between(date(year, 1, 1), date(year, 12, 31)).exists()
    }
    if filed := filed_years(organization):
        later = found.filter(corrects__isnull=False, approved_at__gte=min(filed.values()))
        fixed = later.annotate(year=ExtractYear(fixed_in_sql({organization.pk: filed})))
        years |= set(fixed.values_list("year", flat=True).distinct())
    return sorted(years, reverse=True)


def undecided(organization: Organization, year: int) -> int:
    """Entries of activities in the year that nobody approved yet: they are in no record."""
    drafts = Honorarium.objects.of(organization).drafts().exclude(paid_by=PaidBy.REQUESTER)
    return drafts.happened_between(date(year, 1, 1), date(year, 12, 31)).count()


def _by_kind(parts: list[Part], year: int, prepared_on: date) -> dict[Kind, Sums]:
    return {
        kind: sums_of([one for one in parts if one.kind == kind], year, prepared_on)
        for kind in Kind
        if any(one.kind == kind for one in parts)
    }
