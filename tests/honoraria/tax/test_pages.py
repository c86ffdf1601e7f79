"""The tax pages: records and their file, remittances, decisions, rates, papers."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import pypdfium2
import pytest

from accounts.models import AuditEntry
from honoraria.models import Payee, Remittance
from honoraria.tax.decisions import gift_cards_taxed, payer_of
from tests.factories import VolunteerFactory
from tests.honoraria.tax.paying import entry_of, paid, payee, payment_of

pytestmark = pytest.mark.django_db
PAYER = {
    "what": "payer", "name": "みなと市国際交流協会", "address": "東京都みなと市1-2-3",
    "tel": "０３-0000-0000", "corporate_number": "1234567890123",
}  # fmt: skip


@pytest.fixture
def page(accountant, client_of, clock):
    """The accountant's browser on 2027-01-15 in Tokyo."""
    clock.at = datetime(2027, 1, 15, 3, tzinfo=UTC)
    return client_of(accountant)


@pytest.fixture
def year(city, hana, minh):
    """Hana above the threshold, Minh below it."""
    payee(hana, legal_name="山田 花", address="東京都みなと市本町1-1")
    for month in range(1, 13):
        paid(hana, 4500, date(2026, month, 3), date(2026, month, 20))
    paid(minh, 2600, date(2026, 6, 3), date(2026, 6, 20))


def text_of(browser, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200, response
    return response.content.decode()


def words_of(answer) -> str:
    """What is printed in a PDF, without the gaps between letters."""
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    document = pypdfium2.PdfDocument(answer.content)
    return "".join("".join(sheet.get_textpage().get_text_range().split()) for sheet in document)


def log(verb: str) -> list[dict]:
    return list(AuditEntry.objects.filter(verb=verb).values_list("detail", flat=True))


def decide(page) -> None:
    assert page.post("/tax/decisions/", PAYER).status_code == 302


def test_the_year_shows_who_is_filed_and_who_is_not(page, year):
    text = text_of(page, "/tax/?year=2026")
    for shown in ("54,000", "5,508", "山田 花", "グエン・ミン", "提出しない方", "2027年2月1日"):
        assert shown in text
    assert "支払者" in text
    assert "所在地が入力されていません" in text  # nothing was said about the payer yet
    assert "支払調書のCSV" not in text


def test_the_file_is_downloaded_and_logged(page, year, city):
    decide(page)
    assert "支払調書のCSV（1名）" in text_of(page, "/tax/?year=2026")
    answer = page.post("/tax/form309/2026.csv")
    assert answer["Content-Type"] == "text/csv; charset=Shift_JIS"
    assert "tsunagi-309-2026.csv" in answer["Content-Disposition"]
    [line] = answer.content.decode("cp932").splitlines()
    cells = line.split(",")
    assert len(cells) == 53
    assert (cells[11], cells[16], cells[18]) == ("東京都みなと市本町１－１", "54000", "5508")
    assert cells[5] == "03-0000-0000"
    [detail] = log("tax.form309_exported")
    assert detail["rows"] == 1
    assert detail["amount"] == 54_000
    assert detail["sha256"] == hashlib.sha256(answer.content).hexdigest()


def test_filing_on_paper_is_noted_on_the_page(page, year, city):
    assert "まだ提出の記録がありません" in text_of(page, "/tax/?year=2026")
    answer = page.post("/tax/filed/2026/", {"filed": "yes"}, follow=True)
    text = answer.content.decode()
    assert "2026年分の提出を記録しました" in text
    assert "2027年1月15日に提出した" in text
    text = page.post("/tax/filed/2026/", {"filed": "no"}, follow=True).content.decode()
    assert "まだ提出の記録がありません" in text
    assert "提出の記録" not in text_of(page, "/tax/?year=2027")


def test_what_nobody_approved_is_named(page, year, hana):
    assert "承認していない謝礼" not in text_of(page, "/tax/?year=2026")
    entry_of(hana, 3000, state="draft", day=date(2026, 12, 20))
    assert "承認していない謝礼が1件" in text_of(page, "/tax/?year=2026")


def test_a_name_that_does_not_fit_stops_the_file_and_is_named_on_the_page(page, year, city):
    decide(page)
    Payee.objects.update(legal_name="Nguyễn Hoa")
    answer = page.post("/tax/form309/2026.csv", follow=True)
    text = answer.content.decode()
    assert "ファイルを作れませんでした" in text
    assert "No. 101 山田 花" in text
    assert "「ễ」" in text
    assert log("tax.form309_exported") == []


def test_a_year_without_records_has_no_file(page, city):
    decide(page)
    answer = page.post("/tax/form309/2026.csv", follow=True)
    assert "提出が必要な方はいません" in answer.content.decode()


def test_what_is_not_there_is_404(page):
    assert page.post("/tax/form309/1999.csv").status_code == 404
    assert page.post("/tax/filed/1999/").status_code == 404
    assert page.get("/tax/records/2026/999999-resident.pdf").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["?year=x", "?year=1999", "?on=never", "?year=2026&on=2026-13-01", "?year=2026&on=1900-01-01"],
)
def test_nonsense_shows_the_year_that_is_worked_on(page, year, query):
    assert "支払調書 令和8年分" in text_of(page, f"/tax/{query}")


