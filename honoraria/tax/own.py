"""The yearly statement of a volunteer: what was paid and withheld in a tax year, what still waits.

One person may be registered in several organizations; each of them pays, withholds and files for
itself. Payments count in the year in which they were decided, as in the payment record (支払調書).
Reads only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models.functions import ExtractYear

from accounts.models import Organization
from honoraria.models import Honorarium, HonorariumQuerySet, PaidBy, Payment
from honoraria.tax.parts import PaidPart, parts_of_year
from volunteers.models import Volunteer

AGREED = [Honorarium.State.APPROVED, Honorarium.State.CLOSED]


@dataclass(slots=True)
class YearStatement:
    """One organization's part of the year, in yen; waiting amounts are before tax."""

    volunteer: Volunteer
    year: int
    paid: list[PaidPart] = field(default_factory=list)
    waiting: list[Honorarium] = field(default_factory=list)

    @property
    def organization(self) -> Organization:
        """Who pays."""
        return self.volunteer.organization

    @property
    def gross(self) -> int:
        """Everything that was paid, before tax."""
        return sum(one.gross for one in self.paid)

    @property
    def withheld(self) -> int:
        """The tax that was withheld."""
        return sum(one.withheld for one in self.paid)

    @property
    def net(self) -> int:
        """What was received."""
        return self.gross - self.withheld

    @property
    def waiting_total(self) -> int:
        """Agreed and not paid yet."""
        return sum(one.total for one in self.waiting)


def year_statements(people: Sequence[int], year: int) -> list[YearStatement]:
    """One statement per row in a register that has anything in the calendar year.

    ``people``: the person's rows. Entries wait in the year of their activity.
    """
    found: dict[int, YearStatement] = {}

    def of(volunteer: Volunteer) -> YearStatement:
        return found.setdefault(volunteer.pk, YearStatement(volunteer, year))

    paid = Payment.objects.filter(volunteer__in=people, state=Payment.State.PAID)
    for part in parts_of_year(paid.select_related("volunteer__organization"), year):
        of(part.payment.volunteer).paid.append(part)
    for entry in _waiting(people, year):
        of(entry.volunteer).waiting.append(entry)
    return sorted(found.values(), key=lambda one: (one.organization.pk, one.volunteer.pk))


def statement_years(people: Sequence[int]) -> list[int]:
    """Every calendar year of which there is a statement; the last first."""
    paid = Payment.objects.filter(volunteer__in=people, state=Payment.State.PAID)
    decided = {one.year for one in paid.dates("decided_on", "year")}
    # a payment may hold entries whose month was closed in the year before
    earlier = {one - 1 for one in decided} - decided
    decided |= {one for one in earlier if parts_of_year(paid, one)}
    agreed = _unpaid(people).annotate(year=ExtractYear("activity_date")).order_by()
    waiting = set(agreed.values_list("year", flat=True).distinct())
    return sorted(decided | waiting, reverse=True)


def _waiting(people: Sequence[int], year: int) -> list[Honorarium]:
    return list(
        _unpaid(people)
        .happened_between(date(year, 1, 1), date(year, 12, 31))
        .select_related("volunteer__organization", "assignment__request")
        .order_by("activity_date", "pk")
    )


def _unpaid(people: Sequence[int]) -> HonorariumQuerySet:
    """What was agreed, is paid through the organization, and is not paid yet."""
    found = Honorarium.objects.filter(volunteer__in=people, state__in=AGREED)
    return found.exclude(paid_by=PaidBy.REQUESTER)
