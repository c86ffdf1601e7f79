"""The worker: runs wake-up jobs and sweeps until told to stop.

Requests and messages have a loop each, with slots of their own: however slow an SMS provider is,
the engine goes on, and the other way round.

It uses a connector of its own beside Django's. With the library's stock wiring, jobs deferred
inside a transaction that is rolled back would still run; here every ``defer`` goes through Django's
connection and so belongs to the transaction (`tests/realtime/test_worker.py` shows it live).
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from procrastinate import App
from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)
RESTART_SECONDS = 1.0
# every queue belongs to one loop; what waits for others (providers, long imports) is in the second
LOOPS = (("requests", "sweep"), ("messages", "imports"))


def worker_app() -> App:
    """The application with the worker's own connector."""
    return app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]


async def run_forever(*, concurrency: int = 4) -> None:
    """Run a worker until cancelled, ``concurrency`` jobs a loop, starting it again when it ends.

    After a database restart it fails, or (when only its timer or its listener lost the connection)
    stops in good order; either way somebody has to go on.
    """
    # a thread for every slot and some for the rest: asyncio's own pool may be smaller on few cores
    threads = ThreadPoolExecutor(len(LOOPS) * concurrency + 4, thread_name_prefix="job")
    asyncio.get_running_loop().set_default_executor(threads)
    while True:
        try:
            await run_once(concurrency=concurrency)
            logger.warning("worker stopped by itself; starting again")
        except asyncio.CancelledError:
            raise
        except Exception as error:
            logger.warning("worker stopped (%s); starting again", type(error).__name__)
        await asyncio.sleep(RESTART_SECONDS)


async def run_once(*, concurrency: int) -> None:
    """One life of the worker, until cancelled; when one loop fails or stops, the others end too.

    The timer of periodic tasks uses Django's connection of the shared thread, which nobody else
    tidies in a worker: a broken one from an earlier life would stop every later life at once.
    """
    await sync_to_async(connections.close_all)()
    loops = [asyncio.create_task(_run_loop(queues, concurrency)) for queues in LOOPS]
    try:
        await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for loop in loops:
            loop.cancel()
        ends = await asyncio.gather(*loops, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


async def _run_loop(queues: tuple[str, ...], concurrency: int) -> None:
    application = worker_app()
    async with application.open_async():
        await application.run_worker_async(
            queues=list(queues),  # an array for PostgreSQL; a tuple would be a record
            name="-".join(queues),
            concurrency=concurrency,
            install_signal_handlers=False,
            fetch_job_polling_interval=settings.WORKER_POLL_SECONDS,
            update_heartbeat_interval=1.0,
            stalled_worker_timeout=5.0,
            shutdown_graceful_timeout=5.0,
            delete_jobs="always",
        )
