"""Days at the tax office, thresholds of payment records, fiscal and tax years, eras."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honoraria.tax.payment_records import (
    Part,
    filing_due,
    must_file,
    must_file_electronically,
    sums_of,
)
from honoraria.tax.remittance import due_date, is_tax_office_day
from honoraria.tax.years import (
    era_year,
    fiscal_label,
    fiscal_year,
    tax_label,
    tax_year,
    wareki,
)


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_tax_is_due_on_the_first_open_day_from_the_tenth_of_the_next_month(paid_on):
    due = due_date(paid_on)
    tenth = (paid_on.replace(day=1) + timedelta(days=31)).replace(day=10)
    assert tenth <= due
    assert is_tax_office_day(due)
    between = (tenth + timedelta(days=n) for n in range((due - tenth).days))
    assert not any(is_tax_office_day(one) for one in between)


@pytest.mark.parametrize(
    ("paid_on", "due"),
    [
        (date(2026, 12, 31), date(2027, 1, 12)),  # a Sunday, then the day of coming of age
        (date(2026, 9, 30), date(2026, 10, 12 + 1)),  # a Saturday, then the day of sport
        (date(2026, 1, 1), date(2026, 2, 10)),
    ],
)
def test_closed_days_move_the_due_date(paid_on, due):
    assert due_date(paid_on) == due


@pytest.mark.parametrize("text", ["2026-12-29", "2026-12-30", "2026-12-31", "2027-01-01",
                                  "2028-01-03", "2026-11-23", "2026-11-21"])  # fmt: skip
def test_the_tax_office_is_closed(text):
    assert not is_tax_office_day(date.fromisoformat(text))


@pytest.mark.parametrize("text", ["2026-12-28", "2027-01-04", "2026-11-24"])
def test_the_tax_office_is_open(text):
    assert is_tax_office_day(date.fromisoformat(text))


@pytest.mark.parametrize(("total", "residency", "needed"), [
    (0, "resident", False), (50_000, "resident", False), (50_001, "resident", True),
    (500_000, "nonresident", False), (500_001, "nonresident", True),
])  # fmt: skip
def test_a_record_is_needed_above_the_threshold(total, residency, needed):
    assert must_file(total, residency) is needed


@pytest.mark.parametrize(("on", "sheets", "needed"), [
    ("2026-12-31", 99, False), ("2026-12-31", 100, True), ("2027-01-01", 29, False),
    ("2027-01-01", 30, True), ("2030-01-31", 30, True),
])  # fmt: skip
def test_electronic_filing_becomes_compulsory(on, sheets, needed):
    assert must_file_electronically(date.fromisoformat(on), sheets) is needed


def test_records_are_due_at_the_end_of_january_or_the_next_open_day():
    assert filing_due(2026) == date(2027, 2, 1)
    assert filing_due(2027) == date(2028, 1, 31)


def test_a_record_sums_what_was_decided_in_the_year_and_tells_what_is_unpaid():
    parts = [
        Part(4500, 459, date(2025, 12, 31), date(2026, 1, 20)),  # of the year before
        Part(5000, 510, date(2026, 6, 5), date(2026, 6, 20)),
        Part(3000, 306, date(2026, 12, 5), date(2027, 1, 15)),
        Part(2000, 204, date(2026, 12, 28)),
        Part(9000, 918, date(2027, 1, 5), date(2027, 1, 20)),
    ]
    early = sums_of(parts, 2026, date(2027, 1, 14))
    assert (early.amount, early.unpaid) == (10_000, 5_000)
    assert (early.withheld, early.unwithheld) == (1_020, 510)
    late = sums_of(parts, 2026, date(2027, 1, 15))
    assert (late.unpaid, late.paid, late.remitted) == (2_000, 8_000, 816)
    assert late.amount == early.amount


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(2027, 1, 1), "令和9年1月1日"),
    ],
)
def test_days_have_the_name_of_their_era(day, text):
    assert wareki(day) == text


def test_before_the_gregorian_calendar_there_is_no_name():
    with pytest.raises(ValueError, match="Gregorian"):
        era_year(date(1872, 12, 31))


def test_fiscal_years_turn_in_april_and_tax_years_in_january():
    march, april = date(2026, 3, 31), date(2026, 4, 1)
    assert (fiscal_year(march), fiscal_year(april)) == (2025, 2026)
    assert (tax_year(date(2026, 12, 31)), tax_year(date(2027, 1, 1))) == (2026, 2027)
    assert (fiscal_label(2026), tax_label(2026)) == ("令和8年度", "令和8年分")


def test_the_year_in_which_the_era_changes_takes_the_new_name():
    assert fiscal_label(2019) == "令和元年度"
    assert fiscal_label(2018) == "平成30年度"
