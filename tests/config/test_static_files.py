"""Static files as production names them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command


def test_modules_of_the_room_import_each_other_by_hashed_names(
    settings: Any, tmp_path: Path
) -> None:
    backend = {"BACKEND": "config.static_files.StaticFiles"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", "--noinput", verbosity=0)
    (room,) = (tmp_path / "interpreting" / "room").glob("room.*[0-9a-f].js")
    imported = [
        line.split('"')[-2] for line in room.read_text().splitlines() if line.startswith("import")
    ]
    assert len(imported) > 5
    for name in imported:
        assert len(name.split(".")) == 4, name  # ./chat.<hash>.js
        assert (room.parent / name).exists()
