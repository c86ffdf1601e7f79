"""Numbers and chains the lines of the audit trail that are not sealed yet."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.audit import seal


class Command(BaseCommand):
    """The worker does this all the time; by hand it is for the moment before a check."""

    help = "Numbers and chains the lines of the audit trail that are not sealed yet."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal until nothing is left."""
        total = 0
        while done := seal():
            total += done
        self.stdout.write(f"sealed {total}")
