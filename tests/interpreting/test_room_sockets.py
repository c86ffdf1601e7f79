"""The room's socket: three pages meet, whisper to one another, drop, come back, are sent away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.test import Client

from accounts.clock import database_now
from accounts.models import Membership, Organization, User
from config.asgi import application
from interpreting.models import Seat, Session, Visit
from interpreting.rooms.actions import rooms, seats
from tests.interpreting.rooming import Page, Scene, agree, fresh, joined, make_scene
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest_asyncio.fixture
async def scene(city: Organization, coordinator: User, hana: Volunteer) -> Scene:
    return await sync_to_async(make_scene)(city, coordinator, hana)


class Cast:
    """The three people's browsers and, once joined, their pages."""

    def __init__(self, scene: Scene, desk: Client, interpreter: Client, resident: Client) -> None:
        self.scene = scene
        self.browsers = {"desk": desk, "interpreter": interpreter, "resident": resident}
        self.pages: list[Page] = []

    def page(self, who: str, session: str = "") -> Page:
        """A new page of one of them."""
        page = Page(self.browsers[who], getattr(self.scene, who).pk, session)
        self.pages.append(page)
        return page

    async def all_in(self) -> tuple[Page, Page, Page]:
        """Desk, interpreter and resident in the room, each knowing of the others."""
        await sync_to_async(seats.admit)(
            self.scene.resident, by=self.scene.desk.user, at=await sync_to_async(database_now)()
        )
        three = [self.page(who) for who in ("desk", "interpreter", "resident")]
        for page in three:
            await page.join()
        for page in three:
            await page.settled(lambda message: len(joined(message)) == 3)
        return three[0], three[1], three[2]


@pytest_asyncio.fixture
async def cast(
    scene: Scene, coordinator: User, hana: Volunteer, client_of: Callable[[User], Client]
) -> AsyncIterator[Cast]:
    desk = await sync_to_async(client_of)(coordinator)
    interpreter = await sync_to_async(client_of)(hana.user)
    resident = await sync_to_async(agree)(scene.link, language="vi")
    made = Cast(scene, desk, interpreter, resident)
    yield made
    for page in made.pages:
        if not page.socket.future.done():
            await page.close()


async def do(action: Callable[..., Any], *args: Any, **how: Any) -> Any:
    """Run an action as the desk, now."""
    at = await sync_to_async(database_now)()
    return await sync_to_async(action)(*args, **how, at=at)


async def test_three_people_meet_after_the_desk_lets_the_resident_in(cast: Cast) -> None:
    desk = await cast.page("desk").join()
    resident = await cast.page("resident").open()
    await resident.say(type="join", session="page-of-resident")
    waiting = await resident.until("room")
    assert waiting["me"]["state"] == "waiting"
    assert [one["seat"] for one in waiting["seats"]] == [cast.scene.resident.pk]
    assert await resident.quiet("welcome")
    await desk.settled(lambda m: any(one["state"] == "waiting" for one in m["seats"]))
    await do(seats.admit, cast.scene.resident, by=cast.scene.desk.user)
    assert (await resident.until("welcome"))["session"] == "page-of-resident"
    seen = await desk.settled(lambda m: len(joined(m)) == 2)
    assert {one["session"] for one in seen["seats"]} >= {"page-of-resident"}


async def test_signals_reach_the_seat_they_name_and_nobody_else(cast: Cast) -> None:
    desk, interpreter, resident = await cast.all_in()
    data = {"description": {"type": "offer", "sdp": "v=0"}}
    await desk.say(type="signal", to=resident.seat, session=resident.session, data=data)
    heard = await resident.until("signal")
    assert heard == {"type": "signal", "from": desk.seat, "session": desk.session, "data": data}
    assert await interpreter.quiet("signal")
    assert await desk.quiet("signal")


