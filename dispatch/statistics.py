"""How well a desk serves who asks: the success rate that courts publish for their interpreters.

Success = (fulfilled + customer did not attend) ÷ (completed − cancelled by customer). Only a human
interpreter fulfils: a device that bridged the time until a follow-up does not. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from accounts.models import Organization
from dispatch.models import Request

BY_CUSTOMER = [Request.CancelledBy.RESIDENT, Request.CancelledBy.BODY]


@dataclass(frozen=True)
class Success:
    """Requests of a period that have come to an end, by how they ended.

    ``fulfilled`` includes those to which the customer did not come: somebody was there for them.
    """

    fulfilled: int
    by_device: int
    unmet: int
    cancelled_by_us: int
    cancelled_by_customer: int

    @property
    def completed(self) -> int:
        """All of them."""
        return self.counted + self.cancelled_by_customer

    @property
    def counted(self) -> int:
        """Those that count: completed without what the customer called off."""
        return self.fulfilled + self.by_device + self.unmet + self.cancelled_by_us

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; None when nothing has ended yet."""
        return self.fulfilled / self.counted if self.counted else None


def success_rate(organization: Organization, since: datetime, until: datetime) -> Success:
    """Of the requests whose appointment began in ``since`` ≤ start < ``until`` (UTC); one statement.

    What is still open or waits for its report is not completed and does not count.
    """
    over = Q(status=Request.Status.FINISHED)
    off = Q(status=Request.Status.CANCELLED)
    found = Request.objects.of(organization).filter(starts_at__gte=since, starts_at__lt=until)
    return Success(
        **found.aggregate(
            fulfilled=Count("pk", filter=over & Q(device_used_at=None)),
            by_device=Count("pk", filter=over & Q(device_used_at__isnull=False)),
            unmet=Count("pk", filter=Q(status=Request.Status.UNMET)),
            cancelled_by_us=Count("pk", filter=off & ~Q(cancelled_by__in=BY_CUSTOMER)),
            cancelled_by_customer=Count("pk", filter=off & Q(cancelled_by__in=BY_CUSTOMER)),
        )
    )
