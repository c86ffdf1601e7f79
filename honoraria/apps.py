"""App configuration."""

from django.apps import AppConfig


class HonorariaConfig(AppConfig):
    """See the package docstring."""

    name = "honoraria"
