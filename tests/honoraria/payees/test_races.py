"""Two people at one account at the same moment; a control shows the race without the lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from honoraria.models import BankAccount
from honoraria.payees import accounts
from honoraria.payees.entry import AccountEntry
from tests.factories import NOW, BankAccountFactory
from tests.honoraria.at_once import in_threads
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db(transaction=True)


def entering(volunteer: Volunteer, number: int, person: Any) -> Callable[[], object]:
    entry = AccountEntry("0169", "001", "1", f"{number:07}", "ヤマダ ハナ")
    return lambda: accounts.enter_account(volunteer, entry, by=person, at=NOW)


def standing() -> int:
    return BankAccount.objects.exclude(state="ended").count()


def test_of_five_accounts_entered_at_once_the_last_one_stands(hana, accountant):
    jobs = [entering(hana, number, accountant) for number in range(1, 6)]
    assert in_threads(*jobs) == ["done"] * 5
    assert (BankAccount.objects.count(), standing()) == (5, 1)


def test_control_without_the_lock_the_database_has_to_refuse(hana, accountant, monkeypatch):
    meet = threading.Barrier(2, timeout=20)

    def unlocked(volunteer: Volunteer) -> tuple[Volunteer, BankAccount | None]:
        present = accounts.present_account(volunteer)
        meet.wait()
        return volunteer, present

    monkeypatch.setattr(accounts, "_locked", unlocked)
    jobs = [entering(hana, number, accountant) for number in (1, 2)]
    assert in_threads(*jobs) == ["IntegrityError", "done"]
    assert standing() == 1


def test_an_account_is_not_checked_after_another_took_its_place(hana, accountant, admin):
    former = BankAccountFactory(volunteer=hana, state="entered")
    outcomes = in_threads(
        entering(hana, 7654321, accountant),
        lambda: accounts.check_account(former, by=admin, at=NOW),
    )
    assert outcomes in (["done", "done"], ["done", "wrong_state"])
    former.refresh_from_db()
    assert former.state == "ended"
    assert accounts.usable_account(hana) is None
