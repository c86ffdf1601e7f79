"""Two languages that nobody speaks, made from English: never in production.

``en-XA`` is a third longer, accented and in brackets: what is cut off, does not fit or was never
translated shows at once. ``ar-XB`` runs from right to left: its letters are English, their order is
not. Placeholders and markup stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from babel.messages.catalog import Catalog

KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^<>]+>|&\w+;|https?://\S+)")
ACCENTED = str.maketrans(
    "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz",
    "ÅåƁƀÇçÐðÉéƑƒĜĝĤĥÎîĴĵĶķĻļṀṁÑñÖöÞþǪǫŔŕŠšŢţÛûṼṽŴŵẊẋÝýŽž",
)
FILLING = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
TURNED, BACK = "\u202e", "\u202c"


def longer(text: str) -> str:
    """Accented, in brackets, and a third longer (words: there is something to wrap)."""
    room = len(text) // 3
    words: list[str] = []
    for number in range(room):
        if len(" ".join(words)) >= room:
            break
        words.append(FILLING[number % len(FILLING)])
    return f"[{' '.join([_each(text, lambda part: part.translate(ACCENTED)), *words])}]"


def mirrored(text: str) -> str:
    """Each word turned to run from right to left."""
    return _each(text, lambda part: re.sub(r"[A-Za-z]+", rf"{TURNED}\g<0>{BACK}", part))


def _each(text: str, spell: Callable[[str], str]) -> str:
    parts = KEPT.split(text)
    return "".join(part if KEPT.fullmatch(part) else spell(part) for part in parts)


SPELLERS = {"en-XA": longer, "ar-XB": mirrored}


def catalogue(code: str, english: Catalog) -> Catalog:
    """The catalogue of a pseudo-language; plurals as in English."""
    spell = SPELLERS[code]
    made = Catalog(locale="en", fuzzy=False)
    for message in english:
        if not message.id:
            continue
        if isinstance(message.string, str):
            made.add(message.id, spell(message.string))
        else:
            made.add(message.id, tuple(spell(one) for one in message.string or ()))
    return made
