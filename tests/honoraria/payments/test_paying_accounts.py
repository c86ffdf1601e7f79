"""Paying accounts: what a bank would refuse, and what a prepared batch keeps."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.models import AuditEntry
from honoraria.payments import actions
from honoraria.payments.actions import (
    release_batch,
)
from honoraria.payments.files import bank_file
from tests.honoraria.payments.paying import (
    AT,
    code_of,
)


def particulars(**more):
    fields = {
        "name": "普通預金",
        "consignor_code": "1234567890",
        "consignor_name": "ミナトシ",
        "bank_code": "0169",
        "branch_code": "001",
        "kind": "1",
        "number": "7654321",
    }
    return actions.Particulars(**fields | more)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"consignor_name": "港市"}, "consignor_name"),
        ({"branch_code": "000"}, "branch_unknown"),
        ({"number": "12345"}, "number"),
        ({"number": ""}, "number"),
    ],
)
def test_a_paying_account_that_no_bank_would_take_is_refused(city, admin, change, code):
    attempt = partial(actions.save_account, city, None, particulars(**change), by=admin, at=AT)
    assert code_of(attempt) == code


def test_a_change_of_a_paying_account_keeps_the_number_and_is_logged_without_it(city, admin):
    account = actions.save_account(city, None, particulars(), by=admin, at=AT)
    changed = particulars(newline="none", number="")
    actions.save_account(city, account, changed, by=admin, at=AT)
    account.refresh_from_db()
    assert (account.number, account.tail, account.newline) == ("7654321", "321", "none")
    details = str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert "7654321" not in details
    assert "newline" in details


def test_a_paying_account_does_not_change_under_a_prepared_batch(prepared, bank, city, admin):
    attempt = lambda: actions.save_account(city, bank, particulars(), by=admin, at=AT)
    assert code_of(attempt) == "in_use"
    release_batch(prepared, by=admin, at=AT)
    before = bank_file(prepared.__class__.objects.get())
    actions.save_account(city, bank, particulars(number="0000001"), by=admin, at=AT)
    assert bank_file(prepared.__class__.objects.get()) == before
