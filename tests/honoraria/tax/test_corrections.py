"""Corrections and the tax year: before the records are filed in the old year, after that in theirs."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from honoraria.actions import approve, correct
from honoraria.models import Honorarium, Payment
from honoraria.months import Month
from honoraria.tax.actions import mark_filed
from honoraria.tax.decisions import filed_years
from honoraria.tax.fixing import fixed_in_sql, fixed_on
from honoraria.tax.parts import parts_of_year
from honoraria.tax.payment_records import Kind, Sums
from honoraria.tax.year_records import year_records, years_with_payments
from tests.honoraria.closing.months_of import close
from tests.honoraria.tax.paying import entry_of, noon, payment_of, reversal_of

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER = date(2026, 11, 9), date(2026, 12, 9)
BEFORE, FILED, AFTER = date(2027, 1, 8), date(2027, 1, 20), date(2027, 2, 3)
LATER = date(2027, 3, 1)


@pytest.fixture
def filed(city, accountant):
    """The records of 2026 are filed on 20 January 2027, at noon."""

    def _filed() -> None:
        mark_filed(city, 2026, True, by=accountant, at=noon(FILED))
        city.refresh_from_db()

    return _filed


def sums(city, year: int, on: date = LATER) -> list[tuple[int, int]]:
    return [(one.sums.amount, one.sums.withheld) for one in year_records(city, year, on).people]


def test_a_correction_before_filing_lowers_the_year_of_what_it_takes_back(city, hana):
    old = entry_of(hana, 60_000, day=NOVEMBER)
    wrong = entry_of(hana, 10_000, day=DECEMBER)
    payment_of([old, wrong], DECEMBER, date(2026, 12, 25))
    reversal_of(wrong, BEFORE)
    assert sums(city, 2026) == [(60_000, 7_147 - 1_021)]
    assert sums(city, 2027) == []


def test_a_correction_after_filing_belongs_to_the_year_in_which_it_is_booked(city, hana, filed):
    old, wrong = entry_of(hana, 60_000, day=NOVEMBER), entry_of(hana, 10_000, day=DECEMBER)
    payment_of([old, wrong], DECEMBER, date(2026, 12, 25))
    filed()
    reversal_of(wrong, AFTER)
    assert sums(city, 2026) == [(70_000, 7_147)]
    assert sums(city, 2027) == [(-10_000, -1_021)]


def test_a_filed_record_stays_when_it_is_paid_together_with_a_later_reversal(city, hana, filed):
    due = entry_of(hana, 60_000, day=NOVEMBER)
    wrong = entry_of(hana, 10_000, day=date(2026, 10, 9), state="paid")
    payment_of([wrong], date(2026, 10, 9), date(2026, 11, 20))
    filed()
    before = sums(city, 2026)
    taken_back = reversal_of(wrong, AFTER)
    assert sums(city, 2026) == before == [(70_000, 7_147)]
    payment = payment_of([due, taken_back], AFTER, date(2027, 2, 15))
    assert (payment.gross, payment.withheld) == (50_000, 5_105)
    assert sums(city, 2026) == before
    assert sums(city, 2027) == [(-10_000, -1_021)]
    nets = [part.net for year in (2026, 2027) for part in parts_of_year(Payment.objects, year)]
    assert sum(nets) == 10_000 - 1_021 + payment.net


def test_the_new_price_follows_what_it_corrects(city, hana, filed):
    wrong = entry_of(hana, 60_000, day=DECEMBER)
    payment_of([wrong], DECEMBER, date(2026, 12, 25))
    filed()
    reversal = reversal_of(wrong, AFTER)
    reversal_of(reversal, AFTER, kind="priced", fee=55_000)
    assert sums(city, 2026) == [(60_000, 6_126)]
    assert [amount for amount, _ in sums(city, 2027)] == [-5_000]


def test_a_correction_in_an_open_december_leaves_the_filed_year_alone(
    city, hana, accountant, admin, filed
):
    wrong = entry_of(hana, 60_000, day=NOVEMBER)
    payment_of([wrong], NOVEMBER, date(2026, 12, 25))
    close(city, Month(2026, 11), accountant)
    filed()
    before = sums(city, 2026)
    reversal = correct(wrong, "時間の誤り", by=accountant, at=noon(AFTER))
    assert reversal.booked_on == date(2026, 12, 1)
    approve(reversal, by=admin, at=noon(AFTER))
    assert sums(city, 2026) == before == [(60_000, 6_126)]
    assert sums(city, 2027) == [(-60_000, -6_126)]
    assert years_with_payments(city) == [2027, 2026]


def test_the_day_of_approval_is_that_of_tokyo(city, hana, filed):
    wrong = entry_of(hana, 10_000, day=DECEMBER)
    filed()
    late = datetime(2027, 12, 31, 15, 0, tzinfo=UTC)
    reversal_of(wrong, AFTER, booked_on=DECEMBER, approved_at=late)
    [found] = Honorarium.objects.filter(kind="reversal").annotate(
        fixed=fixed_in_sql({city.pk: filed_years(city)})
    )
    assert found.fixed == fixed_on(found, filed_years(city)) == date(2028, 1, 1)


@pytest.mark.parametrize("booked_on", [None, DECEMBER, date(2027, 4, 1)])
@pytest.mark.parametrize("on", [BEFORE, FILED, AFTER])
def test_python_and_the_database_know_the_same_day(city, hana, filed, on, booked_on):
    filed()
    wrong = entry_of(hana, 10_000, day=DECEMBER)
    reversal_of(wrong, on, booked_on=booked_on or on)
    years = filed_years(city)
    rows = Honorarium.objects.annotate(fixed=fixed_in_sql({city.pk: years}))
    for one in rows:
        assert one.fixed == fixed_on(one, years)
    assert rows.get(kind="reversal").fixed == (
        DECEMBER if on == BEFORE else max(on, booked_on or on)
    )


def test_a_reversal_that_waits_leaves_nothing_unpaid_below_zero(city, hana):
    wrong = entry_of(hana, 60_000, day=NOVEMBER)
    payment_of([wrong], NOVEMBER, date(2026, 12, 25))
    entry_of(hana, 4_500, day=DECEMBER)
    reversal_of(wrong, DECEMBER)
    [one] = year_records(city, 2026, LATER).people
    assert one.sums == Sums(4_500, 0, 6_126 - 5_666, 0)


def test_years_are_those_of_the_activities(city, hana, filed):
    wrong = entry_of(hana, 10_000, day=DECEMBER)
    assert years_with_payments(city) == [2026]
    filed()
    reversal_of(wrong, AFTER)
    assert years_with_payments(city) == [2027, 2026]


@pytest.mark.parametrize(("treaty", "taxes"), [(False, (12_252, 6_126)), (True, (0, 0))])
def test_a_payment_from_abroad_or_under_a_treaty_splits_by_its_own_rate(city, hana, treaty, taxes):
    old, new = entry_of(hana, 60_000, day=DECEMBER), entry_of(hana, 30_000, day=BEFORE)
    payment_of([old, new], BEFORE, AFTER, residency="nonresident", treaty=treaty)
    assert sums(city, 2026) == [(60_000, taxes[0])]
    assert sums(city, 2027) == [(30_000, taxes[1])]


def test_translations_are_told_apart_from_interpreting(city, hana):
    spoken, written = entry_of(hana, 60_000, day=NOVEMBER), entry_of(hana, 20_005, day=NOVEMBER)
    type(written.assignment.request).objects.filter(pk=written.assignment.request_id).update(
        mode="translation"
    )
    for state in ("unpaid", "paid"):
        if state == "paid":
            payment_of([spoken, written], NOVEMBER, date(2026, 12, 25))
        [one] = year_records(city, 2026, LATER).people
        both = one.kinds
        assert [(kind, both[kind].amount, both[kind].withheld) for kind in Kind] == [
            (Kind.INTERPRETING, 60_000, 6_126), (Kind.TRANSLATION, 20_005, 2_042),
        ]  # fmt: skip
        assert (one.sums.amount, one.sums.withheld) == (80_005, 8_168)