async def test_who_waits_hears_and_says_nothing(cast: Cast) -> None:
    desk = await cast.page("desk").join()
    interpreter = await cast.page("interpreter").join()
    resident = await cast.page("resident").open()
    await resident.say(type="join", session="page-of-resident")
    await resident.until("room")
    await resident.say(type="chat", text="こんにちは")
    assert (await resident.until("error"))["code"] == "not_admitted"
    data = {"candidate": None}
    await resident.say(type="signal", to=desk.seat, session=desk.session, data=data)
    assert (await resident.until("error"))["code"] == "not_admitted"
    await interpreter.say(type="chat", text="秘密の話")
    assert (await desk.until("chat"))["text"] == "秘密の話"
    assert await resident.quiet("chat")
    signal = {"to": resident.seat, "session": "page-of-resident", "data": data}
    await desk.say(type="signal", **signal)
    assert (await desk.until("error"))["code"] == "unknown_seat"


@pytest.mark.parametrize(
    "said",
    [
        {"type": "chat", "text": "もう一度お願いします"},
        {"type": "button", "name": "slower"},
        {"type": "pointer", "x": 0.25, "y": 1.0, "document": "a1"},
        {"type": "media", "mic": False, "camera": True, "screen": False},
        {"type": "document", "id": "a1", "action": "shown", "kind": "photo"},
        {"type": "quality", "level": 2, "relayed": True},
    ],
    ids=lambda said: str(said["type"]),
)
async def test_what_is_for_everybody_reaches_the_two_others(
    cast: Cast, said: dict[str, Any]
) -> None:
    desk, interpreter, resident = await cast.all_in()
    await resident.say(**said, extra="dropped", **({"from": desk.seat}))
    for page in (desk, interpreter):
        assert await page.until(said["type"]) == {**said, "from": resident.seat}
    assert await resident.quiet(said["type"])


async def test_rooms_do_not_hear_each_other(
    cast: Cast, town: Organization, outsider: User, client_of: Callable[[User], Client],
    minh: Volunteer,
) -> None:  # fmt: skip
    desk, _, resident = await cast.all_in()
    there = await sync_to_async(make_scene)(town, outsider, minh)
    far = Page(await sync_to_async(client_of)(outsider), there.desk.pk)
    cast.pages.append(far)
    await far.join()
    await resident.say(type="chat", text="ここだけの話")
    await desk.until("chat")
    data = {"candidate": None}
    await desk.say(type="signal", to=far.seat, session=far.session, data=data)
    assert (await desk.until("error"))["code"] == "unknown_seat"
    assert await far.quiet("chat", "signal")


async def test_a_second_page_of_the_same_person_takes_the_seat_over(cast: Cast) -> None:
    desk, _, first = await cast.all_in()
    second = await cast.page("resident", "second-page").join()
    assert (await first.until("gone"))["reason"] == "replaced"
    assert await first.next() == {"type": "close", "code": 4409}
    seen = await desk.settled(lambda m: any(one["session"] == "second-page" for one in m["seats"]))
    assert len(joined(seen)) == 3
    await first.close()
    await desk.say(type="chat", text="聞こえますか")
    assert (await second.until("chat"))["text"] == "聞こえますか"
    assert (await fresh(cast.scene.resident)).connection


async def test_the_same_page_comes_back_on_a_new_socket_without_a_new_visit(cast: Cast) -> None:
    _, _, resident = await cast.all_in()
    again = await cast.page("resident", resident.session).join()
    assert again.session == resident.session
    visits = Visit.objects.filter(seat=cast.scene.resident)
    assert await visits.acount() == 1


async def test_who_drops_out_comes_back_without_being_admitted_again(cast: Cast) -> None:
    desk, _, resident = await cast.all_in()
    await resident.close()
    await desk.settled(lambda m: len(joined(m)) == 2)
    back = await cast.page("resident", "page-after-reload").join()
    assert len(joined(await back.settled(lambda m: len(joined(m)) == 3))) == 3
    networks = Visit.objects.filter(seat=cast.scene.resident).values_list("network", flat=True)
    assert [one.get("dropped") async for one in networks] == [True, None]


