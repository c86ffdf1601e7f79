"""Texts that a spreadsheet would run are made harmless before they stand in a CSV file. Pure.

Used by every download that staff open in a spreadsheet: names and reasons come from outside.
"""

from __future__ import annotations

import unicodedata

RISKY = tuple("=+-@＝＋－＠\t\r\n")
"""A cell that begins so is run as a formula, or moves to another cell."""


def neutral(text: str) -> str:
    """The text so that no spreadsheet runs it: ``=SUM(A1)`` becomes ``'=SUM(A1)``."""
    visible = text.lstrip(" \u3000\u00a0")
    control = visible[:1] != "" and unicodedata.category(visible[0]).startswith("C")
    return f"'{text}" if visible.startswith(RISKY) or control else text
