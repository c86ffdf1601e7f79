"""How good the line was, in a few numbers without any address. Pure."""

from __future__ import annotations

from typing import Any

LEVELS = 5
"""0 is no connection, 4 is good."""


class Line:
    """Counts what one page reports about its line during a visit."""

    def __init__(self) -> None:
        self.levels = [0] * LEVELS
        self.relayed = 0
        self.dropped = False

    def note(self, level: int, *, relayed: bool) -> None:
        """One report of the page."""
        self.levels[level] += 1
        self.relayed += relayed

    def as_kept(self) -> dict[str, Any]:
        """What `Visit.network` holds."""
        return {"levels": list(self.levels), "relayed": self.relayed, "dropped": self.dropped}


def summary(visits: list[dict[str, Any]]) -> dict[str, Any]:
    """Worst and median level (None without reports), share of reports that were relayed, drops."""
    totals = [0] * LEVELS
    relayed = 0
    for kept in visits:
        for level, count in enumerate(kept.get("levels", [])[:LEVELS]):
            totals[level] += count
        relayed += kept.get("relayed", 0)
    reports = sum(totals)
    return {
        "worst": next((level for level, count in enumerate(totals) if count), None),
        "median": _median(totals),
        "relayed_share": round(relayed / reports, 2) if reports else None,
        "drops": sum(1 for kept in visits if kept.get("dropped")),
    }


def _median(totals: list[int]) -> int | None:
    half, seen = (sum(totals) + 1) // 2, 0
    for level, count in enumerate(totals):
        seen += count
        if count and seen >= half:
            return level
    return None
