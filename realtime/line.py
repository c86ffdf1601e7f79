"""What only the apps know about LINE: who is behind an account, and which buttons a message gets.

An account is LINE's id of a person as seen from our official account (``U`` and 32 hex digits). The
folder ``transports/line`` sends and hears; the apps subscribe here. Every list is empty here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from realtime.models import Message


@dataclass(frozen=True)
class Button:
    """A quick reply below a message: what it says, and the text it stands for (such as ``A1``)."""

    label: str  # 20 characters at most
    text: str


@dataclass(frozen=True)
class Connected:
    """A text was a code that connected the account with somebody."""

    organization_id: int
    recipient: str  # e.g. volunteer:12


buttons: list[Callable[[Message], list[Button]]] = []
"""Each returns the buttons for a message; all of them are shown."""

on_text: list[Callable[[str, str, datetime], Connected | None]] = []
"""Told of (account, text, instant in UTC) before anybody else; the first that knows the code wins."""

on_follow: list[Callable[[str, datetime], None]] = []
"""Told that an account has added us, or has let us in again."""

on_gone: list[Callable[[str, datetime], None]] = []
"""Told that an account has blocked us: nothing that we send arrives any more."""


def is_configured() -> bool:
    """This installation has an official account."""
    return bool(settings.LINE_CHANNEL_TOKEN and settings.LINE_CHANNEL_SECRET)


def buttons_of(message: Message) -> list[Button]:
    """The quick replies of a message."""
    return [button for ask in buttons for button in ask(message)]


def connect(account: str, text: str, at: datetime) -> Connected | None:
    """Whoever the text connects the account with, if it is such a code."""
    found = (hear(account, text, at) for hear in on_text)
    return next((connected for connected in found if connected), None)


def followed(account: str, at: datetime) -> None:
    """Pass on that an account has added us."""
    for tell in on_follow:
        tell(account, at)


def gone(account: str, at: datetime) -> None:
    """Pass on that an account has blocked us."""
    for tell in on_gone:
        tell(account, at)
