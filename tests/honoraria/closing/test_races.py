"""Closing while others approve, confirm, correct or close: processes that start at one instant.

The control does the same without the lock of the books and without the trigger, as a naive
implementation would, and shows the race that the guard prevents.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from honoraria.closing.books import closed_through
from honoraria.models import Closing, Honorarium
from interpreting.models import Report
from tests import factories
from tests.honoraria.at_once import in_processes
from tests.honoraria.closing.months_of import NOVEMBER, entry_on
from tests.interpreting.reporting import reported

DEEDS = """
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
"""


def at_once(organization, jobs):
    """Outcomes by deed of (deed, user, key)."""
    return in_processes(DEEDS, organization, jobs)


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
