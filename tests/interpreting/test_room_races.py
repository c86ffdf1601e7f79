"""A room and the request it belongs to, changed from two sides at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import database_now
from accounts.models import Organization, User
from dispatch.actions import requests
from interpreting.models import Room, Seat, Session
from interpreting.rooms.actions import common, presence, rooms, seats
from tests.interpreting.rooming import Scene, agree, make_scene
from tests.interpreting.test_telephone_races import at_once
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db(transaction=True)
MEET = 0.4  # seconds that one side waits for the other to hold its first row


@pytest.fixture
def scene(city: Organization, coordinator: User, hana: Volunteer) -> Scene:
    """A room whose desk is inside; with the interpreter's page the session begins."""
    found = make_scene(city, coordinator, hana)
    presence.join(found.desk.pk, session="desk-page", connection="d", at=database_now())
    return found


def begin_and_cancel(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """The session begins beside a cancellation, each held where it has locked its first rows."""
    both = threading.Barrier(2)

    def after_meeting(act: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with suppress(threading.BrokenBarrierError):  # in one order they never stand here both
                both.wait(MEET)
            return act(*args, **kwargs)

        return wrapped

    for module, name in ((presence, "start_session_if_met"), (requests, "release_everybody")):
        monkeypatch.setattr(module, name, after_meeting(getattr(module, name)))
    at, seat = database_now(), scene.interpreter.pk
    return at_once(
        lambda: presence.join(seat, session="own-page", connection="i", at=at),
        lambda: requests.cancel_request(
            scene.request, cancelled_by="resident", reason="", by=None, at=at
        ),
    )


def test_a_session_that_begins_and_a_request_that_ends_do_not_wait_crosswise(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = begin_and_cancel(scene, monkeypatch)
    assert not [error for error in raised if isinstance(error, OperationalError)]
    assert Room.objects.get().state == Room.State.ENDED
    assert not Session.objects.filter(ended_at=None).exists()


def test_with_the_room_locked_first_they_would(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def room_only(pk: int) -> Room:
        return Room.objects.select_for_update(of=("self",)).select_related("request").get(pk=pk)

    monkeypatch.setattr(common, "lock_room", room_only)
    monkeypatch.setattr(rooms, "lock_room", room_only)
    raised = begin_and_cancel(scene, monkeypatch)
    assert any("deadlock" in str(error) for error in raised)


def actions(scene: Scene, by: User) -> dict[str, Callable[[], Any]]:
    """Each thing that can be done to the room."""
    at, room, guest = database_now(), scene.room, scene.resident
    me = scene.interpreter
    return {
        "agree": lambda: agree(scene.link),
        "admit": lambda: seats.admit(Seat.objects.get(pk=guest.pk), by=by, at=at),
        "relabel": lambda: seats.relabel(guest, "母", by=by, at=at),
        "invite": lambda: seats.invite(room, "observer", by=by, at=at),
        "again": lambda: seats.invite_again(guest, by=by, at=at),
        "cookie": lambda: seats.hold_by_cookie(me, at=at),
        "join": lambda: presence.join(me.pk, session="own-page", connection="i", at=at),
        "drop": lambda: presence.drop(me.pk, connection="i", network={}, at=at),
        "leave": lambda: presence.leave(me, at=at),
        "return": lambda: seats.seat_interpreter(scene.assignment, room, at=at),
        "lock": lambda: rooms.set_lock(room, locked=True, by=by, at=at),
        "unlock": lambda: rooms.set_lock(room, locked=False, by=by, at=at),
        "tablet": lambda: seats.redeem_code(rooms.make_code(room, by=by, at=at), at=at),
        "desk": lambda: seats.seat_desk(room, by, at=at),
        "remove": lambda: seats.remove(guest, by=by, at=at),
        "end": lambda: rooms.end_room(room, by=by, at=at),
    }


def test_every_action_on_a_room_locks_the_request_first(scene: Scene, coordinator: User) -> None:
    for name, act in actions(scene, coordinator).items():
        with CaptureQueriesContext(connection) as seen:
            act()
        tables = [_table(one["sql"]) for one in seen if "FOR UPDATE" in one["sql"]]
        assert tables[:2] == ["dispatch_request", "interpreting_room"], name


def _table(statement: str) -> str:
    return statement.split(' FROM "')[1].split('"')[0]
