"""Papers: PDF made of a Typst file of an app and data, with the fonts that come along.

The data reach the paper as JSON, so nothing that somebody typed can be markup. A paper is tagged for
screen readers. Files are found below ``<app>/papers/<name>.typ`` and read ``sys.inputs.data``.
"""

from __future__ import annotations

import json
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
from django.apps import apps

FONTS = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
FONT_FAMILY = "Noto Sans CJK JP"


def paper(app_label: str, name: str, data: dict[str, Any], *, title: str) -> bytes:
    """The PDF of ``<app>/papers/<name>.typ``; ``data`` must be JSON's kinds of values.

    Raises typst.TypstError for a mistake in the file, never for what is in the data.
    """
    folder = Path(apps.get_app_config(app_label).path) / "papers"
    inputs = json.dumps({**data, "title": title, "font": FONT_FAMILY}, ensure_ascii=False)
    made = typst.compile(
        str(folder / f"{name}.typ"),
        root=str(folder),
        font_paths=font_folders(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": inputs},
    )
    return bytes(made)


def font_folders() -> list[str]:
    """Where the fonts are that were installed with the software."""
    return [str(files(import_module(name))) for name in FONTS]
