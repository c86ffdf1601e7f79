"""Links to cards and cash that somebody received, for those who received any.

`{% gifts_link %}` and `{% cash_link %}`.
"""

from __future__ import annotations

from typing import Any

from django import template

from honoraria.gift_cards.access import CARDS
from honoraria.models import Payment, PaymentBatch

register = template.Library()


@register.inclusion_tag("volunteer/gifts_link.html", takes_context=True)
def gifts_link(context: template.Context) -> dict[str, Any]:
    """How many hand-outs wait for the reader's signature, and whether there are any at all."""
    return _receipts(context, CARDS)


@register.inclusion_tag("volunteer/cash_link.html", takes_context=True)
def cash_link(context: template.Context) -> dict[str, Any]:
    """The same for cash."""
    return _receipts(context, PaymentBatch.Method.CASH)


def _receipts(context: template.Context, method: str) -> dict[str, Any]:
    user = context["request"].user
    mine = Payment.objects.filter(
        volunteer__user=user.pk, batch__method=method, state=Payment.State.PAID
    )
    receipts = list(mine.values_list("receipt_at", flat=True)) if user.is_authenticated else []
    return {"any": bool(receipts), "waiting": receipts.count(None)}
