"""What the desk has to look at after somebody changed the own entry: a line in its inbox."""

from __future__ import annotations

import secrets
from datetime import datetime

from realtime import events
from realtime.models import Inbound
from volunteers.models import Volunteer

CHANNEL = "page"
"""Not a way to send: said on the person's own page."""


def tell_desk(volunteer: Volunteer, text: str, *, at: datetime) -> Inbound:
    """Put a sentence (Japanese, for the office) into the inbox, until somebody ticks it off."""
    note = Inbound.objects.create(
        channel=CHANNEL,
        provider_id=f"{volunteer.key}:{secrets.token_hex(8)}",
        address="",
        body=text,
        received_at=at,
        state=Inbound.State.UNCLEAR,
        organization_id=volunteer.organization_id,
        recipient=volunteer.key,
        understood_as="page",
    )
    group = events.organization_group(volunteer.organization_id)
    events.publish("message.changed", note.pk, 0, group)
    return note
