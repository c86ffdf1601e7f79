"""Noting that a year was filed: by whoever files it, with its sums; making the file files nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.months import Month
from honoraria.tax.actions import (
    change_payer,
    export_form309,
    mark_filed,
    record_remittance,
)
from honoraria.tax.decisions import Figures, Filing, filed_years, filings
from honoraria.tax.form309 import Payer
from honoraria.tax.year_records import year_records
from tests.honoraria.tax.paying import entry_of, noon, paid, payee, reversal_of

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER = date(2026, 11, 9), date(2026, 12, 9)
BEFORE, FILED, AFTER = date(2027, 1, 8), date(2027, 1, 20), date(2027, 2, 3)


@pytest.fixture
def record(city, hana, accountant):
    """Everything that the file needs."""
    payee(hana, legal_name="山田 花", address="東京都みなと市本町1-1")
    paid(hana, 60_000, NOVEMBER, date(2026, 12, 25))
    who = Payer("みなと市国際交流協会", "東京都みなと市1-2-3", "03-0000-0000", "1234567890123")
    change_payer(city, who, by=accountant, at=noon(BEFORE))


@pytest.fixture
def page(accountant, client_of, clock):
    """The accountant's browser on 3 February 2027."""
    clock.at = noon(AFTER)
    return client_of(accountant)


def log(verb: str) -> list[dict]:
    found = AuditEntry.objects.filter(verb=verb).order_by("id")
    return [
        {k: v for k, v in one.items() if k != "year"}
        for one in found.values_list("detail", flat=True)
    ]


def test_making_the_file_files_nothing(city, record, accountant):
    for day in (DECEMBER, FILED, AFTER):
        export_form309(city, 2026, day, by=accountant, at=noon(day))
    city.refresh_from_db()
    assert filed_years(city) == {}
    assert len(log("tax.form309_exported")) == 3


def test_a_correction_after_a_file_that_was_only_looked_at_belongs_to_the_old_year(
    city, hana, record, accountant
):
    wrong = entry_of(hana, 10_000, day=DECEMBER)
    export_form309(city, 2026, BEFORE, by=accountant, at=noon(BEFORE))
    reversal_of(wrong, FILED)
    city.refresh_from_db()
    assert year_records(city, 2026, AFTER).to_file == (1, 60_000, 6_126)
    assert year_records(city, 2027, AFTER).people == []


def test_filing_is_noted_with_its_sums_and_taken_back_and_logged(city, hana, minh, accountant):
    paid(hana, 60_000, NOVEMBER, date(2026, 12, 25))
    paid(hana, 600_000, NOVEMBER, date(2026, 12, 25), residency="nonresident")
    paid(minh, 2_600, NOVEMBER, date(2026, 12, 25))  # below the threshold: not filed
    with pytest.raises(ActionError, match="まだ終わっていません"):
        mark_filed(city, 2027, True, by=accountant, at=noon(FILED))
    mark_filed(city, 2026, True, by=accountant, at=noon(FILED))
    city.refresh_from_db()
    said = Figures(2, 660_000, 6_126 + 122_520)
    assert filings(city) == {2026: Filing(noon(FILED), said)}
    with pytest.raises(ActionError) as caught:
        mark_filed(city, 2026, True, by=accountant, at=noon(AFTER))
    assert caught.value.code == "changed_meanwhile"
    mark_filed(city, 2026, False, by=accountant, at=noon(AFTER))
    city.refresh_from_db()
    assert filed_years(city) == {}
    assert log("tax.records_filed") == [said._asdict()]
    assert len(log("tax.records_not_filed")) == 1


def test_a_second_year_leaves_the_note_of_the_first(city, hana, accountant):
    paid(hana, 60_000, date(2025, 11, 9), date(2025, 12, 25))
    for year in (2025, 2026):
        mark_filed(city, year, True, by=accountant, at=noon(FILED))
        city.refresh_from_db()
    assert filings(city)[2025].figures == (1, 60_000, 6_126)
    assert filings(city)[2026].figures == (0, 0, 0)


def test_the_page_shows_what_was_filed_beside_what_it_would_be_now(
    city, hana, record, accountant, page
):
    mark_filed(city, 2026, True, by=accountant, at=noon(FILED))
    text = page.get("/tax/?year=2026").content.decode()
    assert (
        "2027年1月20日に提出したと記録しています</strong>（1名・支払金額60,000円・税額6,126円）"
        in text
    )
    assert "提出したときと金額が違います" not in text
    entry_of(hana, 10_000, day=DECEMBER, state="approved", approved_at=noon(AFTER))
    text = page.get("/tax/?year=2026").content.decode()
    assert "提出したときと金額が違います" in text
    assert "提出時 1名・支払金額60,000円・税額6,126円／今 1名・70,000円・7,147円" in text
    assert "税務署に確認してください" in text


def test_the_page_says_that_the_file_alone_notes_nothing(record, page):
    assert page.post("/tax/form309/2026.csv").status_code == 200
    text = page.get("/tax/?year=2026").content.decode()
    assert "まだ提出の記録がありません" in text
    assert "CSVを作っただけでは、提出の記録になりません" in text


def test_nobody_pays_or_approves_while_a_sum_is_fixed(city, record, accountant):
    def first_read(what, *args, **how) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            what(*args, by=accountant, at=noon(FILED), **how)
        return [one["sql"] for one in seen if "honoraria_" in one["sql"]][:1]

    month, day = Month(2026, 12), date(2027, 1, 10)
    for sql in (
        *first_read(record_remittance, city, month, "resident", day, seen=6_126),
        *first_read(export_form309, city, 2026, FILED),
        *first_read(mark_filed, city, 2026, True),
    ):
        assert "honoraria_books" in sql
        assert sql.endswith("FOR UPDATE")
