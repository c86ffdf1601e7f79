"""The bank's file of a whole month, byte by byte against a second writer, and in every form."""

from __future__ import annotations

import hashlib
import json

import pytest

from accounts.errors import ActionError
from honoraria.banking import transfer
from honoraria.models import Honorarium, Payment, PaymentBatch
from honoraria.payments.actions import prepare_batch, release_batch
from honoraria.payments.files import bank_file, file_title
from tests import factories
from tests.honoraria.payments.paying import (
    AT,
    PAY_DAY,
    account_of,
    close_november,
    entry_of,
    paying_account,
)

# bank, branch, and their readings as they stand in a file (JIS X 0201), written down by hand
PLACES = {
    ("0169", "001"): ("ﾋﾛｼﾏ", "ﾎﾝﾃﾝ"),
    ("9900", "058"): ("ﾕｳﾁﾖ", "ｾﾞﾛｺﾞﾊﾁ"),
}
# a name as somebody has it on the book, and its letters in a file
NAMES = [
    ("ヤマダ ハナ", "ﾔﾏﾀﾞ ﾊﾅ"),
    ("グエン　ヴァン　アン", "ｸﾞｴﾝ ｳﾞｱﾝ ｱﾝ"),
    ("ヨーコ", "ﾖ-ｺ"),
    ("Silva Maria", "SILVA MARIA"),
    ("チョウ シュンケイ", "ﾁﾖｳ ｼﾕﾝｹｲ"),
]


def by_hand(batch, rows, newline=b"\r\n", last=True, kind="7", codes=("number", "zeros")):
    """A file written without the software: positions as in the bank's leaflet, counted from 1."""

    def record(parts):
        line = bytearray(b" " * 120)
        for start, text in parts:
            raw = text.encode("shift_jis")
            line[start - 1 : start - 1 + len(raw)] = raw
        assert len(line) == 120
        return bytes(line)

    def code(number, how):
        return {"number": f"{number:010d}", "zeros": "0" * 10, "spaces": " " * 10}[how]

    bank, branch = PLACES["0169", "001"]
    lines = [
        record([
            (1, "1210"), (5, "1234567890"), (15, "ﾐﾅﾄｼｺｸｻｲｺｳﾘﾕｳｷﾖｳｶｲ"),
            (55, f"{batch.value_date:%m%d}"), (59, "0169"), (63, bank), (78, "001"), (81, branch),
            (96, "1"), (97, "7654321"),
        ])
    ]  # fmt: skip
    for number, place, account, name, net in rows:
        bank, branch = PLACES[place]
        lines.append(
            record([
                (1, "2"), (2, place[0]), (6, bank), (21, place[1]), (24, branch), (39, "0000"),
                (43, "1"), (44, account), (51, name), (81, f"{net:010d}"), (91, "0"),
                (92, code(number, codes[0])), (102, code(number, codes[1])), (112, kind),
            ])
        )  # fmt: skip
    total = sum(row[4] for row in rows)
    lines.append(record([(1, "8"), (2, f"{len(rows):06d}"), (8, f"{total:012d}")]))
    lines.append(record([(1, "9")]))
    return newline.join(lines) + (newline if last else b"")


@pytest.fixture
def people(city, accountant):
    """Forty people with one to five entries each; their rows of the file."""
    rows = []
    for n in range(40):
        holder, written = NAMES[n % len(NAMES)]
        place = ("9900", "058") if n % 3 == 0 else ("0169", "001")
        person = factories.VolunteerFactory(organization=city, number=500 + n, skills=[], rules=[])
        account_of(person, f"{n:07d}", holder=holder, bank_code=place[0], branch_code=place[1])
        gross = 0
        for m in range(n % 5 + 1):
            entry = entry_of(person, 2500 + 700 * m + n, 130 * (n % 4))
            gross += entry.total
        rows.append((500 + n, place, f"{n:07d}", written, gross - gross * 1021 // 10000))
    close_november(city, accountant)
    return rows


def released_by(admin, city, accountant, **form):
    account = paying_account(city, **form)
    batch = prepare_batch(city, "bank", PAY_DAY, account, by=accountant, at=AT)
    return release_batch(batch, by=admin, at=AT, accept=["same_account"])


def test_a_whole_month_is_the_file_that_a_second_writer_makes(city, people, accountant, admin):
    batch = released_by(admin, city, accountant)
    data = bank_file(batch)
    assert data == by_hand(batch, people)
    assert hashlib.sha256(data).hexdigest() == batch.sha256
    assert len(data) == 122 * 43
    assert file_title(batch) == f"tsunagi-20261207-{batch.pk}.txt"


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ({"newline": "none", "last_newline": False}, {"newline": b"", "last": False}),
        ({"last_newline": False}, {"last": False}),
        ({"transfer_kind": "8"}, {"kind": "8"}),
        ({"transfer_kind": ""}, {"kind": " "}),
        ({"customer_code": "zeros", "customer_code2": "number"}, {"codes": ("zeros", "number")}),
        ({"customer_code": "spaces", "customer_code2": "spaces"}, {"codes": ("spaces", "spaces")}),
    ],
)
def test_each_bank_gets_its_form(city, people, accountant, admin, form, written):
    batch = released_by(admin, city, accountant, **form)
    assert bank_file(batch) == by_hand(batch, people, **written)


def test_sums_agree_between_entries_payments_batch_and_file(city, people, accountant, admin):
    batch = released_by(admin, city, accountant)
    payments = list(batch.payments.all())
    read = transfer.read(bank_file(batch))
    assert read.total == batch.total == sum(one.net for one in payments)
    assert read.count == batch.count == len(payments) == 40
    booked = sum(Honorarium.objects.filter(state="closed").values_list("total", flat=True))
    assert (
        booked
        == sum(one.gross for one in payments)
        == batch.total + sum(one.withheld for one in payments)
    )


def test_the_file_stays_the_same_whatever_changes_afterwards(city, people, accountant, admin):
    batch = released_by(admin, city, accountant)
    before = bank_file(batch)
    for account in batch.payments.first().volunteer.bank_accounts.all():
        account.number, account.holder = "9999999", "ベツジン"
        account.save()
    batch.paying_account.newline = "none"
    batch.paying_account.save()
    city.name = "別の名前"
    city.save()
    assert bank_file(PaymentBatch.objects.get()) == before


@pytest.mark.parametrize("what", ["net", "account", "header", "lost"])
def test_a_file_that_would_differ_from_the_released_one_is_refused(
    city, people, accountant, admin, what
):
    batch = released_by(admin, city, accountant)
    one = batch.payments.first()
    copy = json.loads(one.sent_to)
    if what == "net":
        one.sent_to = json.dumps(copy | {"amount": copy["amount"] + 1})
    elif what == "account":
        one.sent_to = json.dumps(copy | {"account": "7777777"})
    elif what == "lost":
        one.sent_to = ""
    elif what == "header":
        header = json.loads(batch.header)
        header["value_date"] = "2026-12-08"
        batch.header = json.dumps(header)
    Payment.objects.bulk_update([one], ["sent_to"])
    batch.save()
    with pytest.raises(ActionError) as refused:
        bank_file(PaymentBatch.objects.get())
    assert refused.value.code == "file_differs"


def test_forty_people_are_planned_and_released_in_as_few_statements_as_two(
    city, bank, accountant, admin, people, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20):
        batch = prepare_batch(city, "bank", PAY_DAY, bank, by=accountant, at=AT)
    with django_assert_max_num_queries(20):
        release_batch(batch, by=admin, at=AT)
