"""Every change of honoraria and tariffs."""

from honoraria.actions.approval import (
    Approved,
    approve,
    approve_all,
    correct,
    refusal,
    single_handed,
    unapprove,
)
from honoraria.actions.cancelling import record_cancelled, remove_cancelled
from honoraria.actions.drafting import (
    draft_honorarium,
    draft_missing,
    lock_books_of,
    take_back_draft,
)
from honoraria.actions.tariffs import add_version, change_version, create_tariff, update_tariff

__all__ = [
    "Approved",
    "add_version",
    "approve",
    "approve_all",
    "change_version",
    "correct",
    "create_tariff",
    "draft_honorarium",
    "draft_missing",
    "lock_books_of",
    "record_cancelled",
    "refusal",
    "remove_cancelled",
    "single_handed",
    "take_back_draft",
    "unapprove",
    "update_tariff",
]
