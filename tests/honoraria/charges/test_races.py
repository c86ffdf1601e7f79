"""Issuing while others issue, return or confirm: processes that start at one instant.

The control reads a draft and writes it later without a lock, as a naive implementation would: both
believe that they issued it.
"""

from __future__ import annotations

from collections import Counter

import pytest

from accounts.models import AuditEntry
from honoraria.models import Charge
from interpreting.models import Report
from tests import factories
from tests.honoraria.at_once import in_processes
from tests.honoraria.tariff_builders import rules
from tests.interpreting.reporting import START, confirmed, reported

FLAT = {"kind": "flat", "amount": 4000, "per": "dispatch"}

DEEDS = """
from honoraria.charges.actions import issue, issue_all
from honoraria.models import Charge
from honoraria.months import Month
from interpreting.actions import confirm_report, return_report
from interpreting.models import Report

AT = datetime(2026, 12, 3, 1, tzinfo=timezone.utc)

def naive_issue(organization, user, pk):
    charge = Charge.objects.get(pk=pk)
    assert charge.state == "draft"
    time.sleep(0.5)  # what rendering, logging or a slow disk does between check and write
    charge.state, charge.issued_at, charge.issued_by = "issued", AT, user
    charge.save()

DO = {
    "naive_issue": naive_issue,
    "issue": lambda o, u, pk: issue(Charge.objects.get(pk=pk), by=u, at=AT),
    "issue_all": lambda o, u, pk: issue_all(o, Month(2026, 11), by=u, at=AT),
    "confirm": lambda o, u, pk: confirm_report(Report.objects.get(pk=pk), by=u, at=AT),
    "return": lambda o, u, pk: return_report(Report.objects.get(pk=pk), "x", by=u, at=AT),
}
"""


def at_once(organization, jobs):
    """Outcomes by deed of (deed, user, key)."""
    return in_processes(DEEDS, organization, jobs)


@pytest.fixture
def people(transactional_db, city, hana, accountant, admin, coordinator):
    """The cast and a tariff of the requester's side, in a database that other processes see."""
    factories.TariffVersionFactory(
        tariff__organization=city, rules=rules(FLAT, role="charge", consumption_tax="excluded")
    )


def drafts_of(volunteer, coordinator, count):
    """Charges of confirmed reports on one day after the other."""
    for day in range(count):
        job = {"start": START.replace(day=2 + day), "payer": "body"}
        confirmed(volunteer, coordinator, job=job, minutes=60)
    return list(Charge.objects.order_by("pk"))


def test_two_people_issue_one_charge_once(people, city, hana, accountant, admin, coordinator):
    (charge,) = drafts_of(hana, coordinator, 1)
    outcomes = at_once(city, [("issue", one, charge.pk) for one in (accountant, admin) * 3])
    assert sorted(outcomes["issue"]) == ["done"] + ["wrong_state"] * 5
    assert AuditEntry.objects.filter(verb="charge.issued").count() == 1


def test_without_a_lock_the_database_stops_the_second(
    people, city, hana, accountant, admin, coordinator
):
    (charge,) = drafts_of(hana, coordinator, 1)
    outcomes = at_once(city, [("naive_issue", one, charge.pk) for one in (accountant, admin)])
    assert outcomes["naive_issue"].count("done") == 1
    assert any("was issued" in one for one in outcomes["naive_issue"])


def test_two_people_issue_a_month_and_each_charge_is_counted_once(
    people, city, hana, accountant, admin, coordinator
):
    charges = drafts_of(hana, coordinator, 5)
    outcomes = at_once(city, [("issue_all", one, 0) for one in (accountant, admin) * 2])
    assert set(outcomes["issue_all"]) == {"done"}
    told = Counter(
        key
        for entry in AuditEntry.objects.filter(verb="charges.issued")
        for key in entry.detail["charges"]
    )
    assert told == Counter(charge.pk for charge in charges)


def test_a_report_is_confirmed_while_the_month_is_issued(
    people, city, hana, minh, accountant, coordinator
):
    drafts_of(hana, coordinator, 2)
    report = reported(minh, job={"payer": "body"}, minutes=60)
    outcomes = at_once(city, [("issue_all", accountant, 0), ("confirm", coordinator, report.pk)])
    assert outcomes == {"issue_all": ["done"], "confirm": ["done"]}
    # its charge is there as a whole, issued or not; whoever issued it said so
    charge = Charge.objects.get(report=report)
    told = [entry.detail for entry in AuditEntry.objects.filter(verb="charges.issued")]
    assert (charge.state == "issued") == any(charge.pk in one["charges"] for one in told)
    assert charge.total == sum(line["amount"] for line in charge.derivation) > 0
    issued = Charge.objects.filter(state="issued")
    assert sum(one["total"] for one in told) == sum(one.total for one in issued)


def test_a_report_goes_back_or_its_charge_is_issued_but_never_both(
    people, city, hana, accountant, coordinator
):
    charges = drafts_of(hana, coordinator, 4)
    jobs = []
    for charge in charges:
        jobs += [("issue", accountant, charge.pk), ("return", coordinator, charge.report_id)]
    outcomes = at_once(city, jobs)
    returned = outcomes["return"].count("done")
    assert outcomes["issue"].count("done") == len(charges) - returned
    assert set(outcomes["return"]) <= {"done", "already_issued"}
    for report in Report.objects.all():
        issued = Charge.objects.filter(report=report, state="issued").exists()
        assert issued == (report.state == "confirmed")
