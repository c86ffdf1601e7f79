"""The live stream of staff pages: every change of the organization's requests and people."""

from __future__ import annotations

from typing import Any

from accounts.models import Role
from accounts.sessions import membership_of_scope
from realtime import streams
from realtime.events import organization_group


def register() -> None:
    """Called by ``config.wiring``."""
    streams.register("board", board)


def board(scope: dict[str, Any]) -> list[str] | None:
    """Coordinators and administrators hear their own organization."""
    membership = membership_of_scope(scope)
    if membership is None or membership.role not in {Role.COORDINATOR, Role.ADMIN}:
        return None
    return [organization_group(membership.organization_id)]
