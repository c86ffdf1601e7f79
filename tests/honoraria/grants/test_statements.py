"""Statements for the municipalities of a joint desk: the claim's shares and nothing about people."""

from __future__ import annotations

import io

import openpyxl
import pypdfium2
import pytest

from honoraria.grants import files
from honoraria.models import ExportRun
from tests.factories import NOW
from tests.honoraria.grants import files_of, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def claim(city, admin):
    return files_of.submitted(files_of.grant(city), admin)


def made(claim, kind, by, place=None):
    run = files.ask(claim.programme, claim, "statements", kind, place=place, by=by, at=NOW)
    return files_of.bytes_of(run)


def pages_of(content):
    return [one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(content)]


def test_each_municipality_has_a_page_with_its_share(claim, accountant):
    pages = pages_of(made(claim, "pdf", accountant))
    assert len(pages) == 2
    for page, share in zip(pages, claim.snapshot["shares"], strict=True):
        assert page.startswith(f"{share['name']}　御中")
        for words in (
            f"{share['cost']:,}", f"{share['grant']:,}", share["percent"], "2026年1月1日",
            f"負担額　{share['cost'] - share['grant']:,}", "使用料及び賃借料", "270",
        ):  # fmt: skip
            assert words in page


def test_one_municipality_can_be_had_alone(client_of, accountant, claim):
    (page,) = pages_of(made(claim, "pdf", accountant, place=2))
    assert page.startswith("山手町　御中")
    address = f"/grants/claims/{claim.pk}/files/statements/pdf/"
    refused = client_of(accountant).post(address, {"place": "3"}, follow=True)
    assert "構成市町村にありません" in refused.content.decode()


def test_the_workbook_has_the_same_figures(claim, accountant):
    content = made(claim, "xlsx", accountant)
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    assert book.sheetnames == ["按分", "1 みなと市", "2 山手町"]
    values = {row[0]: row for row in book["按分"].iter_rows(values_only=True)}
    assert values["合計"][4:7] == values["照合"][4:7]
    assert values["合計"][4:7] == (claim.eligible, claim.amount, claim.eligible - claim.amount)
    for number, share in enumerate(claim.snapshot["shares"], 1):
        sheet = book[f"{number} {share['name']}"]
        facts = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
        assert facts["対象経費の分（円）"] == share["cost"]
        assert facts["負担額（円）"] == share["cost"] - share["grant"]


def test_nobody_is_named(claim, accountant):
    book = openpyxl.load_workbook(io.BytesIO(made(claim, "xlsx", accountant)))
    text = "".join(pages_of(made(claim, "pdf", accountant)))
    text += str([list(sheet.iter_rows(values_only=True)) for sheet in book])
    for tag in claim.programme.tags.filter(honorarium__isnull=False):
        assert tag.honorarium.volunteer.name not in text
        assert f"登録番号{tag.honorarium.volunteer.number}" not in text
    assert claim.submitted_by.name not in text
    assert "H-0001" not in text


def test_a_desk_of_one_town_has_no_statements(client_of, accountant, city):
    alone = rows.programme(city)
    client = client_of(accountant)
    page = client.post(f"/grants/{alone.pk}/files/statements/pdf/", follow=True)
    assert "市町村ごとの明細を作れません" in page.content.decode()
    assert not ExportRun.objects.exists()


def test_the_page_of_shares_offers_them(client_of, accountant, claim):
    text = client_of(accountant).get(f"/grants/{claim.programme.pk}/shares/").content.decode()
    assert f"/grants/{claim.programme.pk}/files/statements/pdf/" in text
    assert '<option value="2">山手町</option>' in text
