"""Who carries picture and sound: our own mesh (the default), or another provider.

A provider is told when a room opens and ends and when somebody is removed, after the commit and
outside of any lock, and says what a page needs to be let in. Its failure never stops a room: one
that it could not make is a mesh for everybody. All pages of a room have the same provider; nobody
goes another way alone.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from interpreting.models import Room, Seat

logger = logging.getLogger(__name__)


class RoomProvider(Protocol):
    """What a provider can do; network is allowed."""

    def open(self, room: Room) -> str:
        """Make the room there; returns its id."""

    def admission(self, seat: Seat) -> dict[str, Any]:
        """What the page of an admitted seat needs, merged into ``welcome``."""

    def remove(self, seat: Seat) -> None:
        """Throw one person out."""

    def end(self, room: Room) -> None:
        """Close the room there."""


class Mesh:
    """Browser to browser: there is nothing to ask anybody for."""

    def open(self, room: Room) -> str:
        """Nothing to make."""
        return ""

    def admission(self, seat: Seat) -> dict[str, Any]:
        """The addresses to meet at are in ``ice``."""
        return {}

    def remove(self, seat: Seat) -> None:
        """The others drop who is no longer admitted."""

    def end(self, room: Room) -> None:
        """Sockets close by themselves."""


PROVIDERS = {
    Room.Provider.MESH: "interpreting.rooms.providers.Mesh",
    Room.Provider.TWILIO: "interpreting.twilio.video.TwilioVideo",
}


def chosen() -> str:
    """The provider of new rooms."""
    return Room.Provider(settings.ROOM_PROVIDER)


@cache
def _instance(provider: str) -> RoomProvider:
    made: RoomProvider = import_string(PROVIDERS[Room.Provider(provider)])()
    return made


def admission(seat: Seat) -> dict[str, Any]:
    """What ``welcome`` and ``ice`` say about the provider; the room is made there on first use.

    Only the provider's name when its room exists and this seat cannot be let in now: the page says
    so and asks again.
    """
    room = seat.room
    if room.provider != Room.Provider.MESH and not room.provider_id:
        _open_or_do_without(room)
    if room.provider == Room.Provider.MESH:
        return {}
    try:
        return {"provider": room.provider, **_instance(room.provider).admission(seat)}
    except Exception as error:
        logger.warning("room provider %s: %s", room.provider, type(error).__name__)
        return {"provider": room.provider}


def _open_or_do_without(room: Room) -> None:
    """Make the room at its provider, or turn the whole of it into a mesh.

    Of two pages that come first together one decides: nobody has a token before ``provider_id``.
    """
    try:
        made = {"provider_id": _instance(room.provider).open(room)}
    except Exception as error:
        logger.warning("room provider %s: %s", room.provider, type(error).__name__)
        made = {"provider": Room.Provider.MESH}
    undecided = Room.objects.filter(pk=room.pk, provider=room.provider, provider_id="")
    undecided.update(**made)
    room.refresh_from_db(fields=["provider", "provider_id"])


def remove(seat: Seat) -> None:
    """Told after somebody was removed."""
    _try(seat.room.provider, "remove", seat)


def end(room: Room) -> None:
    """Told after a room ended."""
    _try(room.provider, "end", room)


def _try(provider: str, verb: str, subject: Room | Seat) -> None:
    try:
        getattr(_instance(provider), verb)(subject)
    except Exception as error:
        logger.warning("room provider %s %s: %s", provider, verb, type(error).__name__)
