"""Which sockets exist: a stream has a name and a function that says which groups may be heard.

Apps register their streams; the consumer asks the function at connect and again every few seconds,
so that a socket dies soon after its session, membership or role does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Authorize = Callable[[dict[str, Any]], "list[str] | None"]
_streams: dict[str, Authorize] = {}


def register(name: str, authorize: Authorize) -> None:
    """Offer a stream. ``authorize`` gets the ASGI scope; None means «not for you»."""
    _streams[name] = authorize


def authorizer(name: str) -> Authorize | None:
    """The function for a stream, or None when there is no such stream."""
    return _streams.get(name)


def names() -> list[str]:
    """Every registered stream."""
    return sorted(_streams)
