"""A room whose people are connected to different web processes: real servers, real sockets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts.clock import database_now
from accounts.models import Organization, User
from interpreting.models import Seat
from interpreting.rooms.actions import rooms, seats
from tests.interpreting.rooming import Scene, agree, joined, make_scene
from tests.journeys.stack import Stack, until
from volunteers.models import Volunteer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.redis,
    pytest.mark.filterwarnings("ignore:connect.. must be used as a context manager"),
]
PATIENCE = 15.0


class Line:
    """One page's socket at a server."""

    def __init__(self, url: str, client: Client, seat: Seat) -> None:
        cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
        self.seat, self.session = seat.pk, f"page-of-{seat.pk}"
        self.socket: ClientConnection = connect(
            url.replace("http", "ws", 1) + f"/ws/room/{seat.pk}/",
            origin=url,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookies},
        )

    def say(self, **message: Any) -> None:
        """Send a message."""
        self.socket.send(json.dumps(message))

    def until(self, kind: str, check: Callable[[dict[str, Any]], object] = bool) -> dict[str, Any]:
        """The next message of a kind that passes the check."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            message: dict[str, Any] = json.loads(self.socket.recv(PATIENCE))
            if message["type"] == kind and check(message):
                return message
        raise AssertionError(f"no {kind} within {PATIENCE:g} s")

    def join(self) -> Line:
        """Into the room."""
        self.say(type="join", session=self.session)
        self.until("welcome")
        return self


def three(
    stack: Stack, scene: Scene, client_of: Callable[[User], Client]
) -> tuple[Line, Line, Line]:
    """Desk at the first server, interpreter and resident at the other."""
    resident = agree(scene.link)
    seats.admit(scene.resident, by=scene.desk.user, at=database_now())
    assert scene.desk.user
    assert scene.assignment.volunteer.user
    lines = (
        Line(stack.url, client_of(scene.desk.user), scene.desk),
        Line(stack.other_url, client_of(scene.assignment.volunteer.user), scene.interpreter),
        Line(stack.other_url, resident, scene.resident),
    )
    for line in lines:
        line.join()
    for line in lines:
        line.until("room", lambda message: len(joined(message)) == 3)
    return lines


def test_people_at_two_servers_meet_and_one_server_restarts(
    spread: Stack, city: Organization, coordinator: User, hana: Volunteer,
    client_of: Callable[[User], Client],
) -> None:  # fmt: skip
    scene = make_scene(city, coordinator, hana)
    desk, interpreter, resident = three(spread, scene, client_of)
    data = {"description": {"type": "offer", "sdp": "v=0"}}
    desk.say(type="signal", to=resident.seat, session=resident.session, data=data)
    assert resident.until("signal")["from"] == desk.seat
    resident.say(type="chat", text="聞こえます")
    assert desk.until("chat")["text"] == interpreter.until("chat")["text"] == "聞こえます"

    spread.webs[-1].stop()  # a release: sockets close, the seats stay
    with pytest.raises(ConnectionClosed):
        resident.until("nothing of this kind")
    desk.until("room", lambda message: joined(message) == {desk.seat})
    back = Line(spread.url, agree(scene.link, _with_cookie_of(resident)), scene.resident).join()
    desk.until("room", lambda message: len(joined(message)) == 2)

    rooms.end_room(scene.room, by=coordinator, at=database_now())
    for line in (desk, back):
        assert line.until("gone")["reason"] == "ended"
    until(lambda: not Seat.objects.exclude(connection="").exists())


def _with_cookie_of(line: Line) -> Client:
    """The browser of a page that was lost."""
    assert line.socket.request is not None
    browser = Client()
    for pair in line.socket.request.headers["Cookie"].split("; "):
        name, _, value = pair.partition("=")
        browser.cookies[name] = value
    return browser


def test_a_stranger_to_the_site_gets_no_socket(
    embedded: Stack, city: Organization, coordinator: User, hana: Volunteer,
    client_of: Callable[[User], Client],
) -> None:  # fmt: skip
    scene = make_scene(city, coordinator, hana)
    line = Line(embedded.url, Client(), scene.desk)
    assert json.loads(line.socket.recv(PATIENCE)) == {"type": "gone", "reason": "expired"}
    with pytest.raises(ConnectionClosed) as closed:
        line.socket.recv(PATIENCE)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    with pytest.raises(Exception, match="403"):
        connect(
            embedded.url.replace("http", "ws", 1) + f"/ws/room/{scene.desk.pk}/",
            origin="https://elsewhere.example",  # type: ignore[arg-type]
        )
