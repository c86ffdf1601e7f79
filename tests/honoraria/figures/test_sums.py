"""Every dimension and the tickets come to the total of the months' page, whatever was booked."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from honoraria.closing.year import year_of
from honoraria.figures.charts import Bar
from honoraria.figures.sums import DIMENSIONS, NO_DESK, Sum, year_sums
from honoraria.figures.tables import cost_table, drawn, tables
from honoraria.models import PaidBy, TransportTo
from honoraria.months import Month, Wanted, entries, totals
from tests import factories
from tests.honoraria.closing.months_of import JANUARY
from tests.honoraria.figures.spending import spent, taken_back
from tests.honoraria.grants.rows import cost, judged, programme

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 5)


def words_of(organization, year=2026, desk=None):
    found = tables(organization, year_sums(organization, year, desk))
    return {one.name: {row.label: row for row in one.rows} for one in found}


def test_each_entry_stands_once_in_every_table(city):
    desk = factories.DeskFactory(organization=city, name="東窓口")
    version = factories.TariffVersionFactory(tariff__organization=city, tariff__name="市の基準")
    spent(city, DAY, 3000, transport=460, desk=desk, language="vi", field="legal",
          tariff_version=version)  # fmt: skip
    expected = Sum(activities=1, minutes=90, fee=3000, transport=460, approved=3460)
    found = words_of(city)
    assert found["month"]["11月"].sums == expected
    assert found["month"]["10月"].sums == Sum()
    labels = {"desk": "東窓口", "language": "ベトナム語", "field": "法律", "tariff": "市の基準"}
    for name, label in {**labels, "programme": "対象区分が未決定"}.items():
        assert [(one.label, one.sums) for one in found[name].values()] == [(label, expected)]


def test_the_months_stand_in_the_order_of_the_fiscal_year(city):
    assert list(words_of(city)["month"]) == [
        *(f"{n}月" for n in range(4, 13)), "1月", "2月", "3月",
    ]  # fmt: skip


def test_a_year_begins_in_april_by_the_day_of_booking(city):
    spent(city, date(2026, 3, 31), 1000)
    spent(city, date(2026, 3, 31), 2000, booked_on=date(2026, 4, 1))
    spent(city, date(2027, 3, 31), 4000)
    spent(city, date(2027, 4, 1), 8000)
    assert year_sums(city, 2026).whole.total == 6000
    found = words_of(city)["month"]
    assert (found["4月"].total, found["3月"].total) == (2000, 4000)


def test_a_reversal_takes_away_hours_money_and_the_activity(city):
    desk = factories.DeskFactory(organization=city)
    entry = spent(city, DAY, 3000, transport=460, desk=desk, state="closed")
    taken_back(entry, date(2026, 12, 1), state="draft")
    found = words_of(city)
    assert found["month"]["11月"].sums == Sum(1, 90, 3000, 460, closed=3460)
    assert found["month"]["12月"].sums == Sum(-1, -90, -3000, -460, draft=-3460)
    both = Sum(0, 0, 0, 0, draft=-3460, closed=3460)
    for name in DIMENSIONS[1:]:
        assert [one.sums for one in found[name].values()] == [both]


def test_a_booking_that_was_called_off_costs_and_is_no_activity(city, hana, admin):
    assignment = factories.AssignmentFactory(
        request__organization=city, volunteer=hana, state="cancelled"
    )
    values = {"report": None, "assignment": assignment, "organization": city, "volunteer": hana}
    factories.HonorariumFactory(
        kind="cancelled", minutes=0, fee=1500, transport=0, activity_date=DAY, recorded_by=admin,
        **values,
    )  # fmt: skip
    found = words_of(city)
    for name in DIMENSIONS:
        whole = [one.sums for one in found[name].values() if one.sums != Sum()]
        assert whole == [Sum(activities=0, fee=1500, draft=1500)]


def test_the_states_are_told_apart(city):
    for n, state in enumerate(("draft", "approved", "closed", "paid")):
        spent(city, DAY, 10**n, state=state)
    whole = year_sums(city, 2026).whole
    assert (whole.draft, whole.approved, whole.closed, whole.paid) == (1, 10, 100, 1000)
    assert whole.total == 1111


def test_programmes_go_by_what_was_decided(city):
    one, other = programme(city, name="運営"), programme(city, name="整備")
    spent(city, DAY, 1)
    judged(one, spent(city, DAY, 10), 0, 1)
    judged(one, spent(city, DAY, 100), 1, 2)
    shared = spent(city, DAY, 1000)
    judged(one, shared, 1, 2)
    judged(other, shared, 1, 2)
    not_here = spent(city, DAY, 10_000)
    judged(one, not_here, 0, 1)
    judged(other, not_here)
    judged(other, cost(city, amount=500, state="approved"))
    cost(city, amount=7)
    rows = words_of(city)["programme"]
    assert {label: (row.sums.total, row.costs) for label, row in rows.items()} == {
        "対象区分が未決定": (1, 7),
        "対象外と決定": (10, 0),
        "2026年度 運営": (100, 0),
        "複数の事業で按分": (1000, 0),
        "2026年度 整備": (10_000, 500),
    }


def test_costs_stand_by_month_category_and_state(city):
    cost(city, category="rent", amount=1000, used_on=date(2026, 4, 1))
    cost(city, category="rent", amount=200, used_on=DAY, state="approved", paid_on=None)
    cost(city, category="training", amount=30, used_on=DAY, state="approved")
    cost(city, amount=9, used_on=date(2026, 3, 31))
    found = year_sums(city, 2026)
    rent, training = cost_table(found).rows
    assert (rent.label, rent.count, rent.draft, rent.approved, rent.paid) == (
        "使用料及び賃借料", 2, 1000, 200, 0,
    )  # fmt: skip
    assert (training.label, training.paid) == ("研修費", 30)
    assert cost_table(found).whole.total == 1230
    assert (found.costs_by_month()[0], found.costs_by_month()[7]) == (1000, 230)
    assert found.last_year[11] == 9


def test_what_requesters_pay_directly_is_no_cost_of_the_organization(city):
    spent(city, DAY, 1000)
    spent(city, DAY, 500, paid_by=PaidBy.REQUESTER)
    spent(city, date(2025, 11, 5), 70)
    spent(city, date(2025, 11, 5), 500, paid_by=PaidBy.REQUESTER)
    found = year_sums(city, 2026)
    assert (found.whole.total, found.whole.direct) == (1500, 500)
    assert found.spent_by_month()[7] == 1000
    assert found.last_year[7] == 70


def test_a_carriers_ticket_counts_once_by_its_bill(city):
    carrier = {"transport": 460, "transport_to": TransportTo.CARRIER, "paid_by": "bank"}
    entry = spent(city, DAY, 3000, state="closed", **carrier)
    cost(city, category="travel", amount=460, used_on=DAY, state="approved")
    spent(city, date(2025, 11, 5), 1000, **carrier)
    found = year_sums(city, 2026)
    assert found.whole == Sum(1, 90, 3000, 0, closed=3000, tickets=460)
    assert (found.spent_by_month()[7], found.last_year[7]) == (3460, 1000)
    assert words_of(city)["month"]["11月"].total == 3460
    taken_back(entry, date(2026, 12, 1))
    assert year_sums(city, 2026).whole == Sum(0, 0, 0, 0, approved=-3000, closed=3000)


def test_costs_stand_in_the_month_and_year_in_which_they_are_booked(city):
    cost(city, amount=500, used_on=date(2026, 3, 20), booked_on=date(2026, 4, 1))
    cost(city, amount=30, used_on=date(2026, 10, 2), booked_on=date(2026, 11, 1))
    found = year_sums(city, 2026)
    assert (found.costs_by_month()[0], found.costs_by_month()[7]) == (500, 30)
    assert (found.costs_by_month()[6], found.last_year[11]) == (0, 0)


def test_one_desk_leaves_out_what_is_not_its_own(city):
    east, west = (factories.DeskFactory(organization=city) for _ in range(2))
    spent(city, DAY, 1, desk=east)
    spent(city, DAY, 20, desk=west)
    spent(city, DAY, 300)
    spent(city, date(2025, 4, 2), 4000, desk=east)
    cost(city, amount=50_000)
    found = year_sums(city, 2026, east.pk)
    assert (found.whole.total, found.costs, found.last_year[0]) == (1, None, 4000)
    assert {name: sum(one.total for one in by.values()) for name, by in found.by.items()} == (
        dict.fromkeys(DIMENSIONS, 1)
    )
    assert year_sums(city, 2026, NO_DESK).whole.total == 300


def test_another_town_is_never_counted(city, town):
    spent(town, DAY)
    cost(town)
    programme(town)
    found = year_sums(city, 2026)
    assert (found.whole, found.costs) == (Sum(), [])
    assert set(words_of(city)["programme"]) == set()


def test_a_long_list_is_drawn_as_its_largest_and_the_rest():
    bars = [Bar(str(n), (n, 1)) for n in range(30)]
    found = drawn(bars)
    assert len(found) == 12
    assert (found[-1].label, found[-1].parts) == ("ほか19件", (sum(range(11, 30)), 19))


def test_the_number_of_statements_stays_the_same(city):
    def count():
        with CaptureQueriesContext(connection) as asked:
            found = year_sums(city, 2026)
            tables(city, found)
        return len(asked)

    empty = count()
    for n in range(6):
        made = spent(city, DAY, language=["vi", "en", "ne"][n % 3],
                     desk=factories.DeskFactory(organization=city))  # fmt: skip
        judged(programme(city, name=f"事業{n}"), made)
        cost(city)
    assert count() == empty == 7


DAYS = st.dates(date(2026, 3, 1), date(2027, 4, 30))
ENTRY = st.fixed_dictionaries(
    {
        "on": DAYS,
        "fee": st.integers(0, 99_999),
        "transport": st.integers(0, 2_000),
        "transport_to": st.sampled_from(TransportTo),
        "minutes": st.integers(0, 600),
        "desk": st.integers(-1, 1),
        "language": st.sampled_from(["vi", "en", "ne"]),
        "field": st.sampled_from(["medical", "legal"]),
        "tariff": st.integers(0, 1),
        "state": st.sampled_from(["draft", "approved", "closed", "paid"]),
        "later": st.integers(0, 60),
        "reversed": st.booleans(),
        "tags": st.lists(st.integers(0, 2), max_size=2),
    }
)


class Town:
    """Two desks, two tariffs, two programmes."""

    def __init__(self) -> None:
        self.city = factories.OrganizationFactory()
        self.desks = [factories.DeskFactory(organization=self.city) for _ in range(2)]
        self.versions = [
            factories.TariffVersionFactory(tariff__organization=self.city) for _ in range(2)
        ]
        self.programmes = [programme(self.city, name=f"事業{n}") for n in range(2)]

    def book(self, one) -> None:
        on = one["on"]
        entry = spent(
            self.city, on, one["fee"], transport=one["transport"], minutes=one["minutes"],
            transport_to=one["transport_to"], state=one["state"], language=one["language"], field=one["field"],
            desk=self.desks[one["desk"]] if one["desk"] >= 0 else None,
            tariff_version=self.versions[one["tariff"]],
            booked_on=date.fromordinal(on.toordinal() + one["later"]),
        )  # fmt: skip
        for place, share in enumerate(one["tags"]):
            judged(self.programmes[place], entry, share, 2)
        if one["reversed"]:
            taken_back(entry, date.fromordinal(entry.booked_on.toordinal() + 31))


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(booked=st.lists(ENTRY, max_size=6))
def test_every_dimension_and_the_tickets_come_to_the_total_of_the_months_page(booked):
    town = Town()
    for one in booked:
        town.book(one)
    page = year_of(town.city, 2026, JANUARY)
    found = tables(town.city, year_sums(town.city, 2026))
    assert [one.name for one in found] == list(DIMENSIONS)
    for table in found:
        whole = table.whole
        assert whole.sums.total + whole.sums.tickets == page.total
        assert whole.hours == page.hours
        states = whole.sums.draft + whole.sums.approved + whole.sums.closed + whole.sums.paid
        assert states == whole.sums.total
        assert [table.chart.bars[n].total for n in range(len(table.chart.bars))] == [
            row.total for row in table.rows
        ]
    for row, line in zip(found[0].rows, page.months, strict=True):
        month = totals(entries(town.city, Wanted(month=Month(*line.month.first.timetuple()[:2]))))
        tickets = row.sums.tickets
        assert (row.sums.total + tickets, row.sums.minutes) == (line.total, line.minutes)
        assert (row.sums.fee, row.sums.transport + tickets) == (month.fee, month.transport)
    desks = [one.pk for one in town.desks]
    parts = [year_sums(town.city, 2026, desk).whole for desk in [*desks, NO_DESK]]
    assert sum(one.total + one.tickets for one in parts) == page.total
