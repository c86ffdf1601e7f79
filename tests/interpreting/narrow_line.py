"""A slow line in front of a TURN server: UDP passed on at so many bytes a second and so late.

Everybody goes through it; only the datagrams of one seat are slowed, both ways. Which they are is
read from the user name of the relay's credentials, which names the seat.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.services import free_port

QUEUE = 0.6  # seconds that may stand in line; what comes later is dropped, as a router does
Address = tuple[str, int]


@dataclass
class Gate:
    """One direction of the slow line."""

    rate: float  # bytes a second
    delay: float  # seconds
    free_at: float = 0.0
    dropped: int = 0
    passed: int = 0

    def time_for(self, size: int, now: float) -> float | None:
        """Seconds until a datagram comes out at the other end; None when it is dropped."""
        start = max(now, self.free_at)
        if start - now > QUEUE:
            self.dropped += 1
            return None
        self.free_at = start + size / self.rate
        self.passed += size
        return self.free_at - now + self.delay


@dataclass
class NarrowLine:
    """Listens on ``port``; slows the seat with the number ``slow`` as soon as it is set."""

    target: Address
    rate: float
    delay: float
    port: int = field(default_factory=free_port)
    slow: int = 0
    up: Gate = field(init=False)
    down: Gate = field(init=False)

    def __post_init__(self) -> None:
        self.up, self.down = Gate(self.rate, self.delay), Gate(self.rate, self.delay)
        self.seats: dict[Address, bytes] = {}
        self.doors: dict[Address, asyncio.DatagramTransport] = {}

    @property
    def url(self) -> str:
        """For RTCIceServer."""
        return f"turn:127.0.0.1:{self.port}?transport=udp"

    def is_slow(self, address: Address) -> bool:
        return bool(self.slow) and self.seats.get(address, b"").endswith(b"s%d" % self.slow)

    def send(
        self, out: asyncio.DatagramTransport, data: bytes, to: Address | None, gate: Gate | None
    ) -> None:
        """Pass on, through the gate if there is one."""
        if gate is None:
            out.sendto(data, to)
            return
        loop = asyncio.get_running_loop()
        wait = gate.time_for(len(data), loop.time())
        if wait is not None:
            loop.call_later(wait, out.sendto, data, to)


class Front(asyncio.DatagramProtocol):
    """Where the pages send to."""

    def __init__(self, line: NarrowLine) -> None:
        self.line = line
        self.opening: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, source: Address) -> None:
        line = self.line
        if (at := data.find(b":r")) > 0 and data[:1] == b"\x00":  # a STUN request with a user name
            end = next(
                (i for i in range(at, len(data)) if not chr(data[i]).isalnum() and i > at), at
            )
            line.seats.setdefault(source, data[at:end])
        door = line.doors.get(source)
        if door is not None:
            line.send(door, data, None, line.up if line.is_slow(source) else None)
            return
        task = asyncio.get_running_loop().create_task(self.open(source, data))
        self.opening.add(task)
        task.add_done_callback(self.opening.discard)

    async def open(self, source: Address, first: bytes) -> None:
        door, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Back(self, source), remote_addr=self.line.target
        )
        self.line.doors.setdefault(source, door)
        door.sendto(first)


class Back(asyncio.DatagramProtocol):
    """What the TURN server answers to one page's port."""

    def __init__(self, front: Front, source: Address) -> None:
        self.front, self.source = front, source

    def datagram_received(self, data: bytes, _: Address) -> None:
        line = self.front.line
        gate = line.down if line.is_slow(self.source) else None
        line.send(self.front.transport, data, self.source, gate)


@contextmanager
def narrow_line(port: int, *, kbit: float, delay: float) -> Iterator[NarrowLine]:
    """In front of the TURN server on ``port``: ``kbit`` a second and ``delay`` seconds each way."""
    line = NarrowLine(("127.0.0.1", port), rate=kbit * 125, delay=delay)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opening = loop.create_datagram_endpoint(
        lambda: Front(line), local_addr=("127.0.0.1", line.port)
    )
    asyncio.run_coroutine_threadsafe(opening, loop).result(5)
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
