"""App configuration."""

from django.apps import AppConfig


class InterpretingConfig(AppConfig):
    """See the package docstring."""

    name = "interpreting"
