"""The top floor: brings the floors together when Django has loaded."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Wires what a lower floor needs to know of a higher one."""

    name = "config"

    def ready(self) -> None:
        """Register streams, tasks and subscriptions."""
        from config import wiring

        wiring.connect()
