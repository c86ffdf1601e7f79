"""Days, moments and accounts as the pages of money write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from honoraria.models import BankAccount
from honoraria.templatetags.days import day, moment
from honoraria.templatetags.payments import place


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2026, 10, 8), "2026年10月8日"),
        ("2026-10-08", "2026年10月8日"),
        (datetime(2026, 10, 7, 15, 30, tzinfo=UTC), "2026年10月8日"),
        ("まだ", "まだ"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_day_is_written_in_one_way(value, written):
    assert day(value) == written


def test_a_moment_has_its_year_and_is_in_tokyo():
    assert moment(datetime(2026, 12, 31, 15, 5, tzinfo=UTC)) == "2027年1月1日 00:05"
    assert moment(None) == ""


def test_an_account_is_called_by_bank_and_branch():
    account = BankAccount(bank_code="0001", branch_code="001", tail="321")
    assert place(account).startswith("みずほ銀行 ")
    assert place(account).endswith(" ****321")


def test_a_branch_that_is_gone_keeps_its_codes():
    assert place(BankAccount(bank_code="0001", branch_code="999", tail="321")) == "0001-999 ****321"
    assert place(None) == ""
