"""The live stream of a volunteer's own pages."""

from __future__ import annotations

from typing import Any

from accounts.sessions import volunteer_of_scope
from realtime import streams
from realtime.events import volunteer_group
from volunteers.models import Volunteer


def register() -> None:
    """Called by ``config.wiring``."""
    streams.register("volunteer", own)


def own(scope: dict[str, Any]) -> list[str] | None:
    """A volunteer who signed in with a code hears what concerns that person, in every town."""
    volunteer_id = volunteer_of_scope(scope)
    if volunteer_id is None:
        return None
    same_person = Volunteer.objects.filter(user__volunteers=volunteer_id, user__isnull=False)
    own_ids = {volunteer_id, *same_person.values_list("pk", flat=True)}
    return [volunteer_group(pk) for pk in sorted(own_ids)]
