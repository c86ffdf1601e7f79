"""Whether the process lives and whether it can serve: for load balancers and orchestrators.

Without the channel layer pages poll and work goes on, so a process without it still serves: were it
taken out for that, Redis alone could take the whole site down. Public and without any detail that
would help a stranger; never cached, never throttled.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)
CHANNEL_SECONDS = 2.0
_seen_migrated: list[bool] = []


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """``ok``, ``degraded`` while only the channel layer fails, else ``unavailable`` with 503."""
    found = {name: _holds(name, check) for name, check in CHECKS.items()}
    failed = {name for name, fine in found.items() if not fine}
    words = {name: "ok" if fine else "failed" for name, fine in found.items()}
    ready = failed <= DISPENSABLE
    status = ("degraded" if failed else "ok") if ready else "unavailable"
    return JsonResponse({"status": status, "checks": words}, status=200 if ready else 503)


def _holds(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:
        logger.warning("not ready: %s (%s)", name, type(error).__name__)
        return False


def database_answers() -> bool:
    """One statement goes through."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def migrations_applied() -> bool:
    """Nothing is left to migrate; once that is so it stays so for the code of this process."""
    if not _seen_migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _seen_migrated.append(True)
    return True


def channel_layer_reachable() -> bool:
    """A message to a group that nobody listens to can be sent."""
    layer = get_channel_layer()
    if layer is None:
        return False

    async def send() -> None:
        await asyncio.wait_for(layer.group_send("readyz", {"type": "nothing"}), CHANNEL_SECONDS)

    async_to_sync(send)()
    return True


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "migrations": migrations_applied,
    "channels": channel_layer_reachable,
}
DISPENSABLE = {"channels"}
