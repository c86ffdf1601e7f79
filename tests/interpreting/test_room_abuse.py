"""A hostile page harms nobody but itself; people who press at the same moment do not collide."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import Client

from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Organization, User
from interpreting.models import Room, Seat
from interpreting.rooms import consumers
from interpreting.rooms.actions import presence, rooms, seats
from tests.interpreting.rooming import Page, Scene, agree, make_scene
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(city: Organization, coordinator: User, hana: Volunteer) -> Scene:
    return make_scene(city, coordinator, hana)


Pair = tuple[Page, Page]


@pytest_asyncio.fixture
async def pair(
    city: Organization, coordinator: User, hana: Volunteer, client_of: Callable[[User], Client]
) -> AsyncIterator[Pair]:
    """The desk's page, and the interpreter's, who behaves badly below."""
    scene = await sync_to_async(make_scene)(city, coordinator, hana)
    desk = Page(await sync_to_async(client_of)(coordinator), scene.desk.pk)
    bad = Page(await sync_to_async(client_of)(hana.user), scene.interpreter.pk)
    for page in (desk, bad):
        await page.join()
    await desk.settled(lambda m: len([one for one in m["seats"] if one["joined"]]) == 2)
    yield desk, bad
    for page in (desk, bad):
        if not page.socket.future.done():
            await page.close()


def nonsense(chance: random.Random) -> str:
    """A frame that is no proper message."""
    kinds = ["signal", "chat", "button", "pointer", "media", "document", "quality", "x", "room"]
    values: list[Any] = [
        None,
        True,
        -1,
        2**80,
        1e308,
        "",
        "x" * 600,
        "\x00",
        [],
        {},
        [[[]]],
        "\ud800",
    ]
    keys = ["to", "session", "data", "text", "name", "x", "y", "id", "action", "kind", "level"]
    message = {key: chance.choice(values) for key in chance.sample(keys, 4)}
    text = json.dumps({"type": chance.choice(kinds), **message})
    return chance.choice([text, text[: len(text) // 2], "{" * 50, "null", "\x00", text * 40])


async def test_nonsense_is_refused_and_reaches_nobody(pair: Pair) -> None:
    desk, bad = pair
    chance = random.Random(20261124)
    for _ in range(60):
        await bad.send(nonsense(chance))
        assert (await bad.until("error"))["code"] in {
            "malformed", "too_large", "too_long", "unknown_type", "unknown_seat",
        }  # fmt: skip
    assert await desk.quiet("signal", "chat", "button", "pointer", "media", "document", "close")
    await bad.say(type="chat", text="まだここにいます")
    assert (await desk.until("chat"))["text"] == "まだここにいます"


async def test_binary_frames_and_emptiness_say_nothing(pair: Pair) -> None:
    desk, bad = pair
    await bad.socket.send_input({"type": "websocket.receive", "bytes": b"\x00\xff" * 5000})
    await bad.socket.send_input({"type": "websocket.receive", "text": ""})
    await bad.say(type="ping")
    assert (await bad.until("pong")) == {"type": "pong"}
    assert await desk.quiet("close")


async def test_an_oversized_signal_is_refused_and_the_room_stays(pair: Pair) -> None:
    desk, bad = pair
    data = {"description": {"type": "offer", "sdp": "x" * 40_000}}
    await bad.say(type="signal", to=desk.seat, session=desk.session, data=data)
    assert (await bad.until("error"))["code"] == "too_large"
    assert await desk.quiet("signal")


async def test_nobody_can_speak_as_somebody_else(pair: Pair) -> None:
    desk, bad = pair
    await bad.send(json.dumps({"type": "chat", "text": "私は窓口", "from": desk.seat}))
    assert (await desk.until("chat"))["from"] == bad.seat


async def test_who_talks_too_fast_is_slowed_down_and_then_sent_away(
    pair: Pair,
) -> None:
    desk, bad = pair
    for _ in range(consumers.BURST + 60):
        await bad.say(type="ping")
    assert (await bad.until("error"))["code"] == "too_fast"
    assert await desk.quiet("close")
    for _ in range(consumers.REFUSALS + 100):
        await bad.say(type="ping")
    assert (await bad.until("gone"))["reason"] == "too_fast"
    assert await bad.next() == {"type": "close", "code": 4429}
    await bad.close()
    await desk.settled(lambda m: len([one for one in m["seats"] if one["joined"]]) == 1)


@pytest.fixture
def two_joins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "JOINS", 2)
    monkeypatch.setattr(consumers, "JOINS_PER_SECOND", 0)


async def test_joining_again_and_again_is_refused(two_joins: None, pair: Pair) -> None:
    desk, bad = pair
    await bad.say(type="join", session="another-page")
    await bad.until("welcome", session="another-page")
    await bad.say(type="join", session="one-more-page")
    assert (await bad.until("error"))["code"] == "too_fast"
    await bad.say(type="chat", text="席は前のまま")
    assert (await desk.until("chat"))["from"] == bad.seat


async def test_pointers_beyond_twenty_a_second_are_dropped(pair: Pair) -> None:
    desk, bad = pair
    for n in range(60):
        await bad.say(type="pointer", x=n / 60, y=0, document="a")
    await bad.say(type="chat", text="end")
    seen = 0
    while (message := await desk.next())["type"] != "chat":
        seen += message["type"] == "pointer"
    assert 20 <= seen < 60


# at the same moment -----------------------------------------------------------------------------


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Run all in threads that start together; returns «ok» or the refusal's code of each."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        barrier.wait(10)
        try:
            act()
            return "ok"
        except ActionError as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_of_browsers_that_agree_at_once_one_gets_the_seat(scene: Scene) -> None:
    at, pk, link = database_now(), scene.resident.pk, scene.link
    agreeing = [lambda: seats.bind_seat(pk, link, language="vi", at=at)] * 6
    assert at_once(*agreeing) == ["link_used"] * 5 + ["ok"]


def test_two_colleagues_admit_at_once(scene: Scene, coordinator: User, admin: User) -> None:
    agree(scene.link)
    at = database_now()
    acts = [lambda by=by: seats.admit(scene.resident, by=by, at=at) for by in (coordinator, admin)]
    assert at_once(*acts) == ["ok", "ok"]
    assert Seat.objects.get(pk=scene.resident.pk).state == "admitted"


def test_the_last_place_is_given_once(scene: Scene, coordinator: User) -> None:
    at = database_now()
    code = rooms.make_code(scene.room, by=coordinator, at=at)
    agree(scene.link)
    agree(seats.invite(scene.room, "observer", by=coordinator, at=at)[1])
    acts: list[Callable[[], Any]] = [
        lambda: seats.redeem_code(code, at=at),
        lambda: seats.invite(scene.room, "observer", by=coordinator, at=at),
        lambda: seats.invite(scene.room, "interpreter", by=coordinator, at=at),
    ]
    assert at_once(*acts) == ["ok", "room_full", "room_full"]
    numbers = [seat.number for seat in scene.room.seats.filter(state__in=Seat.ACTIVE_STATES)]
    assert sorted(numbers) == [1, 2, 3, 4, 5]


def test_one_code_serves_one_tablet(scene: Scene, coordinator: User) -> None:
    code = rooms.make_code(scene.room, by=coordinator, at=database_now())
    at = database_now()
    tablets = [lambda: seats.redeem_code(code, at=at)] * 4
    assert at_once(*tablets) == ["ok"] + ["wrong_code"] * 3


@pytest.mark.parametrize("turn", range(3))
def test_ending_while_somebody_comes_in_leaves_nobody_inside(
    scene: Scene, coordinator: User, turn: int
) -> None:
    at = database_now()
    outcome = at_once(
        lambda: rooms.end_room(scene.room, by=coordinator, at=at),
        lambda: seats.bind_seat(scene.resident.pk, scene.link, language="vi", at=at),
        lambda: presence.join(scene.desk.pk, session="page-desk", connection="c", at=at),
        lambda: seats.remove(scene.resident, by=coordinator, at=at),
    )
    assert set(outcome) <= {"ok", "room_ended", "link_expired", "wrong_state"}
    assert not scene.room.seats.filter(state__in=Seat.ACTIVE_STATES).exists()
    assert not scene.room.seats.exclude(connection="").exists()
    assert not scene.room.seats.exclude(holder_hash="").exists()


def test_two_who_open_at_once_find_the_same_room(
    scene: Scene, coordinator: User, admin: User
) -> None:
    at = database_now()
    rooms.end_room(scene.room, by=coordinator, at=at)
    acts = [
        lambda by=by: rooms.open_room(scene.request, by=by, at=at) for by in (coordinator, admin)
    ]
    assert at_once(*acts) == ["ok", "ok"]
    assert Room.objects.filter(state="open").count() == 1


async def test_of_eight_pages_of_one_seat_one_stays_inside(
    city: Organization, coordinator: User, hana: Volunteer, client_of: Callable[[User], Client]
) -> None:
    scene = await sync_to_async(make_scene)(city, coordinator, hana)
    browser = await sync_to_async(client_of)(coordinator)
    pages = [Page(browser, scene.desk.pk, f"page-{n:04d}") for n in range(8)]
    await asyncio.gather(*(page.open() for page in pages))
    await asyncio.gather(*(page.say(type="join", session=page.session) for page in pages))
    ends = await asyncio.gather(*(left_over(page) for page in pages))
    assert sorted(ends) == [False] * 7 + [True]
    for page in pages:
        if not page.socket.future.done():
            await page.close()


async def left_over(page: Page) -> bool:
    """The page is still in the room after a while."""
    try:
        while (message := await asyncio.wait_for(page.socket.output_queue.get(), 4))["type"]:
            if message["type"] == "websocket.close":
                return False
    except TimeoutError:
        return True
    return True
