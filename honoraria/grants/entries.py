"""What may be tagged for a programme: approved entries and costs of its fiscal year, untagged first.

The fiscal year goes by the day of the activity or use. What a requester pays to the volunteer in
person is no cost of the organization and is never among them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Organization
from honoraria.grants.calculation import year_days
from honoraria.models import (
    Cost,
    Honorarium,
    HonorariumQuerySet,
    PaidBy,
    Programme,
    Tag,
    TransportTo,
)

SETTLED = (Honorarium.State.APPROVED, Honorarium.State.CLOSED, Honorarium.State.PAID)
HONORARIA, COSTS = "honoraria", "costs"
STATES = [
    ("", "すべて"),
    ("untagged", "未区分"),
    ("whole", "対象"),
    ("part", "按分"),
    ("none", "対象外"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries of a programme somebody wants to see or to tag."""

    kind: str = HONORARIA
    state: str = ""
    desk: int | None = None
    tariff: int | None = None
    field: str = ""
    category: str = ""

    def as_detail(self) -> dict[str, str]:
        """The filter for the audit trail and for links."""
        words = {"kind": self.kind, "state": self.state, "field": self.field}
        words |= {"category": self.category, "desk": str(self.desk or "")}
        return words | {"tariff": str(self.tariff or "")}


def honoraria_of_year(organization: Organization | int, fiscal_year: int) -> HonorariumQuerySet:
    """Approved, closed and paid entries, reversals included."""
    key = organization if isinstance(organization, int) else organization.pk
    return Honorarium.objects.filter(
        organization_id=key, activity_date__range=year_days(fiscal_year), state__in=SETTLED
    ).exclude(paid_by=PaidBy.REQUESTER)


def costs_of_year(organization: Organization | int, fiscal_year: int) -> QuerySet[Cost]:
    """Approved costs, reversals included."""
    key = organization if isinstance(organization, int) else organization.pk
    return Cost.objects.filter(
        organization_id=key, used_on__range=year_days(fiscal_year), state=Cost.State.APPROVED
    )


def claimable(row: Honorarium | Cost) -> int:
    """Yen that a claim may count: of an entry without the tickets that the carrier is paid."""
    if isinstance(row, Cost):
        return row.amount
    return row.total - (row.transport if row.transport_to == TransportTo.CARRIER else 0)


def honoraria_to_tag(programme: Programme, wanted: Wanted) -> QuerySet[Honorarium]:
    """The entries of the filter, untagged first, then by day; each with ``tagged`` (0 or 1)."""
    found: QuerySet[Honorarium] = honoraria_of_year(
        programme.organization_id, programme.fiscal_year
    )
    if wanted.desk:
        found = found.filter(assignment__request__desk=wanted.desk)
    if wanted.tariff:
        found = found.filter(tariff_version__tariff=wanted.tariff)
    if wanted.field:
        found = found.filter(assignment__request__field=wanted.field)
    tags = Tag.objects.filter(programme=programme, honorarium=OuterRef("pk"))
    return _by_state(found, tags, wanted.state).order_by("tagged", "activity_date", "pk")


def costs_to_tag(programme: Programme, wanted: Wanted) -> QuerySet[Cost]:
    """The costs of the filter, as `honoraria_to_tag`."""
    found = costs_of_year(programme.organization_id, programme.fiscal_year)
    if wanted.category:
        found = found.filter(category=wanted.category)
    tags = Tag.objects.filter(programme=programme, cost=OuterRef("pk"))
    return _by_state(found, tags, wanted.state).order_by("tagged", "used_on", "pk")


def _by_state(found: QuerySet, tags: QuerySet[Tag], state: str) -> QuerySet:
    kinds = {
        "whole": tags.filter(numerator=F("denominator")),
        "part": tags.filter(numerator__gt=0, numerator__lt=F("denominator")),
        "none": tags.filter(numerator=0),
    }
    found = found.annotate(tagged=Exists(tags))
    if state == "untagged":
        return found.filter(tagged=False)
    return found.filter(Exists(kinds[state])) if state in kinds else found


def untagged_counts(organization: Organization | int, fiscal_year: int) -> tuple[int, int]:
    """How many entries and costs of the year no programme has judged yet."""
    own = Tag.objects.filter(programme__fiscal_year=fiscal_year)
    honoraria = honoraria_of_year(organization, fiscal_year).filter(
        ~Exists(own.filter(honorarium=OuterRef("pk")))
    )
    costs = costs_of_year(organization, fiscal_year).filter(
        ~Exists(own.filter(cost=OuterRef("pk")))
    )
    return honoraria.count(), costs.count()


def with_partners(model: type[Honorarium] | type[Cost], keys: set[int]) -> set[int]:
    """The keys with the reversals of these and what these reverse: a pair is judged as one."""
    pairs = model._default_manager.filter(Q(pk__in=keys) | Q(corrects__in=keys))
    if model is Honorarium:
        pairs = pairs.filter(Q(kind=Honorarium.Kind.REVERSAL))
    rows = pairs.filter(corrects__isnull=False).values_list("pk", Coalesce("corrects_id", "pk"))
    return keys | {key for row in rows for key in row}
