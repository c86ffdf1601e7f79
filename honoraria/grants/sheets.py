"""Sheets of a workbook for a ministry: titles, facts, tables with sums, ready to be printed.

A sum is a formula, and below it stands what this system says, so that a reader sees both agree.
Nothing out of the data becomes a formula: texts are texts, also those that begin with ``=``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

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
SUM, CHECK = "合計", "照合（システムの合計）"
PATTERNS = {
    "yen": "#,##0;[Red]-#,##0",
    "number": "#,##0",
    "date": "yyyy/mm/dd",
    "month": 'yyyy"年"m"月"',
    "hours": "[h]:mm",
    "text": "@",
}


@dataclass(frozen=True, slots=True)
class Column:
    """Title and kind: text, yen, number, date, month, hours (written as minutes)."""

    title: str
    kind: str = "text"


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
        """A format by its words: a kind, and any of bold, head, sum, wrap, quote, title, big."""
        if words not in self._formats:
            self._formats[words] = self.book.add_format(_properties(words))
        return self._formats[words]

    def close(self) -> None:
        """Write it all."""
        self.book.close()


def _properties(words: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    looks: dict[str, dict[str, Any]] = {
        "head": {"bold": True, "bg_color": "#E8EFEE", "border": 1, "text_wrap": True},
        "cell": {"border": 1, "border_color": "#999999"},
        "sum": {"bold": True, "border": 1, "top": 2},
        "wrap": {"text_wrap": True},
        "quote": {"quote_prefix": True},
        "title": {"bold": True, "font_size": 15},
        "bold": {"bold": True},
        "soft": {"font_color": "#555555"},
        "left": {"align": "left"},
    }
    for word in words:
        found |= {"num_format": PATTERNS[word]} if word in PATTERNS else looks[word]
    return found


class Sheet:
    """A sheet that is written from the top down; ``row`` is the next free one."""

    def __init__(self, book: Book, sheet: Worksheet, name: str) -> None:
        self.book, self.sheet, self.name = book, sheet, name
        self.row = 0

    def set_up(self, widths: Sequence[float], landscape: bool) -> None:
        """Widths, paper, what stands around each printed page."""
        for index, width in enumerate(widths):
            self.sheet.set_column(index, index, width)
        self.sheet.set_paper(A4)
        if landscape:
            self.sheet.set_landscape()
        self.sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
        self.sheet.fit_to_pages(1, 0)
        title = self.book.title[:LONGEST_HEAD].replace("&", "&&")
        self.sheet.set_header(f"&L{title}&R{self.book.mark}")
        self.sheet.set_footer("&L&A&C&P / &N")

    def title(self, text: str) -> None:
        """The sheet's title with the mark below it."""
        self.sheet.write_string(0, 0, text[:LONGEST], self.book.format("title"))
        self.sheet.write_string(1, 0, self.book.mark, self.book.format("bold"))
        self.row = 3

    def heading(self, text: str) -> None:
        """A heading, with a free row before it."""
        self.row += 1
        self.text(text, "bold")

    def text(self, text: str, *looks: str) -> None:
        """A line of text."""
        self._string(self.row, 0, text, looks)
        self.row += 1

    def facts(self, facts: Iterable[tuple[str, Any, str]]) -> None:
        """Label, value and kind, one below the other."""
        for label, value, kind in facts:
            self._string(self.row, 0, label, ("head",))
            # a number in the wide second column stands where the texts begin
            self._cell(self.row, 1, value, kind, "cell", "left")
            self.row += 1

    def formula(self, label: str, formula: str, value: int) -> None:
        """A labelled formula of ours over other sheets, in yen."""
        self._string(self.row, 0, label, ("head",))
        looks = self.book.format("yen", "cell", "left")
        self.sheet.write_formula(self.row, 1, formula, looks, value)
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
        head = self.row
        for index, column in enumerate(columns):
            self._string(head, index, column.title, ("head",))
        count = 0
        for count, values in enumerate(rows, 1):
            for index, (column, value) in enumerate(zip(columns, values, strict=True)):
                self._cell(head + count, index, value, column.kind, "cell", "wrap")
        self.row = head + count + 1
        if repeat:
            self.sheet.repeat_rows(head)
            if head < MOST_FROZEN:
                self.sheet.freeze_panes(head + 1, 1)
        below = self.row
        if sums is not None:
            self._sums(columns, head + 1, count, sums)
        return below

    def _sums(
        self, columns: Sequence[Column], first: int, count: int, sums: Mapping[str, int]
    ) -> None:
        for label, row in ((SUM, self.row), (CHECK, self.row + 1)):
            for index, column in enumerate(columns):
                looks = self.book.format(column.kind, "sum")
                if index == 0:
                    self.sheet.write_string(row, 0, label, self.book.format("text", "sum", "wrap"))
                elif column.title not in sums:
                    self.sheet.write_blank(row, index, None, looks)
                elif label == SUM and count:
                    name = xl_col_to_name(index)
                    formula = f"=SUM({name}{first + 1}:{name}{first + count})"
                    self.sheet.write_formula(row, index, formula, looks, _scaled(sums, column))
                else:
                    self.sheet.write_number(row, index, _scaled(sums, column), looks)
        self.row += 2

    def _cell(self, row: int, column: int, value: Any, kind: str, *looks: str) -> None:
        if value is None or value == "":
            self.sheet.write_blank(row, column, None, self.book.format("text", *looks))
        elif isinstance(value, date):
            pattern = kind if kind == "month" else "date"
            self.sheet.write_datetime(row, column, value, self.book.format(pattern, *looks))
        elif isinstance(value, int) and kind != "text":
            number = value / 1440 if kind == "hours" else value
            self.sheet.write_number(row, column, number, self.book.format(kind, *looks))
        else:
            self._string(row, column, str(value), looks)

    def _string(self, row: int, column: int, text: str, looks: Sequence[str]) -> None:
        # where somebody edits the cell later, the mark keeps a spreadsheet from running it
        risky = ("quote",) if neutral(text) != text else ()
        self.sheet.write_string(row, column, text[:LONGEST], self.book.format(*looks, *risky))


def _scaled(sums: Mapping[str, int], column: Column) -> float:
    value = sums[column.title]
    return value / 1440 if column.kind == "hours" else value
