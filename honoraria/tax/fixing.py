"""On which day a payment became fixed (支払の確定した日): the day that decides the tax year.

Interpreting is a service: what is owed for it becomes fixed when the service is completed
(所得税基本通達36-8), so an entry belongs to the year of its activity, whenever it is closed or paid.
A correction belongs there, too, until the records of that year are filed; after that it belongs to
the year in which it was approved and booked, so that a filed record does not change: a December that
is still open takes its booking, but not its tax year. Python and SQL say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db.models import Case, DateField, F, Q, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, TruncDate

from accounts.models import Organization
from accounts.times import TOKYO, local
from honoraria.models import Honorarium
from honoraria.tax.decisions import filed_years

Filed = Mapping[int, datetime]
"""Calendar year → when its records were filed."""


def fixed_on(entry: Honorarium, filed: Filed) -> date:
    """The day on which the payment of an entry became fixed. ``filed``: of its organization."""
    if entry.corrects_id is None:
        return entry.activity_date
    when = filed.get(entry.activity_date.year)
    if when is None or entry.approved_at is None or entry.approved_at < when:
        return entry.activity_date
    return max(entry.booked_on, local(entry.approved_at).date())


def latest_fixed(entries: Iterable[Honorarium], filed: Filed) -> date:
    """The day of a payment that holds several entries: the last of theirs."""
    return max(fixed_on(one, filed) for one in entries)


def fixed_in_sql(filed: Mapping[int, Filed], entry: str = "") -> Combinable:
    """`fixed_on` as an expression. ``filed`` by organization; ``entry``: ``honorarium__`` and such."""
    late = [
        When(
            Q(
                **{
                    f"{entry}organization": organization,
                    f"{entry}corrects__isnull": False,
                    f"{entry}activity_date__range": (date(year, 1, 1), date(year, 12, 31)),
                    f"{entry}approved_at__gte": when,
                }
            ),
            then=Greatest(F(f"{entry}booked_on"), TruncDate(f"{entry}approved_at", tzinfo=TOKYO)),
        )
        for organization, years in filed.items()
        for year, when in years.items()
    ]
    day = F(f"{entry}activity_date")
    return Case(*late, default=day, output_field=DateField()) if late else day


def filed_by(organizations: Iterable[Organization]) -> dict[int, dict[int, datetime]]:
    """What `fixed_in_sql` wants: every organization's filed years, by its key."""
    return {one.pk: filed_years(one) for one in organizations}
