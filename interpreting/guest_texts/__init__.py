"""What guests of a room read, in their own language: one TOML file per language.

A file is data of the release and is read once. ``ja.toml`` is the source: it fixes the keys and
the placeholders of each text. A text that is missing elsewhere, or whose placeholders differ,
falls back to やさしい日本語 and is never blank. A file says itself whether a native speaker has
reviewed it; docs/guest-languages.md tells how to review one and how to add a language.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

Direction = Literal["ltr", "rtl"]
FOLDER = Path(__file__).resolve().parent
SOURCE = "ja"
SIMPLE = "ja-simple"
PLACEHOLDERS = frozenset({"who", "desk", "phone", "minutes"})
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

FIRST = (
    "ja-simple", "en", "zh-Hans", "zh-Hant", "ko", "es", "vi", "pt-BR", "fr", "fil", "th", "id",
    "ne", "de", "ru", "my", "it", "mn", "uk", "bn", "si", "fa-AF", "km",
)  # fmt: skip
"""The order of the chooser; a language that is not named here follows by its tag, 日本語 last."""

ALIASES = {
    "zh": "zh-Hans", "cmn": "zh-Hans", "zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-MO": "zh-Hant",
    "yue": "zh-Hant", "nan": "zh-Hant", "pt": "pt-BR", "tl": "fil", "in": "id", "fa": "fa-AF",
    "prs": "fa-AF", "khk": "mn", "npi": "ne", "ja-Hira": "ja-simple", "ja-easy": "ja-simple",
}  # fmt: skip
"""Tags that browsers and registers use for a language whose file has another tag."""


class GuestLanguage(NamedTuple):
    """One file: ``texts`` holds its own usable texts only, ``rejected`` the keys left out."""

    tag: str
    name: str
    direction: Direction
    translated_from: str
    reviewed_by: str
    reviewed_on: date | None
    texts: dict[str, str]
    rejected: tuple[str, ...] = ()


def placeholders(text: str) -> frozenset[str]:
    """The names between braces in a text."""
    return frozenset(_PLACEHOLDER.findall(text))


def read(path: Path, source: dict[str, str] | None = None) -> GuestLanguage:
    """One file; texts that ``source`` does not know or that differ in placeholders are left out.

    Raises tomllib.TOMLDecodeError or KeyError for a file that is none: a release with such a
    file must not start to serve guests in half a language.
    """
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    texts = {key: text for key, text in data["texts"].items() if text.strip()}
    rejected: tuple[str, ...] = ()
    if source is not None:
        rejected = tuple(key for key, text in texts.items() if not _fits(text, source.get(key)))
    return GuestLanguage(
        tag=data["tag"],
        name=data["name"],
        direction="rtl" if data["direction"] == "rtl" else "ltr",
        translated_from=data.get("translated_from", ""),
        reviewed_by=data.get("reviewed_by", ""),
        reviewed_on=_day(data.get("reviewed_on", "")),
        texts={key: text for key, text in texts.items() if key not in rejected},
        rejected=rejected,
    )


def _fits(text: str, source: str | None) -> bool:
    return source is not None and placeholders(text) == placeholders(source)


def _day(written: str | date) -> date | None:
    """A TOML date or the same as a string; empty means not yet."""
    if isinstance(written, date):
        return written
    return date.fromisoformat(written) if written else None


@cache
def _files() -> dict[str, GuestLanguage]:
    source = read(FOLDER / f"{SOURCE}.toml")
    found = [read(path, source.texts) for path in sorted(FOLDER.glob("*.toml"))]
    return {file.tag: file for file in sorted(found, key=_place)}


def _place(file: GuestLanguage) -> tuple[int, str]:
    if file.tag == SOURCE:
        return len(FIRST) + 1, ""
    return (FIRST.index(file.tag) if file.tag in FIRST else len(FIRST)), file.tag


def languages() -> list[tuple[str, str, bool]]:
    """(tag, name in its own script, right to left) in the order of the chooser."""
    return [(file.tag, file.name, file.direction == "rtl") for file in _files().values()]


def language(tag: str) -> GuestLanguage:
    """The file for a tag or its nearest relative; やさしい日本語 when there is none."""
    return _files()[resolve(tag) or SIMPLE]


def texts(tag: str) -> dict[str, str]:
    """Every key with its text, holes filled from やさしい日本語. A new dict: safe to change."""
    files = _files()
    return files[SOURCE].texts | files[SIMPLE].texts | language(tag).texts


def direction(tag: str) -> Direction:
    """For the ``dir`` attribute."""
    return language(tag).direction


def review(tag: str) -> tuple[str, date | None] | None:
    """Who reviewed the file and on which day; None when nobody has yet."""
    file = language(tag)
    return (file.reviewed_by, file.reviewed_on) if file.reviewed_by else None


def review_notice(tag: str) -> str:
    """A sentence for the coordinator when the guest's texts are not reviewed; else empty."""
    wanted, file = resolve(tag), language(tag)
    if wanted is None:
        return "この言語の案内文はまだありません。やさしい日本語で表示しています。"
    if file.reviewed_by or file.tag == SOURCE:
        return ""
    return f"案内文（{file.name}）は未確認です（母語話者の確認がまだです）。"


def percent(tag: str) -> int:
    """How much of the file is there, 0 to 100, rounded down so that 100 means complete."""
    return len(language(tag).texts) * 100 // len(_files()[SOURCE].texts)


def choose(accept_language: str, wanted: str = "") -> str:
    """The tag to show: the person's choice, then the browser's list, then やさしい日本語."""
    for tag in (wanted, *_by_weight(accept_language[:400])):
        if found := resolve(tag):
            return found
    return SIMPLE


def _by_weight(header: str) -> list[str]:
    """The tags of an Accept-Language header (RFC 9110, 12.5.4), best first; q=0 is refused."""
    weighted = []
    for part in header.split(","):
        tag, _, rest = part.strip().partition(";")
        quality = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", rest) if rest else None
        weight = float(quality[1]) if quality else 0.0 if rest else 1.0
        if tag and weight > 0:
            weighted.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]


def resolve(tag: str) -> str | None:
    """The tag of the file that serves a BCP 47 tag, shortening it from the right (RFC 4647)."""
    parts = tag.replace("_", "-").split("-")[:6]
    while parts:
        known = _known().get("-".join(parts).lower())
        if known:
            return known
        parts = parts[:-1]
    return None


@cache
def _known() -> dict[str, str]:
    files = _files()
    aliases = {alias.lower(): tag for alias, tag in ALIASES.items() if tag in files}
    return aliases | {tag.lower(): tag for tag in files}


def fill(text: str, **values: object) -> str:
    """Put values in. Each is isolated (U+2068 … U+2069), so that a Japanese name or a telephone
    number keeps its order in a right-to-left sentence. Unknown placeholders stay as they are.
    """
    return _PLACEHOLDER.sub(
        lambda found: f"\u2068{values[found[1]]}\u2069" if found[1] in values else found[0], text
    )
