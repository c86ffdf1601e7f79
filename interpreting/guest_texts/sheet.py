"""The texts as staff look at them: how far a language is, what a guest reads, what to review.

Pure reading of the files; the sections are the headings of ``ja.toml``, the source of every file.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

from interpreting import guest_texts
from volunteers.languages import name as language_name

CONSENT = (
    "consent_what", "consent_present", "consent_name_hidden", "consent_secrecy", "consent_others",
    "consent_not_recorded", "consent_encrypted", "consent_documents", "consent_kept",
    "consent_free", "consent_leave",
)  # fmt: skip
"""What a guest agrees to, in the order of the page."""

_JAPANESE = {"ja-simple": "やさしい日本語", "zh-Hans": "中国語（簡体字）"}
_JAPANESE |= {"zh-Hant": "中国語（繁体字）"}


class Standing(NamedTuple):
    """One language on the page of all languages."""

    tag: str
    name: str
    is_rtl: bool
    japanese: str
    percent: int
    reviewed_by: str
    reviewed_on: date | None
    is_source: bool


class Line(NamedTuple):
    """One text of the review sheet; ``text`` is empty when the file does not have it."""

    key: str
    source: str
    text: str


def standings() -> list[Standing]:
    """Every language in the order of the guests' chooser."""
    return [standing(tag) for tag, _, _ in guest_texts.languages()]


def standing(tag: str) -> Standing:
    """One language by the tag of its file."""
    file = guest_texts.language(tag)
    return Standing(
        tag=file.tag,
        name=file.name,
        is_rtl=file.direction == "rtl",
        japanese=_japanese(file.tag),
        percent=guest_texts.percent(tag),
        reviewed_by=file.reviewed_by,
        reviewed_on=file.reviewed_on,
        is_source=file.tag == guest_texts.SOURCE,
    )


def _japanese(tag: str) -> str:
    return _JAPANESE.get(tag) or language_name(tag, "ja")


def sections(tag: str) -> list[tuple[str, list[Line]]]:
    """The review sheet: heading, then each text in Japanese and in the language."""
    source = guest_texts.language(guest_texts.SOURCE).texts
    own = guest_texts.language(tag).texts
    return [
        (heading, [Line(key, source[key], own.get(key, "")) for key in keys])
        for heading, keys in headings()
    ]


@cache
def headings() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The comment lines of the source file, each with the keys below it."""
    path = guest_texts.FOLDER / f"{guest_texts.SOURCE}.toml"
    found: list[tuple[str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").partition("[texts]")[2].splitlines():
        if line.startswith("#"):
            found.append((line.lstrip("# "), []))
        elif " = " in line:
            found[-1][1].append(line.partition(" = ")[0])
    return tuple((heading, tuple(keys)) for heading, keys in found)
