"""A migrated database that every test database is copied from.

Migrating an empty database takes about twenty seconds, and every run, every worker and every lane
would do it again. The name tells which migrations it holds; others of its kind are dropped.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
from django.apps import apps
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).resolve().parent.parent
PREFIX, UNFINISHED = "tsunagi_migrated_", "tsunagi_migrating"
LOCK = 0x7473756E  # only one process makes it; the others wait for that one


def migrated() -> str:
    """The name of the database, made if it is missing. Raises CalledProcessError if it cannot be."""
    name = PREFIX + _fingerprint()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
        )
        present = {row[0] for row in found}
        if name not in present:
            _make(connection, name)
        for old in present - {name}:
            with suppress(psycopg.errors.ObjectInUse):  # another checkout copies it just now
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
    return name


def _make(connection: psycopg.Connection, name: str) -> None:
    """Under another name first: a run that is killed leaves no half a template."""
    unfinished = sql.Identifier(UNFINISHED)
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(unfinished))
    connection.execute(sql.SQL("CREATE DATABASE {}").format(unfinished))
    url = make_conninfo(os.environ["DATABASE_URL"], dbname=UNFINISHED)
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    environment = os.environ | {"DATABASE_URL": url, "TSUNAGI_MODE": "test"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    connection.execute(rename.format(unfinished, sql.Identifier(name)))


def _fingerprint() -> str:
    """Twelve digits that change when any migration does, ours or a library's."""
    digest = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda one: one.label):
        for path in sorted(Path(app.path, "migrations").glob("*.py")):
            digest.update(f"{app.label}/{path.name}".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def use_for_tests() -> None:
    """Let pytest-django copy it instead of migrating an empty database."""
    connections.settings["default"]["TEST"]["TEMPLATE"] = migrated()
