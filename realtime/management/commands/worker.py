"""``manage.py worker``: deliver messages and move requests on; run as many as you like."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from realtime.worker import run_forever


class Command(BaseCommand):
    """Run one worker process until SIGTERM or Ctrl-C."""

    help = "Run a worker: sends messages, opens waves and rungs, closes requests."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument(
            "--concurrency", type=int, default=4, help="jobs at once, for requests and for messages"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped."""
        asyncio.run(self.work(options["concurrency"]))

    async def work(self, concurrency: int) -> None:
        """Stop the worker gracefully on a signal."""
        task = asyncio.create_task(run_forever(concurrency=concurrency))
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, task.cancel)
        self.stdout.write("worker ready")
        try:
            await task
        except asyncio.CancelledError:
            self.stdout.write("worker stopped")
