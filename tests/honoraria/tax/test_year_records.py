"""A calendar year of payment records: who is in it, with what, and in which year."""

from __future__ import annotations

from datetime import date

import pytest

from honoraria.models import Payment
from honoraria.tax.parts import parts_of_year
from honoraria.tax.payment_records import Sums
from honoraria.tax.year_records import sheets_in, undecided, year_records, years_with_payments
from tests.factories import VolunteerFactory
from tests.honoraria.tax.paying import entry_of, paid, payee, payment_of

JANUARY = date(2027, 1, 15)


pytestmark = pytest.mark.django_db


def test_a_year_sums_a_person_and_says_who_needs_a_record(city, hana, minh):
    for month in range(1, 13):
        paid(hana, 4500, date(2026, month, 3), date(2026, month, 20))
    paid(minh, 50_000, date(2026, 6, 3), date(2026, 6, 20))
    found = year_records(city, 2026, JANUARY)
    assert [one.volunteer for one in found.needed] == [hana]
    assert [one.volunteer for one in found.below] == [minh]
    assert found.needed[0].sums == Sums(54_000, 0, 5_508, 0)
    assert found.needed[0].payments == 12
    assert found.totals.amount == 104_000


def test_what_is_unpaid_on_the_day_of_preparation_stands_inside(city, hana):
    paid(hana, 60_000, date(2026, 6, 3), date(2026, 6, 20))
    paid(hana, 4500, date(2026, 12, 28), date(2027, 1, 20))
    paid(hana, 1000, date(2026, 12, 28))
    [one] = year_records(city, 2026, JANUARY).people
    assert one.sums == Sums(65_500, 5_500, 6_126 + 459 + 102, 459 + 102)
    [later] = year_records(city, 2026, date(2027, 1, 20)).people
    assert later.sums == Sums(65_500, 1_000, 6_687, 102)
    assert not year_records(city, 2027, JANUARY).people


def test_cancelled_and_returned_payments_count_as_unpaid(city, hana):
    paid(hana, 60_000, date(2026, 6, 3), date(2026, 6, 20), state="returned")
    paid(hana, 10_000, date(2026, 6, 3), state="cancelled")
    [one] = year_records(city, 2026, JANUARY).people
    assert one.sums == Sums(70_000, 70_000, 7_147, 7_147)


def test_entries_without_a_payment_belong_to_the_year_of_their_activity(city, hana):
    entry_of(hana, 30_000, 600)
    entry_of(hana, 30_000, state="approved", day=date(2026, 12, 28))
    entry_of(hana, 7_000, state="draft", day=date(2026, 12, 29))
    entry_of(hana, 9_000, day=date(2027, 1, 9))
    [old] = year_records(city, 2026, JANUARY).people
    assert old.sums == Sums(60_600, 60_600, 6_187, 6_187)
    [new] = year_records(city, 2027, JANUARY).people
    assert new.sums.amount == 9_000
    assert undecided(city, 2026) == 1


def test_december_counts_towards_the_threshold_of_its_own_year(city, hana):
    paid(hana, 48_000, date(2026, 6, 3), date(2026, 6, 20))
    entry_of(hana, 2_600, day=date(2026, 12, 20))
    [one] = year_records(city, 2026, JANUARY).needed
    assert one.sums == Sums(50_600, 2_600, 4_900 + 265, 265)


def test_paying_december_and_january_at_once_moves_nothing_to_the_new_year(city, hana):
    old = entry_of(hana, 60_000, day=date(2026, 12, 9))
    new = entry_of(hana, 30_001, day=date(2027, 1, 9))
    before = year_records(city, 2026, JANUARY).people[0].sums
    payment = payment_of([old, new], date(2027, 1, 9), date(2027, 2, 20))
    [first] = year_records(city, 2026, date(2027, 2, 25)).people
    [second] = year_records(city, 2027, date(2027, 2, 25)).people
    assert (first.sums.amount, first.sums.withheld) == (before.amount, before.withheld)
    assert first.sums.amount == 60_000
    assert second.sums.amount == 30_001
    assert first.sums.withheld + second.sums.withheld == payment.withheld == 9_189
    nets = [part.net for year in (2026, 2027) for part in parts_of_year(Payment.objects, year)]
    assert sum(nets) == payment.net


def test_sign_language_and_expenses_are_in_no_record(city, hana):
    sign = entry_of(hana, 60_000, tax="sign_language")
    spoken = entry_of(hana, 2_600)
    payment_of([sign, spoken], date(2026, 6, 3), date(2026, 6, 20))
    [one] = year_records(city, 2026, JANUARY).people
    assert one.sums == Sums(2_600, 0, 265, 0)
    assert not one.needed


def test_non_residents_have_their_own_threshold_and_form(city, hana):
    paid(hana, 500_000, date(2026, 6, 3), date(2026, 6, 20), residency="nonresident")
    found = year_records(city, 2026, JANUARY)
    assert (len(found.elsewhere), len(found.below)) == (0, 1)
    paid(hana, 1, date(2026, 7, 3), date(2026, 7, 20), residency="nonresident")
    found = year_records(city, 2026, JANUARY)
    assert [one.volunteer for one in found.elsewhere] == [hana]
    assert not found.needed
    assert found.elsewhere[0].form.startswith("非居住者等に支払われる")


def test_somebody_who_moved_abroad_has_two_records(city, hana):
    paid(hana, 60_000, date(2026, 3, 3), date(2026, 3, 20))
    paid(hana, 9_000, date(2026, 9, 3), date(2026, 9, 20), residency="nonresident")
    rows = [(one.residency, one.sums.amount) for one in year_records(city, 2026, JANUARY).people]
    assert rows == [("nonresident", 9_000), ("resident", 60_000)]


def test_names_and_addresses_are_those_given_for_the_record(city, hana, minh):
    hana.address = "東京都みなと市本町1-1"
    hana.save()
    payee(minh, legal_name="Nguyen Van Minh", address="みなと市2-2")
    for person in (hana, minh):
        paid(person, 60_000, date(2026, 6, 3), date(2026, 6, 20))
    rows = [(one.name, one.address) for one in year_records(city, 2026, JANUARY).needed]
    assert rows == [("山田 花", "東京都みなと市本町1-1"), ("Nguyen Van Minh", "みなと市2-2")]


def test_other_organizations_are_not_counted(city, town, hana):
    paid(VolunteerFactory(organization=town), 60_000, date(2026, 6, 3), date(2026, 6, 20))
    assert year_records(city, 2026, JANUARY).people == []
    assert years_with_payments(city) == []
    assert years_with_payments(town) == [2026]
    assert (sheets_in(city, 2026), sheets_in(town, 2026)) == (0, 1)


def test_a_year_takes_as_many_statements_for_many_as_for_one(city, django_assert_max_num_queries):
    for number in range(8):
        person = VolunteerFactory(organization=city, number=3000 + number)
        paid(person, 60_000, date(2026, 6, 3), date(2026, 6, 20))
    with django_assert_max_num_queries(6):
        rows = [(one.name, one.address) for one in year_records(city, 2026, JANUARY).needed]
    assert len(rows) == 8
