"""What the demo city bills its requesters for: issued every month, the first half is paid."""

from __future__ import annotations

from accounts.models import Organization, Role, User
from accounts.times import local
from config.demo.money import days
from honoraria.charges.actions import issue_all, settle
from honoraria.models import Charge
from honoraria.months import Month

BILL_ON, PAID_ON = 7, 25
"""Days of the month after."""


def bill(city: Organization, month: Month, staff: dict[str, User]) -> None:
    """Issue the month's charges before it is closed."""
    issue_all(city, month, by=staff[Role.ACCOUNTANT], at=days.on(month, BILL_ON))


def collect(city: Organization, month: Month, staff: dict[str, User]) -> None:
    """Half of the bodies have paid by the 25th."""
    accountant = staff[Role.ACCOUNTANT]
    at = days.on(month, PAID_ON)
    issued = Charge.objects.of(city).between(month.first, month.last).order_by("pk")
    for charge in issued.filter(state=Charge.State.ISSUED, body__isnull=False)[::2]:
        settle(charge, local(at).date(), by=accountant, at=at)
