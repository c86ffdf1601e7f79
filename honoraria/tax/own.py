"""The yearly statement of a volunteer: what was paid and withheld in a tax year, what still waits.

One person may be registered in several organizations; each of them pays, withholds and files for
itself. Payments count in the year in which they became fixed, as in the payment record (支払調書).
Reads only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models.expressions import Combinable
from django.db.models.functions import ExtractYear

from accounts.models import Organization
from honoraria.models import Honorarium, HonorariumQuerySet, PaidBy, Payment, PaymentLine
from honoraria.payments.lines import reaching
from honoraria.payments.selecting import NOTHING
from honoraria.tax.fixing import filed_by, fixed_in_sql
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
        """Agreed and not paid yet; tickets that the organization bought reach nobody."""
        return sum(reaching(one) for one in self.waiting)


def year_statements(people: Sequence[int], year: int) -> list[YearStatement]:
    """One statement per row in a register that has anything in the calendar year.

    ``people``: the person's rows. What waits is in the year in which it will count.
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
    paid = PaymentLine.objects.filter(
        payment__volunteer__in=people, payment__state=Payment.State.PAID
    ).order_by()
    lines = paid.annotate(year=ExtractYear(_fixed(people, "honorarium__")))
    years = set(lines.values_list("year", flat=True).distinct())
    waiting = _unpaid(people).annotate(year=ExtractYear(_fixed(people))).order_by()
    years |= set(waiting.values_list("year", flat=True).distinct())
    return sorted(years, reverse=True)


def _waiting(people: Sequence[int], year: int) -> list[Honorarium]:
    return list(
        _unpaid(people)
        .annotate(fixed=_fixed(people))
        .filter(fixed__gte=date(year, 1, 1), fixed__lte=date(year, 12, 31))
        .select_related("volunteer__organization", "assignment__request")
        .order_by("activity_date", "pk")
    )


def _fixed(people: Sequence[int], entry: str = "") -> Combinable:
    """The day on which an entry became fixed, in the organizations of the person."""
    owners = Organization.objects.filter(volunteers__in=people).distinct()
    return fixed_in_sql(filed_by(owners), entry)


def _unpaid(people: Sequence[int]) -> HonorariumQuerySet:
    """What was agreed, will reach the person through the organization, and did not yet."""
    found = Honorarium.objects.filter(volunteer__in=people, state__in=AGREED)
    return found.exclude(paid_by=PaidBy.REQUESTER).exclude(NOTHING)
