"""The product with one address more, for baselines: a bare hint to a group, without Django.

``POST /bench/hint/<group>/`` hands one message to the channel layer and answers. Only benchmarks
run this application.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from channels.layers import get_channel_layer

from config.asgi import application as product

PREFIX = "/bench/hint/"


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """The product's answer, or the bare hint."""
    if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
        await product(scope, receive, send)
        return
    group = scope["path"].removeprefix(PREFIX).strip("/")
    event = {"type": "hint", "event": "request.changed", "id": 0, "version": 0}
    await get_channel_layer().group_send(group, event)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
