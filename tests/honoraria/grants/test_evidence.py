"""Evidence: every number on its page, every file with its hash, whatever was uploaded."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter

from honoraria.exporting import runs
from honoraria.grants import evidence, files
from honoraria.grants.fitting import HEIGHT, WIDTH, UnreadableError, fitted
from honoraria.models import CostDocument, ExportRun, Honorarium
from interpreting.models import Receipt, Report
from tests.factories import NOW
from tests.honoraria.grants import files_of, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def grant(city):
    return files_of.grant(city)


@pytest.fixture
def claim(grant, admin):
    return files_of.submitted(grant, admin)


def made(claim, kind, by, programme=None):
    run = files.ask(programme or claim.programme, claim, "evidence", kind, by=by, at=NOW)
    return files_of.bytes_of(run)


def texts(content):
    return [one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(content)]


def index_of(bundle):
    return list(csv.DictReader(io.StringIO(bundle.read("index.csv").decode("utf-8-sig"))))


@pytest.fixture
def bundle(claim, accountant):
    return zipfile.ZipFile(io.BytesIO(made(claim, "zip", accountant)))


def test_every_number_is_on_the_page_the_index_says(bundle):
    pages = texts(bundle.read("evidence.pdf"))
    sheets = [row for row in index_of(bundle) if row["区分"] == "証拠書"]
    numbers = [row["証拠番号"] for row in sheets]
    assert numbers == ["H-0001", "H-0002", "H-0003", "K-0001", "K-0002", "K-0003"]
    for row in index_of(bundle):
        if row["ページ"] and row["証拠番号"]:
            assert row["証拠番号"] in pages[int(row["ページ"]) - 1]
    for row in sheets:
        (line,) = [one for one in pages[0].splitlines() if one.startswith(row["証拠番号"])]
        # what follows is wrapped; the page is the last number before the next row
        block = pages[0][pages[0].index(line) :].split("合計")[0]
        block = block.split(f"\r\n{_next(row['証拠番号'], numbers)}")[0]
        assert row["ページ"] in block.split()
    assert [f"{n} / {len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)


def _next(number, numbers):
    place = numbers.index(number) + 1
    return numbers[place] if place < len(numbers) else "-"


def test_bookmarks_lead_to_the_sheets(claim, accountant):
    reader = PdfReader(io.BytesIO(made(claim, "pdf", accountant)))
    for mark in reader.outline[1:]:
        page = reader.pages[reader.get_destination_page_number(mark)]
        assert f"証拠書　{mark.title}" in page.extract_text()


def test_sums_agree_with_claim_and_page(client_of, accountant, claim, bundle):
    found = index_of(bundle)
    page = client_of(accountant).get(f"/grants/claims/{claim.pk}/")
    eligible = sum(int(row["対象額（円）"] or 0) for row in found)
    assert eligible == claim.eligible == page.context["claim"].eligible
    counted = [one for one in claim.snapshot["lines"] if one["numerator"]]
    assert sum(int(row["支出額（円）"] or 0) for row in found) == sum(
        one["amount"] for one in counted
    )
    first = texts(bundle.read("evidence.pdf"))[0]
    assert f"{claim.eligible:,}" in first
    assert claim.sha256 in first


def test_every_file_is_there_with_its_hash(bundle):
    found = {row["ファイル"]: row for row in index_of(bundle) if row["SHA-256"]}
    assert set(found) == set(bundle.namelist()) - {"index.csv"}
    for name, row in found.items():
        assert hashlib.sha256(bundle.read(name)).hexdigest() == row["SHA-256"]
        assert len(bundle.read(name)) == int(row["バイト数"])
    originals = {one.sha256 for one in [*Receipt.objects.all(), *CostDocument.objects.all()]}
    assert {row["SHA-256"] for row in found.values()} >= originals


def test_what_cannot_be_read_is_said_and_goes_along(bundle):
    pages = texts(bundle.read("evidence.pdf"))
    rows_ = {row["ファイル"]: row for row in index_of(bundle)}
    for number, words in (("K-0002", "保護されている"), ("K-0003", "壊れている")):
        (sheet,) = [page for page in pages if f"証拠書　{number}" in page]
        assert words in sheet
        row = rows_[f"{number}/{number}-1.pdf"]
        assert words in row["備考"]
        assert (row["ページ"], row["ページ数"]) == ("", "0")
    assert bundle.read("K-0003/K-0003-1.pdf") == b"%PDF-1.4 broken"
    assert rows_["K-0001/K-0001-1.pdf"]["ページ数"] == "3"


def test_a_document_that_is_not_what_was_stored_is_said(city, grant, accountant):
    bought = rows.cost(city, state="approved")
    files_of.document(bought, rows.pdf(2), sha256="0" * 64)
    rows.judged(grant, bought)
    bundle = zipfile.ZipFile(io.BytesIO(made(None, "zip", accountant, grant)))
    (row,) = [one for one in index_of(bundle) if one["ファイル"] == "K-0004/K-0004-1.pdf"]
    assert "一致しません" in row["備考"]


def test_sheets_say_who_and_when_but_not_what_was_talked_about(claim, accountant, bundle):
    Report.objects.update(comment="相談の中身", transport_route="みなと駅→市役所")
    paid = Honorarium.objects.get(report__receipts__isnull=False)
    pages = texts(made(claim, "pdf", accountant))
    (sheet,) = [page for page in pages if "証拠書　H-0001" in page]
    for words in (
        paid.volunteer.name, f"{paid.volunteer.number}", "2026-06-09 14:00", "みなと駅→市役所",
        "受領証", "現金", "2026年6月", "領収書の写真1",
    ):  # fmt: skip
        assert words in sheet
    assert "相談の中身" not in "".join(pages)
    (bank,) = [page for page in pages if "証拠書　H-0002" in page]
    assert "ab" * 32 in bank.replace("\r\n", "")


def test_a_long_sheet_moves_the_pages_behind_it(grant, accountant):
    steps = [{"text": f"段階{n}の計算で加えた額", "amount": n} for n in range(200)]
    Honorarium.objects.filter(report__receipts__isnull=False).update(derivation=steps)
    bundle = zipfile.ZipFile(io.BytesIO(made(None, "zip", accountant, grant)))
    found = [row for row in index_of(bundle) if row["区分"] == "証拠書"]
    assert int(found[0]["ページ数"]) > 1
    pages = texts(bundle.read("evidence.pdf"))
    for row in found:
        assert f"証拠書　{row['証拠番号']}" in pages[int(row["ページ"]) - 1]


def test_a_reversed_entry_needs_no_second_photo(city, grant, accountant):
    paid = Honorarium.objects.get(report__receipts__isnull=False)
    rows.judged(grant, rows.reversal(paid, reason="金額の誤り"))
    bundle = zipfile.ZipFile(io.BytesIO(made(None, "zip", accountant, grant)))
    assert [one for one in bundle.namelist() if one.endswith(".jpg")] == ["H-0001/H-0001-1.jpg"]
    assert any("金額の誤り" in page for page in texts(bundle.read("evidence.pdf")))


def test_many_lines_are_made_by_the_worker_in_several_sheet_files(
    client_of, accountant, claim, monkeypatch
):
    monkeypatch.setitem(files.AT_ONCE, "evidence", 2)
    monkeypatch.setattr(evidence, "AT_ONCE", 4)
    monkeypatch.setattr(evidence, "INDEXED_AT_ONCE", 4)
    client = client_of(accountant)
    answer = client.post(f"/grants/claims/{claim.pk}/files/evidence/pdf/")
    assert answer.url == "/exports/"
    run = ExportRun.objects.get()
    assert (run.state, run.rows_expected) == ("queued", 6)
    runs.make(run.pk)
    run.refresh_from_db()
    assert (run.state, run.rows) == ("done", 6), run.error
    pages = texts(files_of.bytes_of(run))
    assert "目次" in pages[0]
    assert "合計" in pages[1]
    answer = client.get(f"/exports/{run.pk}/file/")
    assert answer["Content-Type"] == "application/pdf"


def test_nothing_to_prove_is_said(client_of, accountant, city):
    empty = rows.programme(city, name="整備")
    page = client_of(accountant).post(f"/grants/{empty.pk}/files/evidence/zip/", follow=True)
    assert "証拠書類を作れません" in page.content.decode()


@pytest.mark.parametrize(
    ("size", "turned"), [((842, 595), 0), ((595, 842), 90), ((3000, 200), 270)]
)
def test_foreign_pages_are_fitted_on_a4(tmp_path, size, turned):
    writer = PdfWriter()
    page = writer.add_blank_page(*size)
    page.rotate(turned)
    out = io.BytesIO()
    writer.write(out)
    assert fitted(out.getvalue(), "application/pdf", tmp_path / "a.pdf") == 1
    box = PdfReader(tmp_path / "a.pdf").pages[0].mediabox
    assert (float(box.width), float(box.height)) == (WIDTH, HEIGHT)


def test_a_photo_that_is_none_is_refused(tmp_path):
    with pytest.raises(UnreadableError):
        fitted(b"\xff\xd8\xff broken", "image/jpeg", tmp_path / "a.pdf")
