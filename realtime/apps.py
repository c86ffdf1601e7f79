"""App configuration."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """Events, sockets, messages and the worker."""

    name = "realtime"
