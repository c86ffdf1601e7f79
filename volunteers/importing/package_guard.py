"""Looks into a workbook's bytes before any parser does, and refuses what could hurt.

A spreadsheet is a zip of XML: a few kilobytes can unpack to gigabytes, one stray cell in row
1,048,576 makes a reader reserve the whole table, one long text can be referred to a million
times. Here every part is unpacked under a limit and its cells are counted, so that the reader
in `workbook` only ever sees tables of a size that a register can have.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import accumulate

MAX_UPLOAD_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 60 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 500
MAX_CELLS = 1_000_000
MAX_AREA = 4_000_000
MAX_TEXT_BYTES = 100 * 1024 * 1024
MAX_PARTS = 2_000

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])?>(?:<(?:\w+:)?v>(\d{1,9})</)?")
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_IS_SHARED = re.compile(rb"""\bt=["']s["']""")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_ODS_ROW = re.compile(
    rb"<table:table-row\b([^>]*)(?:/>|>)(.*?)(?=<table:table-row\b|</table:table>|\Z)", re.S
)
_ODS_CELL = re.compile(rb"<table:table-cell\b([^>]*)(?<!/)>(.*?)</table:table-cell>", re.S)
_ODS_ROWS_REPEATED = re.compile(rb'number-rows-repeated="(\d+)"')
_ODS_COLUMNS_REPEATED = re.compile(rb'number-columns-repeated="(\d+)"')

MESSAGES = {
    "empty": "ファイルが空です。",
    "too_large": "ファイルが大きすぎます。10MB以内のファイルを選んでください。",
    "not_a_workbook": "表のファイルとして読み取れません。Excel（.xlsx、.xls）、ODS、CSVのいずれかを選んでください。",
    "damaged": "ファイルが壊れているか、途中までしかありません。元のファイルを開いて保存し直してください。",
    "encrypted": "パスワードで保護されています。Excelでパスワードを解除して保存し直してください。",
    "macro": "マクロを含むファイルは受け付けていません。「Excelブック（.xlsx）」として保存し直してください。",
    "unsupported": "この形式は読み取れません。「Excelブック（.xlsx）」として保存し直してください。",
    "unpacks_too_large": "展開すると大きくなりすぎるファイルです。名簿の表だけを新しいファイルに保存してください。",
    "too_many_rows": "行が多すぎます（1枚のシートは20,000行まで）。名簿の表だけを新しいファイルに保存してください。",
    "too_many_columns": "列が多すぎます（500列まで）。使っていない列を削除してください。",
    "too_many_cells": "表が大きすぎます。名簿の表だけを新しいファイルに保存してください。",
    "no_rows": "表に文字が一つもありません。",
    "unknown_encoding": "文字コードを判別できません。UTF-8かShift_JISで保存し直してください。",
}


class WorkbookError(Exception):
    """The file cannot be read. `code` is stable, `message_ja` says what to do about it."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.message_ja = MESSAGES[code]
        super().__init__(f"{code}: {self.message_ja}")


def check_package(content: bytes) -> None:
    """Refuse a zip that is no spreadsheet, is locked, has macros, or unpacks to too much.

    Raises WorkbookError. Time and memory are bounded by MAX_UNPACKED_BYTES whatever the zip says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_parts(package)
            _check_contents(package)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise WorkbookError("damaged") from error


def _check_parts(package: zipfile.ZipFile) -> None:
    infos = package.infolist()
    names = [info.filename.lower() for info in infos]
    if any(info.flag_bits & 0x1 for info in infos):
        raise WorkbookError("encrypted")
    if len(names) > MAX_PARTS or len(set(names)) != len(names):
        raise WorkbookError("damaged")
    if any(
        name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")) for name in names
    ):
        raise WorkbookError("macro")
    if "xl/workbook.bin" in names:
        raise WorkbookError("unsupported")
    if "xl/workbook.xml" not in names and "content.xml" not in names:
        raise WorkbookError("not_a_workbook")


