"""Make a key for web push, to be kept in the environment."""

from typing import Any

from django.core.management.base import BaseCommand

from config.push_key import new_push_key


class Command(BaseCommand):
    """Print a new key as a line for the environment."""

    help = "Make a key for web push (VAPID_PRIVATE_KEY)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it to standard output and nowhere else."""
        self.stdout.write(f"VAPID_PRIVATE_KEY={new_push_key()}")
