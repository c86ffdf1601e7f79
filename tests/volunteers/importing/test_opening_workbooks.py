"""Which files are read, and what every kind of bad file is told."""

from __future__ import annotations

import io
import random
import time
import tracemalloc
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter

from tests.volunteers.importing.conftest import SAMPLE
from volunteers.importing.package_guard import MESSAGES
from volunteers.importing.workbook import MergedRange, WorkbookError, open_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refusal(content: bytes, name: str = "register.xlsx") -> str:
    with pytest.raises(WorkbookError) as caught:
        open_workbook(content, name)
    assert caught.value.message_ja == MESSAGES[caught.value.code]
    return caught.value.code


def repacked(content: bytes, **changes: bytes | None) -> bytes:
    """Return the zip with parts replaced or added; a key's __ stands for a slash."""
    target = io.BytesIO()
    parts = {name.replace("__", "/").replace("_dot_", "."): data for name, data in changes.items()}
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            if data is not None:
                new.writestr(name, data)
    return target.getvalue()


def test_it_reads_every_row_of_the_sample(sample):
    (sheet,) = sample.sheets
    assert (sheet.name, len(sheet.rows)) == ("語学ボランティア名簿", 383)
    assert sheet.rows[10][4].value == date(2001, 12, 2)
    assert sheet.rows[10][5] == (7011532780, "7011532780")
    assert MergedRange(2, 5, 2, 7) in sheet.merged


def test_cells_keep_their_type_and_the_text_a_person_would_read():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy/m/d"})
        moment = book.add_format({"num_format": "yyyy/m/d h:mm"})
        page.write_row(0, 0, [1, 1.5, True, " 前後 "])
        page.write_datetime(1, 0, datetime(2026, 3, 31), day)
        page.write_datetime(1, 1, datetime(2026, 3, 31, 9, 5), moment)
    first, second = open_workbook(target.getvalue(), "a.xlsx").sheets[0].rows
    assert [cell.text for cell in first] == ["1", "1.5", "TRUE", " 前後 "]
    assert [type(cell.value) for cell in first] == [int, float, bool, str]
    assert [cell.text for cell in second] == ["2026/3/31", "2026/3/31 9:05"]


def test_hidden_and_empty_sheets_are_left_out():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("名簿").write(0, 0, "氏名")
        book.add_worksheet("空")
        hidden = book.add_worksheet("隠し")
        hidden.write(0, 0, "秘密")
        hidden.hide()
    assert [one.name for one in open_workbook(target.getvalue(), "a.xlsx").sheets] == ["名簿"]


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_the_same_register_in_another_format_reads_the_same(kind, sample):
    content = SAMPLE.with_suffix(f".{kind}").read_bytes()
    assert open_workbook(content, f"a.{kind}").sheets[0].rows == sample.sheets[0].rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_csv_is_read_in_the_encodings_that_excel_writes(encoding):
    text = '氏名,備考\r\n山田 花子,"一行目\n二行目"\r\n'
    (sheet,) = open_workbook(text.encode(encoding), "名簿.csv").sheets
    assert sheet.name == "名簿"
    assert [[cell.text for cell in row] for row in sheet.rows] == [
        ["氏名", "備考"],
        ["山田 花子", "一行目\n二行目"],
    ]


def test_tab_separated_text_is_read():
    assert len(open_workbook("氏名\t言語\n山田\t英語\n".encode(), "a.tsv").sheets[0].rows[1]) == 2


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_no_workbook(seed):
    noise = random.Random(seed).randbytes(4000)
    assert refusal(noise) == "not_a_workbook"
    assert refusal(noise, "a.csv") in {"not_a_workbook", "unknown_encoding"}


def test_random_bytes_behind_a_workbook_s_first_bytes_are_refused():
    noise = random.Random(1).randbytes(4000)
    assert refusal(b"PK\x03\x04" + noise) == "damaged"
    assert refusal(OLE + noise, "a.xls") == "not_a_workbook"
    assert refusal(OLE + noise + "Workbook".encode("utf-16-le"), "a.xls") == "damaged"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_a_truncated_file_is_called_damaged(share):
    content = SAMPLE.read_bytes()
    assert refusal(content[: int(len(content) * share)]) == "damaged"


def test_a_flipped_byte_in_the_data_never_passes_unnoticed():
    content = bytearray(SAMPLE.read_bytes())
    at = content.find(b"xl/worksheets/sheet1.xml") + 3000
    content[at] ^= 0xFF
    assert refusal(bytes(content)) == "damaged"


def test_broken_xml_inside_a_sound_zip_is_called_damaged():
    broken = repacked(SAMPLE.read_bytes(), xl__workbook_dot_xml=b"<workbook><sheets>")
    assert refusal(broken) in {"damaged", "no_rows"}


