"""The volunteer's yearly statement: paid, withheld and received, and what still waits."""

from __future__ import annotations

import re
from datetime import date

import pypdfium2
import pytest

from honoraria.tax import papers
from honoraria.tax.own import statement_years, year_statements
from tests.factories import VolunteerFactory
from tests.honoraria.tax.paying import entry_of, paid, payment_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(client_of, hana, clock):
    """Hana's browser, in November 2026."""
    return client_of(hana.user)


def text_of(browser, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200, response
    return response.content.decode()


def words_of(answer) -> str:
    assert answer.status_code == 200, answer
    document = pypdfium2.PdfDocument(answer.content)
    return "".join("".join(sheet.get_textpage().get_text_range().split()) for sheet in document)


def test_the_year_says_what_was_paid_withheld_and_received(mine, hana):
    payment_of([entry_of(hana, 2600) for _ in range(3)], date(2026, 10, 2), date(2026, 10, 20))
    paid(hana, 10_000, date(2025, 12, 26), date(2026, 1, 20))  # of the year before
    entry_of(hana, 5_000, 460, state="approved", day=date(2026, 11, 9))
    entry_of(hana, 7_777, state="draft")
    text = text_of(mine, "/v/money/2026/")
    for shown in ("7,800", "796", "7,004", "2026年10月20日", "5,460", "まだ支払われていない分",
                  "みなと市国際交流協会", "山田 花 様"):  # fmt: skip
        assert shown in text
    assert "10,000" not in text
    assert "7,777" not in text
    assert "8,979" in text_of(mine, "/v/money/2025/")


def test_a_planned_payment_still_waits(hana):
    paid(hana, 5_000, date(2026, 11, 2))
    [found] = year_statements([hana.pk], 2026)
    assert (found.gross, found.waiting_total) == (0, 5_000)


def test_what_the_requester_pays_is_neither(hana):
    entry_of(hana, 5_000, paid_by="requester")
    assert year_statements([hana.pk], 2026) == []


def test_a_ticket_that_the_organization_bought_is_not_promised(mine, hana):
    entry_of(hana, 0, 460, transport_to="carrier", tax="expenses", paid_by="none")
    assert year_statements([hana.pk], 2026) == []
    assert statement_years([hana.pk]) == []
    entry_of(hana, 5_000, 730, transport_to="carrier", state="approved")
    [found] = year_statements([hana.pk], 2026)
    assert found.waiting_total == 5_000
    shown = text_of(mine, "/v/money/2026/") + words_of(mine.get(f"/v/money/2026/{hana.pk}.pdf"))
    assert "5,000" in shown
    for yen in ("460", "730", "5,460", "5,730"):
        assert yen not in shown


def test_years_are_those_with_a_statement(mine, hana):
    paid(hana, 2600, date(2024, 5, 9), date(2024, 6, 20))
    entry_of(hana, 2600, day=date(2026, 11, 9), state="approved")
    assert statement_years([hana.pk]) == [2026, 2024]
    text = text_of(mine, "/v/money/")
    assert "/v/money/2024/" in text
    assert "/v/money/2025/" not in text
    assert mine.get("/v/money/2025/").status_code == 404


def test_a_payment_over_new_year_is_in_both_years(hana):
    old = entry_of(hana, 6_000, day=date(2025, 12, 9))
    new = entry_of(hana, 4_000, day=date(2026, 1, 9))
    payment_of([old, new], date(2026, 1, 9), date(2026, 2, 20))
    assert statement_years([hana.pk]) == [2026, 2025]
    sums = [
        (one.gross, one.withheld) for y in (2025, 2026) for one in year_statements([hana.pk], y)
    ]
    assert sums == [(6_000, 612), (4_000, 409)]


def test_what_waits_from_december_waits_in_decembers_year(hana):
    entry_of(hana, 6_000, day=date(2025, 12, 9))
    [found] = year_statements([hana.pk], 2025)
    assert (found.gross, found.waiting_total) == (0, 6_000)
    assert year_statements([hana.pk], 2026) == []


def test_two_towns_pay_apart(hana, town):
    there = VolunteerFactory(organization=town, user=hana.user)
    paid(hana, 3_000, date(2026, 6, 3), date(2026, 6, 20))
    paid(there, 2_000, date(2026, 6, 3), date(2026, 6, 20))
    found = year_statements([hana.pk, there.pk], 2026)
    assert [(one.organization, one.gross) for one in found] == [
        (hana.organization, 3_000),
        (town, 2_000),
    ]


@pytest.mark.parametrize("language", ["ja", "ja-simple", "en"])
def test_it_is_read_and_downloaded_in_three_languages(mine, hana, language):
    payment = paid(hana, 10_000, date(2026, 10, 2), date(2026, 10, 20))
    entry_of(hana, 5_000, state="closed")
    text = text_of(mine, f"/v/money/2026/?lang={language}")
    year = words_of(mine.get(f"/v/money/2026/{hana.pk}.pdf?lang={language}"))
    one = words_of(mine.get(f"/v/money/payments/{payment.pk}.pdf?lang={language}"))
    for shown in ("10,000", "1,021", "8,979"):
        assert shown in text
        assert shown in year
        assert shown in one
    word = {"ja": "源泉徴収税額", "ja-simple": "ひいた税金", "en": "Taxwithheld"}[language]
    assert word in "".join(re.sub(r"<rt>.*?</rt>|<[^>]*>", "", text).split())
    assert word in year
    assert word in one


@pytest.mark.parametrize(("language", "label"), [
    ("ja", "団体が負担する源泉徴収税額"), ("ja-simple", "団体が はらう 税金"),
    ("en", "Tax paid by the organization"),
])  # fmt: skip
@pytest.mark.parametrize("on_top", [True, False])
def test_the_columns_of_a_payment_sum_to_their_foot(
    mine, hana, monkeypatch, language, label, on_top
):
    printed = []
    monkeypatch.setattr(papers, "paper", lambda *args, **_: printed.append(args[2]) or b"")
    entries = [entry_of(hana, fee, way, paid_by="gift_card") for fee, way in ((1_500, 0), (0, 500))]
    day = date(2026, 10, 20)
    payment = payment_of(entries, day, day, method="gift_card", on_top=on_top)
    assert mine.get(f"/v/money/payments/{payment.pk}.pdf?lang={language}").status_code == 200
    [table] = printed[0]["tables"]
    for column in (2, 3, 4):
        cells = [row[column] for row in table["rows"]]
        assert sum(cell or 0 for cell in cells) == table["foot"][column]
    assert table["foot"][4] == payment.gross == (2_227 if on_top else 2_000)
    taxes = [(row[1], row[4]) for row in table["rows"][2:]]
    assert taxes == ([(label, 227)] if on_top else [])


def test_other_peoples_papers_are_not_there(mine, minh, town):
    payment = paid(minh, 10_000, date(2026, 10, 2), date(2026, 10, 20))
    assert mine.get(f"/v/money/payments/{payment.pk}.pdf").status_code == 404
    assert mine.get(f"/v/money/2026/{minh.pk}.pdf").status_code == 404


def test_a_planned_payment_has_no_paper_yet(mine, hana):
    payment = paid(hana, 10_000, date(2026, 11, 2))
    assert mine.get(f"/v/money/payments/{payment.pk}.pdf").status_code == 404
