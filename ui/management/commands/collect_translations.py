"""Bring the .po files up to date with the texts in the code and the templates."""

from typing import Any

from django.core.management.base import BaseCommand

from ui import translations


class Command(BaseCommand):
    """manage.py collect_translations"""

    help = "Add new texts to ui/locale/*/django.po, drop those that are gone, say what is missing."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Collect for every language."""
        for code in translations.languages():
            self.stdout.write(f"{code}: {translations.collect(code)} without translation")
        translations.compile_stale()
