"""The columns of a dataset: what kind of thing each holds, and its SQL as a cell and as text.

Formatting is done by the database, where it costs a tenth of what Python needs: days in the style
of the file (also by era), codes in words, the steps of a calculation in one line. Every piece of
SQL comes with its parameters; instants become wall time in Asia/Tokyo.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.csv_cells import RISKY_START
from honoraria.exporting.cells import neutral_sql

ERAS = (("令和", "R", "2019-05-01"), ("平成", "H", "1989-01-08"), ("昭和", "S", "1926-12-25"))
"""Name, letter and first day, the newest first; before them days are written in the Western way."""
STEPS = """(SELECT string_agg(coalesce(l.line ->> 'text', l.line #>> '{{}}'), ' / ' ORDER BY l.n)
    FROM jsonb_array_elements({0}) WITH ORDINALITY AS l(line, n))"""
# one or two steps, as most have, without the cost of a subquery
LINES = (
    "CASE jsonb_array_length({0}) WHEN 0 THEN '' WHEN 1 THEN {0} -> 0 ->> 'text' "
    "WHEN 2 THEN concat_ws(' / ', {0} -> 0 ->> 'text', {0} -> 1 ->> 'text') ELSE " + STEPS + " END"
)
TYPED = frozenset({"date", "time", "yen", "number"})


@dataclass(frozen=True, slots=True)
class Sql:
    """An expression and its parameters, in the order of their places."""

    text: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """How days are written, and what the accounts of the bookkeeping are called."""

    dates: str = "slash"
    accounts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a dataset. ``name`` is that of the column in the dataset's SELECT.

    ``kind``: text, date, time, yen, number; label (a code, ``words`` say it), lines (the steps of a
    calculation as JSON), account (a code that the mapping's accounts name).
    """

    name: str
    title: str
    kind: str = "text"
    width: int = 12
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def cell_kind(self) -> str:
        """The kind of its cell in a workbook: date, time, yen, number or text."""
        return self.kind if self.kind in TYPED else "text"

    def value(self, style: Style) -> Sql:
        """The typed cell: wall time without a zone, yen as a whole number, everything else text."""
        place = f'x."{self.name}"'
        if self.kind == "time":
            return Sql(f"date_trunc('minute', {place} AT TIME ZONE 'Asia/Tokyo')")
        if self.kind == "label":
            return _in_words(place, self.words)
        if self.kind == "account":
            return _in_words(place, style.accounts)
        if self.kind == "lines":
            return Sql(LINES.format(place))
        return Sql(place if self.kind in TYPED else f"{place}::text")

    def written(self, style: Style) -> Sql:
        """The cell as text, as a CSV file shows it; not yet neutral."""
        value = self.value(style)
        if self.kind == "date":
            return Sql(day_sql(value.text, style.dates))
        if self.kind == "time":
            return Sql(f"{day_sql(value.text, style.dates)} || to_char({value.text}, ' HH24:MI')")
        return Sql(f"{value.text}::text", value.params) if self.kind in TYPED else value

    def csv_cell(self, style: Style) -> Sql:
        """The cell of a CSV file: text made neutral, numbers and days as they are."""
        written = self.written(style)
        return written if self.kind in TYPED else made_neutral(written)


def made_neutral(sql: Sql) -> Sql:
    """The same text so that no spreadsheet runs it."""
    return Sql(neutral_sql(sql.text), (*sql.params, RISKY_START))


def day_sql(expression: str, style: str) -> str:
    """A day as text; ``style`` is one of `Mapping.DateStyle`."""
    patterns = {"slash": "YYYY/MM/DD", "iso": "YYYY-MM-DD", "compact": "YYYYMMDD"}
    if style in patterns:
        return f"to_char({expression}, '{patterns[style]}')"
    short = style == "wareki_short"
    cases = " ".join(
        f"WHEN {expression} >= DATE '{first}' THEN "
        + (_short_day if short else _era_day)(expression, letter if short else name, first)
        for name, letter, first in ERAS
    )
    return f"CASE {cases} ELSE to_char({expression}, 'YYYY/MM/DD') END"


def _era_day(expression: str, era: str, first: str) -> str:
    year = f"extract(year FROM {expression})::int - {int(first[:4]) - 1}"
    return (
        f"'{era}' || CASE {year} WHEN 1 THEN '元' ELSE ({year})::text END "
        f'|| to_char({expression}, \'"年"FMMM"月"FMDD"日"\')'
    )


def _short_day(expression: str, letter: str, first: str) -> str:
    year = f"extract(year FROM {expression})::int - {int(first[:4]) - 1}"
    return f"'{letter}' || lpad(({year})::text, 2, '0') || to_char({expression}, '.MM.DD')"


def _in_words(place: str, words: Mapping[str, str]) -> Sql:
    table = json.dumps({code: str(word) for code, word in words.items()}, ensure_ascii=False)
    return Sql(f"coalesce(%s::jsonb ->> {place}, {place})", (table,))
