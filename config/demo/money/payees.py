"""Bank accounts of the demo's volunteers in every state, and one who lives abroad.

The banks and branches are real because a file for the bank takes no others; numbers and owners are
invented. The ten people of the handsets have accounts that were checked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Organization, Role, User
from config.demo.people import PERSONAS
from honoraria.models import BankAccount, Honorarium, PaidBy, Payee
from honoraria.payees.accounts import check_account, enter_account
from honoraria.payees.entry import AccountEntry, from_book
from honoraria.payees.holder import suggested
from honoraria.payees.tax_status import TaxStatus, change_status
from volunteers.models import Volunteer

BRANCHES = (("1360", "013"), ("0001", "260"), ("0005", "367"), ("0009", "843"), ("1360", "016"))
WAITS, NONE, POST = 7, 4, 3
"""Of eleven people in turn: whose account waits for its check, who has none, who has a Post book."""


def enter(city: Organization, staff: dict[str, User], at: datetime) -> None:
    """An account for nearly everybody who has money coming from the bank."""
    by_bank = Honorarium.objects.of(city).filter(paid_by=PaidBy.BANK).values("volunteer")
    people = list(Volunteer.objects.filter(pk__in=by_bank).order_by("number"))
    known = {persona.number for persona in PERSONAS}
    for place, person in enumerate(people):
        turn = POST if person.number in known and place % 11 in {WAITS, NONE} else place % 11
        holder = suggested(person.kana, person.name)
        if turn == NONE or not holder:
            continue
        account = enter_account(person, _entry(person, turn, holder), by=person.user, at=at)
        if turn != WAITS:
            later = at + timedelta(days=1)
            check_account(account, by=staff[Role.ACCOUNTANT], at=later)
    _lives_abroad(city, known, staff[Role.ACCOUNTANT], at)


def _entry(person: Volunteer, turn: int, holder: str) -> AccountEntry:
    if turn == POST:
        return from_book("10010", f"{person.number:07d}1", holder)
    bank, branch = BRANCHES[turn % len(BRANCHES)]
    return AccountEntry(bank, branch, "1", f"{person.number:07d}", holder)


def _lives_abroad(city: Organization, known: set[int], by: User, at: datetime) -> None:
    """The first to be paid who reads no Japanese moved away since: taxed as a non-resident."""
    paid_first = (
        Volunteer.objects.filter(
            organization=city,
            honoraria__paid_by=PaidBy.BANK,
            bank_accounts__state=BankAccount.State.CHECKED,
        )
        .exclude(number__in=known)
        .exclude(message_language="ja")
        .order_by("honoraria__activity_date", "number")
    )
    for person in paid_first[:1]:
        note = "海外に住所。オンラインの通訳を続けている。"
        status = TaxStatus(Payee.Residency.NONRESIDENT, "", "", "", note)
        change_status(person, status, by=by, at=at)
