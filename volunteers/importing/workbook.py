"""Opens an uploaded spreadsheet: .xlsx, .xls, .ods or CSV, as sheets of cells.

Every cell keeps the text a person would recognise beside its typed value; whole numbers are int,
date cells are date or datetime. Files that are no workbook, locked, carry macros or are far too
large are refused by `package_guard` before they are parsed. What the cells mean is left to
`columns` and `rows`.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import python_calamine

from volunteers.importing.package_guard import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UPLOAD_BYTES,
    WorkbookError,
    check_package,
)

__all__ = [
    "Cell",
    "CellValue",
    "MergedRange",
    "Sheet",
    "Workbook",
    "WorkbookError",
    "open_workbook",
]

CellValue = str | int | float | bool | date | datetime | time | None

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_MACRO_SUFFIXES = (".xlsm", ".xltm", ".xlam", ".xla")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


class Cell(NamedTuple):
    """One cell: its typed value and its text (dates as 2009/8/21, numbers without ".0")."""

    value: CellValue
    text: str


EMPTY = Cell(None, "")


class MergedRange(NamedTuple):
    """A merged range in zero-based, inclusive row and column numbers."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's name and rows; `rows[0]` is the sheet's row 1, blank rows included."""

    name: str
    rows: list[list[Cell]]
    merged: tuple[MergedRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """The visible sheets of a file that hold anything."""

    sheets: list[Sheet]


def open_workbook(content: bytes, filename: str) -> Workbook:
    """Read the bytes of an uploaded file. Raises WorkbookError with a code and a Japanese text."""
    suffix = filename.lower()[filename.rfind(".") :] if "." in filename else ""
    if not content:
        raise WorkbookError("empty")
    if len(content) > MAX_UPLOAD_BYTES:
        raise WorkbookError("too_large")
    if content.startswith(b"PK"):
        check_package(content)
        sheets = _read_sheets(content)
    elif content.startswith(_OLE_MAGIC):
        _check_ole(content)
        sheets = _read_sheets(content)
    elif suffix in _TEXT_SUFFIXES:
        sheets = [Sheet(filename[: -len(suffix)], _read_csv(content))]
    else:
        raise WorkbookError("not_a_workbook")
    if suffix in _MACRO_SUFFIXES:
        raise WorkbookError("macro")
    sheets = [sheet for sheet in sheets if any(cell.text for row in sheet.rows for cell in row)]
    if not sheets:
        raise WorkbookError("no_rows")
    return Workbook(sheets)


def _check_ole(content: bytes) -> None:
    if _utf16("EncryptedPackage") in content:
        raise WorkbookError("encrypted")
    if _utf16("_VBA_PROJECT") in content:
        raise WorkbookError("macro")
    if _utf16("Workbook") not in content and _utf16("Book") not in content:
        raise WorkbookError("not_a_workbook")


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _read_sheets(content: bytes) -> list[Sheet]:
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [
                _read_sheet(book, meta.name)
                for meta in book.sheets_metadata
                if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
                and meta.visible == python_calamine.SheetVisibleEnum.Visible
            ]
    except python_calamine.PasswordError as error:
        raise WorkbookError("encrypted") from error
    except WorkbookError:
        raise
    except BaseException as error:
        # The reader reports broken files by several unrelated classes. A panic inside it is one
        # of them and derives from BaseException.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise WorkbookError("damaged") from error
        raise


def _read_sheet(book: python_calamine.CalamineWorkbook, name: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > MAX_ROWS:
        raise WorkbookError("too_many_rows")
    if sheet.total_width > MAX_COLUMNS:
        raise WorkbookError("too_many_columns")
    rows = [
        _trimmed([_cell(value) for value in row]) for row in sheet.to_python(skip_empty_area=False)
    ]
    merged = tuple(MergedRange(*first, *last) for first, last in sheet.merged_cell_ranges or ())
    return Sheet(name, rows, merged)


def _cell(value: object) -> Cell:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return Cell(value, "TRUE" if value else "FALSE")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int | float):
        return Cell(value, str(value))
    if isinstance(value, date | time):
        return Cell(value, _date_text(value))
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        text = f"{minutes // 60}:{minutes % 60:02d}"
        return Cell(text, text)
    return Cell(str(value), str(value))


def _date_text(value: date | time) -> str:
    if isinstance(value, time):
        return f"{value.hour}:{value.minute:02d}"
    text = f"{value.year}/{value.month}/{value.day}"
    if isinstance(value, datetime) and value.time() != time():
        text += f" {value.hour}:{value.minute:02d}"
    return text


def _trimmed(row: list[Cell]) -> list[Cell]:
    while row and not row[-1].text:
        row.pop()
    return row


def _read_csv(content: bytes) -> list[list[Cell]]:
    text = _decode(content)
    if _CONTROL.search(text) or text.lstrip()[:15].lower().startswith(
        ("<html", "<!doctype", "<?xml")
    ):
        raise WorkbookError("not_a_workbook")
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",\t;", key=lambda mark: (text[:4000].count(mark), first.count(mark)))
    rows: list[list[Cell]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(_trimmed([_cell(value) for value in row]))
            cells += len(row)
            if len(rows) > MAX_ROWS:
                raise WorkbookError("too_many_rows")
            if len(row) > MAX_COLUMNS:
                raise WorkbookError("too_many_columns")
            if cells > MAX_CELLS:
                raise WorkbookError("too_many_cells")
    except csv.Error as error:
        raise WorkbookError("damaged") from error
    return rows


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WorkbookError("unknown_encoding" if b"\x00" not in content else "not_a_workbook")
