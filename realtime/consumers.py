"""The one socket consumer: it passes hints on and never decides anything.

A client sends nothing but keep-alives. What it hears is ``{"type", "id", "version"}``; the truth is
fetched over HTTP. The right to listen is checked again every few seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer

from realtime.streams import authorizer

RECHECK_SECONDS = 4.0
NOT_ALLOWED = 4401


class NowhereConsumer(AsyncWebsocketConsumer):
    """An address without a stream: refused at the handshake (403) instead of an error."""

    async def connect(self) -> None:
        """Refuse."""
        await self.close()


class HintConsumer(AsyncJsonWebsocketConsumer):
    """One socket of one stream."""

    groups_heard: list[str]
    recheck: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accept when the stream's authorizer names groups, else close with 4401."""
        self.groups_heard = []
        found = await self._authorized_groups()
        if found is None:
            await self.accept()  # a close code only reaches the page after an accepted handshake
            await self.close(NOT_ALLOWED)
            return
        for group in found:
            await self.channel_layer.group_add(group, self.channel_name)
        self.groups_heard = found
        await self.accept()
        self.recheck = asyncio.create_task(self._recheck_forever())

    async def disconnect(self, code: int) -> None:
        """Leave every group."""
        if self.recheck:
            self.recheck.cancel()
        for group in self.groups_heard:
            with contextlib.suppress(Exception):  # Redis may be away; it forgets by itself
                await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Text only; a binary frame says nothing."""
        if text_data:
            await super().receive(text_data=text_data, **kwargs)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Answer a ping; anything else is ignored."""
        if isinstance(content, dict) and content.get("type") == "ping":
            await self.send_json({"type": "pong"})

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """Malformed text is treated as nothing said."""
        try:
            return await super().decode_json(text_data)
        except (ValueError, RecursionError):
            return None

    async def hint(self, message: dict[str, Any]) -> None:
        """Pass a hint on to the page."""
        event = {"type": message["event"], "id": message["id"], "version": message["version"]}
        # the page may be gone already; its goodbye must still find this consumer alive
        with contextlib.suppress(RuntimeError, OSError):
            await self.send_json(event)

    async def _authorized_groups(self) -> list[str] | None:
        authorize = authorizer(self.scope["url_route"]["kwargs"]["stream"])
        if authorize is None:
            return None
        found: list[str] | None = await database_sync_to_async(authorize)(self.scope)
        return found

    async def _recheck_forever(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS * random.uniform(0.75, 1.0))  # noqa: S311
            try:
                found = await self._authorized_groups()
            except Exception:  # noqa: S112 - the database may be away for a moment
                continue
            if found is None or not set(self.groups_heard) <= set(found):
                await self.close(NOT_ALLOWED)
                return