def test_from_april_on_the_present_year_is_shown(page, year, clock):
    clock.at = datetime(2027, 4, 1, 3, tzinfo=UTC)
    assert "支払調書 令和9年分" in text_of(page, "/tax/")
    assert "提出期限は<strong>2027年2月1日" in text_of(page, "/tax/?year=2026")


def test_a_missing_address_links_to_the_payee(page, year, hana):
    Payee.objects.all().delete()
    text = text_of(page, "/tax/?year=2026")
    assert "住所がありません" in text
    assert f"/payees/{hana.pk}/" in text


def test_the_copy_of_a_record_carries_the_amounts_and_no_number(page, year, hana):
    paid(hana, 1000, date(2026, 12, 28))
    decide(page)
    found = words_of(page.get(f"/tax/records/2026/{hana.pk}-resident.pdf"))
    for shown in ("令和8年分", "支払調書", "写し", "55,000", "（内）1,000", "5,610", "山田花",
                  "みなと市国際交流協会", "マイナンバー", "令和9年1月15日"):  # fmt: skip
        assert shown in found
    assert "1234567890123" not in found


def test_the_paper_for_a_non_resident_lists_the_payments_to_copy(page, hana):
    payee(hana, residency="nonresident", treaty="")
    paid(hana, 500_000, date(2026, 6, 3), date(2026, 6, 20), residency="nonresident")
    paid(hana, 100_000, date(2026, 7, 3), date(2026, 7, 21), residency="nonresident")
    found = words_of(page.get(f"/tax/records/2026/{hana.pk}-nonresident.pdf"))
    for shown in ("非居住者等に支払われる給与", "600,000", "122,520", "令和8年6月20日", "102,100",
                  "令和8年7月21日", "20,420", "税務署の様式に書き写して"):  # fmt: skip
        assert shown in found
    assert "書き写して" in text_of(page, "/tax/?year=2026")


def test_the_statement_of_a_payment_says_how_it_was_computed(page, hana):
    entries = [entry_of(hana, 2600) for _ in range(3)]
    payment = payment_of(entries, date(2026, 12, 2), date(2026, 12, 18))
    found = words_of(page.get(f"/tax/payments/{payment.pk}.pdf"))
    for shown in ("支払明細書", "対象7,800円×10.21%=796円（1円未満切捨て）", "7,004",
                  "2026年12月18日", "ベトナム語", "11月9日"):  # fmt: skip
        assert shown in found


def test_a_planned_payment_is_called_planned(page, hana):
    payment = paid(hana, 2600, date(2026, 12, 2))
    found = words_of(page.get(f"/tax/payments/{payment.pk}.pdf"))
    assert "支払予定日" in found
    assert "まだ支払われていません" in found


# decisions ---------------------------------------------------------------------------------------
def test_the_payer_is_stored_in_the_letters_of_the_form_and_logged(page, city):
    decide(page)
    city.refresh_from_db()
    assert payer_of(city).tel == "03-0000-0000"
    assert payer_of(city).corporate_number == "1234567890123"
    [detail] = log("tax.payer_changed")
    assert detail["after"]["address"] == "東京都みなと市1-2-3"
    decide(page)  # the same once more changes nothing
    assert len(log("tax.payer_changed")) == 1


@pytest.mark.parametrize(("field", "value", "words"), [
    ("corporate_number", "123", "法人番号は13桁"), ("tel", "三番", "電話番号は半角"),
    ("name", "", "必須"), ("name", "髙橋会", "書けない文字"),
])  # fmt: skip
def test_a_wrong_payer_is_refused_with_a_reason(page, city, field, value, words):
    answer = page.post("/tax/decisions/", {**PAYER, field: value})
    assert answer.status_code == 422
    if words != "必須":
        assert words in answer.content.decode()
    city.refresh_from_db()
    assert "payer" not in city.policy


def test_the_decision_on_gift_cards_is_stored_and_logged(page, city):
    city.policy = {"ladder": [1]}
    city.save()
    assert gift_cards_taxed(city) is False
    page.post("/tax/decisions/", {"what": "gift", "taxed": "yes"})
    city.refresh_from_db()
    assert gift_cards_taxed(city) is True
    assert city.policy["ladder"] == [1]
    [detail] = log("tax.gift_cards_decided")
    assert detail == {"before": None, "after": True}


