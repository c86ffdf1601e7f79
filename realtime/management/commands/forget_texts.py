"""Blank old texts from and to people; the workers do so every night by themselves."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from realtime.delivery import now
from realtime.retention import forget_texts


class Command(BaseCommand):
    """``manage.py forget_texts``"""

    help = "Blanks texts that came in 90 days ago and messages that left a year ago."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it and say how many."""
        received, written = forget_texts(at=now())
        self.stdout.write(f"{received} texts from people, {written} messages blanked")
