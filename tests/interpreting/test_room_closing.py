"""Pages of a room that close at the same moment: each gives its seat up, and nobody is left behind.

A server notices a closed page twice: sending to it fails, and its goodbye is delivered. Here sending
fails first, as it does when the others' hints arrive in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.test import Client
from uvicorn.protocols.utils import ClientDisconnected

from accounts.models import Organization, User
from config.asgi import application
from interpreting.models import Seat, Visit
from tests.interpreting.rooming import Page, make_scene
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db(transaction=True)


class ClosingPage(Page):
    """A page whose line is gone before the server has read its goodbye, as uvicorn has it."""

    def __init__(self, client: Client, seat: int) -> None:
        super().__init__(client, seat)
        self.gone = False
        self.failed = asyncio.Event()
        self.socket = ApplicationCommunicator(self._served, self.socket.scope)

    async def _served(self, scope: Any, receive: Any, send: Any) -> None:
        async def fragile(message: Any) -> None:
            if self.gone:
                self.failed.set()
                raise ClientDisconnected
            await send(message)

        await application(scope, receive, fragile)


async def test_a_page_gives_its_seat_up_although_the_last_words_to_it_failed(
    city: Organization, coordinator: User, hana: Volunteer, client_of: Callable[[User], Client]
) -> None:
    scene = await sync_to_async(make_scene)(city, coordinator, hana)
    desk = ClosingPage(await sync_to_async(client_of)(coordinator), scene.desk.pk)
    interpreter = Page(await sync_to_async(client_of)(hana.user), scene.interpreter.pk)
    await desk.join()
    await interpreter.join()
    desk.gone = True
    await interpreter.say(type="chat", text="お待たせしました")
    await asyncio.wait_for(desk.failed.wait(), 8)
    await desk.close()
    await interpreter.close()
    assert not await Seat.objects.exclude(connection="").aexists()
    assert not await Visit.objects.filter(left_at=None).aexists()
