"""Thirty processes press «accept» at one instant: one winner per seat, each loser hears so.

The control runs the same crowd against the same rows without lock and constraints, as a naive
implementation would, and shows the race that the guard prevents.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from dispatch.models import Assignment, Offer, Request
from tests.factories import OfferFactory, OrganizationFactory, RequestFactory, VolunteerFactory

ROOT = Path(__file__).resolve().parent.parent.parent
CROWD = int(os.environ.get("RACE_PROCESSES", "30"))

CROWD_PROGRAM = """
import json, os, sys, time
import django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from accounts.clock import database_now
from accounts.errors import ActionError
from dispatch.models import Assignment, Offer, Request
from dispatch.actions.offers import accept_offer

def guarded(offer):
    try:
        return accept_offer(offer, via="web", at=database_now()).outcome
    except ActionError as error:
        return error.code

def naive(offer):
    request = Request.objects.get(pk=offer.request_id)
    free = request.seats - request.assignments.active().count()
    if free <= 0:
        return "too_late"
    # what rendering, logging or a slow disk does between check and save; long enough for a busy
    # machine to wake everybody
    time.sleep(0.25)
    Assignment.objects.create(
        request=request, volunteer_id=offer.volunteer_id, seat=1, created_at=database_now(),
        period=(request.starts_at, request.ends_at),
    )
    return "yours"

answer = {"guarded": guarded, "naive": naive}[sys.argv[2]]
ready_r, ready_w = os.pipe()
gun_r, gun_w = os.pipe()
children = []
for pk in sys.argv[3:]:
    out_r, out_w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(gun_w)
        offer = Offer.objects.get(pk=int(pk))  # a connection of its own, open before the gun
        os.write(ready_w, b".")
        os.read(gun_r, 1)  # returns for everybody at once, when the parent closes its end
        started = time.perf_counter()
        outcome = answer(offer)
        os.write(out_w, json.dumps([outcome, time.perf_counter() - started]).encode())
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


def press_at_once(offers: list[Offer], how: str) -> list[tuple[str, float]]:
    """One process per offer, held at the line until all are ready; (outcome, seconds) of each."""
    name = str(connection.settings_dict["NAME"])
    done = subprocess.run(
        [sys.executable, "-c", CROWD_PROGRAM, name, how, *(str(o.pk) for o in offers)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [(outcome, seconds) for outcome, seconds in json.loads(done.stdout)]


@pytest.fixture
def offers(transactional_db: None) -> list[Offer]:
    """As many people as processes, all asked for the same single seat."""
    organization = OrganizationFactory()
    request = RequestFactory(organization=organization)
    people = [VolunteerFactory(organization=organization) for _ in range(CROWD)]
    return [OfferFactory(request=request, volunteer=person) for person in people]


def test_thirty_processes_accepting_at_once_give_exactly_one_winner(offers: list[Offer]) -> None:
    outcomes = press_at_once(offers, "guarded")
    assert sorted(o for o, _ in outcomes) == ["too_late"] * (CROWD - 1) + ["yours"]
    assert Assignment.objects.active().count() == 1
    assert Request.objects.get().status == "filled"
    winner = Assignment.objects.get()
    losers = Offer.objects.exclude(volunteer=winner.volunteer)
    assert losers.filter(late_yes_at__isnull=False).count() == CROWD - 1


def test_the_control_without_lock_and_constraint_shows_the_race(offers: list[Offer]) -> None:
    constraints = [c for c in Assignment._meta.constraints if c.name == "one_holder_per_seat"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Assignment, constraints[0])
    try:
        outcomes = press_at_once(offers, "naive")
        winners = [o for o, _ in outcomes if o == "yours"]
        assert len(winners) > 1, "the crowd was too slow to race; the test above proves nothing"
    finally:
        Assignment.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Assignment, constraints[0])


def test_one_person_accepting_two_overlapping_jobs_at_once_gets_one(
    transactional_db: None,
) -> None:
    organization = OrganizationFactory()
    person = VolunteerFactory(organization=organization)
    offers = [
        OfferFactory(
            request=RequestFactory(organization=organization, place_name=f"場所{n}"),
            volunteer=person,
        )
        for n in range(6)
    ]
    outcomes = [o for o, _ in press_at_once(offers, "guarded")]
    assert outcomes.count("yours") == 1
    assert outcomes.count("overlap") == 5
    assert Assignment.objects.active().count() == 1


def test_three_seats_under_a_rush_are_filled_by_three_people(transactional_db: None) -> None:
    organization = OrganizationFactory()
    request = RequestFactory(organization=organization, seats=3)
    offers = [
        OfferFactory(request=request, volunteer=VolunteerFactory(organization=organization))
        for _ in range(10)
    ]
    outcomes = [o for o, _ in press_at_once(offers, "guarded")]
    assert outcomes.count("yours") == 3
    assert sorted(Assignment.objects.values_list("seat", flat=True)) == [1, 2, 3]
