"""App configuration."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """See the package docstring."""

    name = "dispatch"
