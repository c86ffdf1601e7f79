"""The entries of a month counted for its pages: their sums, and how many have which doubtful point.

The sums come in one plain statement, which PostgreSQL spreads over its processes; it also says whether
there is anything that could have a rarer point, so that those need no statement of their own in most
months. The points are those of `honoraria.closing.points`. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from accounts.models import Organization
from honoraria.closing import points
from honoraria.models import Honorarium
from honoraria.months import Month, Totals


@dataclass(frozen=True, slots=True)
class Counted:
    """A month: its sums; drafts and reversals to approve; ``doubts`` by the codes of `ONLY`."""

    totals: Totals
    drafts: int
    reversals: int
    doubts: dict[str, int]


def counted(organization: Organization, month: Month) -> Counted:
    """Everything that the closing of a month says about its entries."""
    found = Honorarium.objects.of(organization).between(month.first, month.last)
    draft, reversal = Q(state=Honorarium.State.DRAFT), Q(kind=Honorarium.Kind.REVERSAL)
    rare = {"unusual": points.far_above(organization, found) & ~reversal, "taken_back": reversal}
    sums = found.order_by().aggregate(
        count=Count("pk"),
        time=Sum("minutes", default=0),
        fees=Sum("fee", default=0),
        travel=Sum("transport", default=0),
        drafts=Count("pk", filter=draft & ~reversal),
        reversals=Count("pk", filter=draft & reversal),
        recorded=Count("pk", filter=points.RECORDED_BY_APPROVER),
        **{code: Count("pk", filter=match) for code, match in rare.items()},
    )
    doubts = {code: points.select(found, code, organization).count() for code in rare if sums[code]}
    doubts = dict.fromkeys(points.ONLY, 0) | doubts
    doubts["receipt"] = points.select(found, "receipt", organization).count()
    # two counts, because the join is quick only when no entry without a report is asked for
    confirmed = found.filter(points.CONFIRMED_BY_APPROVER).count()
    doubts["single_handed"] = confirmed + sums["recorded"]
    totals = Totals(
        count=sums["count"],
        drafts=sums["drafts"] + sums["reversals"],
        minutes=sums["time"],
        fee=sums["fees"],
        transport=sums["travel"],
        total=sums["fees"] + sums["travel"],  # as a constraint says of every entry
    )
    return Counted(totals, sums["drafts"], sums["reversals"], doubts)
