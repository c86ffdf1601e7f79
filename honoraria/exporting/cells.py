"""Texts that a spreadsheet would run are made harmless, in Python and, for long files, in SQL.

Only cells of text are touched: an amount stays a number, also a negative one. What is risky is said
once, in `accounts.csv_cells`.
"""

from __future__ import annotations

from accounts.csv_cells import RISKY_START, neutral

__all__ = ["RISKY_START", "neutral", "neutral_sql"]


def neutral_sql(expression: str) -> str:
    """SQL for the neutral form of a text expression; `RISKY_START` must be its last parameter."""
    # the pattern matches nothing but a place, so an apostrophe is put before the text
    return f"regexp_replace({expression}, %s, '''')"
