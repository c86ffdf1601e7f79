"""Published tariffs as starting points: an organization copies one and edits it.

Each preset names the programme and the page it was read from; ``assumptions`` says in Japanese
what the page leaves open and we had to choose, so that the accountant can check exactly that.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .values import Rules

PRESETS_FILE = Path(__file__).resolve().parent.parent / "presets.json"


@dataclass(frozen=True, slots=True)
class Preset:
    """One published tariff. ``valid_from``/``valid_to`` only where the source states a day."""

    id: str
    programme: str
    name: str
    role: str
    rules: Rules
    valid_from: dt.date | None
    valid_to: dt.date | None
    source: str
    assumptions: tuple[str, ...]
    paid_by: str
    tax: str


@cache
def _text() -> str:
    return PRESETS_FILE.read_text(encoding="utf-8")


def presets() -> tuple[Preset, ...]:
    """All presets in file order; every call gives fresh rules that may be edited."""
    return tuple(
        Preset(
            id=entry["id"],
            programme=entry["programme"],
            name=entry["name"],
            role=entry["rules"]["role"],
            rules=entry["rules"],
            valid_from=_day(entry["valid_from"]),
            valid_to=_day(entry["valid_to"]),
            source=entry["source"],
            assumptions=tuple(entry["assumptions"]),
            paid_by=entry.get("paid_by", "bank"),
            tax=entry.get("tax", "withheld"),
        )
        for entry in json.loads(_text())["presets"]
    )


def preset(preset_id: str) -> Preset:
    """The preset with this id. Raises KeyError."""
    for candidate in presets():
        if candidate.id == preset_id:
            return candidate
    raise KeyError(preset_id)


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
