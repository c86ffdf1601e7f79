"""Setting the budget of a fiscal year; every change is recorded with what stood there before."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Organization, User
from honoraria.models import Budget

MOST = 1_000_000_000_000  # yen; more is a slip of the finger


def set_budget(
    organization: Organization, year: int, amount: int | None, *, by: User, at: datetime
) -> bool:
    """Keep the budget of a fiscal year in yen; None takes it away. Returns whether it changed.

    Raises ActionError: bad_budget.
    """
    if amount is not None and not 0 <= amount <= MOST:
        text = "予算額は0円以上、1兆円までの整数で入力してください。"
        raise ActionError("bad_budget", text, field="amount")
    with transaction.atomic():
        # whoever comes second must see what the first one wrote, also when there is no row yet
        Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)
        there = Budget.objects.filter(organization=organization, fiscal_year=year).first()
        before = there.amount if there else None
        if before == amount:
            return False
        if amount is None:
            Budget.objects.filter(organization=organization, fiscal_year=year).delete()
        else:
            Budget.objects.update_or_create(
                organization=organization, fiscal_year=year, defaults={"amount": amount}
            )
        record(
            f"budget:{year}",
            "budget.set",
            organization=organization,
            by=by,
            at=at,
            year=year,
            before=before,
            after=amount,
        )
    return True