async def test_who_stays_away_longer_than_two_minutes_waits_again(cast: Cast) -> None:
    desk, interpreter, resident = await cast.all_in()
    for page in (interpreter, resident):
        await page.close()
        away = await sync_to_async(database_now)() - timedelta(seconds=121)
        await Seat.objects.filter(pk=page.seat).aupdate(last_seen_at=away)
    back = await cast.page("resident").open()
    await back.say(type="join", session="page-after-lunch")
    await back.settled(lambda m: m["me"]["state"] == "waiting")
    await desk.settled(lambda m: any(one["state"] == "waiting" for one in m["seats"]))
    await cast.page("interpreter").join()


async def test_leaving_says_goodbye_and_needs_admission_again(cast: Cast) -> None:
    desk, _, resident = await cast.all_in()
    await resident.say(type="leave")
    assert (await resident.until("gone"))["reason"] == "left"
    assert await resident.next() == {"type": "close", "code": 4000}
    await desk.settled(lambda m: resident.seat not in {one["seat"] for one in m["seats"]})
    back = await cast.page("resident").open()
    await back.say(type="join", session="page-after-all")
    await back.settled(lambda m: m["me"]["state"] == "waiting")


async def test_removal_ends_socket_link_and_cookie_at_once(cast: Cast) -> None:
    desk, _, resident = await cast.all_in()
    await do(seats.remove, cast.scene.resident, by=cast.scene.desk.user)
    assert (await resident.until("gone", 1.0))["reason"] == "removed"
    assert await resident.next() == {"type": "close", "code": 4403}
    await resident.say(type="ice")
    await desk.settled(lambda m: len(m["seats"]) == 2)
    again = await cast.page("resident").open()
    assert (await again.next())["reason"] == "removed"
    assert await again.next() == {"type": "close", "code": 4403}
    page = await sync_to_async(cast.browsers["resident"].get)(f"/seat/{resident.seat}/")
    assert page.status_code == 410
    link = await sync_to_async(Client().get)(f"/r/{cast.scene.link}/")
    assert link.status_code == 410


async def test_the_end_reaches_everybody_and_sums_the_session_up(cast: Cast) -> None:
    three = await cast.all_in()
    await three[2].say(type="quality", level=1, relayed=True)
    await three[0].until("quality")
    await do(rooms.end_room, cast.scene.room, by=cast.scene.desk.user)
    for page in three:
        assert (await page.until("gone"))["reason"] == "ended"
        assert await page.next() == {"type": "close", "code": 4410}
    session = await Session.objects.aget(request=cast.scene.request)
    assert session.ended_at is not None
    assert session.assignment_id == cast.scene.assignment.pk
    roles = sorted(one["role"] for one in session.participants)
    assert roles == ["desk", "interpreter", "resident"]
    assert set(session.network) == {"worst", "median", "relayed_share", "drops"}


async def test_a_socket_dies_soon_after_the_sign_out(cast: Cast) -> None:
    desk = await cast.page("desk").join()
    interpreter = await cast.page("interpreter").join()
    await sync_to_async(cast.browsers["desk"].logout)()
    await sync_to_async(cast.browsers["interpreter"].logout)()
    for page in (desk, interpreter):
        assert (await page.until("gone", 5))["reason"] == "expired"
        assert await page.next() == {"type": "close", "code": 4401}


async def test_a_member_who_lost_the_role_loses_the_socket(cast: Cast) -> None:
    desk = await cast.page("desk").join()
    await Membership.objects.filter(user=cast.scene.desk.user).aupdate(role="accountant")
    assert (await desk.until("gone", 5))["reason"] == "expired"


async def test_a_hint_that_was_lost_only_delays(cast: Cast) -> None:
    desk = await cast.page("desk").join()
    await Seat.objects.filter(pk=cast.scene.resident.pk).aupdate(label="相談者（2階）")
    seen = await desk.settled(lambda m: "相談者（2階）" in {one["label"] for one in m["seats"]}, 5)
    assert seen["type"] == "room"


