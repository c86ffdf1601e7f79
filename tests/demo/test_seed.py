"""The demo's world: believable figures, and no state that the platform would not reach by itself."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from types import SimpleNamespace

from django.db import connection
from django.db.models import F

from accounts.models import AuditEntry, Membership, Organization, User
from config.demo import people
from config.demo.freshen import freshen, stay_ready
from config.demo.seed import seed
from dispatch.models import Offer, OperatorCall, Request
from dispatch.neighbours import lenders_for
from dispatch.statistics import success_rate
from honoraria.models import Honorarium
from honoraria.months import Month
from realtime.models import Message
from tests.demo.invariants import violations
from tests.factories import NOW, TODAY
from volunteers.actions import switch_on_call
from volunteers.models import Volunteer


def test_everything_holds_together(world: SimpleNamespace) -> None:
    assert violations(world.city, NOW) == []
    assert violations(world.town, NOW) == []


def test_seeding_twice_changes_nothing(world: SimpleNamespace) -> None:
    before = (Request.objects.count(), Volunteer.objects.count(), AuditEntry.objects.count())
    assert seed(NOW + timedelta(days=3)) is False
    after = (Request.objects.count(), Volunteer.objects.count(), AuditEntry.objects.count())
    assert after == before


def test_every_past_request_has_come_to_an_end(world: SimpleNamespace) -> None:
    past = Request.objects.filter(ends_at__lt=NOW - timedelta(days=4))
    assert past.count() > 5
    assert set(past.values_list("status", flat=True)) <= {"finished", "cancelled", "unmet"}


def test_something_waits_for_the_coordinator_and_something_is_booked(
    world: SimpleNamespace,
) -> None:
    open_ones = Request.objects.of(world.city).open()
    assert open_ones.filter(urgency="today", language="fa-AF").exists()
    assert open_ones.filter(urgency="booked", starts_at__gt=NOW).count() >= 3
    assert Request.objects.of(world.city).filter(starts_at__gt=NOW).exclude(status="open").exists()


def test_earlier_months_are_paid_the_last_is_approved_and_this_month_waits(
    world: SimpleNamespace,
) -> None:
    entries = Honorarium.objects.filter(organization=world.city)
    last = Month.of(TODAY).before
    earlier = entries.filter(booked_on__lt=last.first)
    assert earlier.exists()
    assert set(earlier.values_list("state", flat=True)) <= {"paid", "closed"}
    assert earlier.filter(state="paid").exists()
    assert set(entries.between(last.first, last.last).values_list("state", flat=True)) <= {
        "approved", "draft",
    }  # fmt: skip
    this = entries.filter(booked_on__gte=TODAY.replace(day=1))
    assert set(this.values_list("state", flat=True)) <= {"draft"}
    assert all(entry.fee > 0 and entry.derivation for entry in entries)


def test_no_background_jobs_of_the_past_are_left(world: SimpleNamespace) -> None:
    about_the_world = "args->>'request_id' = ANY(%s) OR args->>'message_id' = ANY(%s)"
    keys = [
        [str(pk) for pk in model.objects.values_list("pk", flat=True)]
        for model in (Request, Message)
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM procrastinate_jobs WHERE {about_the_world}", keys)
        assert cursor.fetchone() == (0,)


def test_both_associations_are_demos_and_keep_apart(world: SimpleNamespace) -> None:
    assert set(Organization.objects.values_list("is_demo", flat=True)) == {True}
    assert world.town.volunteers.count() == 20
    crossing = Offer.objects.exclude(request__organization=F("volunteer__organization"))
    assert not crossing.exists()
    assert Membership.objects.filter(organization=world.city).count() == 5


def test_the_last_rungs_were_climbed_too(world: SimpleNamespace) -> None:
    calls = OperatorCall.objects.filter(request__organization=world.city)
    served = calls.filter(state="ended", request__status="finished")
    assert served.exists()
    assert all(call.yen for call in served)
    by_device = Request.objects.of(world.city).get(device_used_at__isnull=False)
    assert by_device.follow_ups.exists()
    start = NOW - timedelta(days=100)
    success = success_rate(world.city, start, NOW)
    assert success.by_device == 1
    assert 0 < (success.rate or 0) < 1


def test_a_neighbour_is_on_call_for_the_city(world: SimpleNamespace) -> None:
    freshen(NOW)
    lenders = {lender for tag in ("en", "ne") for lender in lenders_for(world.city, tag)}
    assert lenders == {world.town.pk}
    ready = Volunteer.objects.of(world.town).on_call(NOW).filter(accepts_neighbours=True)
    languages = set(ready.values_list("skills__language", flat=True))
    assert any(lenders_for(world.city, tag) for tag in languages)


def test_the_same_seed_gives_the_same_people() -> None:
    first = people.everybody(Random(7), TODAY)
    assert first == people.everybody(Random(7), TODAY)


def test_the_register_has_371_people_in_21_languages_with_a_long_tail() -> None:
    register = people.everybody(Random(20261122), TODAY)
    speakers = Counter(skill.language for one in register for skill in one.record.skills or ())
    assert len(register) == 371
    assert len({one.record.fields["number"] for one in register}) == 371
    assert len({one.record.fields["name"] for one in register}) == 371
    assert len(speakers) == 21
    assert sum(count == 1 for count in speakers.values()) >= 4
    assert 95 <= speakers["en"] <= 125
    assert 70 <= speakers["zh"] <= 80
    assert speakers["pt-BR"] >= 15


def test_people_are_on_call_and_somebody_stands_at_the_counter(world: SimpleNamespace) -> None:
    freshen(NOW)
    assert Volunteer.objects.of(world.city).on_call(NOW).count() == 7
    at_the_counter = Request.objects.of(world.city).open().filter(urgency="now")
    assert at_the_counter.count() == 1
    freshen(NOW + timedelta(minutes=1))
    assert at_the_counter.count() == 1


def test_three_people_stay_on_call_unless_they_end_it_themselves(world: SimpleNamespace) -> None:
    freshen(NOW)
    ready = Volunteer.objects.of(world.city)
    three = [ready.get(number=one.number) for one in people.PERSONAS[:3]]
    Volunteer.objects.filter(pk__in=[one.pk for one in three]).update(on_call_until=NOW)
    tired = three[0]
    tired.user = tired.user or User.objects.create_user(None, name=tired.name)
    tired.save()
    switch_on_call(tired, None, by=tired.user, at=NOW)
    assert stay_ready(NOW + timedelta(minutes=1)) == 2
    assert set(three[1:]) <= set(ready.on_call(NOW + timedelta(hours=11)))
    assert tired not in ready.on_call(NOW + timedelta(minutes=1))
    assert stay_ready(NOW + timedelta(minutes=2)) == 0
