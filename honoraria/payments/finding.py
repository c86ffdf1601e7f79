"""The findings about a batch for its page: read without locks, checked again at the release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from honoraria.models import Payment, PaymentBatch
from honoraria.payments.verifying import findings


@dataclass(slots=True)
class Grouped:
    """Findings of one code; a warning is accepted once for all of them."""

    code: str
    blocks: bool
    texts: list[str]


def batch_findings(batch: PaymentBatch, at: datetime) -> list[Grouped]:
    """What speaks against the release now; what blocks comes first."""
    rows = batch.payments.filter(state=Payment.State.PLANNED)
    people = rows.select_related("volunteer", "volunteer__payee", "account")
    found = findings(batch, list(people.order_by("volunteer__number", "pk")), at)
    groups: dict[tuple[bool, str], Grouped] = {}
    for one in sorted(found, key=lambda one: not one.blocks):
        key = (one.blocks, one.code)
        groups.setdefault(key, Grouped(one.code, one.blocks, [])).texts.append(one.text)
    return list(groups.values())
