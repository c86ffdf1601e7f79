"""Sums of a fiscal year by every dimension: the same entries, put together in one statement.

A year is April to March of the day on which an entry or a cost is booked, as on the page of the
months. A ticket bought from the carrier counts as a cost, by its bill, and not with the entry, so
that every dimension and the tickets come to the total of that page. A reversal takes away what it
reverses, also its activity; a booking that was called off is none. Minutes are whole, amounts
integer yen. Reads only, in a constant number of statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, models

from accounts.models import Organization
from honoraria.grants.calculation import year_days
from honoraria.models import PaidBy, Payment, PaymentBatch, TransportTo

DIMENSIONS = ("month", "desk", "language", "field", "tariff", "programme")
UNJUDGED, NOT_ELIGIBLE, SEVERAL = 0, -1, -2  # in place of a programme's key
NO_DESK = 0

# the joins are the costly part: made once for six dimensions. Tags are counted per entry first,
# because an entry may be shared by several programmes and must not count twice. ``ticket`` are the
# yen that the carrier gets; they are in no other sum.
ENTRIES = """
WITH judged AS (
    SELECT t.honorarium_id, CASE count(*) FILTER (WHERE t.numerator > 0)
        WHEN 0 THEN {not_eligible} WHEN 1 THEN min(t.programme_id) FILTER (WHERE t.numerator > 0)
        ELSE {several} END AS programme
    FROM honoraria_tag t JOIN honoraria_programme p ON p.id = t.programme_id
    WHERE p.organization_id = %s AND t.honorarium_id IS NOT NULL GROUP BY t.honorarium_id
), entry AS (
    SELECT extract(month FROM h.booked_on)::int AS month, coalesce(q.desk_id, {no_desk}) AS desk,
        q.language, q.field, tv.tariff_id AS tariff, coalesce(j.programme, {unjudged}) AS programme,
        h.state, h.paid_by,
        CASE WHEN h.report_id IS NULL THEN 0 WHEN h.kind = 'reversal' THEN -1 ELSE 1 END AS activity,
        h.minutes, h.fee, h.transport - {ticket} AS transport, h.total - {ticket} AS total,
        {ticket} AS ticket
    FROM honoraria_honorarium h
    JOIN dispatch_assignment a ON a.id = h.assignment_id
    JOIN dispatch_request q ON q.id = a.request_id
    JOIN honoraria_tariffversion tv ON tv.id = h.tariff_version_id
    LEFT JOIN judged j ON j.honorarium_id = h.id
    WHERE h.organization_id = %s AND h.booked_on BETWEEN %s AND %s {desk}
)
SELECT grouping(month, desk, language, field, tariff, programme),
    coalesce(month::text, desk::text, language, field, tariff::text, programme::text, ''),
    sum(activity)::bigint, sum(minutes)::bigint, sum(fee)::bigint, sum(transport)::bigint,
    coalesce(sum(total) FILTER (WHERE state = 'draft'), 0)::bigint,
    coalesce(sum(total) FILTER (WHERE state = 'approved'), 0)::bigint,
    coalesce(sum(total) FILTER (WHERE state = 'closed'), 0)::bigint,
    coalesce(sum(total) FILTER (WHERE state = 'paid'), 0)::bigint,
    coalesce(sum(total) FILTER (WHERE paid_by = '{requester}'), 0)::bigint, sum(ticket)::bigint
FROM entry
GROUP BY GROUPING SETS ((month), (desk), (language), (field), (tariff), (programme))
"""
LAST_YEAR = """
SELECT extract(month FROM h.booked_on)::int, sum(h.total - {ticket})::bigint
FROM honoraria_honorarium h {joins}
WHERE h.organization_id = %s AND h.booked_on BETWEEN %s AND %s AND h.paid_by <> '{requester}' {desk}
GROUP BY 1
"""
JOINS = """
JOIN dispatch_assignment a ON a.id = h.assignment_id
JOIN dispatch_request q ON q.id = a.request_id
"""
COSTS = """
SELECT c.booked_on >= %s, extract(month FROM c.booked_on)::int, c.category,
    CASE WHEN c.state = 'draft' THEN 'draft' WHEN c.paid_on IS NULL THEN 'approved' ELSE 'paid' END,
    coalesce(j.programme, {unjudged}), sum(c.amount)::bigint, count(*)
