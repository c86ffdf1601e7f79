"""Spellings: one comparison form for whatever somebody typed, in any script.

`plain` forgets what a keyboard decides (width, case, kana kind, accents, spaces); `sound` also
forgets how Japanese was put into Latin letters, so ちゅうごく, chuugoku, tyuugoku and chugoku meet.
Pure text in, text out; which language a form means is decided in `languages.py`.
"""

import re
import unicodedata
from collections.abc import Iterable

import jaconv

_LETTERS = str.maketrans(
    {"đ": "d", "ł": "l", "ø": "o", "ı": "i", "ي": "ی", "ى": "ی", "ك": "ک"} | dict.fromkeys("ーʻʼ")
)
_SMALL_VOWELS = {
    "てぃ": "ti", "でぃ": "di", "とぅ": "tu", "どぅ": "du", "うぃ": "wi", "うぇ": "we",
    "うぉ": "wo",
    "ちぇ": "che", "しぇ": "she", "じぇ": "je", "ゔぁ": "va", "ゔぃ": "vi", "ゔぇ": "ve",
    "ゔぉ": "vo",
    "ゔ": "vu", "くぁ": "kwa", "ぐぁ": "gwa", "つぁ": "tsa",
}  # fmt: skip
_KUNREI = (
    (r"cch", "tch"), (r"chi", "ti"), (r"ch", "ty"), (r"shi", "si"), (r"sh", "sy"), (r"tsu", "tu"),
    (r"ji", "zi"), (r"jy?", "zy"), (r"fu", "hu"),
)  # fmt: skip
_TYPED_VARIANTS = ((r"th", "t"), (r"dh", "d"), (r"[td]w", "t"), (r"v", "b"), (r"m(?=[bp])", "n"))
_LONG_VOWELS = ((r"(.)\1", r"\1"), (r"ou", "o"))


def _replace(text: str, rules: Iterable[tuple[str, str]]) -> str:
    for pattern, replacement in rules:
        text = re.sub(pattern, replacement, text)
    return text


def _without_latin_accents(text: str) -> str:
    """Drop accents from Latin letters only: a dakuten or a vowel sign changes the word."""
    kept: list[str] = []
    base = ""
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.category(char) != "Mn":
            base = char
        elif base < "\u0250":
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def plain(text: str) -> str:
    """The comparison form of a spelling: width, case, kana kind, accents and spaces do not count.

    >>> plain("TIẾNG Việt"), plain("ベトナム 語")
    ('tiengviet', 'べとなむ語')
    """
    text = _without_latin_accents(unicodedata.normalize("NFKC", text).casefold())
    text = jaconv.kata2hira(text).translate(_LETTERS)
    return "".join(c for c in text if unicodedata.category(c)[0] in "LMN")


def _hepburn(kana: str) -> str:
    for small, latin in _SMALL_VOWELS.items():
        kana = kana.replace(small, latin)
    return str(jaconv.kana2alphabet(kana))


def sound(spelling: str) -> str:
    """One form for every way to type the same Japanese sound, long vowels shortened."""
    latin = re.sub(r"[^\w]", "", _hepburn(plain(spelling)))
    return _replace(latin, (*_KUNREI, *_TYPED_VARIANTS, *_LONG_VOWELS))


def romaji(kana: str) -> tuple[str, ...]:
    """Hepburn and Kunrei, long and short vowels, as a Japanese keyboard produces them."""
    long = _hepburn(jaconv.kata2hira(kana)).replace(" ", "-")
    hepburn = (long, _replace(long.replace("-", ""), _LONG_VOWELS))
    return tuple(dict.fromkeys((*hepburn, *(_replace(form, _KUNREI) for form in hepburn))))
