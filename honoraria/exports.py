"""A month of honoraria as CSV or XLSX, in constant memory, with a line in the audit trail.

Rows come through a server-side cursor into a temporary file; only then is the sum of the bytes
known that the trail keeps, and only then does the answer begin, so that it is never cut off.
CSV: UTF-8 with BOM, CRLF, cells that a spreadsheet would run are neutralised. XLSX: typed cells.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import IO, Any

import xlsxwriter
from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from accounts.audit import record
from accounts.csv_cells import neutral
from accounts.models import Organization, User
from accounts.times import local
from dispatch.models import Mode
from honoraria.models import Honorarium, PaidBy
from honoraria.months import Wanted, entries
from volunteers.languages import name as language_name
from volunteers.models import Field

CHUNK = 2_000  # rows fetched at once
BLOCK = 64 * 1024  # bytes sent at once
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its width in characters and its kind (text, number, date, time)."""

    title: str
    width: int
    kind: str = "text"


COLUMNS = [
    Column("活動日", 12, "date"),
    Column("受付番号", 13),
    Column("登録番号", 9, "number"),
    Column("氏名", 22),
    Column("フリガナ", 22),
    Column("言語", 16),
    Column("方法", 12),
    Column("分野", 12),
    Column("開始", 17, "time"),
    Column("終了", 17, "time"),
    Column("活動時間（分）", 13, "number"),
    Column("待ち時間（分）", 13, "number"),
    Column("謝礼（円）", 12, "number"),
    Column("交通費（円）", 12, "number"),
    Column("合計（円）", 12, "number"),
    Column("状態", 10),
    Column("区分", 8),
    Column("計算の内訳", 60),
    Column("謝礼基準", 26),
    Column("支払方法", 14),
    Column("訂正の理由", 24),
    Column("承認者", 14),
    Column("承認日時", 17, "time"),
]
FIELDS = [
    "activity_date",
    "report__assignment__request__number",
    "volunteer__number",
    "volunteer__name",
    "volunteer__kana",
    "report__assignment__request__language",
    "report__assignment__request__mode",
    "report__assignment__request__field",
    "report__started_at",
    "report__ended_at",
    "minutes",
    "report__waiting_minutes",
    "fee",
    "transport",
    "total",
    "state",
    "kind",
    "derivation",
    "tariff_version__tariff__name",
    "tariff_version__tariff__paid_by",
    "reason",
    "approved_by__name",
    "approved_at",
]
Row = list[Any]
WORDS: dict[str, Callable[[Any], Any]] = {
    "言語": lambda tag: language_name(tag, "ja"),
    "方法": lambda code: str(Mode(code).label),
    "分野": lambda code: str(Field(code).label),
    "状態": lambda code: str(Honorarium.State(code).label),
    "区分": lambda code: str(Honorarium.Kind(code).label),
    "支払方法": lambda code: str(PaidBy(code).label),
    "計算の内訳": lambda lines: " / ".join(line["text"] for line in lines),
    "承認者": lambda name: name or "",
}


def rows(organization: Organization, wanted: Wanted) -> Iterator[Row]:
    """The entries as typed cells, in the order of the columns; times are local and naive."""
    found = entries(organization, wanted).values_list(*FIELDS)
    words = [WORDS.get(column.title) for column in COLUMNS]
    for values in found.iterator(chunk_size=CHUNK):
        yield [
            _local(value) if said is None else said(value)
            for value, said in zip(values, words, strict=True)
        ]


def _local(value: Any) -> Any:
    if isinstance(value, datetime):
        return local(value).replace(tzinfo=None, second=0, microsecond=0)
    return value


def write_csv(cells: Iterator[Row], file: IO[bytes]) -> int:
    """Write BOM, titles and rows; returns how many rows."""
    file.write(BOM)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.title for column in COLUMNS])
    said = [CSV_CELLS[column.kind] for column in COLUMNS]
    count = 0
    for row in cells:
        writer.writerow([say(value) for say, value in zip(said, row, strict=True)])
        count += 1
    text.detach()
    return count


@lru_cache(maxsize=4096)  # names, days and derivations come again and again
def _csv_text(value: str | None) -> str:
    return neutral(value or "")


@lru_cache(maxsize=4096)
def _csv_day(value: date) -> str:
    return f"{value:%Y/%m/%d}"


def _csv_time(value: datetime | None) -> str:
    return "" if value is None else value.isoformat(" ", "minutes").replace("-", "/")


CSV_CELLS: dict[str, Callable[[Any], Any]] = {
    "text": _csv_text,
    "date": _csv_day,
    "time": _csv_time,
    "number": int,
}


def write_xlsx(cells: Iterator[Row], file: IO[bytes]) -> int:
    """Write a workbook with typed cells, row by row; returns how many rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet("謝礼")
    formats = {
        "number": book.add_format({"num_format": "#,##0"}),
        "date": book.add_format({"num_format": "yyyy/mm/dd"}),
        "time": book.add_format({"num_format": "yyyy/mm/dd hh:mm"}),
    }
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EFEE"})
    for index, column in enumerate(COLUMNS):
        sheet.set_column(index, index, column.width)
    for index, column in enumerate(COLUMNS):
        sheet.write_string(0, index, column.title, head)
    sheet.freeze_panes(1, 4)
    count = 0
    for row in cells:
        count += 1
        _write_row(sheet, count, row, formats)
    sheet.autofilter(0, 0, max(count, 1), len(COLUMNS) - 1)
    book.close()
    return count


def _write_row(sheet: Worksheet, number: int, row: Row, formats: dict[str, Format]) -> None:
    for index, (column, value) in enumerate(zip(COLUMNS, row, strict=True)):
        if value is None or value == "":
            continue
        if column.kind == "number":
            sheet.write_number(number, index, value, formats["number"])
        elif column.kind == "text":
            sheet.write_string(number, index, value)
        else:
            sheet.write_datetime(number, index, value, formats[column.kind])


WRITERS: dict[str, tuple[Callable[[Iterator[Row], IO[bytes]], int], str]] = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def download(
    request: HttpRequest,
    organization: Organization,
    wanted: Wanted,
    kind: str,
    *,
    by: User,
    at: datetime,
) -> HttpResponseBase:
    """The answer with the file (``kind``: csv or xlsx); recorded before the first byte leaves."""
    write, content_type = WRITERS[kind]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        count = write(rows(organization, wanted), file)
        size = file.seek(0, io.SEEK_END)
        record(
            f"honoraria:{wanted.month}",
            "honoraria.exported",
            organization=organization,
            by=by,
            at=at,
            filter=wanted.as_detail(),
            format=kind,
            rows=count,
            sha256=_digest(file),
        )
    except BaseException:
        file.close()
        raise
    # an answer with an ordinary iterator would be read into memory as a whole under ASGI
    blocks = _blocks_async(file) if hasattr(request, "scope") else _blocks(file)
    response = StreamingHttpResponse(blocks, content_type=content_type)
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = f'attachment; filename="honoraria-{wanted.month}.{kind}"'
    response["Cache-Control"] = "no-store, private"
    response._resource_closers.append(file.close)  # type: ignore[attr-defined]
    return response


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    return digest


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


async def _blocks_async(file: IO[bytes]) -> AsyncIterator[bytes]:
    while block := await sync_to_async(file.read)(BLOCK):
        yield block