FROM honoraria_cost c LEFT JOIN (
    SELECT t.cost_id, CASE count(*) FILTER (WHERE t.numerator > 0)
        WHEN 0 THEN {not_eligible} WHEN 1 THEN min(t.programme_id) FILTER (WHERE t.numerator > 0)
        ELSE {several} END AS programme
    FROM honoraria_tag t JOIN honoraria_programme p ON p.id = t.programme_id
    WHERE p.organization_id = %s AND t.cost_id IS NOT NULL GROUP BY t.cost_id
) j ON j.cost_id = c.id
WHERE c.organization_id = %s AND c.booked_on BETWEEN %s AND %s
GROUP BY 1, 2, 3, 4, 5
"""
WORDS: dict[str, Any] = {
    "unjudged": UNJUDGED,
    "not_eligible": NOT_ELIGIBLE,
    "several": SEVERAL,
    "no_desk": NO_DESK,
    "requester": PaidBy.REQUESTER.value,
    "ticket": f"CASE h.transport_to WHEN '{TransportTo.CARRIER.value}' THEN h.transport ELSE 0 END",
}


class Sum(NamedTuple):
    """What the entries of one month, desk, … come to.

    ``activities`` counts a reversal as -1. The four states add up to the total; ``direct`` is the
    part that requesters pay to the person themselves, which is no cost of the organization.
    ``tickets`` are bought from the carrier: part of no total here, their bills are costs.
    """

    activities: int = 0
    minutes: int = 0
    fee: int = 0
    transport: int = 0
    draft: int = 0
    approved: int = 0
    closed: int = 0
    paid: int = 0
    direct: int = 0
    tickets: int = 0

    @property
    def total(self) -> int:
        """Fee and what of the transport the person is paid."""
        return self.fee + self.transport

    def plus(self, other: Sum) -> Sum:
        """Both together."""
        return Sum(*map(sum, zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class CostPart:
    """Costs besides honoraria: ``state`` is draft, approved (not paid yet) or paid."""

    month: int
    category: str
    state: str
    programme: int
    amount: int
    count: int


@dataclass(frozen=True, slots=True)
class YearSums:
    """A fiscal year: sums by dimension and key, and what last year's months cost.

    ``costs`` is None where a desk was chosen: costs belong to no desk. Keys are texts: the number
    of the month, of the desk, tariff or programme, the tag of the language, the code of the field.
    ``cards_tax`` is the tax that the organization bears for cards, by the day of payment; it is in
    no sum and belongs to no desk.
    """

    year: int
    by: dict[str, dict[str, Sum]]
    costs: list[CostPart] | None
    last_year: list[int]
    cards_tax: int = 0

    @property
    def whole(self) -> Sum:
        """The year."""
        found = Sum()
        for one in self.by["month"].values():
            found = found.plus(one)
        return found

    def costs_by_month(self) -> list[int]:
        """Costs besides honoraria, April first."""
        found = [0] * 12
        for one in self.costs or []:
            found[place_of(one.month)] += one.amount
        return found

    def spent_by_month(self) -> list[int]:
        """What each month cost the organization, April first."""
        found = self.costs_by_month()
        for month, one in self.by["month"].items():
            found[place_of(int(month))] += one.total - one.direct
        return found


def place_of(month: int) -> int:
    """0 for April, 11 for March."""
    return (month - 4) % 12


def year_sums(organization: Organization, year: int, desk: int | None = None) -> YearSums:
    """The sums of a fiscal year; ``desk``: the key of a desk, `NO_DESK` for entries without one.

    The desk must be one of the organization's.
    """
    by: dict[str, dict[str, Sum]] = {name: {} for name in DIMENSIONS}
    for grouped, key, *numbers in _entries(organization, year, desk):
        by[_dimension(grouped)][key] = Sum(*numbers)
    last_year = [0] * 12
    for month, total in _last_year(organization, year - 1, desk):
        last_year[place_of(month)] += total
    costs, cards_tax = None, 0
    if desk is None:
        costs, cards_tax = [], _cards_tax(organization, year)
        for this_year, *values in _costs(organization, year):
            if this_year:
                costs.append(CostPart(*values))
            else:
                last_year[place_of(values[0])] += values[4]
    return YearSums(year, by, costs, last_year, cards_tax)


def _entries(organization: Organization, year: int, desk: int | None) -> list[tuple[Any, ...]]:
    whose = [organization.pk, *year_days(year)]
    condition, chosen = _at_desk(desk)
    return _fetched(ENTRIES.format(desk=condition, **WORDS), [organization.pk, *whose, *chosen])


def _last_year(organization: Organization, year: int, desk: int | None) -> list[tuple[Any, ...]]:
    condition, chosen = _at_desk(desk)
    joins = "" if desk is None else JOINS
    text = LAST_YEAR.format(desk=condition, joins=joins, **WORDS)
    return _fetched(text, [organization.pk, *year_days(year), *chosen])


def _costs(organization: Organization, year: int) -> list[tuple[Any, ...]]:
    """Of this year and of the last, told apart by the first column."""
    first, last = year_days(year)
    before, _ = year_days(year - 1)
    return _fetched(COSTS.format(**WORDS), [first, organization.pk, organization.pk, before, last])


def _cards_tax(organization: Organization, year: int) -> int:
    """Yen of tax on top of the cards that were handed out in the year."""
    paid = Payment.objects.filter(
        organization=organization, paid_on__range=year_days(year), state=Payment.State.PAID,
        batch__method=PaymentBatch.Method.GIFT_CARD, withheld__gt=0,
    )  # fmt: skip
    found: int = paid.aggregate(sum=models.Sum("withheld", default=0))["sum"]
    return found


def _at_desk(desk: int | None) -> tuple[str, list[int]]:
    if desk is None:
        return "", []
    return ("AND q.desk_id IS NULL", []) if desk == NO_DESK else ("AND q.desk_id = %s", [desk])


def _dimension(grouped: int) -> str:
    """GROUPING() has a bit for each expression, the first one highest: 0 where it was grouped by."""
    bits = (1 << len(DIMENSIONS)) - 1
    return DIMENSIONS[len(DIMENSIONS) - (bits ^ grouped).bit_length()]


def _fetched(text: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return list(cursor.fetchall())
