"""Sockets: only for members, hints only for their organization, dead soon after the right ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from accounts.models import Membership, User
from config.asgi import application
from realtime import consumers
from realtime.events import organization_group, publish

pytestmark = pytest.mark.django_db(transaction=True)


def scope_of(client: Client | None, stream: str, origin: str) -> dict[str, Any]:
    """The ASGI scope of a browser's socket, with the browser's cookies."""
    cookies = "; ".join(f"{k}={m.value}" for k, m in client.cookies.items()) if client else ""
    headers = [(b"origin", origin.encode()), (b"host", b"testserver")]
    if cookies:
        headers.append((b"cookie", cookies.encode()))
    path = f"/ws/{stream}/"
    return {"type": "websocket", "path": path, "query_string": b"", "headers": headers}


async def socket(
    client: Client | None, stream: str = "board", origin: str = "http://testserver"
) -> ApplicationCommunicator:
    """A socket after its handshake was answered."""
    communicator = ApplicationCommunicator(application, scope_of(client, stream, origin))
    await communicator.send_input({"type": "websocket.connect"})
    return communicator


async def accepted(communicator: ApplicationCommunicator) -> ApplicationCommunicator:
    """The same socket, once it was accepted."""
    assert (await communicator.receive_output(5))["type"] == "websocket.accept"
    return communicator


async def hint(communicator: ApplicationCommunicator) -> Any:
    """The next text frame, decoded."""
    return json.loads((await communicator.receive_output(5))["text"])


async def closed_with(communicator: ApplicationCommunicator, timeout: float = 5) -> int | None:
    """The code of the close frame that comes next."""
    message = await communicator.receive_output(timeout)
    assert message["type"] == "websocket.close"
    code: int | None = message.get("code")
    return code


async def test_strangers_are_turned_away() -> None:
    communicator = await accepted(await socket(None))
    assert await closed_with(communicator) == consumers.NOT_ALLOWED


async def test_an_unknown_stream_is_turned_away(
    coordinator: User, client_of: Callable[[User], Client]
) -> None:
    client = await sync_to_async(client_of)(coordinator)
    communicator = await accepted(await socket(client, "nothing"))
    assert await closed_with(communicator) == consumers.NOT_ALLOWED


async def test_a_foreign_origin_is_refused(
    coordinator: User, client_of: Callable[[User], Client]
) -> None:
    client = await sync_to_async(client_of)(coordinator)
    communicator = await socket(client, origin="https://elsewhere.example")
    assert (await communicator.receive_output(5))["type"] == "websocket.close"


async def test_a_hint_reaches_the_own_organization_and_no_other(
    coordinator: User, outsider: User, client_of: Callable[[User], Client]
) -> None:
    ours = await accepted(await socket(await sync_to_async(client_of)(coordinator)))
    theirs = await accepted(await socket(await sync_to_async(client_of)(outsider)))
    organization_id = await sync_to_async(lambda: coordinator.memberships.get().organization_id)()
    await sync_to_async(publish)("request.changed", 7, 3, organization_group(organization_id))
    assert await hint(ours) == {"type": "request.changed", "id": 7, "version": 3}
    assert await theirs.receive_nothing(timeout=0.3)
    for one in (ours, theirs):
        await one.send_input({"type": "websocket.disconnect", "code": 1000})
        await one.wait(5)


async def test_an_open_socket_dies_soon_after_a_deactivation(
    coordinator: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert consumers.RECHECK_SECONDS <= 4, "five seconds is the promise"
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.2)
    communicator = await accepted(await socket(await sync_to_async(client_of)(coordinator)))
    await sync_to_async(Membership.objects.filter(user=coordinator).update)(active=False)
    assert await closed_with(communicator, 3) == consumers.NOT_ALLOWED


async def test_garbage_from_a_client_changes_nothing(
    coordinator: User, client_of: Callable[[User], Client]
) -> None:
    communicator = await accepted(await socket(await sync_to_async(client_of)(coordinator)))
    for text in ("{", "[]", '"x"', '{"type": 5}', "null", "", "[" * 60_000):
        await communicator.send_input({"type": "websocket.receive", "text": text})
    await communicator.send_input({"type": "websocket.receive", "bytes": b"\x00\xff"})
    await communicator.send_input({"type": "websocket.receive", "text": '{"type": "ping"}'})
    assert await hint(communicator) == {"type": "pong"}
    await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
    await communicator.wait(5)
