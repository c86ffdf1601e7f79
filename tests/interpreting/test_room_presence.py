"""Who counts as present in a room, when its session is over, and who else may come in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from procrastinate.contrib.django import app

from accounts.clock import database_now
from accounts.models import AuditEntry, Organization, User
from dispatch.models import Assignment, Request
from interpreting.models import Room, Seat, Session, Visit
from interpreting.rooms import links, tasks
from interpreting.rooms.actions import presence, rooms, seats
from interpreting.rooms.state import room_message
from tests.interpreting.rooming import Scene, agree, make_scene
from tests.interpreting.test_room_actions import accepted
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(city: Organization, coordinator: User, hana: Volunteer) -> Scene:
    return make_scene(city, coordinator, hana)


@pytest.fixture
def at(db: None) -> datetime:
    return database_now()


def test_nobody_listens_before_the_desk_has_asked_everybody(
    scene: Scene, coordinator: User, at: datetime, client_of: Callable[[User], Client]
) -> None:
    observer, link = seats.invite(scene.room, "observer", by=coordinator, at=at)
    agree(link)
    desk, url = client_of(coordinator), f"/rooms/{scene.room.pk}/seats/{observer.pk}/do/admit/"
    panel = desk.get(f"/rooms/{scene.room.pk}/panel/").content.decode()
    assert f'id="agreed-{observer.pk}" required' in panel
    refused = desk.post(url, headers={"x-requested-with": "fetch"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_agreed")
    assert Seat.objects.get(pk=observer.pk).state == "waiting"
    assert desk.post(url, {"agreed": "1"}, headers={"x-requested-with": "fetch"}).json()["ok"]
    assert Seat.objects.get(pk=observer.pk).state == "admitted"
    assert AuditEntry.objects.get(verb="room.admitted").detail["agreed"] is True


@pytest.mark.parametrize("role", ["resident", "observer"])
def test_a_second_invitation_leaves_the_first_one_good(
    scene: Scene, coordinator: User, at: datetime, client_of: Callable[[User], Client], role: str
) -> None:
    first, link = seats.invite(scene.room, role, by=coordinator, at=at)
    second, other = seats.invite(scene.room, role, by=coordinator, at=at)
    assert first.pk != second.pk
    assert agree(link).get(f"/seat/{first.pk}/").status_code == 200
    desk = client_of(coordinator)
    renewal = f"/rooms/{scene.room.pk}/seats/{second.pk}/invitation/"
    assert f'action="{renewal}"' in desk.get(f"/rooms/{scene.room.pk}/panel/").content.decode()
    renewed = desk.post(renewal).context["link"].rpartition("/r/")[2].strip("/")
    assert agree(other).get(f"/seat/{second.pk}/").status_code == 404
    assert agree(renewed).get(f"/seat/{second.pk}/").status_code == 200


def test_a_page_lost_with_its_server_counts_until_it_was_last_seen(
    scene: Scene, coordinator: User, at: datetime
) -> None:
    presence.join(scene.desk.pk, session="page-desk", connection="a", at=at)
    presence.join(scene.interpreter.pk, session="page-hana", connection="b", at=at)
    later = at + timedelta(minutes=3)
    Seat.objects.filter(pk=scene.desk.pk).update(last_seen_at=later)  # its socket stays on record
    rooms.end_room(scene.room, by=coordinator, at=at + timedelta(minutes=10))
    assert Visit.objects.get(seat=scene.desk).left_at == later
    session = Session.objects.get()
    assert session.ended_at == later  # not when somebody thought of ending the room
    assert session.participants[0] == {"role": "desk", "seconds": 180}


def test_a_session_does_not_begin_with_a_page_that_was_lost(scene: Scene, at: datetime) -> None:
    presence.join(scene.desk.pk, session="page-desk", connection="a", at=at)
    later = at + timedelta(minutes=3)
    presence.join(scene.interpreter.pk, session="page-hana", connection="b", at=later)
    assert not Session.objects.exists()
    presence.join(scene.desk.pk, session="page-desk", connection="c", at=later)
    assert Session.objects.get().started_at == later
    assert [visit.left_at for visit in Visit.objects.filter(seat=scene.desk)] == [at, None]


def test_a_guest_whose_server_died_waits_again_after_two_minutes(
    scene: Scene, coordinator: User, at: datetime
) -> None:
    agree(scene.link)
    seats.admit(scene.resident, by=coordinator, at=at)
    presence.join(scene.resident.pk, session="page", connection="a", at=at)
    back = presence.join(
        scene.resident.pk, session="page", connection="b", at=at + timedelta(seconds=121)
    )
    assert back.state == "waiting"


def test_a_session_is_over_when_the_last_person_went(
    scene: Scene, coordinator: User, at: datetime
) -> None:
    presence.join(scene.desk.pk, session="page-desk", connection="a", at=at)
    presence.join(scene.interpreter.pk, session="page-hana", connection="b", at=at)
    presence.leave(scene.interpreter, at=at + timedelta(seconds=20))
    presence.drop(scene.desk.pk, connection="a", network={}, at=at + timedelta(seconds=30))
    rooms.end_room(scene.room, by=None, at=at + timedelta(hours=5))
    assert Session.objects.get().ended_at == at + timedelta(seconds=30)


def test_a_seat_not_seen_for_long_no_longer_counts_as_joined(scene: Scene, at: datetime) -> None:
    presence.join(scene.desk.pk, session="page-desk", connection="a", at=at)
    desk = Seat.objects.select_related("room").get(pk=scene.desk.pk)
    for seconds, here in ((44, True), (45, False)):
        message = room_message(desk, at + timedelta(seconds=seconds))
        [mine] = [one for one in message["seats"] if one["seat"] == desk.pk]
        assert (mine["joined"], bool(mine["session"])) == (here, here)


def test_forgotten_rooms_end_by_themselves(scene: Scene, at: datetime) -> None:
    over = scene.request.ends_at
    assert links.end_forgotten(over + timedelta(minutes=90)) == 0
    Seat.objects.filter(pk=scene.desk.pk).update(last_seen_at=over + timedelta(minutes=90))
    assert links.end_forgotten(over + timedelta(minutes=150)) == 0
    assert links.end_forgotten(over + timedelta(minutes=240)) == 1
    assert Room.objects.get(pk=scene.room.pk).end_reason == "abandoned"


def test_workers_open_and_end_rooms_every_minute(hana: Volunteer, scene: Scene) -> None:
    found = {
        one.task.name: one
        for one in app.periodic_registry.periodic_tasks.values()
        if one.task.name.startswith("interpreting.")
    }
    assert found["interpreting.open_due_rooms"].cron == "* * * * * 10"
    assert found["interpreting.end_idle_rooms"].cron == "* * * * * 40"
    soon = database_now() + timedelta(minutes=10)
    past = soon - timedelta(hours=9)
    Room.objects.update(opened_at=past)
    Request.objects.update(starts_at=past, ends_at=past + timedelta(hours=1))
    Assignment.objects.update(period=DateTimeTZRange(past, past + timedelta(hours=1)))
    due = accepted(hana, urgency="booked", starts_at=soon)
    # the task itself gives its connection back afterwards, and with it the test's transaction
    tasks.open_due_rooms.func.__wrapped__(0)
    assert Room.objects.get(request=due.request).state == "open"
    tasks.end_idle_rooms.func.__wrapped__(0)
    assert Room.objects.get(pk=scene.room.pk).end_reason == "abandoned"
    assert Room.objects.get(request=due.request).state == "open"


def test_one_broken_room_does_not_keep_the_others_open(
    scene: Scene, at: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    assert not links._done("end", 1, lambda: Room.objects.create(request=scene.request))
    assert "room of 1" in caplog.text
    assert Room.objects.count() == 1  # the transaction goes on
