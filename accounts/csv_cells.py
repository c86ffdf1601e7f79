"""Texts that a spreadsheet would run are made harmless before they stand in a CSV file. Pure.

Used by every download that staff open in a spreadsheet: names and reasons come from outside. The
pattern means the same to Python and to PostgreSQL, so that long files can be made harmless there.
"""

from __future__ import annotations

import re

SIGNS = "=+\\-@＝＋－＠\\t\\r\\n"
"""A cell that begins so is run as a formula, or moves to another cell."""
BLANKS = r"\u0020\u3000\u00a0"
UNSEEN = (
    r"\u0001-\u001f\u007f-\u009f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001-\U000e007f"
)
"""Control and format letters: a sign may hide behind one."""
RISKY_START = f"^(?=[{BLANKS}]*[{SIGNS}{UNSEEN}])"
_RISKY = re.compile(RISKY_START)


def neutral(text: str) -> str:
    """The text so that no spreadsheet runs it: ``=SUM(A1)`` becomes ``'=SUM(A1)``."""
    return _RISKY.sub("'", text)
