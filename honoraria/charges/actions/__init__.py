"""Every change of a charge: drafting, issuing, settling, taking back."""

from honoraria.charges.actions.drafting import (
    add_levies,
    charge_cancellation,
    draft_charge,
    draft_missing_charges,
    remove_draft,
    reprice_charges,
    take_back_charge,
)
from honoraria.charges.actions.issuing import issue, issue_all, reverse, settle, unsettle

__all__ = [
    "add_levies",
    "charge_cancellation",
    "draft_charge",
    "draft_missing_charges",
    "issue",
    "issue_all",
    "remove_draft",
    "reprice_charges",
    "reverse",
    "settle",
    "take_back_charge",
    "unsettle",
]
