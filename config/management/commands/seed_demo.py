"""``manage.py seed_demo``: make the demo's world unless it is there."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.clock import database_now
from config.demo.freshen import freshen
from config.demo.seed import seed


class Command(BaseCommand):
    """Seed the demo organizations."""

    help = "Make the demo's two organizations, unless they are there."

    def add_arguments(self, parser: CommandParser) -> None:
        """Options of the command."""
        parser.add_argument("--scale", type=float, default=1.0, help="0.05 to 1: size of the world")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, and say what came of it."""
        if not 0.05 <= options["scale"] <= 1:
            raise CommandError("--scale: 0.05 to 1")
        begin = time.monotonic()
        if not seed(database_now(), scale=options["scale"]):
            self.stdout.write("デモのデータはすでにあります。 / The demo data is there already.")
            return
        freshen(database_now())
        seconds = time.monotonic() - begin
        self.stdout.write(f"デモのデータを作りました（{seconds:.0f}秒）。 / Demo data made.")
