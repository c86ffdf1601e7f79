"""What a volunteer sees of the own payments: on which day how much arrived, or will arrive.

Only what was released is shown as coming; a batch that waits for its release may still change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from honoraria.models import Payment, PaymentBatch


@dataclass(frozen=True, slots=True)
class OwnPayment:
    """A payment in yen; ``day`` is when it was paid, or the day it is planned for."""

    payment: Payment
    day: date

    @property
    def is_paid(self) -> bool:
        """The money has left."""
        return self.payment.state == Payment.State.PAID


def own_cash(people: Sequence[int]) -> QuerySet[Payment]:
    """Cash that a person was handed, in every organization, the last first."""
    found = Payment.objects.filter(
        volunteer__in=people, batch__method=PaymentBatch.Method.CASH, state=Payment.State.PAID
    )
    return found.select_related("batch", "organization", "volunteer").order_by("-paid_on", "-pk")


def own_payments(people: Sequence[int], fiscal_year: int) -> list[OwnPayment]:
    """Payments of a person's rows in the registers from April to March, the last ones first."""
    first, last = date(fiscal_year, 4, 1), date(fiscal_year + 1, 3, 31)
    coming = Q(state=Payment.State.PLANNED, batch__state=PaymentBatch.State.RELEASED)
    paid = Q(state=Payment.State.PAID)
    found = Payment.objects.filter(
        paid & Q(paid_on__range=(first, last)) | coming & Q(batch__value_date__range=(first, last)),
        volunteer__in=people,
    ).select_related("batch", "organization")
    rows = [OwnPayment(one, one.paid_on or one.batch.value_date) for one in found]
    return sorted(rows, key=lambda row: (row.day, row.payment.pk), reverse=True)
