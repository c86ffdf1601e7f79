"""What the organization itself says about tax: who files its papers, gift cards, what was filed.

All of it is stored in ``Organization.policy`` and changed on the tax pages; each change is logged.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from accounts.models import Organization
from honoraria.tax.form309 import Payer


def payer_of(organization: Organization) -> Payer:
    """The payer of records and statements; the organization's own name until something is said."""
    stored = policy_of(organization).get("payer")
    known = stored if isinstance(stored, dict) else {}
    texts = {name: str(known.get(name) or "") for name in asdict(Payer())}
    return Payer(**{**texts, "name": texts["name"] or organization.name})


def gift_cards_taxed(organization: Organization) -> bool:
    """Whether gift cards given for interpreting are withheld from, as the organization decided."""
    return policy_of(organization).get("gift_cards_taxed") is True


def filed_years(organization: Organization) -> dict[int, datetime]:
    """Calendar year → when its payment records were filed, as far as somebody said or made the file."""
    stored = policy_of(organization).get("records_filed")
    known = stored if isinstance(stored, dict) else {}
    return {int(year): datetime.fromisoformat(at) for year, at in known.items()}


def policy_of(organization: Organization) -> dict[str, Any]:
    """Everything that the organization decided, by name."""
    return organization.policy if isinstance(organization.policy, dict) else {}
