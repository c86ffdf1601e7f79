"""Two people press at one instant: one batch, one release, and no file to an account that changed.

The control prepares without the lock of the books and without the database's guards, as a naive
program would, and pays an entry twice.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from honoraria.models import BankAccount, PaymentBatch, PaymentLine
from tests.honoraria.payments.paying import AT, PAY_DAY

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import json, os, sys, time
import django
django.setup()
from contextlib import nullcontext
from datetime import date, datetime
from django.db import connection, connections, transaction
connections["default"].settings_dict["NAME"] = sys.argv[1]
from accounts.errors import ActionError
from accounts.models import Organization, User
from honoraria.models import *
from honoraria.payments import actions
from honoraria.payments.actions import preparing, releasing
from honoraria.payments import locks
from honoraria.payees.accounts import end_account

AT, DAY = datetime.fromisoformat(sys.argv[2]), date.fromisoformat(sys.argv[3])

def prepare(pk):
    city = Organization.objects.get(slug="minato")
    account = PayingAccount.objects.get()
    return actions.prepare_batch(city, "bank", DAY, account, by=User.objects.get(pk=pk), at=AT)

def prepare_naive(pk):
    # reads, thinks for a moment, writes: without the books there is nobody to wait for
    preparing.lock_books = lambda organization: None
    planned = preparing.plan
    def slowly(*args, **kwargs):
        found = planned(*args, **kwargs)
        time.sleep(0.3)
        return found
    preparing.plan = slowly
    preparing.payable = lambda *args, **kwargs: Honorarium.objects.none()
    return prepare(pk)

def release(pk):
    return actions.release_batch(PaymentBatch.objects.get(), by=User.objects.get(pk=pk), at=AT)

def end(pk):
    account = BankAccount.objects.exclude(state="ended").order_by("pk").first()
    return end_account(account, "通帳を紛失", by=None, at=AT)

work = {"prepare": prepare, "naive": prepare_naive, "release": release, "end": end}
ready_r, ready_w = os.pipe()
gun_r, gun_w = os.pipe()
children = []
for task in sys.argv[4:]:
    what, pk = task.split(":")
    out_r, out_w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(gun_w)
        Organization.objects.count()  # a connection of its own, open before the gun
        os.write(ready_w, b".")
        os.read(gun_r, 1)
        try:
            work[what](int(pk))
            outcome = "done"
        except ActionError as error:
            outcome = error.code
        except Exception as error:
            outcome = type(error).__name__
        os.write(out_w, json.dumps(outcome).encode())
        os._exit(0)
    os.close(out_w)
    children.append((pid, out_r))
for _ in children:
    os.read(ready_r, 1)
os.close(gun_w)
results = []
for pid, out in children:
    os.waitpid(pid, 0)
    results.append(json.loads(os.read(out, 4096)))
print(json.dumps(results))
"""


def at_once(*tasks: str) -> list[str]:
    """One process per task, held at the line until all are ready; how each of them ended."""
    name = str(connection.settings_dict["NAME"])
    given = [name, AT.isoformat(), PAY_DAY.isoformat(), *tasks]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *given],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def most_payments_of_an_entry() -> int:
    standing = PaymentLine.objects.filter(stands=True).values_list("honorarium", flat=True)
    return max(Counter(standing).values())


@pytest.fixture
def crowd(transactional_db, month, bank, accountant, admin):
    """Six presses by two people."""
    return [f"prepare:{one.pk}" for one in (accountant, admin)] * 3


def test_preparing_at_once_gives_one_batch(crowd):
    outcomes = at_once(*crowd)
    assert sorted(outcomes) == ["done"] + ["nothing_to_pay"] * 5
    assert PaymentBatch.objects.count() == 1
    assert most_payments_of_an_entry() == 1


def test_the_constraint_alone_keeps_an_entry_from_being_paid_twice(crowd):
    outcomes = at_once(*(one.replace("prepare", "naive") for one in crowd))
    assert sorted(outcomes) == ["IntegrityError"] * 5 + ["done"]
    assert most_payments_of_an_entry() == 1


def test_the_control_without_lock_and_constraint_pays_twice(crowd):
    [guard] = [one for one in PaymentLine._meta.constraints if one.name == "paid_at_most_once"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(PaymentLine, guard)
    try:
        at_once(*(one.replace("prepare", "naive") for one in crowd))
        assert most_payments_of_an_entry() > 1
    finally:
        PaymentLine.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(PaymentLine, guard)


def test_releasing_at_once_happens_once(transactional_db, prepared, admin):
    outcomes = at_once(*[f"release:{admin.pk}"] * 4)
    assert sorted(outcomes) == ["done"] + ["wrong_state"] * 3


@pytest.mark.parametrize("attempt", range(3))
def test_an_account_that_changes_during_the_release_is_never_paid_to(
    transactional_db, prepared, admin, attempt
):
    outcomes = at_once(f"release:{admin.pk}", "end:0")
    ended = BankAccount.objects.filter(state="ended").exists()
    released = PaymentBatch.objects.get().state == "released"
    assert released != ended, "one of them was first, and the other heard of it"
    assert outcomes in (["done", "in_transfer"], ["no_account", "done"])
