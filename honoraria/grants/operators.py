"""What an operator's invoice of a month should say, from the calls that ended.

The month is that of dialling, in Asia/Tokyo; yen are the sums of the calls. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, DurationField, F, Sum

from accounts.models import Organization
from dispatch.models import OperatorCall
from honoraria.models import Cost
from honoraria.months import Month


@dataclass(frozen=True, slots=True)
class Invoice:
    """Calls of one operator in a month; ``entered``: a cost of that month names the operator."""

    operator: int
    name: str
    calls: int
    minutes: int
    yen: int
    month: Month
    entered: bool

    @property
    def used_on(self) -> date:
        """The day that the cost is dated."""
        return self.month.last

    @property
    def description(self) -> str:
        """What the cost is for."""
        return f"外部通訳 {self.month.words}分（{self.calls}件・{self.minutes}分）"


def invoices(organization: Organization, month: Month) -> list[Invoice]:
    """Every operator that was called in the month, by name."""
    begin, end = month.instants()
    rows = (
        OperatorCall.objects.filter(
            request__organization=organization,
            state=OperatorCall.State.ENDED,
            dialled_at__gte=begin,
            dialled_at__lt=end,
        )
        .order_by("operator__name", "operator_id")
        .values_list("operator_id", "operator__name")
        .annotate(
            calls=Count("pk"),
            length=Sum(F("ended_at") - F("connected_at"), output_field=DurationField()),
            sum=Sum("yen", default=0),
        )
    )
    costs = Cost.objects.filter(organization=organization, used_on__range=(month.first, month.last))
    entered = set(costs.values_list("vendor", flat=True))
    return [
        Invoice(
            pk, name, calls, int(length.total_seconds() // 60) if length else 0, yen, month,
            name in entered,
        )
        for pk, name, calls, length, yen in rows
    ]  # fmt: skip
