"""A slow line on this machine: TCP to several servers through one shaped and breakable link.

Bytes of each direction stand in one line, pass at so many bit/s and arrive half a round trip later,
whichever connection they belong to: pages, socket and relayed media of one telephone share it, as
they share a weak mobile line. ``cut`` breaks everything at once until ``mend``.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE = 1400  # bytes read at once, as a packet would carry
LIMIT = 4 * 1024  # bytes read ahead, and
BUFFER = 16 * 1024  # bytes the kernel may hold: long queues there would hide how slow the line is
PATIENCE = 10.0


class Lane:
    """One direction of the link."""

    def __init__(self, bits: int, delay: float) -> None:
        self.bits, self.delay, self.free, self.carried = bits, delay, 0.0, 0

    async def pass_on(self, piece: bytes) -> float:
        """Wait until the piece has been put on the line; returns when it arrives (loop time)."""
        loop = asyncio.get_running_loop()
        self.free = max(self.free, loop.time()) + len(piece) * 8 / self.bits
        self.carried += len(piece)
        done = self.free
        await asyncio.sleep(max(0.0, done - loop.time()))
        return done + self.delay


class Link:
    """Shaped ways to servers; open them with `way`, which gives a port on the loopback address."""

    def __init__(self, *, bits: int, delay: float) -> None:
        self.up, self.down = Lane(bits, delay), Lane(bits, delay)
        self.loop = asyncio.new_event_loop()
        self.broken = False
        self.pairs: set[asyncio.Task[None]] = set()
        self.servers: list[asyncio.Server] = []
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def way(self, port: int) -> int:
        """A port that leads to ``port`` of the loopback address."""
        return asyncio.run_coroutine_threadsafe(self._open(port), self.loop).result(PATIENCE)

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._do(self._cut)

    def mend(self) -> None:
        """Let new connections through again."""
        self.broken = False

    def close(self) -> None:
        """End everything."""
        self._do(self._cut)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        self.loop.close()

    def _do(self, what: object) -> None:
        asyncio.run_coroutine_threadsafe(what(), self.loop).result(PATIENCE)  # type: ignore[operator]

    async def _open(self, port: int) -> int:
        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self.pairs.add(task)
            with suppress(OSError, asyncio.CancelledError):
                await self._carry(reader, writer, port)
            self.pairs.discard(task)
            writer.transport.abort()

        own = _socket()
        own.bind(("127.0.0.1", 0))
        server = await asyncio.start_server(carry, sock=own, limit=LIMIT)
        self.servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int
    ) -> None:
        if self.broken:
            return
        beyond = _socket()
        await self.loop.sock_connect(beyond, ("127.0.0.1", port))
        inner, outer = await asyncio.open_connection(sock=beyond, limit=LIMIT)
        try:
            await asyncio.gather(
                self._direction(reader, outer, self.up), self._direction(inner, writer, self.down)
            )
        finally:
            outer.transport.abort()

    async def _direction(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lane: Lane
    ) -> None:
        """Read, put on the line, and hand over half a round trip later, in order."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=64)
        deliver = asyncio.create_task(self._deliver(waiting, writer))
        try:
            with suppress(OSError):  # reset by one end: the same as ended
                while piece := await reader.read(PIECE):
                    await waiting.put((await lane.pass_on(piece), piece))
            await waiting.put((0.0, b""))
            await deliver
        finally:
            deliver.cancel()

    async def _deliver(
        self, waiting: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, piece = await waiting.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            with suppress(OSError):  # what nobody takes any more is lost
                if piece:
                    writer.write(piece)
                    await writer.drain()
                else:
                    writer.write_eof()
            if not piece:
                return

    async def _cut(self) -> None:
        self.broken = True
        pairs = list(self.pairs)
        for pair in pairs:
            pair.cancel()
        await asyncio.gather(*pairs, return_exceptions=True)


def _socket() -> socket.socket:
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    found.setblocking(False)
    return found


@contextmanager
def slow_line(*, bits: int = 400_000, round_trip: float = 0.3) -> Iterator[Link]:
    """A link of ``bits`` bit/s each way whose answers take ``round_trip`` seconds."""
    link = Link(bits=bits, delay=round_trip / 2)
    try:
        yield link
    finally:
        link.close()
