#!/usr/bin/env python
"""Django's command line; in demo mode it brings its own PostgreSQL."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run one management command.

    In demo mode (``TSUNAGI_MODE=demo``) without ``DATABASE_URL`` the embedded PostgreSQL is
    started first and stays up as long as any process uses it.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if os.environ.get("TSUNAGI_MODE") == "demo":
        from config.demo.address import base_url

        os.environ["PUBLIC_BASE_URL"] = base_url(os.environ)
    if os.environ.get("TSUNAGI_MODE") == "demo" and not os.environ.get("DATABASE_URL"):
        from config.embedded_postgres import use

        root = Path(__file__).resolve().parent
        os.environ["DATABASE_URL"] = use(root / "var" / "postgres")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
