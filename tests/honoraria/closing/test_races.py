"""Closing while others approve, confirm, correct or close: processes that start at one instant.

The control does the same without the lock of the books and without the trigger, as a naive
implementation would, and shows the race that the guard prevents.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from honoraria.closing.books import closed_through
from honoraria.models import Closing, Honorarium
from interpreting.models import Report
from tests import factories
from tests.honoraria.closing.months_of import NOVEMBER, entry_on
from tests.interpreting.reporting import reported

ROOT = Path(__file__).resolve().parent.parent.parent.parent

PROGRAM = """
import json, os, sys, time
from datetime import datetime, timezone
import django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from accounts.errors import ActionError
from accounts.models import Organization, User
from honoraria.actions import approve, correct, unapprove
from honoraria.closing.actions import close_month
from honoraria.models import Books, Honorarium
from honoraria.months import Month
from interpreting.actions import confirm_report
from interpreting.models import Report

AT = datetime(2026, 12, 3, 1, tzinfo=timezone.utc)
ALL = ["missing", "single_handed", "receipt", "unusual", "late"]

def close(organization, user, pk):
    close_month(organization, Month(2026, 11), by=user, at=AT, accept=ALL)

def naive_close(organization, user, pk):
    entries = Honorarium.objects.filter(organization=organization, booked_on__month=11)
    assert not entries.filter(state="draft").exists()
    time.sleep(0.5)  # what rendering, logging or a slow disk does between check and write
    entries.filter(state="approved").update(state="closed")
    Books.objects.update_or_create(
        organization=organization, defaults={"closed_through": "2026-11-30"})

def naive_unapprove(organization, user, pk):
    time.sleep(0.25)
    Honorarium.objects.filter(pk=pk, state="approved").update(state="draft")

DO = {
    "close": close,
    "naive_close": naive_close,
    "naive_unapprove": naive_unapprove,
    "approve": lambda o, u, pk: approve(Honorarium.objects.get(pk=pk), by=u, at=AT),
    "unapprove": lambda o, u, pk: unapprove(Honorarium.objects.get(pk=pk), by=u, at=AT),
    "correct": lambda o, u, pk: correct(Honorarium.objects.get(pk=pk), "x", by=u, at=AT),
    "confirm": lambda o, u, pk: confirm_report(Report.objects.get(pk=pk), by=u, at=AT),
}

gun_r, gun_w = os.pipe()
ready_r, ready_w = os.pipe()
children = []
for what, user, pk in json.loads(sys.argv[3]):
    out_r, out_w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(gun_w)
        organization = Organization.objects.get(pk=int(sys.argv[2]))
        person = User.objects.get(pk=user)  # a connection of its own, open before the gun
        os.write(ready_w, b".")
        os.read(gun_r, 1)
        try:
            DO[what](organization, person, pk)
            outcome = "done"
        except ActionError as error:
            outcome = error.code
        except Exception as error:
            outcome = repr(error)[:300]
        os.write(out_w, json.dumps([what, outcome]).encode())
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


def at_once(organization, jobs):
    """Outcomes of (what, user, key), each in a process held at the line until all are ready."""
    given = json.dumps([(what, user.pk, pk) for what, user, pk in jobs])
    name = str(connection.settings_dict["NAME"])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, name, str(organization.pk), given],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes: dict[str, list[str]] = {}
    for what, outcome in json.loads(done.stdout):
        outcomes.setdefault(what, []).append(outcome)
    return outcomes


@pytest.fixture
def people(transactional_db, city, hana, accountant, admin, coordinator):
    """The cast, in a database that other processes see."""
    factories.TariffVersionFactory(tariff__organization=city)


def nothing_half_closed(city):
    """Closed entries lie in closed months and only there."""
    day = closed_through(city) or date.min
    for entry in Honorarium.objects.all():
        assert (entry.state in {"closed", "paid"}) == (entry.booked_on <= day), entry.state


def test_two_people_closing_at_once_close_it_once(people, city, hana, accountant, admin):
    entry_on(hana, date(2026, 11, 2))
    outcomes = at_once(city, [("close", one, 0) for one in (accountant, admin) * 4])
    assert sorted(outcomes["close"]) == ["already_closed"] * 7 + ["done"]
    assert Closing.objects.count() == 1
    nothing_half_closed(city)


def test_closing_against_taking_approvals_back(people, city, hana, accountant, admin):
    entries = [entry_on(hana, date(2026, 11, day)) for day in range(2, 8)]
    jobs = [("unapprove", admin, one.pk) for one in entries]
    outcomes = at_once(city, [*jobs[:3], ("close", accountant, 0), *jobs[3:]])
    expected = {"done": {"month_closed"}, "open_points": {"done"}}[outcomes["close"][0]]
    assert set(outcomes["unapprove"]) == expected
    nothing_half_closed(city)


def test_closing_against_corrections(people, city, hana, accountant, admin):
    entries = [entry_on(hana, date(2026, 11, day)) for day in range(2, 8)]
    outcomes = at_once(
        city, [("close", accountant, 0), *(("correct", admin, one.pk) for one in entries)]
    )
    assert set(outcomes["correct"]) == {"done"}  # wherever they were booked
    booked = set(Honorarium.objects.filter(kind="reversal").values_list("booked_on", flat=True))
    closed = outcomes["close"] == ["done"]
    assert (booked == {date(2026, 12, 1)}) == closed
    nothing_half_closed(city)


def test_closing_against_confirming(people, city, hana, minh, accountant, coordinator):
    entry_on(hana, date(2026, 11, 2))
    report = reported(minh)
    outcomes = at_once(city, [("close", accountant, 0), ("confirm", coordinator, report.pk)])
    assert outcomes["confirm"] == ["done"]
    assert outcomes["close"] == ["open_points"]  # waiting, or a draft: never closed around it
    assert Report.objects.get(pk=report.pk).state == "confirmed"
    nothing_half_closed(city)


def test_the_control_without_lock_and_trigger_shows_the_race(people, city, hana, accountant, admin):
    entry = entry_on(hana, date(2026, 11, 2))
    switch = "ALTER TABLE honoraria_honorarium {} TRIGGER USER"
    with connection.cursor() as cursor:
        cursor.execute(switch.format("DISABLE"))
    try:
        outcomes = at_once(
            city, [("naive_close", accountant, 0), ("naive_unapprove", admin, entry.pk)]
        )
        assert outcomes == {"naive_close": ["done"], "naive_unapprove": ["done"]}
        entry.refresh_from_db()
        assert entry.state == "draft", "a draft in a closed month is what the guard prevents"
        assert closed_through(city) == NOVEMBER.last
    finally:
        with connection.cursor() as cursor:
            cursor.execute(switch.format("ENABLE"))
