"""Ways a message leaves the house: one folder each, all of the same shape.

``transport.py`` of a folder has the functions of `Transport`; ``hooks.py``, if the provider calls
back, has views and ``urlpatterns`` (collected by `realtime.hook_urls`). How to add a channel is told
in docs/adding-a-channel.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import ClassVar, Protocol

from django.conf import settings

from realtime.models import Message


@dataclass(frozen=True)
class Sent:
    """What the provider said."""

    provider_id: str = ""
    delivered: bool = False


class NotSent(Exception):
    """The provider refused for good, or cannot be used; the desk has to telephone."""

    provider_answers: ClassVar[bool] = False
    """Shows that the provider is there (`realtime.breaker`)."""


class Refused(NotSent):
    """The provider answered, in good order, that it does not take this message or address."""

    provider_answers = True


class TryLater(Exception):
    """The provider is busy or away; the same message may be tried again."""

    provider_fails: ClassVar[bool] = True
    """Counts against the provider (`realtime.breaker`)."""


class NotYet(TryLater):
    """The provider is well but wants this one message later, such as mail that is greylisted."""

    provider_fails = False


class Unknown(Exception):
    """Nobody knows whether it was sent; a second try could reach the person twice."""


@dataclass(frozen=True)
class Status:
    """What a provider says has become of a message: a state of ours, its own word, its error."""

    state: str  # Message.State: sent, delivered or failed
    word: str
    error: str = ""


@dataclass(frozen=True)
class Price:
    """What a message will cost: parts that are charged, and an estimate in whole yen."""

    segments: int = 0
    yen: int = 0


class Transport(Protocol):
    """The shape of every ``transport`` module."""

    SAFE_TO_REPEAT: bool
    """A second send of the same message reaches the person once all the same."""

    def is_configured(self) -> bool:
        """Whether this installation can use the channel at all."""
        ...

    def price_of(self, message: Message) -> Price:
        """What sending it costs."""
        ...

    def send(self, message: Message) -> Sent:
        """Hand over one message; raises NotSent, TryLater or Unknown."""
        ...

    def find(self, message: Message) -> Sent | None:
        """Ask the provider whether it already has the message; raises TryLater when it cannot say.

        Only asked when ``SAFE_TO_REPEAT`` is false.
        """
        ...

    def ask(self, message: Message) -> Status | None:
        """Ask what became of a message that was handed over; None when nobody can say.

        Raises TryLater or Unknown when the provider gives no answer now.
        """
        ...


def is_simulated(message: Message) -> bool:
    """Whether the message must not leave this server."""
    return message.simulated or settings.DEMO


def transport_for(message: Message) -> Transport:
    """The transport of a message. Simulated messages never leave this server."""
    return transport_of("simulated" if is_simulated(message) else message.channel)


def transport_of(channel: str) -> Transport:
    """The transport of a channel; raises ModuleNotFoundError for one that does not exist."""
    module: Transport = import_module(f"realtime.transports.{channel}.transport")
    return module
