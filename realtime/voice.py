"""What an automatic call means is decided above: the apps subscribe here, the telephone asks here.

A call reads one message and takes keys. Whether the message is a question, what a key changes, where
the desk answers its telephone and which language is somebody's own is known to the apps that queue
messages; this package only speaks, listens and puts through. Every list is empty here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from realtime.models import Message

YES, NO, AGAIN = "1", "2", "9"


@dataclass(frozen=True)
class Answer:
    """What the person hears after a key.

    ``outcome`` names a fixed text of ``spoken.toml`` (``yours``, ``declined``, ``too_late``,
    ``noted``), which exists in many languages; ``text``, if given, is said instead of it in the
    message's own language. ``dial``: put through to the desk afterwards.
    """

    outcome: str = ""
    text: str = ""
    dial: bool = False


questions: list[Callable[[Message], bool]] = []
"""Each says whether the message asks for a yes or a no; any yes counts."""

on_key: list[Callable[[Message, str, datetime], Answer | None]] = []
"""Told of a yes (1) or a no (2) at an instant in UTC; the first that knows the message answers.

The same key may be told twice: the provider repeats what it got no answer to.
"""

desk_numbers: list[Callable[[Message], str]] = []
"""Each returns the desk's telephone in E.164 for a message, or an empty string."""

own_languages: list[Callable[[Message], str]] = []
"""Each returns the language (BCP 47) that the person speaks besides the message's, or ""."""

other_calls: list[Callable[[set[str]], set[str]]] = []
"""Each returns which of the provider's call ids belong to something else than messages."""


def is_question(message: Message) -> bool:
    """Whether a yes or a no is wanted."""
    return any(ask(message) for ask in questions)


def answer_to(message: Message, key: str, at: datetime) -> Answer:
    """What a key leads to; a message nobody knows more about is just noted."""
    found = (hear(message, key, at) for hear in on_key)
    return next((answer for answer in found if answer), Answer("noted"))


def desk_number(message: Message) -> str:
    """Where the desk can be telephoned, in E.164, or an empty string."""
    return next((number for ask in desk_numbers if (number := ask(message))), "")


def own_language(message: Message) -> str:
    """A further language for the fixed texts, or an empty string."""
    return next((tag for ask in own_languages if (tag := ask(message))), "")


def calls_of_others(ids: set[str]) -> set[str]:
    """Which of the calls are no messages of ours, such as legs of a three-way call."""
    return set().union(*(ask(ids) for ask in other_calls))
