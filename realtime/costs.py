"""What messages cost, and the cap of an organization for one day (Asia/Tokyo), in whole yen.

Charged before a message is handed over, by one conditional statement, so that workers side by side
never pass the cap together; given back when it did not leave. The amounts are estimates from the
settings. Organizations live above: the accounts app says what the cap is through `cap_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Value
from django.db.models.functions import Greatest

from realtime.models import DailyCost, Message
from realtime.transports import Price

TOKYO = ZoneInfo("Asia/Tokyo")
WARN_FROM = 0.8
OVER = "cost_cap"
"""The error of a message that was not sent because of the cap."""


def _no_cap(organization_id: int) -> int | None:
    return None


cap_of: Callable[[int], int | None] = _no_cap
"""The cap of an organization in yen a day, None for none; set by the accounts app."""


@dataclass(frozen=True)
class Budget:
    """An organization's day: what is spent, the cap, and how many messages it held back."""

    yen: int
    cap: int | None
    held_back: int

    @property
    def is_over(self) -> bool:
        """Something was not sent, or nothing more will be."""
        return bool(self.held_back) or (self.cap is not None and self.yen >= self.cap)

    @property
    def warns(self) -> bool:
        """Most of the cap is used."""
        return self.cap is not None and self.yen >= self.cap * WARN_FROM


def charge(message: Message, price: Price, at: datetime) -> bool:
    """Charge a message to its organization's day, once; False when that would pass the cap.

    Sets ``segments``, ``cost_yen`` and ``charged_on``; the caller saves them in the same transaction.
    """
    message.segments = price.segments
    if not price.yen or message.cost_yen or not message.organization_id:
        return True
    day, _ = DailyCost.objects.get_or_create(
        organization_id=message.organization_id, day=day_of(at)
    )
    rows = DailyCost.objects.filter(pk=day.pk)
    cap = cap_of(message.organization_id)
    if cap is not None:
        rows = rows.filter(yen__lte=cap - price.yen)
    if not rows.update(yen=F("yen") + price.yen):
        DailyCost.objects.filter(pk=day.pk).update(held_back=F("held_back") + 1)
        return False
    message.cost_yen, message.charged_on = price.yen, day.day
    return True


def give_back(message: Message, at: datetime) -> None:
    """The message did not leave; its day, perhaps yesterday, costs less. The caller saves it."""
    if message.cost_yen:
        DailyCost.objects.filter(
            organization_id=message.organization_id, day=message.charged_on or day_of(at)
        ).update(yen=Greatest(F("yen") - message.cost_yen, Value(0)))  # fmt: skip
        message.cost_yen, message.charged_on = 0, None


def budget_of(organization_id: int, at: datetime) -> Budget:
    """The present day of an organization."""
    day = DailyCost.objects.filter(organization_id=organization_id, day=day_of(at)).first()
    cap = cap_of(organization_id)
    return Budget(day.yen if day else 0, cap, day.held_back if day else 0)


def day_of(at: datetime) -> date:
    """The day in Tokyo of an instant (UTC)."""
    return at.astimezone(TOKYO).date()
