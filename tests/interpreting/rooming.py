"""Rooms for tests: an open one with desk, interpreter and invited resident, and pages on sockets."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client

from accounts.clock import database_now
from accounts.models import Organization, User
from config.asgi import application
from dispatch.models import Assignment, Request
from interpreting.models import Room, Seat
from interpreting.rooms.actions.rooms import open_room
from interpreting.rooms.actions.seats import invite, seat_desk, seat_interpreter
from tests import factories
from volunteers.models import Volunteer

PATIENCE = 8.0
QUIET = 0.25  # seconds in which nothing must come


@dataclass
class Scene:
    """A room with its three seats; the resident's link is ``link``."""

    room: Room
    request: Request
    assignment: Assignment
    desk: Seat
    interpreter: Seat
    resident: Seat
    link: str


def make_scene(city: Organization, coordinator: User, volunteer: Volunteer, **fields: Any) -> Scene:
    """A video request of this moment whose room is open."""
    at = database_now()
    fields = {"mode": "video", "urgency": "now", "starts_at": at - timedelta(minutes=5)} | fields
    request = factories.RequestFactory(organization=city, status="filled", **fields)
    assignment = factories.AssignmentFactory(
        request=request,
        volunteer=volunteer,
        remote=True,
        period=DateTimeTZRange(request.starts_at, request.ends_at),
    )
    room = open_room(request, by=coordinator, at=at)
    desk = seat_desk(room, coordinator, at=at)
    interpreter = seat_interpreter(assignment, room, at=at)
    resident, link = invite(room, "resident", by=coordinator, at=at)
    return Scene(room, request, assignment, desk, interpreter, resident, link)


def agree(link: str, client: Client | None = None, **data: str) -> Client:
    """A guest's browser that has agreed; it holds the seat unless the link was refused."""
    client = client or Client()
    client.post(f"/r/{link}/", {"agree": "1", **data})
    return client


class Page:
    """One page's socket."""

    def __init__(self, client: Client, seat: int, session: str = "") -> None:
        cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
        headers = [(b"origin", b"http://testserver"), (b"host", b"testserver")]
        headers.append((b"cookie", cookies.encode()))
        self.seat, self.session = seat, session or f"page-of-{seat}"
        self.socket = ApplicationCommunicator(
            application,
            {
                "type": "websocket",
                "path": f"/ws/room/{seat}/",
                "query_string": b"",
                "headers": headers,
            },
        )
        self.heard: list[dict[str, Any]] = []

    async def open(self) -> Page:
        """Connect; the first message or the goodbye waits to be read."""
        await self.socket.send_input({"type": "websocket.connect"})
        assert (await self.socket.receive_output(PATIENCE))["type"] == "websocket.accept"
        return self

    async def join(self) -> Page:
        """Connect, ask for media and wait until welcome."""
        await self.open()
        await self.say(type="join", session=self.session)
        await self.until("welcome")
        return self

    async def say(self, **message: Any) -> None:
        """Send a message."""
        await self.send(json.dumps(message))

    async def send(self, frame: str) -> None:
        """Send a text as it is."""
        await self.socket.send_input({"type": "websocket.receive", "text": frame})

    async def next(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """The next message; a close frame reads as ``{"type": "close", "code"}``."""
        output = await self.socket.receive_output(seconds)
        if output["type"] == "websocket.close":
            return {"type": "close", "code": output.get("code")}
        message: dict[str, Any] = json.loads(output["text"])
        self.heard.append(message)
        return message

    async def until(self, kind: str, seconds: float = PATIENCE, **values: Any) -> dict[str, Any]:
        """The next message of a kind with the values; others are passed over."""
        async with asyncio.timeout(seconds):
            while True:
                message = await self.next(seconds)
                if message["type"] == kind and values.items() <= message.items():
                    return message

    async def quiet(self, *kinds: str) -> bool:
        """Nothing of the kinds comes for a moment."""
        deadline = asyncio.get_running_loop().time() + QUIET
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            try:
                # receive_output would cancel the application when the time is over
                message = await asyncio.wait_for(self.socket.output_queue.get(), left)
            except TimeoutError:
                return True
            if message["type"] == "websocket.close":
                return "close" not in kinds
            if json.loads(message["text"])["type"] in kinds:
                return False
        return True

    async def settled(self, check: Any, seconds: float = PATIENCE) -> dict[str, Any]:
        """The next ``room`` message for which ``check(message)`` is true."""
        async with asyncio.timeout(seconds):
            while True:
                message = await self.until("room", seconds)
                if check(message):
                    return message

    async def close(self) -> None:
        """The page goes away without a word."""
        await self.socket.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.socket.wait(PATIENCE)


def joined(message: dict[str, Any]) -> set[int]:
    """The seats that are in the room, of a ``room`` message."""
    return {one["seat"] for one in message["seats"] if one["joined"]}


fresh = sync_to_async(lambda row: type(row).objects.get(pk=row.pk))
