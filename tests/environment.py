"""Loaded by pytest before Django: test mode, and a PostgreSQL when none is named."""

import os
from pathlib import Path

os.environ["TSUNAGI_MODE"] = "test"
if not os.environ.get("DATABASE_URL"):
    from config.embedded_postgres import use

    os.environ["DATABASE_URL"] = use(
        Path(__file__).resolve().parent.parent / "var" / "test-postgres", durable=False
    )
