"""The socket of one seat: signalling between pages, and what happens in the room at this moment.

It relays and forgets; whatever lasts goes through `interpreting.rooms.actions`. How the room stands
is read from the database after every hint and every few seconds, so that a lost hint only delays,
and the right to sit here ends within seconds of a sign-out or a removal.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
import uuid
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from prometheus_client import Counter

from accounts.clock import database_now
from accounts.errors import ActionError
from interpreting.models import Seat
from interpreting.rooms import access, ice, providers
from interpreting.rooms.actions import presence
from interpreting.rooms.actions.common import room_group
from interpreting.rooms.protocol import Bucket, Message, ProtocolError, parse
from interpreting.rooms.quality import Line
from interpreting.rooms.state import room_message

RECHECK_SECONDS = 4.0
SEEN_SECONDS = 15.0
BURST, PER_SECOND = 120, 12
POINTERS = 20
JOINS, JOINS_PER_SECOND = 10, 0.5
"""Joining locks the room and wakes every page of the desk; a page does so once a socket."""
REFUSALS = 200
"""So many refused messages, forgiven one a second, end the socket."""
MOST_PAGES = 6
"""Open sockets of one seat in one process; a page needs one, and the newest ones count."""
CODES = {
    "expired": 4401, "removed": 4403, "replaced": 4409, "ended": 4410, "left": 4000,
    "too_fast": 4429,
}  # fmt: skip
RELAYED = frozenset({"chat", "button", "pointer", "media", "document", "quality"})
UNSENT = Counter("tsunagi_room_relays_failed", "Messages of rooms that the channel layer refused")
_open: dict[int, list[RoomConsumer]] = {}


class RoomConsumer(AsyncWebsocketConsumer):
    """One page of one seat."""

    recheck: asyncio.Task[None] | None = None
    group = ""

    async def connect(self) -> None:
        """Accept; then say how the room stands, or why this page may not be here."""
        self.seat_id = int(self.scope["url_route"]["kwargs"]["seat"])
        self.socket_id = uuid.uuid4().hex
        self.session = ""  # of this page, once it asked to join
        self.joined = self.joining = self.closing = False
        self.tasks: set[asyncio.Task[None]] = set()
        self.told: Message | None = None
        self.sessions: dict[int, str] = {}  # of the seats that are in the room
        self.line, self.last_seen = Line(), time.monotonic()
        self.bucket = Bucket(BURST, PER_SECOND)
        self.pointers, self.refusals = Bucket(POINTERS, POINTERS), Bucket(REFUSALS, 1)
        self.joins = Bucket(JOINS, JOINS_PER_SECOND)
        self.lock = asyncio.Lock()
        await self.accept()  # a close code only reaches the page after an accepted handshake
        room_id = await self._look()
        if room_id is None:
            return
        await self._count_in()
        self.group = room_group(room_id)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self._refresh()  # what changed between the look and the group
        self.recheck = asyncio.create_task(self._recheck_forever())

    async def disconnect(self, code: int) -> None:
        """Give the seat's connection up, unless another page has it already."""
        self.closing = True
        self._count_out()
        if self.recheck:
            self.recheck.cancel()
        if self.group:
            with contextlib.suppress(Exception):  # Redis may be away; it forgets by itself
                await self.channel_layer.group_discard(self.group, self.channel_name)
        if self.joined:
            with contextlib.suppress(Exception):  # seen to be gone after a while anyhow
                await database_sync_to_async(self._drop)()

    async def _count_in(self) -> None:
        """One person holds few pages; of more, the oldest that is not in the room goes."""
        pages = _open.setdefault(self.seat_id, [])
        pages.append(self)
        if len(pages) > MOST_PAGES:
            oldest = next((page for page in pages if not page.joined), pages[0])
            oldest._count_out()
            await oldest._go("replaced")

    def _count_out(self) -> None:
        pages = _open.get(self.seat_id, [])
        if self in pages:
            pages.remove(self)
        if not pages:
            _open.pop(self.seat_id, None)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One frame; a binary one says nothing."""
        if not text_data or self.closing:
            return
        try:
            if not self.bucket.take(time.monotonic()):
                raise ProtocolError("too_fast")
            said = parse(text_data)
            await self._hear(said)
        except ProtocolError as error:
            await self._refuse(error.code)
        except DatabaseError:  # away for a moment; the page asks again
            await self._refuse("try_again")

    async def _hear(self, said: Message) -> None:
        kind = said["type"]
        if kind == "ping":
            await self._say({"type": "pong"})
        elif kind == "join":
            if not self.joins.take(time.monotonic()):
                raise ProtocolError("too_fast")
            self.session = said["session"]
            await self._join()
        elif kind == "leave":
            await self._leave()
        elif not self.joined:
            raise ProtocolError("not_admitted")
        elif kind == "ice":
            given = await database_sync_to_async(self._ice)()
            admission = await database_sync_to_async(self._admission)()
            await self._say({"type": "ice", "servers": given.pop("ice"), **given, **admission})
        elif kind == "signal":
            await self._signal(said)
        elif kind in RELAYED:
            await self._relay_to_all(said)

    async def _relay_to_all(self, said: Message) -> None:
        if said["type"] == "pointer" and not self.pointers.take(time.monotonic()):
            raise ProtocolError("too_fast")
        if said["type"] == "quality":
            self.line.note(said["level"], relayed=said["relayed"])
        await self._send_to_group(said)

    async def _signal(self, said: Message) -> None:
        to = said.pop("to")
        if self.sessions.get(to) != said["session"]:
            await self._refresh()  # it may have joined a moment ago
            if self.sessions.get(to) != said["session"] or to == self.seat_id:
                raise ProtocolError("unknown_seat")
        await self._send_to_group(said, to=to, session=said["session"])

    async def _send_to_group(self, said: Message, to: int = 0, session: str = "") -> None:
        """One message for the whole room; the sockets it is not for leave it."""
        if said["type"] == "signal":
            said = said | {"session": self.session}
        event = {"type": "relay", "from": self.seat_id, "to": to, "session": session, "said": said}
        event["by"] = self.session
        try:
            await self.channel_layer.group_send(self.group, event)
        except Exception as error:
            UNSENT.inc()
            raise ProtocolError("try_again") from error

    async def relay(self, event: dict[str, Any]) -> None:
        """Something another page said."""
        if not self.joined or event["from"] == self.seat_id:
            return
        if event["to"] and (event["to"], event["session"]) != (self.seat_id, self.session):
            return
        if self.sessions.get(event["from"]) != event["by"]:
            await self._refresh()  # tell of the newcomer before passing its first words on
            if self.sessions.get(event["from"]) != event["by"]:
                return
        await self._say({**event["said"], "from": event["from"]})

    async def hint(self, event: dict[str, Any]) -> None:
        """The room has changed."""
        await self._refresh()

    async def _join(self) -> None:
        """Take the seat, or wait for the desk: then this is done again on admission."""
        self.joining = True
        try:
            seat = await database_sync_to_async(self._take_seat)()
            if seat.state == Seat.State.ADMITTED:
                self.joined = True
                await self._welcome()
        except ActionError as error:
            if error.code not in {"room_ended", "removed"}:
                raise ProtocolError(error.code) from error
        finally:
            self.joining = False
        if self.closing and self.joined:  # the page went while the seat was being taken
            await database_sync_to_async(self._drop)()
        await self._refresh()

    async def _welcome(self) -> None:
        given = await database_sync_to_async(self._ice)()
        admission = await database_sync_to_async(self._admission)()
        await self._say({"type": "welcome", "session": self.session, **given, **admission})

    async def _leave(self) -> None:
        network = self.line.as_kept()
        seat = Seat(pk=self.seat_id)
        leave = database_sync_to_async(
            lambda: presence.leave(seat, at=database_now(), network=network)
        )
        await leave()
        await self._go("left")

    async def _refresh(self) -> None:
        """Read how the room stands and tell the page what is new."""
        async with self.lock:
            if self.closing:
                return
            await self._look()

    async def _look(self) -> int | None:
        """The room's id as long as this page may be here; otherwise it is sent away."""
        reason, seat, message = await database_sync_to_async(self._read)()
        if reason != access.OK or seat is None:
            await self._go(reason)
            return None
        if self.joined and seat.connection != self.socket_id:
            left = seat.state == Seat.State.LEFT
            await self._go("left" if left else "replaced")
            return None
        self.sessions = {one["seat"]: one["session"] for one in message["seats"] if one["joined"]}
        if _news(message) != self.told:
            self.told = _news(message)
            await self._say(message)
        if self.session and seat.state == Seat.State.ADMITTED and not (self.joined or self.joining):
            task = asyncio.create_task(self._join_when_admitted())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        room_id: int = seat.room_id
        return room_id

    async def _join_when_admitted(self) -> None:
        with contextlib.suppress(ProtocolError):
            if not (self.joined or self.joining or self.closing):
                await self._join()

    async def _recheck_forever(self) -> None:
        while not self.closing:
            await asyncio.sleep(RECHECK_SECONDS * random.uniform(0.75, 1.0))  # noqa: S311
            with contextlib.suppress(Exception):  # the database may be away for a moment
                await self._refresh()
                if self.joined and time.monotonic() - self.last_seen > SEEN_SECONDS:
                    self.last_seen = time.monotonic()
                    await database_sync_to_async(self._seen)()

    async def _refuse(self, code: str) -> None:
        if not self.refusals.take(time.monotonic()):
            await self._go("too_fast")
            return
        await self._say({"type": "error", "code": code})

    async def _go(self, reason: str) -> None:
        """Say goodbye and close."""
        if self.closing:
            return
        self.closing = True
        await self._say({"type": "gone", "reason": reason})
        with contextlib.suppress(RuntimeError, OSError):
            await self.close(CODES[reason])

    async def _say(self, message: Message) -> None:
        # closed meanwhile; the goodbye that follows must still find this consumer alive
        with contextlib.suppress(RuntimeError, OSError):
            await self.send(text_data=json.dumps(message))

    # in a thread, with the database -------------------------------------------------------------

    def _read(self) -> tuple[str, Seat | None, Message]:
        seat = access.find_seat(self.seat_id)
        found = access.standing(seat, self.scope) if seat else None
        if seat is None or found != access.OK:
            return found or access.EXPIRED, None, {}
        return access.OK, seat, room_message(seat, database_now())

    def _take_seat(self) -> Seat:
        at = database_now()
        return presence.join(self.seat_id, session=self.session, connection=self.socket_id, at=at)

    def _ice(self) -> Message:
        seat = Seat.objects.select_related("room").get(pk=self.seat_id)
        servers, expires = ice.ice_servers(seat, database_now())
        return {
            "ice": servers,
            "expires_at": expires.isoformat(),
            "relay_only": settings.ICE_RELAY_ONLY,
        }

    def _admission(self) -> Message:
        return providers.admission(Seat.objects.select_related("room").get(pk=self.seat_id))

    def _seen(self) -> None:
        network = self.line.as_kept()
        at = database_now()
        presence.seen(self.seat_id, connection=self.socket_id, network=network, at=at)

    def _drop(self) -> None:
        network = self.line.as_kept()
        at = database_now()
        presence.drop(self.seat_id, connection=self.socket_id, network=network, at=at)


def _news(message: Message) -> Message:
    """What of the message is worth sending again; minutes pass by themselves."""
    return {key: value for key, value in message.items() if key not in {"version", "minutes"}}
