"""The list of payees: who is to be paid, and what is missing before that works. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan

from honoraria.banking import branches
from honoraria.models import BankAccount, Honorarium, HonorariumQuerySet, PaymentBatch
from honoraria.payees import holder
from honoraria.payments.selecting import METHODS, OURS, reaching
from volunteers.models import Volunteer, VolunteerQuerySet
from volunteers.search import search

FILTERS: Final = {
    "": "すべて",
    "no_account": "口座なし",
    "waiting": "確認待ち",
    "closed_branch": "支店の要確認",
    "residency": "居住区分が未確認",
}
OWED: Final = [Honorarium.State.APPROVED, Honorarium.State.CLOSED]
COMING: Final = [Honorarium.State.DRAFT, *OWED]
BY_BANK: Final = METHODS[PaymentBatch.Method.BANK]

LOOKS: Final = {
    BankAccount.State.ENTERED.value: ("warn", "hourglass"),
    BankAccount.State.CHECKED.value: ("ok", "check-circle"),
    BankAccount.State.ENDED.value: ("line", "minus-circle"),
}


@dataclass(frozen=True, slots=True)
class Account:
    """An account as lists and pages show it: never its number."""

    row: BankAccount
    bank: str
    branch: str
    exists: bool
    other_name: bool

    @property
    def masked(self) -> str:
        """«****567»."""
        return f"****{self.row.tail}"

    @property
    def holder(self) -> str:
        """The holder in full-width letters."""
        return holder.readable(self.row.holder)

    @property
    def look(self) -> tuple[str, str]:
        """Tone and icon of the state's chip."""
        return LOOKS[self.row.state]


def shown(account: BankAccount, volunteer: Volunteer) -> Account:
    """Names of bank and branch, whether they still exist, whether the holder is somebody else."""
    bank = branches.bank(account.bank_code)
    branch = branches.branch(account.bank_code, account.branch_code)
    return Account(
        account,
        bank.title if bank else account.bank_code,
        branch.name if branch else account.branch_code,
        bank is not None and branch is not None,
        holder.differs(account.holder, volunteer.kana, volunteer.name),
    )


def payees(people: VolunteerQuerySet, kind: str, typed: str) -> VolunteerQuerySet:
    """Active people and whoever is owed something, as ``kind`` of `FILTERS` and search say.

    Each row has ``owed``: yen approved or closed that we have not paid yet, the largest first (and
    who owes us before who has nothing open); ``transfers``: yen that wait for an account or will.
    """
    entries = _entries(OWED)
    found = people.filter(~Q(status=Volunteer.Status.WITHDRAWN) | Exists(entries))
    found = _narrowed(found, kind)
    found = search(found, typed) if typed else found
    settled = Case(When(owed=0, then=1), default=0)
    rows = found.annotate(owed=_yen(entries), transfers=_transfers())
    return rows.order_by(settled, "-owed", "number", "pk")


def counts(people: VolunteerQuerySet) -> dict[str, int]:
    """How many there are for each filter."""
    return {kind: payees(people, kind, "").count() for kind in FILTERS}


def accounts_of(people: list[Volunteer]) -> dict[int, Account]:
    """The present account of each, by primary key of the volunteer."""
    rows = _present().filter(volunteer__in=people)
    known = {one.pk: one for one in people}
    return {row.volunteer_id: shown(row, known[row.volunteer_id]) for row in rows}


def owed_since(volunteer: Volunteer) -> date | None:
    """The first day of activity that is not paid yet."""
    rows = Honorarium.objects.filter(volunteer=volunteer, state__in=OWED, paid_by__in=OURS)
    return rows.order_by("activity_date").values_list("activity_date", flat=True).first()


def _entries(states: Sequence[str]) -> HonorariumQuerySet:
    """Entries of the person of the outer query that we pay."""
    found = Honorarium.objects.filter(volunteer=OuterRef("pk"), state__in=states)
    return found.filter(paid_by__in=OURS).order_by()


def _yen(entries: HonorariumQuerySet) -> Coalesce:
    """What of them reaches the person, in yen; 0 without any."""
    sums = entries.values("volunteer").annotate(sum=Sum(reaching())).values("sum")
    return Coalesce(Subquery(sums), 0)


def _transfers() -> Coalesce:
    """Yen of the person of the outer query that are to reach a bank account, drafts with them."""
    return _yen(_entries(COMING).filter(paid_by__in=BY_BANK))


def _present() -> QuerySet[BankAccount]:
    return BankAccount.objects.exclude(state=BankAccount.State.ENDED)


def _narrowed(people: VolunteerQuerySet, kind: str) -> VolunteerQuerySet:
    own = _present().filter(volunteer=OuterRef("pk"))
    if kind == "no_account":
        return people.filter(~Exists(own), GreaterThan(_transfers(), 0))
    if kind == "waiting":
        return people.filter(Exists(own.filter(state=BankAccount.State.ENTERED)))
    if kind == "residency":
        return people.filter(payee__isnull=True)
    if kind == "closed_branch":
        return people.filter(Exists(own.filter(_gone(people))))
    return people


def _gone(people: VolunteerQuerySet) -> Q:
    """Accounts at branches that are no longer in the lists."""
    places = _present().filter(volunteer__in=people.values("pk")).order_by()
    missing = Q(pk=None)
    for bank, branch in places.values_list("bank_code", "branch_code").distinct():
        if branches.branch(bank, branch) is None:
            missing |= Q(bank_code=bank, branch_code=branch)
    return missing
