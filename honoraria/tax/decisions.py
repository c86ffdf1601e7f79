"""What the organization itself says about tax: who files its papers, and how gift cards are treated.

Both are stored in ``Organization.policy`` and changed on the tax page, where each change is logged.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from accounts.models import Organization
from honoraria.tax.form309 import Payer


def payer_of(organization: Organization) -> Payer:
    """The payer of records and statements; the organization's own name until something is said."""
    stored = _policy(organization).get("payer")
    known = stored if isinstance(stored, dict) else {}
    texts = {name: str(known.get(name) or "") for name in asdict(Payer())}
    return Payer(**{**texts, "name": texts["name"] or organization.name})


def gift_cards_taxed(organization: Organization) -> bool:
    """Whether gift cards given for interpreting are withheld from, as the organization decided."""
    return _policy(organization).get("gift_cards_taxed") is True


def _policy(organization: Organization) -> dict[str, Any]:
    return organization.policy if isinstance(organization.policy, dict) else {}
