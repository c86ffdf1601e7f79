"""The demo city's money: accounts, closed and paid months, gift cards, charges, a grant.

Played after the months of activities, through the platform's own actions and with a clock that is
handed to each. The months before the last are closed and paid; the last one waits to be closed, and
something of it is missing on purpose.
"""

from __future__ import annotations

from datetime import datetime

from accounts.models import Organization, Role, User
from accounts.times import local
from config.demo.money import boxes, charging, claims, loose_ends, months, payees
from honoraria.closing.checklist import first_open
from honoraria.months import Month


def play(city: Organization, staff: dict[str, User], *, opened: datetime, at: datetime) -> None:
    """Everything an accountant has done from ``opened`` until ``at`` (UTC); needs the past months'
    entries."""
    last = Month.of(local(at).date()).before
    held = loose_ends.leave(city, last, by=staff[Role.COORDINATOR], at=at)
    months.approve(city, last, staff[Role.ACCOUNTANT], at, hold=held)
    payees.enter(city, staff, opened)
    months.found(city, staff, opened)
    over = _between(first_open(city), last)
    boxes.open_box(city, staff, over, opened)
    for month in over:
        charging.bill(city, month, staff)
        months.close_and_pay(city, month, staff, at)
        boxes.give(city, month, staff)
        charging.collect(city, month, staff)
    claims.prepare(city, last, over, staff, at)


def _between(first: Month | None, until: Month) -> list[Month]:
    """The months from ``first`` on, without ``until``."""
    found = []
    while first is not None and first.first < until.first:
        found.append(first)
        first = first.after
    return found
