"""The secret addresses of calendars: made, renewed and switched off by their owner.

Whoever knows the address may read the calendar, without a sign-in, because calendar programs have
none; so the address is long, belongs to one person or desk, and stops working the moment it is
renewed or switched off.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from accounts.audit import WORDS, record
from accounts.models import User
from dispatch.models import Desk
from volunteers.models import Volunteer

WORDS.update(
    {"calendar.renewed": "カレンダーのアドレスを発行", "calendar.closed": "カレンダーの公開を停止"}
)


def renew_feed(owner: Volunteer | Desk, *, by: User | None, at: datetime) -> str:
    """A new address; the old one stops working at once. Returns the token."""
    return _set(owner, secrets.token_urlsafe(32), "calendar.renewed", by=by, at=at)


def close_feed(owner: Volunteer | Desk, *, by: User | None, at: datetime) -> None:
    """No address any more; twice is once."""
    if owner.feed_token:
        _set(owner, None, "calendar.closed", by=by, at=at)


def _set(
    owner: Volunteer | Desk, token: str | None, verb: str, *, by: User | None, at: datetime
) -> str:
    with transaction.atomic():
        type(owner).objects.filter(pk=owner.pk).update(feed_token=token)
        owner.feed_token = token
        record(
            owner.key if isinstance(owner, Volunteer) else f"desk:{owner.pk}",
            verb,
            organization=owner.organization_id,
            by=by,
            at=at,
            label="" if by else str(owner),
        )
    return token or ""
