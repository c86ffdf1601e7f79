"""The claim's workbook: the same yen as page and snapshot, typed, printable, never run."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from django.db import connection

from accounts.models import AuditEntry
from honoraria.exporting import runs
from honoraria.grants import files
from honoraria.grants.claim import picture
from honoraria.models import ExportRun
from tests.factories import NOW
from tests.honoraria.grants import files_of, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PATIENCE = 240  # seconds for LibreOffice on a busy machine


@pytest.fixture
def grant(city):
    return files_of.grant(city)


@pytest.fixture
def claim(grant, admin):
    return files_of.submitted(grant, admin)


def made(grant, claim, by):
    run = files.ask(grant, claim, "workbook", "xlsx", by=by, at=NOW)
    return files_of.bytes_of(run)


def read(content, **more):
    return openpyxl.load_workbook(io.BytesIO(content), **more)


def columns(sheet):
    """Cells below each heading of the last table with a head of evidence numbers."""
    values = list(sheet.iter_rows(values_only=True))
    head = next(n for n, row in enumerate(values) if row[0] == "証拠番号")
    return head, dict(zip(values[head], zip(*values[head + 1 :], strict=True), strict=True))


def total(sheet, title, label="合計"):
    _, found = columns(sheet)
    return found[title][found["証拠番号"].index(label)]


def test_page_workbook_and_snapshot_agree_to_the_yen(client_of, accountant, grant, claim):
    page = client_of(accountant).get(f"/grants/claims/{claim.pk}/")
    answer = client_of(accountant).post(f"/grants/claims/{claim.pk}/files/workbook/xlsx/")
    assert answer["Content-Disposition"].endswith(f'-{grant.pk}-1.xlsx"')
    book = read(b"".join(answer.streaming_content), data_only=True)
    totals = claim.snapshot["totals"]
    for label in ("合計", "照合"):
        assert total(book["明細"], "対象額（円）", label) == claim.eligible == totals["eligible"]
        rest = total(book["対象外"], "対象外の額（円）", label)
        assert rest == totals["amount"] - totals["eligible"]
    summary = list(book["総括"].iter_rows(values_only=True))
    (sums,) = [row for row in summary if row[0] == "合計"]
    assert sums[2:5] == (totals["amount"], claim.eligible, totals["amount"] - claim.eligible)
    assert ("明細シートの対象額（円）", claim.eligible) in [row[:2] for row in summary]
    assert ("実績額（円）", claim.amount) in [row[:2] for row in summary]
    for step in claim.snapshot["steps"]:
        assert (step["text"], step["yen"]) in [(row[1], row[4]) for row in summary]
        assert step["text"] in page.content.decode()
    assert claim.sha256 in [row[1] for row in summary]


def test_lines_stand_in_the_order_of_their_numbers_with_typed_cells(claim, accountant):
    book = read(made(claim.programme, claim, accountant))
    _, found = columns(book["明細"])
    numbers = [one for one in found["証拠番号"] if re.fullmatch(r"[HK]-\d{4}", str(one))]
    assert numbers == ["H-0001", "H-0002", "H-0003", "K-0001", "K-0002", "K-0003"]
    assert isinstance(found["日付"][0], datetime)
    assert found["支出額（円）"][:3] == (3460, 3460, 3460)
    assert found["対象額（円）"][1] == 1153
    assert found["按分"][1] == "1/3"
    _, rest = columns(book["対象外"])
    assert rest["対象外の額（円）"][:2] == (3460 - 1153, 22_000)
    assert rest["理由"][1] == "啓発品・記念品"


def test_it_holds_no_name_of_a_volunteer(claim, accountant):
    book = read(made(claim.programme, claim, accountant))
    text = str([list(sheet.iter_rows(values_only=True)) for sheet in book])
    for tag in claim.programme.tags.filter(honorarium__isnull=False):
        assert tag.honorarium.volunteer.name not in text
        assert f"登録番号{tag.honorarium.volunteer.number}" in text


def test_nothing_out_of_the_data_becomes_a_formula(claim, accountant):
    book = read(made(claim.programme, claim, accountant))
    ugly = 0
    for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row):
        if cell.value == files_of.UGLY:
            ugly += 1
            assert (cell.data_type, cell.quotePrefix) == ("s", True)
        elif cell.data_type == "f":
            assert re.fullmatch(r"=SUM\([A-Z]+\d+:[A-Z]+\d+\)|='明細'!K\d+", cell.value)
    assert ugly == 3


def test_it_is_ready_for_the_printer(claim, accountant):
    book = read(made(claim.programme, claim, accountant))
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.oddFooter.center.text == "&P / &N"
        assert "第1回" in sheet.oddHeader.right.text
    head, _ = columns(book["明細"])
    assert book["明細"].print_title_rows == f"${head + 1}:${head + 1}"
    assert book["明細"].page_setup.orientation == "landscape"


def test_a_draft_says_so_and_shares_stand_only_in_joint_ones(city, grant, accountant):
    book = read(made(grant, None, accountant))
    assert all(sheet["A2"].value == "下書き（提出前）" for sheet in book)
    assert [list(row)[:1] for row in book["変更履歴"].iter_rows(values_only=True)][-1] == [
        "提出した実績報告は、まだありません。"
    ]
    shares = list(book["負担割合"].iter_rows(values_only=True))
    assert [row[:2] for row in shares if row[0] in ("みなと市", "山手町")] == [
        ("みなと市", 1532),
        ("山手町", 148),
    ]
    assert date(2026, 1, 1) in [row[5].date() for row in shares if isinstance(row[5], datetime)]
    alone = rows.programme(city, name="整備")
    assert "負担割合" not in read(made(alone, None, accountant)).sheetnames


def test_what_changed_since_stands_on_its_sheet(city, grant, claim, accountant):
    rows.judged(grant, rows.entry(city))
    book = read(made(grant, claim, accountant), data_only=True)
    assert total(book["変更履歴"], "差（円）") == 3460
    assert total(book["明細"], "対象額（円）") == claim.eligible
    draft = read(made(grant, None, accountant), data_only=True)
    assert total(draft["明細"], "対象額（円）") == picture(grant).eligible == claim.eligible + 3460


def test_consultations_are_there_by_month_and_day(claim, accountant):
    book = read(made(claim.programme, claim, accountant), data_only=True)
    values = list(book["相談件数・通訳時間"].iter_rows(values_only=True))
    months = [row for row in values if isinstance(row[0], datetime) and row[0].day == 1]
    assert len(months) == 12
    daily = claim.snapshot["consultations"]
    sums = [row[1:3] for row in values if row[0] in ("合計", "照合")]
    assert sums == [(daily["consultations"], daily["minutes"])] * 4
    assert daily["minutes"] == 270


def test_a_snapshot_that_was_tampered_with_makes_no_file(client_of, accountant, claim):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE honoraria_claim DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE honoraria_claim SET snapshot = jsonb_set(snapshot, '{totals,eligible}', '9')"
        )
        cursor.execute("ALTER TABLE honoraria_claim ENABLE TRIGGER USER")
    client = client_of(accountant)
    assert "files/workbook" not in client.get(f"/grants/claims/{claim.pk}/").content.decode()
    for what, kind in (("workbook", "xlsx"), ("evidence", "zip"), ("statements", "pdf")):
        address = f"/grants/claims/{claim.pk}/files/{what}/{kind}/"
        page = client.post(address, follow=True)
        assert "一致しないため、ファイルを作りませんでした" in page.content.decode()
    assert not ExportRun.objects.exists()


def test_asking_and_fetching_are_recorded(client_of, accountant, claim):
    client_of(accountant).post(f"/grants/claims/{claim.pk}/files/workbook/xlsx/")
    entries = AuditEntry.objects.filter(verb__startswith="export.").order_by("pk")
    assert [one.verb for one in entries] == ["export.asked", "export.made", "export.fetched"]
    assert {one.detail["dataset"] for one in entries} == {"claim_workbook"}
    page = client_of(accountant).get("/exports/").content.decode()
    assert "実績報告の集計表" in page
    assert "第1回（提出済み）" in page


def test_other_kinds_do_not_exist(client_of, accountant, claim):
    client = client_of(accountant)
    for path in ("workbook/csv", "evidence/xlsx", "secrets/pdf"):
        assert client.post(f"/grants/claims/{claim.pk}/files/{path}/").status_code == 404


def test_a_large_one_is_left_to_the_worker(client_of, accountant, claim, monkeypatch):
    monkeypatch.setitem(files.AT_ONCE, "workbook", 2)
    answer = client_of(accountant).post(f"/grants/claims/{claim.pk}/files/workbook/xlsx/")
    assert answer.url == "/exports/"
    run = ExportRun.objects.get()
    assert (run.state, run.rows_expected) == ("queued", 6)
    runs.make(run.pk)
    run.refresh_from_db()
    assert (run.state, run.rows) == ("done", 6), run.error


@pytest.fixture
def convert(tmp_path):
    """LibreOffice, with a profile of its own: a workbook's bytes → the path of the converted."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("needs LibreOffice: soffice on the path")

    def run(content: bytes, kind: str) -> Path:
        source = tmp_path / "claim.xlsx"
        source.write_bytes(content)
        profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
        out = tmp_path / kind
        command = [program, profile, "--headless", "--convert-to", kind, "--outdir", str(out)]
        subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=PATIENCE)
        return out / f"claim.{kind}"

    return run


