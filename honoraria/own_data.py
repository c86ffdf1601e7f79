"""What volunteers get of their honoraria when they ask for their own data."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from honoraria import signature
from honoraria.models import BankAccount, Honorarium, Payee, Payment
from honoraria.payees.holder import readable

COLUMNS = (
    "kind", "activity_date", "minutes", "fee", "transport", "total", "derivation", "state",
    "created_at", "approved_at", "reason",
)  # fmt: skip

OF_ACCOUNTS = ("state", "bank_code", "branch_code", "kind", "entered_at", "checked_at", "ended_at",
    "end_reason")  # fmt: skip
OF_PAYMENTS = ("state", "decided_on", "paid_on", "returned_on", "return_reason", "gross", "taxable",
    "withheld", "net", "residency", "calculation", "receipt_at", "receipt_how")  # fmt: skip
OF_PAYEES = ("residency", "treaty", "legal_name", "address", "changed_at")


def own_data(volunteer_ids: list[int]) -> dict[str, list[dict[str, Any]]]:
    """Entries and payments in yen, oldest first, with receipts and cards; accounts without their
    number; the tax status.
    """
    found = Honorarium.objects.filter(volunteer__in=volunteer_ids)
    return {
        "honoraria": list(found.order_by("activity_date", "pk").values(*COLUMNS)),
        "payments": [_payment(one) for one in _payments(volunteer_ids)],
        "bank_accounts": [_account(one) for one in _accounts(volunteer_ids)],
        "tax_status": list(
            Payee.objects.filter(volunteer__in=volunteer_ids).order_by("pk").values(*OF_PAYEES)
        ),
    }


def _payments(volunteer_ids: list[int]) -> QuerySet[Payment]:
    found = Payment.objects.filter(volunteer__in=volunteer_ids).select_related("batch")
    related = found.prefetch_related("lines__honorarium", "gift_card_moves__kind")
    return related.order_by("batch__value_date", "pk")


def _payment(one: Payment) -> dict[str, Any]:
    """What was paid and withheld, for which days, and the receipt that was given for it."""
    return {
        **{name: getattr(one, name) for name in OF_PAYMENTS},
        "method": one.batch.method,
        "planned_for": one.batch.value_date,
        "activities": [
            {"day": line.honorarium.activity_date, "fee": line.fee, "transport": line.transport}
            for line in one.lines.all()
        ],
        "cards": [
            {"on": move.on, "what": move.verb, "face_value": move.kind.face_value,
             "count": abs(move.change)}
            for move in one.gift_card_moves.all()
        ],
        "signature_drawn": signature.path_of(one.signature),
        "signature_typed": signature.name_of(one.signature),
    }  # fmt: skip


def _accounts(volunteer_ids: list[int]) -> QuerySet[BankAccount]:
    return BankAccount.objects.filter(volunteer__in=volunteer_ids).order_by("pk")


def _account(one: BankAccount) -> dict[str, Any]:
    """A file that lies about on a computer names no whole number."""
    found = {name: getattr(one, name) for name in OF_ACCOUNTS}
    return {**found, "number": f"****{one.tail}", "holder": readable(one.holder)}
