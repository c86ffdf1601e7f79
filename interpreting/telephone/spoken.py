"""What people hear before they are put through: who calls, that nothing is recorded, press 1.

Pressing 1 is the consent; an answering machine never presses and so never records a conversation.
The words are in ``spoken.toml``. A language that the provider cannot speak gets Japanese and
English; every other one is followed by Japanese.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("spoken.toml")
ALIASES = {"zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "pt": "pt-BR", "tl": "fil"}
DESK = "{desk}"


@dataclass(frozen=True)
class Spoken:
    """A text and the voice's language as the provider calls it, such as ``vi-VN``."""

    voice: str
    text: str


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def languages() -> list[str]:
    """Tags that can be spoken."""
    return list(_texts())


def spoken_tags(tag: str) -> list[str]:
    """In which languages somebody who reads ``tag`` (BCP 47) is spoken to, one after the other."""
    tag = ALIASES.get(tag, tag)
    known = tag if tag in _texts() else ALIASES.get(tag.split("-")[0], tag.split("-")[0])
    if known == "ja":
        return ["ja"]
    return [known, "ja"] if known in _texts() else ["ja", "en"]


def words(key: str, tag: str, *, desk: str) -> list[Spoken]:
    """The texts of a key for a reader of ``tag``; ``desk`` is said in Japanese only."""
    return [
        Spoken(_texts()[one]["voice"], _texts()[one][key].replace(DESK, desk))
        for one in spoken_tags(tag)
    ]
