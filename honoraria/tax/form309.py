"""The file of form 309 (報酬、料金、契約金及び賞金の支払調書) for e-Tax. Pure.

53 columns, no header, Shift_JIS, full-width text, lengths as the tax agency's layout gives them. A
text that the file cannot hold refuses the whole file and names the person: nothing is replaced or
cut. The payee's individual number (My Number) is left for the accountant to fill outside.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from honoraria.tax.payment_records import Kind, Sums
from honoraria.tax.years import era_year

COLUMNS: Final = 53
FIRST_KIND, CELLS_OF_A_KIND = 14, 6  # 区分 to 未徴収税額, repeated for each kind
ADDRESS_LENGTH, NAME_LENGTH, TEL_LENGTH = 60, 30, 15
# vendors' rows of code page 932: in the encoding's table, not in Shift_JIS
VENDOR_BYTES: Final = frozenset({0x87, *range(0xED, 0xEF), *range(0xF0, 0xFD)})
# quotation marks have no full-width form in Shift_JIS; these are what a typesetter takes instead
TYPESET: Final = {"'": "’", '"': "”"}
# half-width katakana and kana with a voiced mark of its own; normalising more would change kanji
NARROW: Final = re.compile("[\uff61-\uff9f]+|.[\u3099\u309a]")
# signs that two tables write with two code points each; the file knows one
SAME_SIGN: Final = str.maketrans({"\u2212": "\uff0d", "\u301c": "\uff5e", "\u2016": "\u2225"})


@dataclass(frozen=True, slots=True)
class Payer:
    """Who files: the organization. ``corporate_number`` has 13 digits or is empty."""

    name: str = ""
    address: str = ""
    tel: str = ""
    corporate_number: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One payee's record; ``who`` names the person in refusals, ``kinds`` in the record's order."""

    who: str
    name: str
    address: str
    kinds: Mapping[Kind, Sums]
    abroad: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A text that the file cannot hold: whose, which one, and what to do."""

    who: str
    text: str


class Form309Error(ValueError):
    """The file was refused; ``problems`` names everybody concerned."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("、".join(f"{one.who}：{one.text}" for one in problems))
        self.problems = problems


def full_width(text: str) -> str:
    """Half-width letters, digits, katakana and spaces as full-width ones."""
    composed = NARROW.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text.strip())
    return "".join(map(_wide, composed)).translate(SAME_SIGN)


def line(payer: Payer, entry: Entry, year: int) -> str:
    """The 53 columns of one record, without a line end. ``year``: calendar year (2026)."""
    cells = [""] * COLUMNS
    cells[0] = "309"
    cells[3:6] = [full_width(payer.address), full_width(payer.name), payer.tel]
    cells[9] = "0"  # no correction
    cells[10] = f"{era_year(date(year, 12, 31)).number:02d}"
    cells[11:14] = [full_width(entry.address), _flag(entry.abroad), full_width(entry.name)]
    for place, (kind, sums) in enumerate(entry.kinds.items()):
        first = FIRST_KIND + place * CELLS_OF_A_KIND
        cells[first : first + CELLS_OF_A_KIND] = [
            kind.value, "", str(sums.amount), _inside(sums.unpaid),
            str(sums.withheld), _inside(sums.unwithheld),
        ]  # fmt: skip
    cells[51] = payer.corporate_number
    cells[52] = " "  # the layout wants a space in the last column when it is empty
    return ",".join(cells)


def encode(text: str) -> bytes:
    """The bytes of a line in Shift_JIS. Raises UnicodeEncodeError for what it cannot hold."""
    for place, letter in enumerate(text):
        if not _fits(letter):
            raise UnicodeEncodeError("shift_jis", text, place, place + 1, "not in Shift_JIS")
    return text.encode("cp932")


def file(payer: Payer, entries: Iterable[Entry], year: int) -> bytes:
    """The whole file, each line ended by CRLF. Raises Form309Error."""
    rows = list(entries)
    found = problems(payer, rows)
    if found:
        raise Form309Error(found)
    return b"".join(encode(line(payer, one, year)) + b"\r\n" for one in rows)


def problems(payer: Payer, entries: Iterable[Entry]) -> list[Problem]:
    """Everything that keeps the file from being written, by person."""
    found = [
        *_checked("支払者", "名称", payer.name, NAME_LENGTH),
        *_checked("支払者", "所在地", payer.address, ADDRESS_LENGTH),
        *_number_problems(payer),
    ]
    for one in entries:
        found += _checked(one.who, "氏名", one.name, NAME_LENGTH)
        found += _checked(one.who, "住所", one.address, ADDRESS_LENGTH)
    return found


def _checked(who: str, what: str, text: str, limit: int) -> list[Problem]:
    wide = full_width(text)
    if not wide:
        return [Problem(who, f"{what}が入力されていません。")]
    foreign = "".join(dict.fromkeys(letter for letter in wide if not _fits(letter)))
    if foreign:
        return [Problem(who, f"{what}の「{foreign}」は、ファイル（Shift_JIS）に書けない文字です。")]
    if len(wide) > limit:
        return [Problem(who, f"{what}が{limit}文字を超えています（{len(wide)}文字）。")]
    return []


def _number_problems(payer: Payer) -> list[Problem]:
    found = []
    number, tel = payer.corporate_number, payer.tel
    if number and not (len(number) == 13 and number.isascii() and number.isdigit()):
        found.append(Problem("支払者", "法人番号は13桁の数字です。"))
    if not set(tel) <= set("0123456789-()") or len(tel) > TEL_LENGTH:
        found.append(Problem("支払者", f"電話番号は半角の数字と「-」で{TEL_LENGTH}文字までです。"))
    return found


def _wide(letter: str) -> str:
    if letter.isspace():
        return "\u3000"
    if letter in TYPESET:
        return TYPESET[letter]
    return chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter


def _fits(letter: str) -> bool:
    try:
        made = letter.encode("cp932")
    except UnicodeEncodeError:
        return False
    return made[0] >= 0x20 and not (len(made) == 2 and made[0] in VENDOR_BYTES)


def _flag(value: bool) -> str:
    return "1" if value else "0"


def _inside(amount: int) -> str:
    """An amount inside another: left empty when there is none."""
    return str(amount) if amount else ""