def test_an_answer_without_a_decision_changes_nothing(page, city):
    assert page.post("/tax/decisions/", {"what": "gift"}).status_code == 422
    assert page.post("/tax/decisions/", {}).status_code == 422
    city.refresh_from_db()
    assert city.policy == {}


# remittances -------------------------------------------------------------------------------------
def remit(page, month: str, seen: int, on: str = "2027-01-12", residency: str = "resident") -> str:
    data = {"month": month, "residency": residency, "seen": seen, "remitted_on": on}
    return page.post("/tax/remittances/record/", data, follow=True).content.decode()


def test_a_month_shows_base_tax_components_and_due_date(page, hana, minh):
    paid(hana, 2600, date(2026, 12, 2), date(2026, 12, 18))
    paid(minh, 10_000, date(2026, 12, 2), date(2026, 12, 18))
    paid(minh, 100_000, date(2026, 12, 2), date(2026, 12, 18), residency="nonresident")
    paid(hana, 9_999, date(2026, 12, 2))  # planned only
    text = text_of(page, "/tax/remittances/?year=2026")
    for shown in ("12,600円", "1,286円", "2027年1月12日", "2名・2回", "復興特別所得税", "20,420円",
                  "報酬・料金等の所得税徴収高計算書", "期限を過ぎています",
                  "非居住者・外国法人の所得についての所得税徴収高計算書"):  # fmt: skip
        assert shown in text
    assert "源泉所得税の納付期限を過ぎた月があります" in text_of(page, "/tax/")


def test_a_remittance_is_recorded_once_and_logged(page, city, hana, accountant):
    paid(hana, 10_000, date(2026, 12, 2), date(2026, 12, 18))
    assert "納付を記録しました" in remit(page, "2026-12", 1021)
    assert "すでに記録されています" in remit(page, "2026-12", 1021)
    [row] = Remittance.objects.all()
    assert (row.month, row.amount, row.remitted_on) == (date(2026, 12, 1), 1021, date(2027, 1, 12))
    assert row.recorded_by == accountant
    assert len(log("tax.remitted")) == 1
    text = text_of(page, "/tax/remittances/?year=2026")
    assert "納付済み" in text
    assert "期限を過ぎています" not in text


def test_a_payment_that_comes_later_shows_as_a_difference(page, hana, minh):
    paid(hana, 10_000, date(2026, 12, 2), date(2026, 12, 18))
    remit(page, "2026-12", 1021)
    paid(minh, 10_000, date(2026, 12, 2), date(2026, 12, 25))
    assert "納付額と合いません" in text_of(page, "/tax/remittances/?year=2026")
    [row] = Remittance.objects.all()
    page.post(f"/tax/remittances/{row.pk}/take-back/")
    assert not Remittance.objects.exists()
    assert log("tax.remittance_removed")[0]["amount"] == 1021
    assert "納付を記録しました" in remit(page, "2026-12", 2042)


@pytest.mark.parametrize(("month", "seen", "on", "words"), [
    ("2026-12", 1020, "2027-01-12", "税額が変わりました"),
    ("2026-12", 1021, "2027-01-16", "納付日は"),
    ("2026-12", 1021, "2026-11-30", "納付日は"),
    ("2026-11", 1021, "2027-01-12", "納付する税額がありません"),
    ("2027-01", 1021, "2027-01-12", "まだ終わっていません"),
    ("2026-12", 1021, "soon", "納付日を確認"),
])  # fmt: skip
def test_a_remittance_that_cannot_be_is_refused(page, hana, month, seen, on, words):
    paid(hana, 10_000, date(2026, 12, 2), date(2026, 12, 18))
    assert words in remit(page, month, seen, on)
    assert not Remittance.objects.exists()


def test_another_towns_remittance_cannot_be_taken_back(page, town, outsider):
    row = Remittance.objects.create(
        organization=town, month=date(2026, 12, 1), residency="resident", amount=1,
        remitted_on=date(2027, 1, 12), recorded_by=outsider,
        recorded_at=datetime(2027, 1, 12, tzinfo=UTC),
    )  # fmt: skip
    assert page.post(f"/tax/remittances/{row.pk}/take-back/").status_code == 404
    assert Remittance.objects.filter(pk=row.pk).exists()


def test_another_towns_payment_has_no_paper_here(page, town):
    there = paid(VolunteerFactory(organization=town), 2600, date(2026, 12, 2), date(2026, 12, 18))
    assert page.get(f"/tax/payments/{there.pk}.pdf").status_code == 404


def test_the_rates_are_shown_with_their_days_and_sources(page):
    text = text_of(page, "/tax/rates/")
    for shown in ("2013年1月1日から", "2027年1月1日から", "防衛特別所得税", "10.21%", "20.42%",
                  "施行の法令を確認してください", "所得税法204条"):  # fmt: skip
        assert shown in text
