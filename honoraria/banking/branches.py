"""Banks and branches of Japan: does a code exist, what is it called, which ones match what is typed.

The lists are those of the package zengin-code. Importing it would read 1,100 files, so its data
files are read here, each when it is first needed. A branch that is no longer in the list has been
closed or merged: money sent there comes back.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypeVar

from honoraria.banking.names import BANK_LIMIT, zengin_text

MOST: Final = 40
_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶー‐−", "アイウエオツヤユヨワカケ---")
# endings that people type and the lists leave out or shorten; longest first
_BANK_ENDINGS: Final = (
    ("労働金庫", "労金"),
    ("信用金庫", "信金"),
    ("信用組合", "信組"),
    ("農業協同組合", "農協"),
    ("ロウドウキンコ", "ロウキン"),
    ("シンヨウキンコ", "シンキン"),
    ("シンヨウクミアイ", "シンクミ"),
    ("ノウギヨウキヨウドウクミアイ", "ノウキヨウ"),
    ("銀行", ""),
    ("ギンコウ", ""),
)
_BRANCH_ENDINGS: Final = (("出張所", ""), ("シユツチヨウジヨ", ""), ("支店", ""), ("シテン", ""))
Endings = tuple[tuple[str, str], ...]
Place = TypeVar("Place", "Bank", "Branch")


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank: four digits, name without 銀行, reading in full-width katakana."""

    code: str
    name: str
    kana: str
    roma: str

    @property
    def title(self) -> str:
        """The name as people say it: banks get their 銀行 back."""
        bare = self.code < "1000" or self.code == "9900"
        foreign = "・" in self.name or "、" in self.name  # most of these are called otherwise
        return f"{self.name}銀行" if bare and not foreign else self.name


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch: three digits, name without 支店, reading in full-width katakana."""

    bank: str
    code: str
    name: str
    kana: str
    roma: str


def bank(code: str) -> Bank | None:
    """The bank of a code of four digits; None when there is none."""
    return _banks().get(code)


def branch(bank_code: str, code: str) -> Branch | None:
    """The branch of a bank; None when it does not exist, or not any more."""
    return _branches(bank_code).get(code)


def find_banks(query: str, most: int = MOST) -> list[Bank]:
    """Banks by code, katakana, hiragana, kanji or Latin letters; exact ones first."""
    return _best(query, _banks().values(), _BANK_ENDINGS, most)


def find_branches(bank_code: str, query: str, most: int = MOST) -> list[Branch]:
    """Branches of a bank by code, kana, kanji or Latin letters; exact ones first."""
    return _best(query, _branches(bank_code).values(), _BRANCH_ENDINGS, most)


def file_name(place: Bank | Branch) -> str:
    """The reading for a transfer file, half-width, at most 15 bytes.

    The code decides where money goes. A longer reading ends after the last whole kana that fits;
    the lists are cut that way themselves.
    """
    whole = zengin_text(place.kana, 99)
    end = min(len(whole), BANK_LIMIT)
    if whole[end : end + 1] in {"ﾞ", "ﾟ"}:
        end -= 1
    return whole[:end].rstrip()


def _best(query: str, places: Iterable[Place], endings: Endings, most: int) -> list[Place]:
    typed = _key(query)
    keys = {typed} | {_short(typed, endings)} - {""}
    if not typed:
        return []
    ranked = [(rank, one.code, one) for one in places if (rank := _rank(keys, one)) is not None]
    return [one for _, _, one in sorted(ranked, key=lambda row: row[:2])[:most]]


def _rank(keys: set[str], place: Bank | Branch) -> int | None:
    """0 the code or the whole name, 1 its beginning, 2 a part; None for no match."""
    texts = (place.code, _key(place.name), _key(place.kana), _key(place.roma))
    if not keys.isdisjoint(texts):
        return 0
    if any(text.startswith(key) for key in keys for text in texts):
        return 1
    if any(key in text for key in keys for text in texts[1:] if not key.isdecimal()):
        return 2
    return None


def _short(typed: str, endings: Endings) -> str:
    for ending, short in endings:
        if typed.endswith(ending):
            return typed.removesuffix(ending) + short
    return typed


@lru_cache(maxsize=60_000)
def _key(text: str) -> str:
    """How two ways of writing become one: width, hiragana, small kana, dashes, spaces, case."""
    plain = unicodedata.normalize("NFKC", text).lower().replace(" ", "")
    kana = "".join(chr(ord(one) + 0x60) if "ぁ" <= one <= "ゖ" else one for one in plain)
    return kana.translate(_LARGE)


@cache
def _banks() -> dict[str, Bank]:
    found = _read(Path("banks.json"))
    return {code: Bank(code, row["name"], row["kana"], row["roma"]) for code, row in found.items()}


@lru_cache(maxsize=200)
def _branches(bank_code: str) -> dict[str, Branch]:
    if bank_code not in _banks():  # also keeps the code from naming any other file
        return {}
    return {
        code: Branch(bank_code, code, row["name"], row["kana"], row["roma"])
        for code, row in _read(Path("branches", f"{bank_code}.json")).items()
    }


def _read(name: Path) -> dict[str, dict[str, str]]:
    spec = find_spec("zengin_code")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("zengin_code")
    folder = Path(spec.submodule_search_locations[0], "source-data", "data")
    found: dict[str, dict[str, str]] = json.loads((folder / name).read_text("utf-8"))
    return found