def test_an_empty_file_and_an_empty_sheet_are_told_apart(xlsx_of):
    assert refusal(b"") == "empty"
    assert refusal(xlsx_of([])) == "no_rows"
    assert refusal(b"\n\n", "a.csv") == "no_rows"


def test_a_file_with_a_password_is_refused():
    directory = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0")
    assert refusal(OLE + b"\0" * 504 + directory) == "encrypted"


def test_a_zip_with_encrypted_entries_is_refused():
    content = bytearray(SAMPLE.read_bytes())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    assert refusal(bytes(content)) == "encrypted"


def test_macros_are_refused_by_content_and_by_name():
    content = SAMPLE.read_bytes()
    assert refusal(repacked(content, xl__vbaProject_dot_bin=b"x")) == "macro"
    assert refusal(content, "register.xlsm") == "macro"
    assert refusal(OLE + b"\0" * 504 + "_VBA_PROJECT_CUR".encode("utf-16-le"), "a.xls") == "macro"


def test_other_zips_and_binary_workbooks_are_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    assert refusal(target.getvalue()) == "not_a_workbook"
    assert refusal(repacked(SAMPLE.read_bytes(), xl__workbook_dot_bin=b"x")) == "unsupported"


def test_a_web_page_with_the_name_of_a_spreadsheet_is_refused():
    assert refusal(b"<html><table><tr><td>1</td></tr></table></html>", "a.xls") == "not_a_workbook"
    assert refusal(b"<html><table><tr><td>1</td></tr></table></html>", "a.csv") == "not_a_workbook"


def test_a_file_over_ten_megabytes_is_refused_unread():
    assert refusal(b"PK" + b"\0" * (10 * 1024 * 1024)) == "too_large"


def sheet_of_rows(count: int) -> bytes:
    row = '<row r="{0}"><c r="A{0}"><v>{0}</v></c><c r="B{0}" t="str"><v>山田</v></c></row>'
    rows = "".join(row.format(number) for number in range(1, count + 1))
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return f"{head}<sheetData>{rows}</sheetData></worksheet>".encode()


def test_three_hundred_thousand_rows_are_refused_quickly_in_bounded_memory():
    rows = sheet_of_rows(300_000)
    content = repacked(SAMPLE.read_bytes(), xl__worksheets__sheet1_dot_xml=rows)
    assert len(content) < 10 * 1024 * 1024
    del rows
    tracemalloc.start()
    began = time.process_time()
    assert refusal(content) == "too_many_rows"
    took, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert took < 5
    assert peak < 200 * 1024 * 1024


def test_three_hundred_thousand_lines_of_csv_are_refused():
    assert refusal("山田,英語\n".encode() * 300_000, "a.csv") == "too_many_rows"


def test_the_largest_allowed_number_of_rows_is_read(xlsx_of):
    rows = [[n] for n in range(20_000)]
    assert len(open_workbook(xlsx_of(rows), "a.xlsx").sheets[0].rows) == 20_000
    assert refusal(xlsx_of([*rows, [1]])) == "too_many_rows"


def test_one_stray_cell_far_below_does_not_make_the_reader_reserve_the_table():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet()
        page.write(0, 0, "氏名")
        page.write(1_048_575, 0, "x")
    assert refusal(target.getvalue()) == "too_many_rows"


def test_too_many_columns_and_too_large_an_area_are_refused(xlsx_of):
    assert refusal(xlsx_of([[1] * 501])) == "too_many_columns"
    assert refusal(xlsx_of([*([[1]] * 15_000), [1] * 400])) == "too_many_cells"


def test_a_zip_bomb_is_refused():
    bomb = repacked(SAMPLE.read_bytes(), xl__media__image_dot_bin=b"\0" * (70 * 1024 * 1024))
    assert len(bomb) < 200_000
    began = time.process_time()
    assert refusal(bomb) == "unpacks_too_large"
    assert time.process_time() - began < 5


def test_one_long_text_used_a_hundred_thousand_times_is_refused():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet()
        for row in range(10_000):
            page.write_row(row, 0, ["あ" * 10_000] * 10)
    assert refusal(target.getvalue()) == "unpacks_too_large"


def test_repeated_rows_of_an_open_document_are_counted_before_they_are_read():
    rows = (
        b'<table:table-row table:number-rows-repeated="300000"><table:table-cell>'
        b"<text:p>x</text:p></table:table-cell></table:table-row>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", b'<table:table table:name="a">' + rows + b"</table:table>")
    assert refusal(target.getvalue(), "a.ods") == "too_many_rows"
