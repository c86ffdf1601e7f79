"""Erase what came with refused applications; the workers do so every night by themselves."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.clock import database_now
from volunteers.applications import retention


class Command(BaseCommand):
    """``manage.py erase_applications``"""

    help = "Erases files and texts of applications that ended 90 days ago, and drafts of 14 days."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run both and say how many."""
        at = database_now()
        erased, drafts = retention.erase_refused(at=at), retention.forget_drafts(at=at)
        self.stdout.write(f"{erased} applications erased, {drafts} drafts deleted")
