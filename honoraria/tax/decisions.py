"""What the organization itself says about tax: who files its papers, gift cards, what was filed.

All of it is stored in ``Organization.policy`` and changed on the tax pages; each change is logged.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from accounts.models import Organization
from honoraria.tax.form309 import Payer


class Figures(NamedTuple):
    """How many payment records are to be filed, and their sums in yen."""

    rows: int
    amount: int
    withheld: int


@dataclass(frozen=True, slots=True)
class Filing:
    """When the records of a year were filed, and what they said in sum."""

    at: datetime
    figures: Figures

    def stored(self) -> dict[str, str | int]:
        """As the policy keeps it."""
        return {"at": self.at.isoformat(), **self.figures._asdict()}


def payer_of(organization: Organization) -> Payer:
    """The payer of records and statements; the organization's own name until something is said."""
    stored = policy_of(organization).get("payer")
    known = stored if isinstance(stored, dict) else {}
    texts = {name: str(known.get(name) or "") for name in asdict(Payer())}
    return Payer(**{**texts, "name": texts["name"] or organization.name})


def gift_cards_taxed(organization: Organization) -> bool:
    """Whether gift cards given for interpreting are withheld from, as the organization decided."""
    return policy_of(organization).get("gift_cards_taxed") is True


def filings(organization: Organization) -> dict[int, Filing]:
    """Calendar year → what was filed of it, as far as somebody noted it."""
    stored = policy_of(organization).get("records_filed")
    known = stored if isinstance(stored, dict) else {}
    return {
        int(year): Filing(
            datetime.fromisoformat(one["at"]),
            Figures(one["rows"], one["amount"], one["withheld"]),
        )
        for year, one in known.items()
    }


def filed_years(organization: Organization) -> dict[int, datetime]:
    """Calendar year → when its payment records were filed."""
    return {year: one.at for year, one in filings(organization).items()}


def policy_of(organization: Organization) -> dict[str, Any]:
    """Everything that the organization decided, by name."""
    return organization.policy if isinstance(organization.policy, dict) else {}
