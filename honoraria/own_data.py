"""What volunteers get of their honoraria when they ask for their own data."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from honoraria.models import BankAccount, Honorarium, Payee
from honoraria.payees.holder import readable

COLUMNS = (
    "kind", "activity_date", "minutes", "fee", "transport", "total", "derivation", "state",
    "created_at", "approved_at", "reason",
)  # fmt: skip

OF_ACCOUNTS = ("state", "bank_code", "branch_code", "kind", "entered_at", "checked_at", "ended_at",
    "end_reason")  # fmt: skip
OF_PAYEES = ("residency", "treaty", "legal_name", "address", "changed_at")


def own_data(volunteer_ids: list[int]) -> dict[str, list[dict[str, Any]]]:
    """The priced entries in yen, oldest first; accounts without their number; the tax status."""
    found = Honorarium.objects.filter(volunteer__in=volunteer_ids)
    return {
        "honoraria": list(found.order_by("activity_date", "pk").values(*COLUMNS)),
        "bank_accounts": [_account(one) for one in _accounts(volunteer_ids)],
        "tax_status": list(
            Payee.objects.filter(volunteer__in=volunteer_ids).order_by("pk").values(*OF_PAYEES)
        ),
    }


def _accounts(volunteer_ids: list[int]) -> QuerySet[BankAccount]:
    return BankAccount.objects.filter(volunteer__in=volunteer_ids).order_by("pk")


def _account(one: BankAccount) -> dict[str, Any]:
    """A file that lies about on a computer names no whole number."""
    found = {name: getattr(one, name) for name in OF_ACCOUNTS}
    return {**found, "number": f"****{one.tail}", "holder": readable(one.holder)}
