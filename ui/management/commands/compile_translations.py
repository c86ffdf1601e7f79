"""Compile the translations under ``ui/locale``; part of setting the program up."""

from typing import Any

from django.core.management.base import BaseCommand

from ui import translations


class Command(BaseCommand):
    """manage.py compile_translations"""

    help = "Compile the translations (.po → .mo); does nothing when they are up to date."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile what changed."""
        done = translations.compile_stale()
        self.stdout.write(f"compiled: {', '.join(done) or 'nothing to do'}")
