"""March, from the accountant's side: from what is missing to the claim workbook, by real clicks.

The last March that is over is closed and paid, and claimed for its fiscal year; a coordinator and an
administrator do what the accountant may not do alone. In the end the volunteer's phone shows the money.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.db import connection, transaction
from playwright.sync_api import Page, expect

from accounts.clock import database_now
from accounts.models import Organization, User
from accounts.times import instant, local
from honoraria.grants.actions import add_terms, approve_cost, create_programme, enter_cost
from honoraria.grants.actions.costs import CostValues
from honoraria.grants.documents import prepare as prepare_document
from honoraria.models import Claim, Honorarium, PaymentBatch, Programme
from honoraria.months import Month
from honoraria.payees.accounts import check_account, enter_account
from honoraria.payees.entry import AccountEntry
from honoraria.payments.actions import Particulars, save_account
from interpreting.actions import confirm_report
from interpreting.models import Report
from tests import factories
from tests.honoraria.grants.rows import pdf
from tests.journeys.conftest import Browse
from tests.journeys.stack import Stack
from volunteers.models import Volunteer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FEE, TRANSPORT = 3000, 460
JOBS = 4  # three of Hana's, one of Minh's
COST = 22_000
WORKBOOK = re.compile(r"Excel\s*の集計表")
RECORD = 120  # bytes of a record of the bank's file


def march() -> Month:
    """The last March that is over in Tokyo."""
    today = local(database_now()).date()
    return Month(today.year if today.month > 3 else today.year - 1, 3)


@dataclass
class Office:
    """The windows of the people who take part."""

    city: Organization
    month: Month
    programme: Programme
    accountant: Page
    admin: Page
    coordinator: Page
    phone: Page

    @property
    def year(self) -> int:
        """The fiscal year that ends with the month."""
        return self.month.year - 1


@pytest.fixture
def volunteers(hana: Volunteer, minh: Volunteer) -> list[Volunteer]:
    """Two people with money coming."""
    return [hana, minh]


@pytest.fixture
def office(
    embedded: Stack,
    city: Organization,
    volunteers: list[Volunteer],
    coordinator: User,
    accountant: User,
    admin: User,
    browse: Browse,
) -> Office:
    """Four jobs in March, one of which nobody confirmed; accounts, a programme and a cost."""
    month = march()
    factories.TariffVersionFactory(tariff__organization=city, valid_from=date(2020, 4, 1))
    desk = factories.DeskFactory(organization=city, name="本庁窓口")
    days = (5, 12, 19, 26)
    for person, day in zip([volunteers[0]] * 3 + [volunteers[1]], days, strict=True):
        report = reported(city, desk, person, month.first.replace(day=day))
        if day != days[2]:
            confirm_report(report, by=coordinator, at=report.submitted_at + timedelta(days=1))
    accounts(city, volunteers, accountant, admin)
    programme = granted(city, month, accountant, admin)
    pages = [browse(embedded.url, one).new_page() for one in (accountant, admin, coordinator)]
    phone = browse(embedded.url, volunteers[0].user, width=360, height=740).new_page()
    return Office(city, month, programme, *pages, phone)


def reported(city: Organization, desk: object, person: Volunteer, day: date) -> Report:
    """A report of 90 minutes at 14:00, as it comes from the volunteer."""
    start = instant(day, 14 * 60)
    request = factories.RequestFactory(
        organization=city,
        status="finished",
        desk=desk,
        starts_at=start,
        ends_at=start + timedelta(minutes=90),
        opened_at=start - timedelta(days=7),
    )
    assignment = factories.AssignmentFactory(
        request=request, volunteer=person, state="finished", created_at=request.opened_at
    )
    return factories.ReportFactory(assignment=assignment)


def accounts(city: Organization, people: list[Volunteer], accountant: User, admin: User) -> None:
    """Everybody's account was checked, and the city's own is entered."""
    at = database_now() - timedelta(days=2)
    for place, person in enumerate(people):
        entry = AccountEntry("0169", "001", "1", f"100000{place}", person.kana)
        check_account(enter_account(person, entry, by=None, at=at), by=accountant, at=at)
    particulars = Particulars(
        "謝礼支払口座",
        "1234567890",
        "ミナトシコクサイコウリユウキヨウカイ",
        "0169",
        "001",
        "1",
        "7654321",
    )
    save_account(city, None, particulars, by=admin, at=at)


def granted(city: Organization, month: Month, accountant: User, admin: User) -> Programme:
    """運営 1/2 of the fiscal year, decided at its beginning, and an approved cost with its bill."""
    began = date(month.year - 1, 4, 1)
    made = create_programme(
        city,
        fiscal_year=began.year,
        kind="operating",
        name="運営",
        by=admin,
        at=instant(began, 540),
    )
    terms = {
        "rate_numerator": 1, "rate_denominator": 2, "cap": 10_000_000, "decided_amount": 5_000_000,
        "decided_on": began, "rounding_unit": 1000, "method": "single",
        "completed_on": month.last, "source": "交付決定通知",
    }  # fmt: skip
    add_terms(made, terms, by=admin, at=instant(began, 600))
    used_on = month.first.replace(day=10)
    values = CostValues(
        category="printing", description="窓口案内ちらし", vendor="あかね印刷",
        used_on=used_on, paid_on=used_on, amount=COST,
    )  # fmt: skip
    at = instant(month.last, 600)
    cost = enter_cost(city, values, [prepare_document("請求書.pdf", pdf())], by=accountant, at=at)
    approve_cost(cost, by=admin, at=at)
    return made


def test_an_accountant_goes_through_march_to_the_claim_workbook(office: Office) -> None:
    open_the_month(office)
    coordinator_confirms(office)
    approve_all_but_one(office)
    look_at_the_one_and_approve_it(office)
    close(office)
    batch = prepare(office)
    second_person_releases(office, batch)
    download(office, batch)
    mark_as_paid(office, batch)
    tag_the_entries(office)
    tag_the_cost(office)
    claim = submit(office)
    check_the_workbook(office, claim)
    check_the_phone(office)


def open_the_month(office: Office) -> None:
    """From the section's tab to March, which says what is missing and who must act."""
    page = office.accountant
    page.goto("/honoraria/")
    page.get_by_role("link", name="月締め", exact=True).first.click()
    link = page.get_by_role("link", name=office.month.words, exact=True)
    while not link.count():
        page.get_by_role("navigation", name="年度").get_by_role("link").first.click()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(office.month.words)
    blocks = page.locator("section", has=page.get_by_role("heading", name="締める前に必要な対応"))
    expect(blocks).to_contain_text("承認されていない謝礼")
    expect(blocks).to_contain_text("確認待ちの活動報告")
    expect(blocks).to_contain_text("対応する人：コーディネーター")
    expect(page.get_by_role("button", name="を締める")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def coordinator_confirms(office: Office) -> None:
    """Another person agrees with the last report of March."""
    page = office.coordinator
    page.goto("/reports/?tab=waiting")
    page.locator("table a[href^='/reports/']").first.click()
    page.get_by_role("button", name="確認する").click()
    expect(page.locator("body")).to_contain_text("活動報告を確認しました")
    assert Honorarium.objects.drafts().count() == JOBS


def approve_all_but_one(office: Office) -> None:
    """The list is where the month's point leads; one is held back and waits."""
    page = office.accountant
    page.reload()
    expect(page.locator("body")).not_to_contain_text("確認待ちの活動報告")
    page.get_by_role("link", name="承認されていない謝礼").click()
    page.get_by_role("checkbox", name="グエン・ミン を保留にする").check()
    page.get_by_role("button", name="承認する").click()
    expect(page.locator("body")).to_contain_text("承認しました")
    assert Honorarium.objects.drafts().count() == 1


def look_at_the_one_and_approve_it(office: Office) -> None:
    """March cannot be closed with it; the derivation is read, then it is approved by keyboard."""
    page = office.accountant
    page.goto(f"/months/{office.month}/")
    expect(page.get_by_role("button", name="を締める")).to_have_count(0)
    page.get_by_role("link", name="承認されていない謝礼").click()
    page.get_by_role("link", name="グエン・ミン").click()
    expect(page.locator("main")).to_contain_text(f"{FEE:,}")
    press(page, "承認する")
    expect(page.locator("main")).to_contain_text("承認済み")
    assert not Honorarium.objects.drafts().exists()


def press(page: Page, words: str) -> None:
    """Reach a button with the Tab key alone and press it with Enter."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if words in page.evaluate(
            "document.activeElement.matches('button') ? document.activeElement.innerText : ''"
        ):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the Tab key never came to 「{words}」")


def close(office: Office) -> None:
    """The warnings are ticked one by one, then the month is closed."""
    page = office.accountant
    page.goto(f"/months/{office.month}/")
    expect(page.locator("main")).to_contain_text("必要な対応はすべて済んでいます")
    for box in page.locator("[name=accept]").all():
        box.check()
    page.get_by_role("button", name=f"{office.month.words}を締める").click()
    expect(page.locator("body")).to_contain_text(f"{office.month.words}を締めました")
    assert set(Honorarium.objects.values_list("state", flat=True)) == {"closed"}


def prepare(office: Office) -> PaymentBatch:
    """From the closed month to the payments: two people, the tax taken off once for each."""
    page = office.accountant
    page.get_by_role("link", name="支払に進む").click()
    page.get_by_role("link", name="支払を作る").click()
    expect(page.locator("tfoot")).to_contain_text(f"{JOBS * (FEE + TRANSPORT):,}")
    page.get_by_role("button", name="この内容で支払を作る").click()
    expect(page.locator("body")).to_contain_text("支払を作りました")
    expect(page.locator("main")).to_contain_text(
        "支払を作成した人と承認する人は、別の人にしてください。"
    )
    batch = PaymentBatch.objects.get()
    tax = 3 * (FEE + TRANSPORT) * 1021 // 10000 + (FEE + TRANSPORT) * 1021 // 10000
    assert batch.total == JOBS * (FEE + TRANSPORT) - tax
    return batch


def second_person_releases(office: Office, batch: PaymentBatch) -> None:
    """The administrator finds the batch in the list and releases it."""
    page = office.admin
    page.goto("/payments/")
    page.locator(f"a[href='/payments/{batch.pk}/']").first.click()
    expect(page.locator("main")).to_contain_text(f"2名、{batch.total:,}円")
    page.get_by_role("button", name="承認する").click()
    expect(page.get_by_role("heading", name="支払済みにする")).to_be_visible()
    batch.refresh_from_db()
    assert batch.state == "released"


def download(office: Office, batch: PaymentBatch) -> None:
    """The file's bytes: header, two records, trailer, end, each of 120 bytes and a CRLF."""
    page = office.accountant
    page.reload()
    data = saved(page, lambda: page.get_by_role("button", name="振込データ").click())
    assert hashlib.sha256(data).hexdigest() == batch.sha256
    expect(page.locator("main")).to_contain_text(batch.sha256)
    lines = data.split(b"\r\n")
    assert lines.pop() == b""
    assert [len(line) for line in lines] == [RECORD] * 5
    assert [line[:1] for line in lines] == [b"1", b"2", b"2", b"8", b"9"]
    assert sum(int(line[80:90]) for line in lines[1:3]) == batch.total
    assert int(lines[3][1:7]) == 2
    assert int(lines[3][7:19]) == batch.total


def mark_as_paid(office: Office, batch: PaymentBatch) -> None:
    """The value date has come: what nobody can wait for in a test, and no guard lets pass."""
    today = local(database_now()).date()
    guard = "ALTER TABLE honoraria_paymentbatch {} TRIGGER payment_batch_stays"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(guard.format("DISABLE"))
        PaymentBatch.objects.filter(pk=batch.pk).update(value_date=today)
        cursor.execute(guard.format("ENABLE"))
    page = office.accountant
    page.reload()
    page.get_by_role("button", name="全員を支払済みにする").click()
    expect(page.get_by_role("heading", name="支払済みにする")).to_have_count(0)
    assert set(Honorarium.objects.values_list("state", flat=True)) == {"paid"}


def tag_the_entries(office: Office) -> None:
    """All honoraria of the year as the software suggests: work of the desk."""
    page = office.accountant
    page.goto("/grants/")
    page.get_by_role("link", name="運営").first.click()
    page.get_by_role("link", name="対象区分", exact=True).click()
    page.get_by_role("radio", name=f"絞り込んだ{JOBS}件すべて").check()
    page.get_by_role("button", name="未区分の行を提案のとおりにする").click()
    expect(page.locator("table tbody tr", has_text="相談窓口の業務")).to_have_count(JOBS)


def tag_the_cost(office: Office) -> None:
    """Half of the leaflets are for somebody else."""
    page = office.accountant
    page.get_by_role("navigation", name="謝礼と経費").get_by_role("link", name="経費").click()
    page.get_by_role("checkbox", name="選ぶ：窓口案内ちらし").check()
    page.get_by_text("区分と理由を入力する").click()
    page.locator("[name=share][value=part], select[name=share]").first.wait_for()
    choose(page, "share", "part")
    choose(page, "reason", "shared")
    page.locator("[name=numerator]").fill("1")
    page.locator("[name=denominator]").fill("2")
    page.locator("[name=note]").fill("部数の半分は市の他の課が配布")
    page.get_by_role("button", name="区分を付ける").click()
    expect(page.locator("table tbody")).to_contain_text(f"{COST // 2:,}円")


def choose(page: Page, name: str, value: str) -> None:
    """A choice, whether it is a list or radio buttons."""
    if page.locator(f"select[name={name}]").count():
        page.locator(f"select[name={name}]").select_option(value)
    else:
        page.locator(f"[name={name}][value={value}]").check(force=True)


def submit(office: Office) -> Claim:
    """The accountant reads the calculation, the administrator accepts the remarks and submits."""
    eligible = JOBS * (FEE + TRANSPORT) + COST // 2
    grant = eligible // 2 // 1000 * 1000
    page = office.accountant
    page.get_by_role("link", name="実績報告", exact=True).click()
    expect(page.locator(".result")).to_contain_text(f"{grant:,}円")
    expect(page.locator("main")).to_contain_text("管理者に提出を依頼してください")
    page = office.admin
    page.goto(f"/grants/{office.programme.pk}/claim/")
    for box in page.locator("[name=accept]").all():
        box.check()
    page.get_by_role("button", name=f"{grant:,}円で提出する").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("実績報告 第1回")
    claim = Claim.objects.get()
    assert (claim.eligible, claim.amount) == (eligible, grant)
    return claim


def check_the_workbook(office: Office, claim: Claim) -> None:
    """What is downloaded from the claim's page opens, and its totals are those of the page."""
    page = office.accountant
    page.goto(f"/grants/{office.programme.pk}/")
    page.get_by_role("link", name="第1回").click()
    shown = page.locator("dl.stats").inner_text()
    assert f"{claim.eligible:,}" in shown
    data = saved(page, lambda: page.get_by_role("button", name=WORKBOOK).click())
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    cells = [cell for row in book["総括"].iter_rows(values_only=True) for cell in row]
    assert claim.eligible in cells
    assert claim.amount in cells
    assert "明細" in book.sheetnames


def check_the_phone(office: Office) -> None:
    """The volunteer sees the paid work and the statement of the year in which it was paid."""
    page = office.phone
    page.goto(f"/v/money/?year={office.year}")
    expect(page.locator("main")).to_contain_text("支払済み")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    paid = 3 * (FEE + TRANSPORT)
    page.get_by_role("link", name="年の明細").first.click()
    expect(page.locator("main")).to_contain_text(f"{paid:,}円")
    expect(page.locator("main")).to_contain_text(f"{paid * 1021 // 10000:,}円")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def saved(page: Page, press: Callable[[], None]) -> bytes:
    """What a press saves."""
    with page.expect_download() as waiting:
        press()
    return Path(waiting.value.path()).read_bytes()
