"""Sheets of a workbook for a ministry: titles, facts, tables with sums, ready to be printed.

A sum is a formula, and below it stands what this system says, so that a reader sees both agree.
Nothing out of the data becomes a formula: texts are texts, also those that begin with ``=``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from accounts.csv_cells import neutral

FONT = {"font_name": "游ゴシック", "font_size": 10, "valign": "top"}
A4 = 9
LONGEST = 32_767  # letters of a cell
MOST_FROZEN = 8  # rows that may stay in sight
LONGEST_HEAD = 80  # letters on top of a printed page
SUM, CHECK = "合計", "照合"
CHECKED = "「照合」は、システムが計算した合計です。「合計」の式と一致します。"
ROW, TITLE_ROW = 17, 27  # points
PATTERNS = {
    "yen": "#,##0;[Red]-#,##0",
    "number": "#,##0",
    "percent": "0.00",
    "date": "yyyy/mm/dd",
    "month": 'yyyy"年"m"月"',
    "hours": "[h]:mm",
    "text": "@",
}
_RIGHT = {"align": "right", "indent": 1}
_MIDDLE = {"align": "center"}
_ALIGNED: dict[str, dict[str, Any]] = {
    "yen": _RIGHT,
    "number": _RIGHT,
    "percent": _RIGHT,
    "hours": _RIGHT,
    "date": _MIDDLE,
    "month": _MIDDLE,
}
_LOOKS: dict[str, dict[str, Any]] = {
    "head": {"bold": True, "bg_color": "#E8EFEE", "border": 1, "text_wrap": True},
    "cell": {"border": 1, "border_color": "#999999"},
    "wrap": {"text_wrap": True},
    "sum": {"bold": True, "border": 1, "top": 2},
    "quote": {"quote_prefix": True},
    "title": {"bold": True, "font_size": 15},
    "bold": {"bold": True},
    "soft": {"font_color": "#555555"},
    "left": {"align": "left", "indent": 0},
}


@dataclass(frozen=True, slots=True)
class Column:
    """Title and kind: text, yen, number, percent, date, month, hours (written as minutes).

    ``span``: over how many columns of the sheet it reaches.
    """

    title: str
    kind: str = "text"
    span: int = 1


class Book:
    """A workbook; ``title`` and ``mark`` stand on top of every printed page."""

    def __init__(self, file: IO[bytes], *, title: str, mark: str) -> None:
        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "in_memory": False,
            "default_format_properties": FONT,
        }
        self.book = xlsxwriter.Workbook(file, options)
        self.title, self.mark = title, mark
        self._formats: dict[tuple[str, ...], Format] = {}

    def sheet(self, name: str, widths: Sequence[float], *, landscape: bool = False) -> Sheet:
        """A further sheet; ``widths`` of its columns in letters."""
        made = Sheet(self, self.book.add_worksheet(name), name)
        made.set_up(widths, landscape)
        return made

    def format(self, *words: str) -> Format:
        """A format by its words: a kind, and any of `_LOOKS`."""
        if words not in self._formats:
            self._formats[words] = self.book.add_format(_properties(words))
        return self._formats[words]

    def close(self) -> None:
        """Write it all."""
        self.book.close()


def _properties(words: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word in words:
        pattern = {"num_format": PATTERNS[word]} if word in PATTERNS else {}
        found |= pattern | _ALIGNED.get(word, {}) | _LOOKS.get(word, {})
    return found


def wide(text: str) -> int:
    """How many columns of a typewriter a text takes: letters of Japanese take two."""
    return sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in text)


class Sheet:
    """A sheet that is written from the top down; ``row`` is the next free one."""

    def __init__(self, book: Book, sheet: Worksheet, name: str) -> None:
        self.book, self.sheet, self.name = book, sheet, name
        self.row = 0
        self.widths: Sequence[float] = ()

    def set_up(self, widths: Sequence[float], landscape: bool) -> None:
        """Widths, paper, what stands around each printed page."""
        self.widths = widths
        for index, width in enumerate(widths):
            self.sheet.set_column(index, index, width)
        self.sheet.set_default_row(ROW)
        self.sheet.set_paper(A4)
        if landscape:
            self.sheet.set_landscape()
        self.sheet.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.7)
        self.sheet.fit_to_pages(1, 0)
        title = self.book.title[:LONGEST_HEAD].replace("&", "&&")
        self.sheet.set_header(f"&L{title}&R{self.book.mark}")
        self.sheet.set_footer("&L&A&C&P / &N")

    def title(self, text: str) -> None:
        """The sheet's title with the mark below it."""
        self.sheet.set_row(0, TITLE_ROW)
        self.sheet.write_string(0, 0, text[:LONGEST], self.book.format("title"))
        self.sheet.write_string(1, 0, self.book.mark, self.book.format("bold"))
        self.row = 2

    def heading(self, text: str) -> None:
        """A heading, with a free row before it."""
        self.row += 1
        self.text(text, "bold")

    def text(self, text: str, *looks: str) -> None:
        """A line of text, as many rows high as it needs."""
        span = len(self.widths)
        self._cell(self.row, 0, text, "text", "wrap", *looks, span=span)
        self._heighten(self.row, [(text, 0, span)])
        self.row += 1

    def facts(self, facts: Iterable[tuple[str, Any, str]]) -> None:
        """Label, value and kind, one below the other; values reach to the last column."""
        span = len(self.widths) - 1
        for label, value, kind in facts:
            self._string(self.row, 0, label, ("head",))
            self._cell(self.row, 1, value, kind, "cell", "left", span=span)
            self._heighten(self.row, [(label, 0, 1), (value, 1, span)])
            self.row += 1

    def formula(self, label: str, formula: str, value: int) -> None:
        """A labelled formula of ours over other sheets, in yen."""
        self._string(self.row, 0, label, ("head",))
        self.sheet.write_formula(
            self.row, 1, formula, self.book.format("yen", "cell", "left"), value
        )
        self._heighten(self.row, [(label, 0, 1)])
        self.row += 1

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Any]],
        sums: Mapping[str, int] | None = None,
        *,
        repeat: bool = False,
    ) -> int:
        """A table; ``sums`` says by title what a column must come to. Returns the row of the sums.

        ``repeat``: its head stands on every printed page and stays in sight.
        """
        head, places = self.row, _places(columns)
        for column, place in zip(columns, places, strict=True):
            self._cell(head, place, column.title, "text", "head", span=column.span)
        self._heighten(
            head, [(one.title, place, one.span) for one, place in zip(columns, places, strict=True)]
        )
        count = 0
        for count, values in enumerate(rows, 1):
            self._row(head + count, columns, places, values)
        self.row = head + count + 1
        if repeat:
            self.sheet.repeat_rows(head)
            if head < MOST_FROZEN:
                self.sheet.freeze_panes(head + 1, 1)
                self.sheet.autofilter(head, 0, head + max(count, 1), places[-1])
        below = self.row
        if sums is not None:
            self._sums(columns, places, head + 1, sums)
        return below

    def _row(
        self, row: int, columns: Sequence[Column], places: list[int], values: Sequence[Any]
    ) -> None:
        for column, place, value in zip(columns, places, values, strict=True):
            self._cell(row, place, value, column.kind, "cell", span=column.span)
        texts = [
            (value, place, one.span)
            for one, place, value in zip(columns, places, values, strict=True)
        ]
        self._heighten(row, texts)

    def _sums(
        self, columns: Sequence[Column], places: list[int], first: int, sums: Mapping[str, int]
    ) -> None:
        last = self.row  # in the words of a formula, where rows are counted from 1
        for label, row in ((SUM, self.row), (CHECK, self.row + 1)):
            for column, place in zip(columns, places, strict=True):
                looks = self.book.format(column.kind, "sum")
                if place == 0:
                    self.sheet.write_string(row, 0, label, self.book.format("text", "sum"))
                elif column.title not in sums:
                    self.sheet.write_blank(row, place, None, looks)
                elif label == SUM and last > first:
                    name = xl_col_to_name(place)
                    formula = f"=SUM({name}{first + 1}:{name}{last})"
                    self.sheet.write_formula(row, place, formula, looks, _scaled(sums, column))
                else:
                    self.sheet.write_number(row, place, _scaled(sums, column), looks)
        self.row += 2
        self.text(CHECKED, "soft")

    def _cell(
        self, row: int, place: int, value: Any, kind: str, *looks: str, span: int = 1
    ) -> None:
        if span > 1:
            self.sheet.merge_range(
                row, place, row, place + span - 1, "", self.book.format("text", *looks)
            )
        if value is None or value == "":
            self.sheet.write_blank(row, place, None, self.book.format("text", *looks))
        elif isinstance(value, date):
            pattern = kind if kind == "month" else "date"
            self.sheet.write_datetime(row, place, value, self.book.format(pattern, *looks))
        elif isinstance(value, int | float) and kind != "text":
            number = value / 1440 if kind == "hours" else value
            self.sheet.write_number(row, place, number, self.book.format(kind, *looks))
        else:
            self._string(row, place, str(value), [*looks, "wrap"])

    def _string(self, row: int, place: int, text: str, looks: Sequence[str]) -> None:
        # where somebody edits the cell later, the mark keeps a spreadsheet from running it
        risky = ("quote",) if neutral(text) != text else ()
        self.sheet.write_string(row, place, text[:LONGEST], self.book.format(*looks, *risky))

    def _heighten(self, row: int, texts: Iterable[tuple[Any, int, int]]) -> None:
        """Room for texts that are wrapped: not every program finds the height by itself."""
        lines = 1
        for text, place, span in texts:
            if isinstance(text, str) and text:
                room = sum(self.widths[place : place + span]) - 0.5
                lines = max(lines, math.ceil(wide(text) / room))
        if lines > 1:
            self.sheet.set_row(row, min(ROW * lines, 400))


def _places(columns: Sequence[Column]) -> list[int]:
    """In which column of the sheet each begins."""
    return [sum(one.span for one in columns[:index]) for index in range(len(columns))]


def _scaled(sums: Mapping[str, int], column: Column) -> float:
    value = sums[column.title]
    return value / 1440 if column.kind == "hours" else value
