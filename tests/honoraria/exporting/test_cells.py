"""Cells made in SQL say the same as Python: neutral texts, days by era, wall time, steps."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection

from honoraria.exporting.cells import RISKY_START, neutral, neutral_sql
from honoraria.exporting.columns import Column, Style, day_sql
from honoraria.exporting.writers import unwritable

pytestmark = pytest.mark.django_db


def ask(text, params=()):
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchall()


def test_the_database_neutralises_exactly_what_python_does():
    parts = (
        range(1, 0x3100),
        range(0xF900, 0x10000),
        range(0x1F600, 0x1F640),
        range(0xE0000, 0xE0200),
    )
    texts = [f"{chr(code)}A1" for part in parts for code in part]
    texts += [f"{blank}{sign}1" for blank in " \u3000\u00a0" for sign in "=+-@＝＋－＠\t\r\nx"]
    sql = f"SELECT t, {neutral_sql('t')} FROM unnest(%s::text[]) AS t"
    wrong = [text for text, made in ask(sql, (RISKY_START, texts)) if made != neutral(text)]
    assert wrong == []


@pytest.mark.parametrize(
    "text", ["=1+1", "+81", "-1", "@x", "＝1", "＋1", "－1", "＠x", "\t=", "\r="]
)
def test_every_risky_sign_is_among_them(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("kind", ["yen", "number"])
def test_negative_amounts_stay_numbers(kind):
    cell = Column("n", "金額", kind).csv_cell(Style())
    ((found,),) = ask(f"SELECT {cell.text} FROM (SELECT -739 AS n) AS x", cell.params)
    assert found == "-739"


@pytest.mark.parametrize(
    ("day", "style", "expected"),
    [
        ("2026-11-30", "slash", "2026/11/30"),
        ("2026-11-30", "iso", "2026-11-30"),
        ("2026-11-30", "compact", "20261130"),
        ("2026-11-30", "wareki", "令和8年11月30日"),
        ("2026-03-05", "wareki", "令和8年3月5日"),
        ("2019-05-01", "wareki", "令和元年5月1日"),
        ("2019-04-30", "wareki", "平成31年4月30日"),
        ("1989-01-07", "wareki", "昭和64年1月7日"),
        ("1926-12-25", "wareki", "昭和元年12月25日"),
        ("1926-12-24", "wareki", "1926/12/24"),
        ("2026-03-05", "wareki_short", "R08.03.05"),
        ("1989-01-08", "wareki_short", "H01.01.08"),
    ],
)
def test_days_are_written_in_the_style_of_the_file(day, style, expected):
    assert ask(f"SELECT {day_sql('d', style)} FROM (SELECT %s::date AS d) AS x", (day,)) == [
        (expected,)
    ]


def test_instants_are_wall_time_in_tokyo():
    cell = Column("t", "開始", "time").csv_cell(Style("wareki"))
    sql = f"SELECT {cell.text} FROM (SELECT '2026-12-31T15:00:59Z'::timestamptz AS t) AS x"
    assert ask(sql, cell.params) == [("令和9年1月1日 00:00",)]


@pytest.mark.parametrize(
    "lines",
    [[], ["一"], ["一", "二"], ["一", "二", "三"], [str(n) for n in range(12)], ["=1", "二"]],
)
def test_the_steps_of_a_calculation_are_one_neutral_line(lines):
    steps = json.dumps([{"text": line, "amount": 1} for line in lines], ensure_ascii=False)
    cell = Column("s", "内訳", "lines").csv_cell(Style())
    ((found,),) = ask(
        f"SELECT {cell.text} FROM (SELECT %s::jsonb AS s) AS x", (*cell.params, steps)
    )
    assert found == neutral(" / ".join(lines))


def test_codes_are_said_in_words_and_unknown_ones_stay():
    cell = Column("c", "状態", "label", words={"draft": "承認待ち"}).csv_cell(Style())
    sql = f"SELECT {cell.text} FROM unnest(ARRAY['draft', 'odd', NULL]) AS x(c)"
    assert [found for (found,) in ask(sql, cell.params)] == ["承認待ち", "odd", None]


def test_every_day_of_a_century_agrees_with_the_calendar():
    first = date(1990, 1, 1)
    days = [first + timedelta(days=n) for n in range(0, 36_000, 17)]
    found = ask(f"SELECT {day_sql('d', 'wareki')} FROM unnest(%s::date[]) AS x(d)", (days,))
    eras = [("令和", date(2019, 5, 1), 2018), ("平成", date(1989, 1, 8), 1988)]
    for day, (text,) in zip(days, found, strict=True):
        era, _, before = next(one for one in eras if day >= one[1])
        year = day.year - before
        assert text == f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def test_cp932_changes_no_letter_but_the_signs_that_the_document_names():
    changed = {}
    for code in [*range(0x20, 0xD800), *range(0xE000, 0x10000)]:
        letter = chr(code)
        if not unwritable(letter, "cp932"):
            read = letter.encode("cp932").decode("cp932")
            changed |= {} if read == letter else {letter: read}
    assert changed == {"−": "－", "〜": "～", "‖": "∥", "¢": "￠", "£": "￡", "¬": "￢"}
