"""Registers the look (templates, static files, template tags, translations) with Django."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core import checks

SIMPLE = {
    "bidi": False,
    "code": "ja-simple",
    "name": "Easy Japanese",
    "name_local": "やさしい日本語",
}


class UiConfig(AppConfig):
    """Only templates, tags, static files and translations: no models, no signals."""

    name = "ui"
    verbose_name = "画面部品"

    def ready(self) -> None:
        """Make やさしい日本語 known to Django; compile the translations but in production."""
        from ui import translations

        LANG_INFO.setdefault("ja-simple", SIMPLE)
        checks.register(translations_are_compiled, checks.Tags.translation, deploy=True)
        if not settings.PRODUCTION:
            with suppress(OSError):  # a folder that cannot be written to; set-up compiles as well
                translations.compile_stale()


def translations_are_compiled(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """A warning for a deployment that would show Japanese to everybody."""
    from ui import translations

    stale = [code for code in translations.languages() if translations.is_stale(code)]
    hint = "Run manage.py compile_translations."
    return [checks.Warning(f"{code} is not compiled.", hint=hint, id="ui.W001") for code in stale]
