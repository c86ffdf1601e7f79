"""Accounts: entered, checked by a second person, ended; never changed under a released transfer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection

from accounts.errors import ActionError
from accounts.models import AuditEntry
from honoraria.models import BankAccount, Payment, PaymentBatch
from honoraria.payees.accounts import (
    check_account,
    end_account,
    enter_account,
    present_account,
    reveal_account,
    usable_account,
)
from honoraria.payees.entry import AccountEntry, from_book
from honoraria.payees.holder import differs, suggested
from realtime.models import Message
from tests.factories import BankAccountFactory

pytestmark = pytest.mark.django_db
ENTRY = AccountEntry("0169", "001", "1", "7654321", "ヤマダ　ハナ")


def entry(**changes: str) -> AccountEntry:
    return AccountEntry(**{**{f: getattr(ENTRY, f) for f in ENTRY.__slots__}, **changes})


def refused(act: Any) -> ActionError:
    with pytest.raises(ActionError) as error:
        act()
    return error.value


def test_the_number_is_encrypted_and_the_holder_is_written_in_zengin_letters(hana, accountant, now):
    account = enter_account(hana, ENTRY, by=accountant, at=now)
    assert (account.tail, account.holder, account.state) == ("321", "ﾔﾏﾀﾞ ﾊﾅ", "entered")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM honoraria_bankaccount t")
        [(row,)] = cursor.fetchall()
    assert "7654321" not in row
    assert "ﾔﾏﾀﾞ" not in row


def test_it_is_usable_only_after_somebody_else_checked_it(hana, accountant, admin, now):
    account = enter_account(hana, ENTRY, by=accountant, at=now)
    assert usable_account(hana) is None
    assert refused(lambda: check_account(account, by=accountant, at=now)).code == "same_person"
    assert usable_account(hana) is None
    check_account(account, by=admin, at=now)
    assert usable_account(hana) == account


def test_nobody_checks_the_own_account(hana, accountant, now):
    account = enter_account(hana, ENTRY, by=accountant, at=now)
    assert refused(lambda: check_account(account, by=hana.user, at=now)).code == "same_person"


def test_one_person_may_check_alone_where_the_organization_says_so(hana, accountant, now, city):
    city.policy = {**city.policy, "single_handed": True}
    city.save()
    account = enter_account(hana, ENTRY, by=accountant, at=now)
    check_account(account, by=accountant, at=now)
    assert AuditEntry.objects.get(verb="volunteer.account_checked").detail["single_handed"] is True


def test_a_new_account_ends_the_former_one(hana, accountant, now):
    former = BankAccountFactory(volunteer=hana)
    account = enter_account(hana, ENTRY, by=accountant, at=now)
    former.refresh_from_db()
    assert (former.state, former.ended_at) == ("ended", now)
    assert former.number == "1234567"  # what was paid to it stays readable
    assert present_account(hana) == account


def test_the_same_account_once_more_changes_nothing(hana, accountant, now):
    account = enter_account(hana, ENTRY, by=accountant, at=now)
    assert enter_account(hana, ENTRY, by=accountant, at=now) == account
    assert BankAccount.objects.count() == 1
    assert Message.objects.filter(kind="account_changed").count() == 1


def paid_to(account: BankAccount, state: str, person: Any) -> Payment:
    batch = PaymentBatch.objects.create(
        organization=account.volunteer.organization, method="bank", state=state,
        value_date=date(2026, 12, 1), created_at=account.entered_at, created_by=person,
        released_at=account.entered_at, released_by=person, sha256="0" * 64,
        finished_at=account.entered_at, finished_by=person,
    )  # fmt: skip
    return Payment.objects.create(
        organization=batch.organization, batch=batch, volunteer=account.volunteer, gross=100,
        taxable=0, withheld=0, net=100, decided_on=date(2026, 11, 30), account=account,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "stops"), [("released", True), ("prepared", False), ("cancelled", False)]
)
def test_an_account_stays_while_a_released_batch_pays_to_it(hana, accountant, now, state, stops):
    account = BankAccountFactory(volunteer=hana)
    paid_to(account, state, accountant)
    if not stops:
        end_account(account, "解約", by=accountant, at=now)
        return
    assert (
        refused(lambda: end_account(account, "解約", by=accountant, at=now)).code == "in_transfer"
    )
    error = refused(lambda: enter_account(hana, ENTRY, by=accountant, at=now))
    assert error.code == "in_transfer"
    account.refresh_from_db()
    assert account.state == "checked"
    assert BankAccount.objects.count() == 1


def test_an_ended_account_is_neither_checked_nor_ended_again(hana, accountant, admin, now):
    account = BankAccountFactory(volunteer=hana, state="entered")
    assert refused(lambda: end_account(account, " ", by=admin, at=now)).code == "reason_missing"
    end_account(account, "解約", by=accountant, at=now)
    assert refused(lambda: end_account(account, "解約", by=admin, at=now)).code == "wrong_state"
    assert refused(lambda: check_account(account, by=admin, at=now)).code == "wrong_state"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"bank_code": "9999"}, "unknown_bank", "bank_code"),
        ({"bank_code": "../../x"}, "unknown_bank", "bank_code"),
        ({"branch_code": "000"}, "unknown_branch", "branch_code"),
        ({"kind": "3"}, "unknown_kind", "kind"),
        ({"number": "123456"}, "bad_number", "number"),
        ({"number": "12345678"}, "bad_number", "number"),
        ({"number": "123456x"}, "bad_number", "number"),
        ({"holder": "山田　花"}, "invalid_char", "holder"),
        ({"holder": "ア" * 31}, "too_long", "holder"),
        ({"holder": " "}, "empty", "holder"),
    ],
)
def test_a_mistake_is_refused_with_its_field(hana, accountant, now, changes, code, field):
    error = refused(lambda: enter_account(hana, entry(**changes), by=accountant, at=now))
    assert (error.code, error.field) == (code, field)
    assert not BankAccount.objects.exists()


def test_the_letter_that_is_none_is_named(hana, accountant, now):
    error = refused(lambda: enter_account(hana, entry(holder="ヤマダ花"), by=accountant, at=now))
    assert "「花」" in error.text


def test_a_full_width_number_is_a_number(hana, accountant, now):
    account = enter_account(hana, entry(number="７６５４３２１"), by=accountant, at=now)
    assert account.number == "7654321"


def test_a_post_bank_book_is_converted_and_kept(hana, accountant, now):
    book = from_book("10530", "12345671", "ヤマダ ハナ")
    account = enter_account(hana, book, by=accountant, at=now)
    assert (account.bank_code, account.branch_code, account.kind) == ("9900", "058", "1")
    assert (account.number, account.post_symbol) == ("1234567", "10530-12345671")


def test_a_branch_that_closed_meanwhile_is_not_checked(hana, accountant, now):
    account = BankAccountFactory(volunteer=hana, state="entered", branch_code="000")
    assert refused(lambda: check_account(account, by=accountant, at=now)).code == "unknown_branch"


def test_every_reading_of_the_number_is_recorded(hana, accountant, now):
    account = BankAccountFactory(volunteer=hana)
    assert reveal_account(account, by=accountant, at=now, reason="照合") == "1234567"
    [line] = AuditEntry.objects.filter(verb="volunteer.account_read")
    assert (line.subject, line.actor, line.detail["reason"]) == (hana.key, accountant, "照合")


def test_no_line_of_the_log_carries_a_number(hana, accountant, admin, now):
    book = from_book("10530", "12345671", "ヤマダ ハナ")
    account = enter_account(hana, book, by=accountant, at=now)
    check_account(account, by=admin, at=now)
    reveal_account(account, by=admin, at=now)
    end_account(account, "解約", by=admin, at=now)
    lines = [f"{one.subject} {one.detail}" for one in AuditEntry.objects.all()]
    assert len(lines) == 4
    assert not [one for one in lines if "1234567" in one or "10530" in one]
    assert "1234567" not in f"{account!r} {account} {book!r}"


def test_every_written_contact_hears_of_the_change(hana, accountant, now):
    hana.mobile, hana.email, hana.message_language = "+819012345678", "hana@example.jp", "en"
    hana.save()
    enter_account(hana, ENTRY, by=hana.user, at=now)
    told = Message.objects.filter(kind="account_changed")
    assert {one.address for one in told} == {"+819012345678", "hana@example.jp"}
    assert all("bank account" in one.body and "7654321" not in one.body for one in told)


@pytest.mark.parametrize(
    ("holder", "kana", "name", "other"),
    [
        ("ﾔﾏﾀﾞ ﾊﾅ", "ヤマダ ハナ", "山田 花", False),
        ("ﾊﾅ ﾔﾏﾀﾞ", "やまだ　はな", "山田 花", False),
        ("ﾔﾏﾀﾞﾊﾅ", "ヤマダ ハナ", "山田 花", False),
        ("ﾊﾅﾀﾞﾔﾏ", "ヤマダ ハナ", "山田 花", True),  # the same letters
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ ハナ", "山田 花", True),
        ("NGUYEN VAN AN", "グエン ヴァン アン", "Nguyen Van An", False),
        ("ｸﾞｴﾝ ｳﾞｱﾝ ｱﾝ", "グエン・ヴァン・アン", "Nguyễn Văn An", False),
        ("ﾔﾏﾀﾞ ﾊﾅ", "", "山田 花", False),  # nothing to compare with
    ],
)
def test_another_holder_than_the_registers_is_noticed(holder, kana, name, other):
    assert differs(holder, kana, name) is other


def test_the_holder_is_suggested_from_the_reading_else_from_a_latin_name():
    assert suggested("やまだ　はな", "山田 花") == "ﾔﾏﾀﾞ ﾊﾅ"
    assert suggested("", "Maria Silva") == "MARIA SILVA"
    assert suggested("", "山田 花") == ""
