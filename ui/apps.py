"""Registers the look (templates, static files, template tags) with Django."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Only templates, tags and static files: no models, no signals."""

    name = "ui"
    verbose_name = "画面部品"
