"""Rows → bytes of a CSV file or a workbook, a batch at a time, in constant memory.

CSV in CP932 is strict: what it cannot hold is refused with the rows and the letters named, never
replaced (Nguyễn, João, 𠮷). A workbook holds typed cells and no formulas.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from accounts.errors import ActionError
from honoraria.exporting.cells import neutral
from honoraria.exporting.selecting import Heading
from honoraria.exporting.shapes import Shape

Batches = Iterator[list[tuple[Any, ...]]]
SHOWN_PROBLEMS = 20
LONGEST_SHOWN = 40  # letters
MOST_SHEET_ROWS = 1_048_575
NUMBER_FORMATS = {
    "slash": "yyyy/mm/dd",
    "iso": "yyyy-mm-dd",
    "compact": "yyyymmdd",
    "wareki": '[$-411]ggge"年"m"月"d"日"',
    "wareki_short": "[$-411]gee.mm.dd",
}


def csv_blocks(shape: Shape, batches: Batches) -> Iterator[tuple[bytes, int]]:
    """Bytes and how many rows they hold: the head first, then a block for each batch.

    ``batches`` hold text as `selecting.text_select` gives it. Raises ActionError: not_encodable.
    """
    titles = [neutral(column.title) for column in shape.columns]
    # with "utf-8-sig" every block would begin with a BOM
    encoding = "utf-8" if shape.encoding == "utf-8-sig" else shape.encoding
    if shape.encoding == "utf-8-sig":
        yield b"\xef\xbb\xbf", 0
    refused = _Refused(shape, encoding)
    if shape.header:
        yield _encoded(_lines(shape, [titles]), encoding) or refused.look([titles], 0), 0
    done = 0
    for rows in batches:
        block = _encoded(_lines(shape, rows), encoding) or refused.look(rows, done + 1)
        done += len(rows)
        if not refused.found:
            yield block, len(rows)
    refused.check()


def _lines(shape: Shape, rows: list[Any]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=shape.line_end).writerows(rows)
    return text.getvalue()


def _encoded(text: str, encoding: str) -> bytes | None:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


class _Refused:
    """Cells that the encoding cannot hold; all rows are looked at before the file is refused."""

    def __init__(self, shape: Shape, encoding: str) -> None:
        self.shape, self.encoding = shape, encoding
        self.found = 0
        self.shown: list[str] = []

    def look(self, rows: list[Any], first: int) -> bytes:
        """Note the cells of rows of which the first has the number ``first``; 0 is the head."""
        for number, row in enumerate(rows, first):
            for column, cell in zip(self.shape.columns, row, strict=True):
                letters = unwritable(str(cell or ""), self.encoding)
                if letters:
                    self._note(number, column.title, str(cell), letters)
        return b""

    def _note(self, number: int, title: str, cell: str, letters: list[str]) -> None:
        self.found += 1
        if len(self.shown) < SHOWN_PROBLEMS:
            where = f"{number}行目" if number else "見出し"
            text = cell if len(cell) <= LONGEST_SHOWN else f"{cell[:LONGEST_SHOWN]}…"
            self.shown.append(f"{where}「{title}」{text}（{'・'.join(letters)}）")

    def check(self) -> None:
        """Raises ActionError: not_encodable."""
        if not self.found:
            return
        more = self.found - len(self.shown)
        lines = [*self.shown, f"ほか{more}か所"] if more else self.shown
        text = (
            "Shift_JIS（CP932）では書けない文字があるため、書き出しませんでした。"
            "UTF-8で書き出すか、名簿の表記をご確認ください。\n" + "\n".join(lines)
        )
        raise ActionError("not_encodable", text, field="encoding")


def unwritable(text: str, encoding: str) -> list[str]:
    """Letters of a text that an encoding does not have, each once."""
    if _encoded(text, encoding) is not None:
        return []
    return [letter for letter in dict.fromkeys(text) if _encoded(letter, encoding) is None]


def write_workbook(
    shape: Shape,
    columns: list[Heading],
    batches: Batches,
    file: IO[bytes],
    progress: Callable[[int], None],
) -> int:
    """Write a workbook with typed cells; ``progress`` hears how many rows each batch had.

    ``batches`` hold values as `selecting.typed_select` gives them. Returns how many rows there are.
    Raises ActionError: too_many_rows, cell_too_long.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet(shape.dataset.title[:31])
    formats = _formats(book, shape.date_style)
    _head(book, sheet, shape, columns)
    count, top = 0, int(shape.header)
    for rows in batches:
        if count + len(rows) > MOST_SHEET_ROWS - top:
            text = (
                f"Excelの表は{MOST_SHEET_ROWS:,}行までです。CSVにするか、期間を短くしてください。"
            )
            raise ActionError("too_many_rows", text)
        for number, row in enumerate(rows, count + top):
            _write_row(sheet, number, row, columns, formats)
        count += len(rows)
        progress(len(rows))
    if shape.header:
        sheet.freeze_panes(1, min(shape.dataset.frozen, len(columns) - 1))
        sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
    book.close()
    return count


def _formats(book: xlsxwriter.Workbook, date_style: str) -> dict[str, Format]:
    day = NUMBER_FORMATS[date_style]
    patterns = {"number": "0", "yen": "#,##0", "date": day, "time": f"{day} hh:mm"}
    return {kind: book.add_format({"num_format": text}) for kind, text in patterns.items()}


def _head(
    book: xlsxwriter.Workbook, sheet: Worksheet, shape: Shape, columns: list[Heading]
) -> None:
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EFEE"})
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
    if shape.header:
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.title, bold)


def _write_row(
    sheet: Worksheet,
    number: int,
    row: tuple[Any, ...],
    columns: list[Heading],
    formats: dict[str, Format],
) -> None:
    for index, value in enumerate(row):
        kind = columns[index].kind
        if value is None or value == "":
            continue
        if kind == "text":
            if sheet.write_string(number, index, value) != 0:
                text = f"{number}行目「{columns[index].title}」が長すぎて、Excelに書けません。"
                raise ActionError("cell_too_long", text)
        elif kind in ("yen", "number"):
            sheet.write_number(number, index, value, formats[kind])
        else:
            sheet.write_datetime(number, index, value, formats[kind])
