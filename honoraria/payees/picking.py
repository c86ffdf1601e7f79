"""Choosing a bank and a branch step by step, from what stands in the address of the page.

``?bank=0169&branch=001&q=…``: the same on the volunteer's telephone and in the office, with and
without JavaScript. Nothing of an account stands in an address, only which bank and branch.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from honoraria.banking import branches
from honoraria.banking.branches import Bank, Branch
from honoraria.banking.post import POST_BANK


@dataclass(frozen=True, slots=True)
class Picking:
    """What is chosen so far and what can be chosen next; ``q`` is what was typed."""

    bank: Bank | None
    branch: Branch | None
    q: str
    banks: list[Bank]
    branches: list[Branch]

    @property
    def post(self) -> bool:
        """Post Bank: its books have no branch, but symbol and number."""
        return self.bank is not None and self.bank.code == POST_BANK

    @property
    def codes(self) -> tuple[str, str]:
        """Codes of bank and branch, empty for what is not chosen."""
        return (
            self.bank.code if self.bank else "",
            self.branch.code if self.branch else "",
        )

    @property
    def step(self) -> str:
        """What is asked next: bank, branch, or the account itself."""
        if self.bank is None:
            return "bank"
        return "account" if self.post or self.branch else "branch"


def picking(data: QueryDict) -> Picking:
    """Read the address or the form; unknown codes count as not chosen."""
    bank = branches.bank(data.get("bank", ""))
    branch = branches.branch(bank.code, data.get("branch", "")) if bank else None
    typed = data.get("q", "").strip()[:40]
    found_banks = [] if bank else branches.find_banks(typed)
    found = branches.find_branches(bank.code, typed) if bank and not branch else []
    return Picking(bank, branch, typed, found_banks, found)
