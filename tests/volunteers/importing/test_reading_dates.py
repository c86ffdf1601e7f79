"""Dates as registers write them."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from volunteers.importing.dates import age_on, birth_date_problems, parse_date


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1963/12/11", date(1963, 12, 11)),
        ("1963-12-11", date(1963, 12, 11)),
        ("1963.12.11", date(1963, 12, 11)),
        ("１９６３年１２月１１日", date(1963, 12, 11)),
        ("西暦1963年12月11日", date(1963, 12, 11)),
        ("2026/3/31(火)", date(2026, 3, 31)),
        ("2026/3/31 0:00:00", date(2026, 3, 31)),
        ("S31.10.26", date(1956, 10, 26)),
        ("s31/10/26", date(1956, 10, 26)),
        ("Ｓ３１．１０．２６", date(1956, 10, 26)),
        ("昭和45年9月5日", date(1970, 9, 5)),
        ("昭和 45 年 9 月 5 日", date(1970, 9, 5)),
        ("昭和四十五年九月五日", date(1970, 9, 5)),
        ("昭和二十年十月十一日", date(1945, 10, 11)),
        ("昭45.9.5", date(1970, 9, 5)),
        ("㍼45年9月5日", date(1970, 9, 5)),
        ("大正10年1月2日", date(1921, 1, 2)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("H元.5.1", date(1989, 5, 1)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R9.3.31", date(2027, 3, 31)),
        ("令和9年3月末", date(2027, 3, 31)),
        ("2028年2月末日", date(2028, 2, 29)),
        ("20260331", date(2026, 3, 31)),
        (20260331, date(2026, 3, 31)),
        (datetime(2009, 8, 21), date(2009, 8, 21)),
        (date(2009, 8, 21), date(2009, 8, 21)),
    ],
)
def test_every_style_of_date_is_read(typed, meant):
    parsed = parse_date(typed)
    assert (parsed.value, parsed.problems, parsed.rest) == (meant, (), "")


@pytest.mark.parametrize("typed", [25569, 25569.0, "25569"])
def test_an_excel_number_is_read_and_said_to_be_one(typed):
    parsed = parse_date(typed)
    assert parsed.value == date(1970, 1, 1)
    assert [problem.code for problem in parsed.problems] == ["date_from_number"]


@pytest.mark.parametrize("typed", ["", None, "なし", "-", "  "])
def test_nothing_is_no_problem(typed):
    parsed = parse_date(typed)
    assert (parsed.value, parsed.problems, parsed.rest) == (None, (), "")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2026/2/30", "date_impossible"),
        ("H5.13.1", "date_impossible"),
        ("1850/1/1", "date_implausible"),
        (date(2999, 1, 1), "date_implausible"),
        ("S45", "date_incomplete"),
        ("1970年", "date_incomplete"),
        ("昭和45年生まれ", "date_incomplete"),
        ("3/4/70", "date_order"),
        ("31/3/2027", "date_order"),
        ("不明", "date_unreadable"),
        (True, "date_unreadable"),
        (12, "date_unreadable"),
        (float("nan"), "date_unreadable"),
        (float("inf"), "date_unreadable"),
        (time(9, 0), "date_unreadable"),
    ],
)
def test_what_is_no_date_stays_as_text_with_the_reason(typed, code):
    parsed = parse_date(typed)
    assert parsed.value is None
    assert [problem.code for problem in parsed.problems] == [code]
    assert parsed.rest == str(typed) == parsed.problems[0].original


@pytest.mark.parametrize(
    ("typed", "meant"), [("平成32年3月31日", date(2020, 3, 31)), ("S64.1.8", date(1989, 1, 8))]
)
def test_a_year_past_its_era_is_computed_and_told(typed, meant):
    parsed = parse_date(typed)
    assert parsed.value == meant
    assert [problem.code for problem in parsed.problems] == ["date_outside_era"]


def test_the_last_days_of_an_era_belong_to_it():
    assert parse_date("S64.1.7").problems == ()
    assert parse_date("H31.4.30").problems == ()


def test_age_is_counted_in_completed_years():
    assert age_on(date(2008, 4, 2), date(2026, 4, 1)) == 17
    assert age_on(date(2008, 4, 1), date(2026, 4, 1)) == 18
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17


@pytest.mark.parametrize(
    ("born", "codes"),
    [
        (date(2008, 4, 1), []),
        (date(2008, 4, 2), ["minor"]),
        (date(2026, 4, 2), ["birth_date_in_future"]),
        (date(1924, 1, 1), ["age_over_100"]),
    ],
)
def test_odd_birth_dates_are_pointed_out(born, codes):
    found = birth_date_problems(born, date(2026, 4, 1), "x")
    assert [problem.code for problem in found] == codes