def _check_contents(package: zipfile.ZipFile) -> None:
    sheets_first = sorted(package.infolist(), key=lambda info: "sheet" not in info.filename.lower())
    left = MAX_UNPACKED_BYTES
    uses: list[int] = []
    lengths: list[int] = []
    for info in sheets_first:
        with package.open(info) as part:
            data = part.read(left + 1)
        if info.filename.lower().endswith((".xml", ".rels")) and b"\0" in data[:64]:
            raise WorkbookError("damaged")  # UTF-16 would slip past the counting below
        if b"<sheetData" in data or b":sheetData" in data:
            uses += _check_sheet(data)
        elif b"<table:table-row" in data:
            _check_ods(data)
        elif info.filename.lower().endswith("sharedstrings.xml"):
            lengths = _shared_string_lengths(data)
        _check_markers(info.filename, data)
        left -= len(data)
        if left < 0:
            raise WorkbookError("unpacks_too_large")
    if sum(lengths[index] for index in uses if index < len(lengths)) > MAX_TEXT_BYTES:
        raise WorkbookError("unpacks_too_large")


def _check_markers(name: str, data: bytes) -> None:
    if name == "[Content_Types].xml" and b"macroEnabled" in data:
        raise WorkbookError("macro")
    if name == "META-INF/manifest.xml" and b"encryption-data" in data:
        raise WorkbookError("encrypted")
    if name == "mimetype" and b"spreadsheet" not in data:
        raise WorkbookError("not_a_workbook")


def _check_sheet(data: bytes) -> list[int]:
    """Count the cells that hold something; return the indexes of shared strings they use."""
    rows: set[int] = set()
    uses: list[int] = []
    cells = max_row = max_column = 0
    for match in _CELL.finditer(data):
        cells += 1
        attributes = match[1] or b""
        if reference := _REFERENCE.search(attributes):
            max_column = max(max_column, _column_number(reference[1]))
            max_row = max(max_row, int(reference[2]))
            rows.add(int(reference[2]))
        if match[2] and _IS_SHARED.search(attributes):
            uses.append(int(match[2]))
        if len(rows) > MAX_ROWS:
            raise WorkbookError("too_many_rows")
        if cells > MAX_CELLS:
            raise WorkbookError("too_many_cells")
    if not rows:  # a writer that leaves out the references
        max_row = sum(1 for _ in _ROW.finditer(data)) if cells else 0
    _check_size(max_row, max_column)
    return uses


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_size(rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        raise WorkbookError("too_many_rows")
    if columns > MAX_COLUMNS:
        raise WorkbookError("too_many_columns")
    if rows * columns > MAX_AREA:
        raise WorkbookError("too_many_cells")


def _shared_string_lengths(data: bytes) -> list[int]:
    return [len(part) for part in re.split(rb"<(?:\w+:)?si\b", data)[1:]]


def _check_ods(data: bytes) -> None:
    """Count rows and cells of an OpenDocument table, where blank stretches are run-length coded."""
    for table in data.split(b"<table:table ")[1:]:
        counts = list(_ods_rows(table))
        totals = list(accumulate(repeat for repeat, _, _ in counts))
        last = max((n for n, (_, columns, _) in enumerate(counts) if columns), default=-1)
        columns = max((columns for _, columns, _ in counts), default=0)
        _check_size(totals[last] if last >= 0 else 0, columns)
        if sum(repeat * size for repeat, columns, size in counts if columns) > MAX_TEXT_BYTES:
            raise WorkbookError("unpacks_too_large")


def _ods_rows(table: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (times repeated, cells that hold something, bytes of their text) per row."""
    for row in _ODS_ROW.finditer(table):
        repeat = _ODS_ROWS_REPEATED.search(row[1])
        columns = size = 0
        for cell in _ODS_CELL.finditer(row[2]):
            times = _ODS_COLUMNS_REPEATED.search(cell[1])
            count = int(times[1]) if times else 1
            columns += count
            size += count * len(cell[2])
        yield int(repeat[1]) if repeat else 1, columns, size
