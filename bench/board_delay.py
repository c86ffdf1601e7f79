"""From the tap on «accept» to the hint at each of 400 open boards of one organization.

Over two web processes with Redis and in one process with the in-memory layer. The baseline is a
bare hint through the same channel layer to the same sockets, in turns with the taps. Run:
``python -m bench.board_delay [--quick]``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from time import perf_counter
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import ClientConnection, connect

from bench.stage import coordinator_session, figure, product, quantile, request, say, stage

if TYPE_CHECKING:
    from accounts.models import Organization
    from tests.journeys.stack import Stack

SOCKETS = 400
ROUNDS = 20
QUICK_ROUNDS = 5
WARM_UP = 2  # first requests, one for each web process, which are not counted
PATIENCE = 30.0


class Board:
    """One open socket; remembers when it first heard of which request."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: dict[int, float] = {}

    async def listen(self) -> None:
        """Note every hint with its time of arrival."""
        async for text in self.socket:
            arrived = perf_counter()
            hint: dict[str, Any] = json.loads(text)
            self.heard.setdefault(hint.get("id", -1), arrived)


def main() -> int:
    """Print the figures of both stacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = QUICK_ROUNDS if parser.parse_args().quick else ROUNDS
    with stage() as city:
        cookie = coordinator_session(city)
        for kind in ("redis", "embedded"):
            with product(kind) as stack:
                offers = _offers(city, rounds + WARM_UP)
                say(f"board delay, {kind}: {SOCKETS} sockets, {rounds} rounds …")
                taps, bare = asyncio.run(_measure(stack, city.pk, cookie, offers))
            for name, share in (("p50", 0.5), ("p95", 0.95), ("last", 1.0)):
                figure(f"board_delay.{kind}.{name}", quantile(taps, share), quantile(bare, share))
    return 0


def _offers(city: Organization, rounds: int) -> list[tuple[int, str]]:
    """(request, token) of as many requests, one person asked for each."""
    from tests.journeys.searches import open_search

    searches = [open_search(city) for _ in range(rounds)]
    return [(search.pk, search.offers.get().token) for search in searches]


async def _measure(
    stack: Stack, city: int, cookie: str, offers: list[tuple[int, str]]
) -> tuple[list[float], list[float]]:
    """Milliseconds from tap to each socket, and from the bare hint to each socket."""
    boards = await _open(stack, cookie)
    listening = [asyncio.create_task(board.listen()) for board in boards]
    taps: list[float] = []
    bare: list[float] = []
    try:
        for number, (pk, token) in enumerate(offers):
            web = stack.webs[number % len(stack.webs)].url
            tapped = await _round(boards, pk, web, f"/o/{token}/accept/")
            idle = await _round(boards, 0, web, f"/bench/hint/org-{city}/")
            if number >= WARM_UP:
                taps += tapped
                bare += idle
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*(board.socket.close() for board in boards))
    return taps, bare


async def _open(stack: Stack, cookie: str) -> list[Board]:
    """All sockets, half on each web process; opened a few at a time, as people come to work."""
    boards = []
    for start in range(0, SOCKETS, 20):
        opening = []
        for number in range(start, start + 20):
            web = stack.webs[number % len(stack.webs)]
            address = web.url.replace("http://", "ws://") + "/ws/board/"
            headers = {"Cookie": cookie}
            opening.append(
                connect(
                    address,
                    additional_headers=headers,
                    origin=web.url,  # type: ignore[arg-type]
                    compression=None,
                    ping_interval=None,
                    open_timeout=60,
                )
            )
        boards += [Board(socket) for socket in await asyncio.gather(*opening)]
    return boards


async def _round(boards: list[Board], pk: int, web: str, path: str) -> list[float]:
    """Send one request, wait until every board heard, then until it is quiet again."""
    await asyncio.sleep(1.0)
    for board in boards:
        board.heard.clear()
    begin = perf_counter()
    answering = asyncio.create_task(request(web, "POST", path))
    while not all(pk in board.heard for board in boards):
        if perf_counter() - begin > PATIENCE:
            silent = sum(pk not in board.heard for board in boards)
            raise SystemExit(f"{silent} of {len(boards)} boards heard nothing")
        await asyncio.sleep(0.005)
    status = await answering
    if status not in (204, 303):
        raise SystemExit(f"{path} answered {status}")
    return [(board.heard[pk] - begin) * 1000 for board in boards]


if __name__ == "__main__":
    sys.exit(main())
