"""What the demo city bills its requesters for: issued every month, the first half is paid."""

from __future__ import annotations

from accounts.models import Organization, Role, User
from accounts.times import local
from config.demo.money import days
from honoraria.charges.actions import issue_all, settle
from honoraria.models import Charge
from honoraria.months import Month

BILL_ON, PAID_ON = 9, 25
"""Days of the month after."""


def bill(city: Organization, month: Month, staff: dict[str, User]) -> None:
    """Issue the month's charges; half of the bodies have paid by the 25th."""
    accountant = staff[Role.ACCOUNTANT]
    issue_all(city, month, by=accountant, at=days.on(month, BILL_ON))
    at = days.on(month, PAID_ON)
    issued = Charge.objects.of(city).between(month.first, month.last).order_by("pk")
    for charge in issued.filter(state=Charge.State.ISSUED, body__isnull=False)[::2]:
        settle(charge, local(at).date(), by=accountant, at=at)
