"""The site as in production, behind a proxy that speaks https, with every request noted.

``COUNTED`` names the file for the addresses, ``STATIC_HOME`` the folder of the static files, which
``python -m tests.dispatch.counted_site`` fills (names with hashes, compressed).
"""

from __future__ import annotations

import os
from typing import Any

from config import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
settings.STATIC_ROOT = os.environ["STATIC_HOME"]
NOT_OF_PHONES = ["admin", "drf_spectacular_sidecar", "rest_framework"]


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Note it and pass it on."""
    from config.asgi import application as site

    if scope["type"] in {"http", "websocket"}:
        scope["headers"] = [*scope["headers"], (b"x-forwarded-proto", b"https")]
        with open(os.environ["COUNTED"], "a", encoding="utf-8") as file:
            file.write(f"{scope['path']}\n")
    await site(scope, receive, send)


def collect() -> None:
    """Gather the static files as an installation does, without those of the staff's libraries."""
    import django
    from django.core.management import call_command

    django.setup()
    options = {"interactive": False, "verbosity": 0, "ignore_patterns": NOT_OF_PHONES}
    call_command("collectstatic", **options)


if __name__ == "__main__":
    collect()
