"""A link to the cards that somebody received, for those who received any: `{% gifts_link %}`."""

from __future__ import annotations

from typing import Any

from django import template

from honoraria.gift_cards.access import CARDS
from honoraria.models import Payment

register = template.Library()


@register.inclusion_tag("volunteer/gifts_link.html", takes_context=True)
def gifts_link(context: template.Context) -> dict[str, Any]:
    """How many hand-outs wait for the reader's signature, and whether there are any at all."""
    user = context["request"].user
    mine = Payment.objects.filter(
        volunteer__user=user.pk, batch__method=CARDS, state=Payment.State.PAID
    )
    receipts = list(mine.values_list("receipt_at", flat=True)) if user.is_authenticated else []
    return {"any": bool(receipts), "waiting": receipts.count(None)}
