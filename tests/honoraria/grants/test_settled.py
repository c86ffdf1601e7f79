"""A claim does not wait for money that nobody gets: what a correction settled, and bare tickets."""

from __future__ import annotations

import pytest

from honoraria.models import Honorarium
from honoraria.payments.selecting import settled_by_correction
from tests.honoraria.grants import rows
from tests.honoraria.grants.claiming import pay, points
from tests.honoraria.payments.paying import next_price

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def grant(city):
    return rows.programme(city)


@pytest.fixture
def taken_back(city, grant):
    """The closed reversal of an entry of 3,460 yen that was paid."""
    paid = rows.entry(city)
    rows.judged(grant, paid)
    pay(paid)
    found = rows.reversal(paid, state="closed")
    rows.judged(grant, found)
    return found


def priced_anew(grant, reversal, *, fee=3_000, transport=460, **more):
    fields = {"transport": transport, "approved_at": reversal.created_at}
    found = next_price(reversal, fee, **(fields | more))
    rows.judged(grant, found)
    return found


def test_what_is_worth_the_same_after_a_correction_waits_for_nothing(city, grant, taken_back):
    new = priced_anew(grant, taken_back)
    assert "unpaid" not in points(grant)
    assert settled_by_correction(city) == {taken_back.pk, new.pk}


def test_a_second_correction_is_settled_as_well(grant, taken_back):
    first = priced_anew(grant, taken_back, fee=4_000)
    assert points(grant)["unpaid"].count == 1
    again = rows.reversal(first, state="closed")
    rows.judged(grant, again)
    priced_anew(grant, again)
    assert "unpaid" not in points(grant)


@pytest.mark.parametrize("more", [{"fee": 3_001}, {"tax": "expenses"}, {"state": "approved"}])
def test_another_amount_tax_or_an_open_month_still_waits(city, grant, taken_back, more):
    priced_anew(grant, taken_back, **more)
    said = points(grant)["unpaid"]
    assert said.count == 1
    assert settled_by_correction(city) == set()


def test_nothing_but_a_ticket_waits_for_nothing(city, grant):
    ride = rows.entry(city, fee=0, transport=460, transport_to="carrier", state="closed")
    rows.judged(grant, ride)
    assert "unpaid" not in points(grant)
    Honorarium.objects.filter(pk=ride.pk).update(fee=500, total=960)
    assert points(grant)["unpaid"].count == 1
