"""What a volunteer adds to an answer that was given already."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from dispatch.actions.common import lock_request, log, save_and_announce
from dispatch.models import Offer
from dispatch.neighbours import name_on

LENGTH = 300


def explain_decline(
    offer: Offer, *, reason: str, at: datetime, by: User | None = None, label: str = ""
) -> Offer:
    """Keep why somebody said no, for the desk; nothing happens unless the no still stands."""
    with transaction.atomic():
        request = lock_request(offer.request_id)
        offer = Offer.objects.select_for_update().select_related("volunteer").get(pk=offer.pk)
        reason = reason[:LENGTH]
        if offer.state != Offer.State.DECLINED or offer.decline_reason == reason:
            return offer
        offer.decline_reason = reason
        offer.save(update_fields=["decline_reason"])
        log(
            request,
            "offer.explained",
            by=by,
            at=at,
            label=label or name_on(offer),
            offer=offer.pk,
            volunteer=offer.volunteer_id,
            reason=reason,
        )
        save_and_announce(request, volunteers=[offer.volunteer_id])
    return offer
