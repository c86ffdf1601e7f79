"""Ways a message leaves the house; one module each, all with ``send(message) -> Sent``."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from django.conf import settings

from realtime.models import Message


@dataclass(frozen=True)
class Sent:
    """What the provider said."""

    provider_id: str = ""
    delivered: bool = False


class NotSent(Exception):
    """The provider refused for good, or cannot be used; the desk has to telephone."""


class TryLater(Exception):
    """The provider is busy or away; the same message may be tried again."""


class Unknown(Exception):
    """Nobody knows whether it was sent; a second try could reach the person twice."""


class Transport(Protocol):
    """The shape of every transport module."""

    def send(self, message: Message) -> Sent:
        """Hand over one message; raises NotSent, TryLater or Unknown."""
        ...


def transport_for(message: Message) -> Transport:
    """The transport of a message. Simulated messages never leave this server."""
    name = "simulated" if message.simulated or settings.DEMO else message.channel
    module: Transport = import_module(f"realtime.transports.{name}")
    return module
