"""Normal forms of typed text: full-width digits, spaces, marks for "nothing", names to compare.

Normal forms serve reading and comparing only. What is stored of a name is what was typed, with
its spaces made single.
"""

from __future__ import annotations

import re
import unicodedata

import jaconv

_SPACES = re.compile(r"\s+")
_NOTHING = frozenset(
    [
        "",
        "-",
        "ー",
        "―",
        "—",
        "–",
        "－",
        "なし",
        "無し",
        "無",
        "ナシ",
        "特になし",
        "特に無し",
        "n/a",
        "none",
        "/",
    ]
)
_DITTO = frozenset(["〃", "同上", "々", "''", '"', "″", "仝"])
_JOINERS = "\u200c\u200d"
_SEPARATORS = re.compile(r"[、,;；，/／\n\r]+")

# Old and variant forms met in names. Used to compare, never to rewrite a name.
_VARIANTS = str.maketrans(
    {
        "髙": "高", "﨑": "崎", "嵜": "崎", "碕": "崎", "齋": "斉", "齊": "斉", "邊": "辺", "邉": "辺",
        "澤": "沢", "濱": "浜", "濵": "浜", "廣": "広", "國": "国", "櫻": "桜", "嶋": "島", "嶌": "島",
        "眞": "真", "惠": "恵", "龍": "竜", "瀧": "滝", "榮": "栄", "圓": "円", "德": "徳", "黑": "黒",
        "槇": "槙", "萬": "万", "與": "与", "條": "条", "實": "実", "壽": "寿", "藏": "蔵", "聰": "聡",
        "淺": "浅", "桒": "桑", "𠮷": "吉", "栁": "柳", "冨": "富", "曾": "曽",
        "斎": "斉", "渕": "淵", "鷗": "鴎", "彌": "弥", "亞": "亜", "靜": "静", "會": "会",
    }
)  # fmt: skip


def plain(text: str) -> str:
    """Return the text in NFKC with single spaces and none at the ends; newlines are kept."""
    lines = (
        unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    )
    return "\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip()


def tight(text: str) -> str:
    """Return the text in NFKC without any whitespace, in lower case: for tables of known words."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).lower()


def is_nothing(text: str) -> bool:
    """Tell whether somebody typed "none" (なし, －, n/a) instead of leaving the cell empty."""
    return tight(text) in _NOTHING


def is_ditto(text: str) -> bool:
    """Tell whether the cell says "as above" (〃, 同上), which a sorted list no longer supports."""
    return tight(text) in _DITTO


def one_line(text: str) -> str:
    """Return the text as typed, with every run of whitespace made one space."""
    return _SPACES.sub(" ", text).strip()


def pieces(text: str) -> list[str]:
    """Split at the separators people use between items, never at ・ which occurs inside names."""
    return [piece for piece in (part.strip() for part in _SEPARATORS.split(plain(text))) if piece]


def visible(text: str) -> str:
    """Return the text without signs that only steer how others are shown (U+202E, U+200B).

    The two joiners stay: Persian and Sinhala names are written with them.
    """
    return "".join(c for c in text if c in _JOINERS or unicodedata.category(c) != "Cf")


def name_key(name: str) -> str:
    """Return the form by which two spellings of one person's name compare equal.

    NFKC, no spaces or punctuation, lower case, accents removed from Latin letters, old kanji
    forms replaced, hiragana as katakana. Never shown and never stored as the name.
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    kept = "".join(
        c for c in decomposed if not _is_latin_accent(c) and unicodedata.category(c)[0] in "LNM"
    )
    return str(jaconv.hira2kata(unicodedata.normalize("NFC", kept).translate(_VARIANTS)))


def _is_latin_accent(char: str) -> bool:
    return "\u0300" <= char <= "\u036f"
