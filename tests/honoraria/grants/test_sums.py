"""What holds for any entries and judgements: lines, categories, claim and snapshot agree to the yen."""

from __future__ import annotations

import time

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from honoraria.grants.calculation import year_days
from honoraria.grants.claim import Picture, picture, snapshot_of
from honoraria.grants.entries import SETTLED
from honoraria.grants.lines import HONORARIA_SQL, by_category
from honoraria.models import Honorarium, PaidBy, Tag
from tests import factories
from tests.factories import NOW
from tests.honoraria.grants import rows

pytestmark = pytest.mark.django_db
MANY = 20_000
amounts = st.tuples(st.integers(1, 50_000), st.integers(0, 5_000))
shares = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda s: (s[0], sum(s) or 1))
judgements = st.lists(st.tuples(amounts, shares, st.booleans()), min_size=1, max_size=6)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=judgements, costs=st.lists(st.tuples(st.integers(1, 10**7), shares), max_size=4))
def test_every_sum_is_the_same(db, entries, costs):
    with transaction.atomic():  # rolled back: each example begins with nothing
        city = factories.OrganizationFactory()
        grant = rows.programme(city)
        for (fee, transport), share, taken_back in entries:
            one = rows.entry(city, fee=fee, transport=transport)
            rows.judged(grant, one, *share)
            if taken_back:
                rows.judged(grant, rows.reversal(one), *share)
        for amount, share in costs:
            bought = rows.cost(city, state="approved", amount=amount, consumption_tax=0)
            rows.judged(grant, bought, *share)
        check(picture(grant), entries, costs)
        transaction.set_rollback(True)


def check(found: Picture, entries, costs):
    expected = sum(
        (fee + transport) * n // d for (fee, transport), (n, d), gone in entries if not gone
    )
    expected += sum(amount * n // d for amount, (n, d) in costs)
    assert found.eligible == expected
    assert found.eligible + found.ineligible == found.total
    categories = by_category(found.lines)
    assert sum(one.eligible for one in categories) == found.eligible
    assert sum(one.amount for one in categories) == found.total
    assert all(one.eligible + one.ineligible == one.amount for one in categories)
    frozen = snapshot_of(found, [], NOW)
    assert sum(row["eligible"] for row in frozen["lines"]) == found.eligible
    assert frozen["totals"] == {
        "amount": found.total,
        "eligible": found.eligible,
        "grant": found.grant.yen,
    }
    numbers = [line.number for line in found.lines if line.counts]
    assert len(set(numbers)) == len(numbers)
    assert all(numbers)


def test_many_lines_come_quickly(city):
    """20,000 lines within a few times of what their bare SELECT takes in the same run."""
    grant = rows.programme(city)
    one = rows.entry(city)
    judge = rows.person()
    fields = [field.attname for field in Honorarium._meta.concrete_fields if field.attname != "id"]
    values = {name: getattr(one, name) for name in fields}
    first = one.pk  # each corrects the one before, so that one report carries all
    made = Honorarium.objects.bulk_create(
        (
            Honorarium(pk=first + n, **(values | {"corrects_id": first + n - 1}))
            for n in range(1, MANY)
        ),
        batch_size=2000,
    )
    Tag.objects.bulk_create(
        (
            Tag(
                programme=grant,
                honorarium=entry,
                reason="desk_work",
                decided_at=NOW,
                decided_by=judge,
            )
            for entry in [one, *made]
        ),
        batch_size=2000,
    )
    bare, took = timed(lambda: select(grant)), timed(lambda: picture(grant).eligible)
    found = picture(grant)
    assert (len(found.lines), found.eligible) == (MANY, MANY * 3460)
    print(f"{took:.2f} s for the lines, {bare:.2f} s for their SELECT")
    assert took < 6 * bare
    assert len(snapshot_of(found, [], NOW)["lines"]) == MANY


def timed(act):
    """The quickest of three, in seconds: other work shares the machine."""
    found = []
    for _ in range(3):
        begin = time.perf_counter()
        act()
        found.append(time.perf_counter() - begin)
    return min(found)


def select(grant):
    """What the lines are read from, and nothing else."""
    first, last = year_days(grant.fiscal_year)
    given = [grant.pk, grant.organization_id, first, last, list(SETTLED), PaidBy.REQUESTER]
    with connection.cursor() as cursor:
        cursor.execute(HONORARIA_SQL, given)
        assert len(cursor.fetchall()) == MANY