@pytest.mark.parametrize("who", ["nobody", "another guest", "coordinator elsewhere", "colleague"])
async def test_strangers_are_turned_away(
    cast: Cast, who: str, outsider: User, admin: User, client_of: Callable[[User], Client]
) -> None:
    browser = Client()
    if who == "another guest":
        seat, link = await do(seats.invite, cast.scene.room, "observer", by=cast.scene.desk.user)
        browser = await sync_to_async(agree)(link)
        assert (await fresh(seat)).holder_hash
    elif who == "coordinator elsewhere":
        browser = await sync_to_async(client_of)(outsider)
    elif who == "colleague":  # has a way to a seat of their own, not to this one
        browser = await sync_to_async(client_of)(admin)
    for seat_id in (cast.scene.resident.pk, cast.scene.desk.pk, cast.scene.interpreter.pk, 9**9):
        page = await Page(browser, seat_id).open()
        assert await page.next() == {"type": "gone", "reason": "expired"}
        assert await page.next() == {"type": "close", "code": 4401}
        await page.close()


async def test_the_interpreter_of_another_booking_is_turned_away(
    cast: Cast, minh: Volunteer, client_of: Callable[[User], Client]
) -> None:
    browser = await sync_to_async(client_of)(minh.user)
    page = await Page(browser, cast.scene.interpreter.pk).open()
    assert await page.next() == {"type": "gone", "reason": "expired"}
    await page.close()


async def test_the_session_begins_when_the_interpreter_is_not_alone(cast: Cast) -> None:
    interpreter = await cast.page("interpreter").join()
    assert not await Session.objects.aexists()
    desk = await cast.page("desk").join()
    begun = await desk.settled(lambda m: m["started_at"])
    assert begun["minutes"] == 0
    await interpreter.settled(lambda m: m["started_at"])
    session = await Session.objects.aget()
    assert (session.kind, session.ended_at) == ("room", None)
    assert (await fresh(cast.scene.assignment)).state == "started"


async def test_relay_credentials_are_fresh_and_only_for_who_is_inside(
    cast: Cast, settings: Any
) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.jp"], "s3cret"
    desk = await cast.page("desk").join()
    await desk.say(type="ice")
    answer = await desk.until("ice")
    [server] = answer["servers"]
    expiry, _, whose = server["username"].partition(":")
    assert whose == f"r{cast.scene.room.pk}s{desk.seat}"
    now = await sync_to_async(database_now)()
    assert 100 < int(expiry) - now.timestamp() <= settings.TURN_TTL
    resident = await cast.page("resident").open()
    await resident.say(type="ice")
    assert (await resident.until("error"))["code"] == "not_admitted"


async def test_a_page_that_vanishes_while_joining_leaves_no_ghost(cast: Cast) -> None:
    desk = await cast.page("desk").join()
    page = await cast.page("interpreter").open()
    await page.say(type="join", session="page-in-a-hurry")
    await page.close()
    seen = await desk.settled(lambda m: len(joined(m)) == 1, 5)
    assert seen
    deadline = asyncio.get_running_loop().time() + 5
    while (await fresh(cast.scene.interpreter)).connection:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.05)


async def test_nothing_that_was_said_is_kept_anywhere(cast: Cast) -> None:
    three = await cast.all_in()
    words = "ひみつのことば7531"
    await three[0].say(type="chat", text=words)
    await three[1].until("chat")
    await do(rooms.end_room, cast.scene.room, by=cast.scene.desk.user)
    await three[1].until("gone")
    assert await sync_to_async(tables_with)(words) == []


def tables_with(words: str) -> list[str]:
    """Every table in whose rows the words occur."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{words}%"]
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


async def test_a_seat_holds_few_sockets_and_the_newest_count(cast: Cast) -> None:
    pages = [await cast.page("resident", f"page {number}").open() for number in range(7)]
    assert (await pages[0].until("gone"))["reason"] == "replaced"
    assert await pages[6].until("room")
    await pages[1].say(type="ping")
    assert await pages[1].until("pong")


async def test_an_address_without_a_stream_is_refused_at_the_handshake() -> None:
    socket = ApplicationCommunicator(
        application,
        {
            "type": "websocket",
            "path": "/ws/room/9999999999999/",
            "query_string": b"",
            "headers": [(b"origin", b"http://testserver"), (b"host", b"testserver")],
        },
    )
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(5))["type"] == "websocket.close"
