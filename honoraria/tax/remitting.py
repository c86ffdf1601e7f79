"""Withheld tax month by month: what is due, by when, on which form, and what was remitted.

Counts payments that were made (not planned ones, not transfers that came back), by the day of
payment. Residents and non-residents are remitted on different forms. Reads only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from accounts.models import Organization
from honoraria.models import Payee, Payment, Remittance
from honoraria.months import Month
from honoraria.tax.rates import component_names
from honoraria.tax.remittance import due_date
from honoraria.tax.withholding import RESIDENT

FORMS: Final = {
    Payee.Residency.RESIDENT: "報酬・料金等の所得税徴収高計算書",
    Payee.Residency.NONRESIDENT: "非居住者・外国法人の所得についての所得税徴収高計算書",
}


@dataclass(slots=True)
class Due:
    """What one form says about one month, in yen."""

    month: Month
    residency: str
    payments: int = 0
    people: set[int] = field(default_factory=set)
    base: int = 0
    tax: int = 0
    components: Counter[str] = field(default_factory=Counter)
    remittance: Remittance | None = None

    @property
    def key(self) -> str:
        """How the page names it in a form: ``2026-11-resident``."""
        return f"{self.month}-{self.residency}"

    @property
    def form(self) -> str:
        """The form on which it is remitted."""
        return FORMS[Payee.Residency(self.residency)]

    @property
    def due(self) -> date:
        """The last day to remit."""
        return due_date(self.month.first)

    @property
    def parts(self) -> list[tuple[str, int]]:
        """(name of the tax, yen), in the order of the table of rates."""
        names = component_names()
        return [(names[code], self.components[code]) for code in names if code in self.components]

    @property
    def difference(self) -> int:
        """Yen that were remitted too little (or too much, negative) after all."""
        return self.tax - self.remittance.amount if self.remittance else 0

    def state(self, today: date) -> str:
        """none, running (the month is not over), open, overdue, differs or done."""
        if self.remittance:
            return "differs" if self.difference else "done"
        if not self.tax:
            return "none"
        if today <= self.month.last:
            return "running"
        return "overdue" if today > self.due else "open"


def dues(organization: Organization, year: int) -> list[Due]:
    """Every month of a calendar year with a payment or a remittance, the last first."""
    return _collect(organization, date(year, 1, 1), date(year, 12, 31))


def due_of(organization: Organization, month: Month, residency: str) -> Due:
    """One month on one form; zeros when nothing was paid."""
    found = _collect(organization, month.first, month.last)
    return next((one for one in found if one.residency == residency), Due(month, residency))


def overdue(organization: Organization, today: date) -> list[Due]:
    """Everything that should have been remitted by now and was not, of the last two years."""
    found = _collect(organization, date(today.year - 1, 1, 1), today)
    return [one for one in found if one.state(today) == "overdue"]


def after_remittance(payments: Iterable[Payment]) -> int:
    """Yen withheld in payments whose month was already remitted: they are not in what was paid."""
    taxed = [one for one in payments if one.paid_on and one.withheld]
    if not taxed:
        return 0
    remitted = Remittance.objects.filter(organization=taxed[0].organization_id)
    done = set(remitted.values_list("month", "residency"))
    return sum(
        one.withheld
        for one in taxed
        if one.paid_on and (one.paid_on.replace(day=1), one.residency) in done
    )


def years_with_tax(organization: Organization) -> list[int]:
    """Every calendar year in which something was paid; the last first."""
    days = Payment.objects.filter(organization=organization, paid_on__isnull=False)
    return sorted((one.year for one in days.dates("paid_on", "year")), reverse=True)


def _collect(organization: Organization, first: date, last: date) -> list[Due]:
    found: dict[tuple[Month, str], Due] = {}

    def row(month: Month, residency: str) -> Due:
        return found.setdefault((month, residency), Due(month, residency))

    paid = Payment.objects.filter(
        organization=organization, state=Payment.State.PAID, paid_on__range=(first, last)
    ).order_by()
    names = ("paid_on", "residency", "volunteer_id", "taxable", "withheld", "components")
    for day, residency, person, taxable, withheld, components in paid.values_list(*names):
        if day is None or not taxable:
            continue
        one = row(Month.of(day), residency)
        one.payments += 1
        one.people.add(person)
        one.base += taxable
        one.tax += withheld
        one.components.update(components)
    for done in Remittance.objects.filter(organization=organization, month__range=(first, last)):
        row(Month.of(done.month), done.residency).remittance = done
    last_first = sorted(found.values(), key=lambda one: one.residency != RESIDENT)
    return sorted(last_first, key=lambda one: one.month.first, reverse=True)
