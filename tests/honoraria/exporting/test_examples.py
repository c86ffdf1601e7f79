"""The worked examples about exports, from the project's own copy of the figures."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from honoraria.exporting import runs
from honoraria.exporting.cells import neutral
from honoraria.exporting.datasets import DATASETS
from honoraria.exporting.shapes import read_shape, shipped, usual
from honoraria.exporting.writers import csv_blocks, unwritable
from honoraria.models import ExportPiece
from tests import factories
from tests.factories import NOW
from tests.honoraria.exporting.paying import paid

EXAMPLES = {
    example["id"]: example
    for example in json.loads(
        (Path(__file__).parents[2] / "data" / "money_examples.json").read_text("utf-8")
    )["examples"]
}
ENCODABLE = [one for one in EXAMPLES.values() if one["fn"] == "export.encodable"]


def content_of(run):
    pieces = ExportPiece.objects.filter(run=run).order_by("number")
    return b"".join(bytes(piece.content) for piece in pieces)


def test_every_kind_of_example_about_files_has_a_test_here():
    known = {"export.encodable", "export.csv_bom", "export.yayoi", "export.csv_cell"}
    elsewhere = {"export.calendar", "export.fiscal_assignment"}  # tests/honoraria/tax
    assert {
        one["fn"] for one in EXAMPLES.values() if one["fn"].startswith("export.")
    } == known | elsewhere


@pytest.mark.parametrize("example", ENCODABLE, ids=lambda one: one["id"])
def test_what_cp932_holds_is_known_letter_by_letter(example):
    missing = unwritable(example["input"]["text"], example["input"]["encoding"])
    assert (missing == []) is example["expected"]["encodable"]


def test_a_csv_in_utf8_begins_with_a_bom():
    first, _ = next(csv_blocks(usual(DATASETS["journal"]), iter([])))
    assert first.hex().upper() == EXAMPLES["X12"]["expected"]["hex"]


def test_a_formula_is_neutralised():
    example = EXAMPLES["X14"]
    assert neutral(example["input"]["value"]) == example["expected"]["cell"]


def test_the_journal_for_yayoi_is_right_byte_by_byte(db):
    given, wanted = EXAMPLES["X13"]["input"], EXAMPLES["X13"]["expected"]
    day = date.fromisoformat(given["date"])
    payment = paid(number=371, gross=given["gross"], withheld=given["withheld"], on=day)
    user = factories.MembershipFactory(organization=payment.organization, role="accountant").user
    shape = shipped()["yayoi"]
    assert list(shape.account_words.values())[:2] == given["accounts"][:2]
    assert len(shape.columns) == wanted["columns"]
    assert (shape.encoding, shape.header) == (wanted["encoding"], wanted["header"])
    run = runs.start(
        payment.organization, "journal", {"month": "2026-11"}, shape, "csv", by=user, at=NOW
    )
    assert content_of(run) == "".join(f"{row}\r\n" for row in wanted["rows"]).encode("cp932")


@pytest.mark.parametrize(
    ("code", "columns"), [("yayoi", 25), ("moneyforward", 27), ("freee", 18), ("voucher", 18)]
)
def test_shipped_shapes_have_the_columns_that_the_programs_read(code, columns):
    shape = shipped()[code]
    assert len(shape.columns) == columns
    assert read_shape(shape.as_json()).as_json() == shape.as_json()


def journal(code, **payment):
    made = paid(**payment)
    user = factories.MembershipFactory(organization=made.organization, role="accountant").user
    run = runs.start(
        made.organization, "journal", {"month": "2026-11"}, shipped()[code], "csv", by=user, at=NOW
    )
    shape = shipped()[code]
    lines = content_of(run).decode(shape.encoding).splitlines()
    titles = lines[0].split(",")
    return [dict(zip(titles, line.split(","), strict=True)) for line in lines[1:]]


def test_both_lines_of_a_payment_are_one_entry_for_moneyforward(db):
    net, tax = journal("moneyforward", gross=7240, withheld=739)
    assert net["取引No"] == tax["取引No"] == "1"
    assert (net["借方勘定科目"], net["借方金額(円)"], net["貸方勘定科目"]) == (
        "諸謝金", "6501", "普通預金",
    )  # fmt: skip
    assert (tax["貸方勘定科目"], tax["貸方金額(円)"]) == ("預り金", "739")


def test_the_lines_for_freee_sum_to_what_was_settled(db):
    fee, tax = journal("freee", gross=7240, withheld=739)
    assert (fee["収支区分"], tax["収支区分"]) == ("支出", "")
    assert int(fee["金額"]) + int(tax["金額"]) == int(fee["決済金額"]) == 6501
    assert (tax["勘定科目"], tax["金額"], tax["決済日"]) == ("預り金", "-739", "")


def test_a_payment_without_tax_has_one_line(db):
    (only,) = journal("moneyforward", gross=3000, withheld=0)
    assert only["借方金額(円)"] == "3000"


def test_cash_is_booked_against_cash(db):
    (only,) = journal("moneyforward", gross=3000, withheld=0, method="cash")
    assert only["貸方勘定科目"] == "現金"
