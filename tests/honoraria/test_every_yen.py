"""Random months of an office: every yen is the same on each page and in each file, and none is lost.

People book, approve, correct, price anew, close, reopen, pay by transfer, cash and cards, leave
people out, exchange cards, take payments back. Then the month's page, CSV, XLSX, figures, bank
files, journal, register of cards, tax years and the grant's claim are added up, each from what it
shows. With FAULTS_LONG=1 there are many more such offices.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta

import openpyxl
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import ActionError
from accounts.times import local
from honoraria.actions import approve, correct, draft_honorarium
from honoraria.banking import transfer
from honoraria.banking.calendar import next_business_day
from honoraria.closing.actions import reopen_month
from honoraria.closing.books import closed_through
from honoraria.closing.checklist import first_open
from honoraria.exporting import runs
from honoraria.figures.sums import year_sums
from honoraria.gift_cards.actions import add_kind, exchange, hand_out, open_stock, return_cards
from honoraria.grants.lines import by_category, lines
from honoraria.models import (
    ExportPiece,
    GiftCardKind,
    Honorarium,
    Payment,
    PaymentBatch,
    PaymentLine,
)
from honoraria.months import Month
from honoraria.payments.actions import (
    cancel_batch,
    finish_batch,
    leave_out,
    prepare_batch,
    release_batch,
    return_payment,
)
from honoraria.payments.files import bank_file
from honoraria.payments.verifying import findings
from honoraria.tax.parts import parts_of_year
from tests import factories
from tests.honoraria.closing.months_of import close, entry_on, noon
from tests.honoraria.grants import rows
from tests.honoraria.payments.paying import account_of, paying_account

BEGIN = date(2026, 10, 1)
OPENING = 1_000  # cards of each kind
VERBS = [
    "add", "add", "add", "approve", "approve", "correct", "price", "close", "close", "reopen",
    "bank", "bank", "cash", "cards", "exchange", "prepare", "leave_out", "cancel", "come_back",
]  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 999)), min_size=12, max_size=32)
WAYS = [
    {"paid_by": "bank", "tax": "withheld"},
    {"paid_by": "bank", "tax": "sign_language"},
    {"paid_by": "bank", "tax": "withheld", "transport_to": "carrier"},
    {"paid_by": "cash", "tax": "withheld"},
    {"paid_by": "gift_card", "tax": "gift"},
]
PAID = Payment.State.PAID
EXAMPLES = 60 if os.environ.get("FAULTS_LONG") == "1" else 5


@settings(
    max_examples=EXAMPLES, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=STEPS, taxed=st.booleans())
def test_every_yen_is_the_same_wherever_it_is_shown(client_of, steps, taxed):
    with transaction.atomic():  # rolled back: each example begins with nothing
        office = Office(taxed)
        # whatever was drawn, the first month is booked, closed and paid in every way
        for what, number in [*[("add", n) for n in range(5)], ("approve", 0), *steps, *LAST]:
            office.press(what, number)
        check(office, client_of(office.approver))
        transaction.set_rollback(True)


LAST = [
    ("approve", 0), ("close", 0), ("close", 0), ("bank", 1), ("cash", 1), ("cards", 1),
    ("exchange", 0),
]  # fmt: skip


class Office:
    """An organization whose people press at random; three days pass with every press."""

    def __init__(self, taxed: bool) -> None:
        policy = {"gift_cards_taxed": taxed}
        self.city = factories.OrganizationFactory(policy=policy)
        roles = ("accountant", "accountant", "admin")
        self.maker, self.approver, self.releaser = (
            factories.MembershipFactory(organization=self.city, role=role).user for role in roles
        )
        self.account = paying_account(self.city)
        self.people = [factories.VolunteerFactory(organization=self.city) for _ in range(3)]
        for number, person in enumerate(self.people):
            account_of(person, f"{number:07d}")
        self.versions = [
            factories.TariffVersionFactory(
                tariff__organization=self.city, valid_from=date(2026, 4, 1)
            )
        ]
        self.at = noon(BEGIN)
        self.kinds = []
        for value in (1000, 500):
            kind = add_kind(self.city, "図書カード", value, by=self.maker, at=self.at)
            open_stock(kind, OPENING, on=BEGIN, by=self.maker, at=self.at)
            self.kinds.append(kind)

    @property
    def today(self) -> date:
        return local(self.at).date()

    def press(self, what: str, number: int) -> None:
        self.at += timedelta(days=3)
        with suppress(ActionError), transaction.atomic():  # refused in words: nothing was written
            getattr(self, what)(number)

    def some(self, found, number):
        there = list(found.order_by("pk"))
        if not there:
            raise ActionError("nothing", "")
        return there[number % len(there)]

    def entries(self, **values):
        return Honorarium.objects.filter(organization=self.city, **values)

    def add(self, number: int) -> None:
        day = self.today - timedelta(days=1 + number % 3)
        through = closed_through(self.city)
        if through is not None and day <= through:
            return
        way = WAYS[number % len(WAYS)]
        cards = way["paid_by"] == "gift_card"
        fee = 500 * (1 + number % 7) + 100 * (number % 2) if cards else 1000 + 7 * number
        entry_on(
            self.people[number % 3], day, tariff_version=self.versions[0], state="draft",
            fee=fee, transport=0 if cards else 13 * number % 900, **way,
        )  # fmt: skip

    def approve(self, number: int) -> None:
        for entry in self.entries(state="draft"):
            approve(entry, by=self.approver, at=self.at)

    def correct(self, number: int) -> None:
        entry = self.some(self.entries(kind="priced", corrections=None), number)
        correct(entry, "誤り", by=self.maker, at=self.at)

    def price(self, number: int) -> None:
        entry = self.some(self.entries(kind="reversal"), number)
        draft_honorarium(entry.report, None, self.at)

    def close(self, number: int) -> None:
        month = first_open(self.city)
        if month is not None:
            self.at = max(self.at, noon(month.last + timedelta(days=1)))
            self.approve(number)
            close(self.city, month, self.approver, self.at)

    def reopen(self, number: int) -> None:
        through = closed_through(self.city)
        if through is not None:
            reopen_month(self.city, Month.of(through), "誤り", by=self.releaser, at=self.at)

    def _ready(self, method: str) -> PaymentBatch:
        account = self.account if method == "bank" else None
        day = next_business_day(self.today) if method == "bank" else self.today
        return prepare_batch(self.city, method, day, account, by=self.maker, at=self.at)

    def _released(self, method: str) -> PaymentBatch:
        batch = self._ready(method)
        payments = list(batch.payments.select_related("volunteer"))
        accept = [one.code for one in findings(batch, payments, self.at) if not one.blocks]
        return release_batch(batch, by=self.releaser, at=self.at, accept=accept)

    def bank(self, number: int) -> None:
        batch = self._released("bank")
        if number % 4:  # else it is on its way
            self.at = max(self.at, noon(batch.value_date))
            finish_batch(batch, by=self.maker, at=self.at)

    def cash(self, number: int) -> None:
        finish_batch(self._released("cash"), by=self.maker, at=self.at)

    def cards(self, number: int) -> None:
        large, small = self.kinds
        for payment in self._released("gift_card").payments.all():
            cards = {large.pk: payment.net // 1000, small.pk: payment.net % 1000 // 500}
            hand_out(
                payment, cards, on=self.today, difference="端数は次回", by=self.maker, at=self.at
            )

    def prepare(self, number: int) -> None:
        self._ready(["bank", "cash", "gift_card"][number % 3])

    def cancel(self, number: int) -> None:
        waiting = PaymentBatch.objects.filter(organization=self.city, state="prepared")
        cancel_batch(self.some(waiting, number), "やり直し", by=self.maker, at=self.at)

    def leave_out(self, number: int) -> None:
        """One of a batch waits for the next."""
        planned = Payment.objects.filter(organization=self.city, state=Payment.State.PLANNED)
        leave_out(self.some(planned, number), "今回は外す", by=self.maker, at=self.at)

    def exchange(self, number: int) -> None:
        """A card that nobody can read; sometimes for another value, where the difference is small."""
        payments = Payment.objects.filter(organization=self.city, batch__method="gift_card")
        payment = self.some(payments.filter(state=PAID), number)
        back = self.kinds[number % 2]
        instead = {self.kinds[number // 2 % 2].pk: 1} if number % 3 else {back.pk: 1}
        exchange(
            payment, {back.pk: 1}, instead, "読み取れない", on=self.today,
            difference="差額は次回", by=self.maker, at=self.at,
        )  # fmt: skip

    def come_back(self, number: int) -> None:
        payment = self.some(Payment.objects.filter(organization=self.city, state=PAID), number)
        if payment.batch.method == "gift_card":
            return_cards(payment, "返却", on=self.today, by=self.maker, at=self.at)
        else:
            return_payment(payment, "口座相違", by=self.maker, at=self.at)

    def file(self, dataset: str, wish: dict[str, str], kind: str) -> list[dict[str, object]]:
        """The rows of a file as a spreadsheet reads them."""
        run = runs.start(
            self.city, dataset, wish, None, kind, by=self.approver, at=self.at, at_once=True
        )
        assert run.state == runs.State.DONE, run.error
        pieces = ExportPiece.objects.filter(run=run).order_by("number")
        content = b"".join(bytes(piece.content) for piece in pieces)
        if kind == "csv":
            return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        titles, *table = openpyxl.load_workbook(io.BytesIO(content)).active.values
        return [dict(zip(titles, row, strict=True)) for row in table]

    def sums(self, dataset: str, wish: dict[str, str], *titles: str) -> tuple[int, ...]:
        """Number of rows and sums of columns, which both kinds of files agree on."""
        both = [
            (len(table), *(sum(int(row[title] or 0) for row in table) for title in titles))
            for table in (self.file(dataset, wish, kind) for kind in ("csv", "xlsx"))
        ]
        assert both[0] == both[1]
        return both[0]


def check(office: Office, client) -> None:
    """Page = CSV = XLSX = figures, month by month; then what became of all of it."""
    shown = page_totals(office, client)
    payments = Payment.objects.filter(organization=office.city, state=PAID)
    standing = PaymentLine.objects.filter(payment__in=payments)
    inside = sum_of(standing, F("fee") + F("transport"))
    gross, net, withheld = (sum_of(payments, name) for name in ("gross", "net", "withheld"))
    on_top = gross - inside  # the tax of cards, which nobody is paid
    tickets = sum_of(office.entries(state="paid", transport_to="carrier"), "transport")
    held = sum_of(office.entries(state="closed"), "total")
    undecided = sum_of(office.entries(state__in=["draft", "approved"]), "total")
    transferred = check_bank_files(office)
    cash = sum_of(payments.filter(batch__method="cash"), "net")
    cards = sum_of(payments.filter(batch__method="gift_card"), "net")
    assert net == transferred + cash + cards
    assert shown == net + withheld - on_top + tickets + held + undecided
    check_files_of_payments(office, gross, withheld, net, on_top)
    travel = sum_of(standing, "transport")
    check_journal(
        office,
        {"expense": gross - travel, "travel": travel, "bank": -transferred, "cash": -cash,
         "withheld": -withheld},
        cards,
    )  # fmt: skip
    check_claim(office, gross, travel)  # the tax of cards is a cost as well
    parts = [part for year in (2026, 2027) for part in parts_of_year(payments, year)]
    assert sum(one.gross for one in parts) == gross
    assert sum(one.withheld for one in parts) == withheld


def page_totals(office: Office, client) -> int:
    """The yen of all months, each the same on the page, in both files and in the figures.

    The figures have a carrier's ticket apart: its bill is a cost.
    """
    whole, by_month = 0, Counter[tuple[int, int]]()
    for year in (2026, 2027):
        for number, found in year_sums(office.city, year).by["month"].items():
            by_month[year + (int(number) < 4), int(number)] = found.total + found.tickets
    month = Month.of(BEGIN - timedelta(days=3))
    while month.first <= office.today:
        wish = {"month": str(month)}
        shown = client.get("/honoraria/", wish).context["totals"]
        titles = ("活動時間（分）", "謝礼（円）", "交通費（円）", "合計（円）")
        page = (shown.count, shown.minutes, shown.fee, shown.transport, shown.total)
        assert office.sums("honoraria", wish, *titles) == page
        assert by_month.pop((month.year, month.number), 0) == shown.total
        whole += shown.total
        month = month.after
    assert not any(by_month.values())
    return whole


def check_bank_files(office: Office) -> int:
    """Every file says what its payments say; returns the yen that the banks have kept."""
    kept = 0
    found = PaymentBatch.objects.filter(organization=office.city, method="bank")
    for batch in found.filter(state__in=["released", "paid"]):
        sent = transfer.read(bank_file(batch)).total
        assert sent == sum_of(batch.payments.exclude(sent_to=""), "net") == batch.total
        if batch.state == PaymentBatch.State.PAID:
            kept += sent - sum_of(batch.payments.filter(state="returned"), "net")
    return kept


def check_files_of_payments(
    office: Office, gross: int, withheld: int, net: int, on_top: int
) -> None:
    """The files of payments, without any state chosen, hold the money that moved."""
    titles = ("支払額（円）", "源泉徴収税額（円）", "差引支払額（円）")
    assert office.sums("payments", EVER, *titles)[1:] == (gross, withheld, net)
    _, fee, transport = office.sums("payment_lines", EVER, "謝礼（円）", "交通費（円）")
    assert fee + transport == gross - on_top


EVER = {"first": "2026-09-01", "last": "2028-10-01"}
WORDS = {
    "expense": "諸謝金", "travel": "旅費交通費", "bank": "普通預金", "cash": "現金",
    "withheld": "預り金",
}  # fmt: skip


def check_journal(office: Office, wanted: dict[str, int], cards: int) -> None:
    """Debits less credits are the payments, and what left the stock is what the register says."""
    accounts = Counter[str]()
    for row in office.file("journal", EVER, "csv"):
        accounts[row["借方科目"]] += int(row["金額（円）"])
        accounts[row["貸方科目"]] -= int(row["金額（円）"])
    assert {key: accounts[word] for key, word in WORDS.items()} == wanted
    kinds = GiftCardKind.objects.filter(organization=office.city)
    assert accounts["貯蔵品"] == sum((one.stock - OPENING) * one.face_value for one in kinds)
    assert accounts["貯蔵品"] + accounts["雑損失"] + accounts["未払金"] == -cards
    assert sum(accounts.values()) == 0


def check_claim(office: Office, paid: int, travel: int) -> None:
    """A claim for everything that was paid is what was paid, its travel that of the journal."""
    claimed, by_trip = 0, 0
    for year in (2026, 2027):
        programme = rows.programme(office.city, year=year)
        days = (date(year, 4, 1), date(year + 1, 3, 31))
        for entry in office.entries(state="paid", activity_date__range=days):
            rows.judged(programme, entry)
        found = lines(programme)
        claimed += sum(line.eligible for line in found)
        by_trip += sum(one.eligible for one in by_category(found) if one.category == "travel")
    assert (claimed, by_trip) == (paid, travel)


def sum_of(found, what) -> int:
    """A sum in the database."""
    return found.order_by().aggregate(sum=Sum(what, default=0))["sum"]
