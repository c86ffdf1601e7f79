"""The dashboard as pages: what an accountant reads, files, the budget and who is let in."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.figures.actions import set_budget
from honoraria.models import Budget, TransportTo
from tests import factories
from tests.factories import NOW
from tests.honoraria.exporting.paying import paid
from tests.honoraria.figures.spending import spent, taken_back
from tests.honoraria.grants.rows import cost

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PAGE, BUDGET = "/figures/", "/figures/budget/2026/"


@pytest.fixture
def office(client_of, accountant) -> Client:
    return client_of(accountant)


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def rows_of(response) -> list[list[str]]:
    assert response.status_code == 200
    content = b"".join(response) if response.streaming else response.content
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_year_is_shown_with_charts_and_tables(city, office):
    desk = factories.DeskFactory(organization=city, name="東窓口")
    spent(city, date(2026, 10, 5), 12_000, transport=460, desk=desk)
    cost(city, amount=22_000, used_on=date(2026, 10, 9))
    page = text_of(office.get(PAGE))
    assert "2026年度" in page
    assert page.count('class="figure__svg" role="img"') == 8
    assert "東窓口 12,460円（承認済み 12,460円）。" in page
    assert "10月 34,460円（承認済み 12,460円、その他の経費 22,000円）。" in page
    assert "使用料及び賃借料" in page


def test_nothing_on_the_page_needs_a_style_or_a_script_of_its_own(city, office):
    spent(city, date(2026, 10, 5))
    page = text_of(office.get(PAGE))
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", page)


def test_a_year_without_records_says_so(city, office):
    page = text_of(office.get(PAGE, {"year": "2025"}))
    assert "この年度の記録はありません" in page
    assert "2025年度" in page


def test_tickets_from_the_carrier_are_told_beside_the_tables(city, office):
    words = "交通機関へ直接支払う切符代など460円は、謝礼等の計に含みません。"
    entry = spent(city, date(2026, 10, 5), 12_000, transport=460)
    assert words not in text_of(office.get(PAGE))
    entry.transport_to = TransportTo.CARRIER
    entry.save()
    assert words in text_of(office.get(PAGE))


def test_the_tax_of_cards_is_told_beside_the_tables(city, office):
    words = "団体が負担する源泉徴収税額227円は、謝礼等の計にも予測にも含みません"
    day = date(2026, 10, 5)
    spent(city, day, 2000)
    paid(organization=city, number=500, gross=7240, withheld=739, on=day)  # a transfer
    cards = {"organization": city, "method": "gift_card", "gross": 2227, "withheld": 227}
    paid(number=501, on=date(2026, 3, 31), **cards)  # of another year
    assert "団体が負担する源泉徴収税額" not in text_of(office.get(PAGE))
    last = paid(number=502, on=day, **cards)
    assert words in text_of(office.get(PAGE))
    desk = factories.DeskFactory(organization=city)
    assert words not in text_of(office.get(PAGE, {"year": "2026", "desk": desk.pk}))
    last.state, last.returned_on = "returned", day
    last.save()
    assert words not in text_of(office.get(PAGE))


def test_one_desk_is_shown_alone_and_not_held_against_the_budget(city, office):
    east, west = (factories.DeskFactory(organization=city, name=name) for name in ("東", "西"))
    spent(city, date(2026, 10, 5), 1234, desk=east)
    spent(city, date(2026, 10, 6), 5678, desk=west)
    Budget.objects.create(organization=city, fiscal_year=2026, amount=10_000)
    page = text_of(office.get(PAGE, {"year": "2026", "desk": east.pk}))
    assert "1,234" in page
    assert "5,678" not in page
    assert "予算は団体全体の額" in page
    assert "10,000円" not in page


def test_the_desk_of_another_town_is_no_choice(city, town, office):
    desk = factories.DeskFactory(organization=town, name="よその窓口")
    page = text_of(office.get(PAGE, {"desk": desk.pk}))
    assert "よその窓口" not in page
    assert office.get("/figures/desk.csv", {"desk": desk.pk}).status_code == 404


@pytest.mark.parametrize("year", ["1999", "abc", "2026x", "99999", ""])
def test_a_year_that_is_none_is_refused_in_the_form(city, office, year):
    assert office.get(PAGE, {"year": year}).status_code == 200


def test_the_forecast_is_explained_and_held_against_the_budget(city, office):
    for month in range(4, 11):  # April to October are over in November
        spent(city, date(2026, month, 10), 10_000)
    spent(city, date(2026, 11, 2), 5_000)
    Budget.objects.create(organization=city, fiscal_year=2026, amount=100_000)
    page = text_of(office.get(PAGE))
    steps = "終わった月（4月〜10月）の費用 70,000円 × 12か月 ÷ 7か月 ＝ 120,000円"
    assert steps in page
    assert "予算を20,000円超える見込みです。" in page
    assert "これまでに予算の75.0%を使い、残りは25,000円です。" in page
    Budget.objects.update(amount=200_000)
    assert "予算を80,000円下回る見込みです。" in text_of(office.get(PAGE))


def test_last_year_is_the_measure_where_it_is_known(city, office):
    for month, fee in ((4, 1000), (11, 3000)):
        spent(city, date(2025, month, 10), fee)
    spent(city, date(2026, 5, 10), 2000)
    page = text_of(office.get(PAGE))
    assert "前年度の1年分 4,000円 ÷ 前年度の同じ月の分 1,000円 ＝ 8,000円" in page


# --- files -----------------------------------------------------------------------------------------


def test_a_table_is_exported_with_the_numbers_of_the_page_and_recorded(city, office, accountant):
    desk = factories.DeskFactory(organization=city, name="=SUM(A1)")
    entry = spent(city, date(2026, 10, 5), 12_000, transport=460, desk=desk, state="closed")
    taken_back(entry, date(2026, 11, 1))
    answer = office.get("/figures/month.csv", {"year": "2026", "desk": desk.pk})
    head, *rows = rows_of(answer)
    assert head == [
        "月", "活動数", "活動時間（分）", "謝礼（円）", "交通費（円）", "謝礼と交通費（円）",
        "うち承認待ち（円）", "うち承認済み（円）", "うち締め済み（円）", "うち支払済み（円）",
    ]  # fmt: skip
    assert rows[6] == ["10月", "1", "90", "12000", "460", "12460", "0", "0", "12460", "0"]
    assert rows[7] == ["11月", "-1", "-90", "-12000", "-460", "-12460", "0", "-12460", "0", "0"]
    log = AuditEntry.objects.get(verb="figures.exported")
    assert (log.actor, log.organization) == (accountant, city)
    assert (log.detail["rows"], log.detail["year"]) == (12, 2026)
    assert log.detail["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert rows_of(office.get("/figures/desk.csv"))[1][0] == "'=SUM(A1)"


def test_every_table_has_its_file_and_no_other(city, office):
    spent(city, date(2026, 10, 5), 12_000)
    cost(city, amount=22_000, used_on=date(2026, 10, 9))
    page = text_of(office.get(PAGE))
    links = re.findall(r'href="(/figures/[a-z]+\.csv)\?([^"]+)"', page)
    assert len(links) == 7
    for path, query in links:
        head, *rows = rows_of(office.get(f"{path}?{query.replace('&amp;', '&')}"))
        place = head.index("金額（円）" if "cost" in path else "謝礼と交通費（円）")
        assert sum(int(row[place]) for row in rows) == (22_000 if "cost" in path else 12_000)
    assert office.get("/figures/volunteer.csv").status_code == 404


# --- the budget ------------------------------------------------------------------------------------


def test_a_budget_is_entered_changed_and_taken_away(city, office, accountant):
    assert office.post(BUDGET, {"amount": "１，２００，０００円"}).status_code == 302
    assert Budget.objects.get(organization=city, fiscal_year=2026).amount == 1_200_000
    assert "予算を保存しました" in text_of(office.get(PAGE))
    office.post(BUDGET, {"amount": "900000"})
    office.post(BUDGET, {"amount": ""})
    assert not Budget.objects.exists()
    log = AuditEntry.objects.filter(verb="budget.set").order_by("id")
    changes = [(one.detail["before"], one.detail["after"]) for one in log]
    assert changes == [(None, 1_200_000), (1_200_000, 900_000), (900_000, None)]
    assert {one.actor for one in log} == {accountant}


def test_the_same_budget_again_is_no_change(city, office):
    for _ in range(2):
        office.post(BUDGET, {"amount": "5000"})
    assert AuditEntry.objects.filter(verb="budget.set").count() == 1


@pytest.mark.parametrize("amount", ["-1", "12.5", "たくさん", "1000000000001"])
def test_what_is_no_budget_is_refused_beside_the_field(city, office, amount):
    answer = office.post(BUDGET, {"amount": amount})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Budget.objects.exists()


def test_a_budget_of_nothing_is_a_budget(city, office):
    office.post(BUDGET, {"amount": "0"})
    assert Budget.objects.get().amount == 0
    assert "予算を入力" not in text_of(office.get(PAGE))


def test_the_action_refuses_what_no_form_would_let_through(city, accountant):
    with pytest.raises(ActionError) as refused:
        set_budget(city, 2026, -1, by=accountant, at=NOW)
    assert refused.value.code == "bad_budget"


def test_towns_have_budgets_of_their_own(city, town, office):
    Budget.objects.create(organization=town, fiscal_year=2026, amount=77_777)
    assert "77,777" not in text_of(office.get(PAGE))
    assert "77,777" not in text_of(office.get(BUDGET))
    office.post(BUDGET, {"amount": "1"})
    assert Budget.objects.get(organization=town).amount == 77_777


def test_only_those_who_handle_money_are_let_in(client_of, coordinator, requester, admin):
    for path in (PAGE, BUDGET, reverse("honoraria:figures_csv", args=["desk"])):
        assert client_of(coordinator).get(path).status_code == 404
        assert client_of(requester).get(path).status_code == 404
        assert client_of(admin).get(path).status_code == 200
        assert Client().get(path).status_code == 302
