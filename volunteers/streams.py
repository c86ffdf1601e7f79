"""The live stream of a volunteer's own pages."""

from __future__ import annotations

from typing import Any

from accounts.sessions import volunteer_of_scope
from realtime import streams
from realtime.events import volunteer_group


def register() -> None:
    """Called by ``config.wiring``."""
    streams.register("volunteer", own)


def own(scope: dict[str, Any]) -> list[str] | None:
    """A volunteer who signed in with a code hears what concerns that person."""
    volunteer_id = volunteer_of_scope(scope)
    return None if volunteer_id is None else [volunteer_group(volunteer_id)]
