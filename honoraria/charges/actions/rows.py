"""Rows of charges as actions need them: locked, moved from state to state, logged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.audit import record
from accounts.errors import MOVED, ActionError
from accounts.models import User
from honoraria.closing.books import lock_books
from honoraria.models import Charge


def locked(charge: Charge) -> Charge:
    """The books and the row as it is now, until the end of the transaction.

    Raises ActionError: it has gone.
    """
    lock_books(charge.organization_id)
    found = (
        Charge.objects.select_for_update(of=("self",))
        .select_related("organization", "report", "assignment", "body", "tariff_version")
        .filter(pk=charge.pk)
        .first()
    )
    if found is None:  # a draft goes when its report is returned
        raise ActionError("changed_meanwhile", MOVED)
    return found


def move(charge: Charge, to: str) -> None:
    """Set the state, unsaved. Raises ActionError: wrong_state."""
    if to not in Charge.MOVES[charge.state]:
        raise ActionError("wrong_state", MOVED)
    charge.state = to


def log(charge: Charge, verb: str, *, by: User | None, at: datetime, **detail: Any) -> None:
    """Record what happened to a charge."""
    record(charge.key, verb, organization=charge.organization_id, by=by, at=at, **detail)