def without_results(content):
    """The workbook without the values that were written beside the formulas."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/"):
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data)
            new.writestr(name, data)
    return out.getvalue()


def test_libreoffice_adds_up_to_the_same(convert, client_of, accountant, claim):
    content = made(claim.programme, claim, accountant)
    empty = without_results(content)
    assert total(read(empty, data_only=True)["明細"], "対象額（円）") is None
    book = openpyxl.load_workbook(convert(empty, "xlsx"), data_only=True)
    page = client_of(accountant).get(f"/grants/claims/{claim.pk}/")
    assert total(book["明細"], "対象額（円）") == page.context["claim"].eligible
    assert total(book["明細"], "支出額（円）") == sum(
        one["amount"] for one in page.context["snapshot"]["lines"] if one["numerator"]
    )
    wrong = [
        (sheet.title, cell.coordinate)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "e"
    ]
    assert wrong == []
    summary = list(book["総括"].iter_rows(values_only=True))
    assert ("明細シートの対象額（円）", claim.eligible) in [row[:2] for row in summary]


def test_libreoffice_prints_it(convert, accountant, claim):
    path = convert(made(claim.programme, claim, accountant), "pdf")
    pages = pypdfium2.PdfDocument(path)
    texts = [page.get_textpage().get_text_range() for page in pages]
    footers = [next(line for line in text.splitlines() if " / " in line) for text in texts]
    sheets = list(dict.fromkeys(line.split()[0] for line in footers))
    assert sheets == ["総括", "明細", "対象外", "相談件数・通訳時間", "負担割合", "変更履歴"]
    assert f"{claim.eligible:,}" in texts[0]
    assert all("第1回（提出済み）" in text for text in texts)
