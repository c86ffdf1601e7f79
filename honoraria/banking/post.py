"""Post Bank (ゆうちょ銀行): the symbol and number on the book → branch and account for transfers.

Symbols that begin with 1 (savings, 総合口座・通常貯金): branch is the second and third digit and 8,
account the number without its last digit, which is 1. Symbols that begin with 0 (振替口座): branch
the same digits and 9, kind 当座, account the whole number. Source: Post Bank, 振込用の店名・預金種目
・口座番号へのご案内.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

POST_BANK: Final = "9900"
SYMBOL: Final = re.compile(r"([01]\d{4})(?:-?\d)?")
"""Five digits; on the books of 振替口座 and some others one more follows, which is not used."""
WIDTH: Final = 7


class PostError(ValueError):
    """A symbol or number that is on no book.

    ``code``: bad_symbol, bad_number, bango_must_end_with_1; ``field``: symbol or number.
    """

    def __init__(self, code: str, text: str, *, field: str) -> None:
        super().__init__(text)
        self.code, self.text, self.field = code, text, field


@dataclass(frozen=True, slots=True)
class PostAccount:
    """Where a transfer goes: four, three, one and seven digits."""

    bank: str
    branch: str
    kind: str
    account: str


def convert(symbol: str, number: str) -> PostAccount:
    """The account of a transfer; full-width digits are taken too. Raises PostError."""
    found = SYMBOL.fullmatch(_plain(symbol))
    if found is None:
        text = "記号は、通帳のとおり5けたの数字で入力してください（例 10530）。"
        raise PostError("bad_symbol", text, field="symbol")
    digits, giro = _plain(number), found[1][0] == "0"
    longest = WIDTH - 1 if giro else WIDTH + 1
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= longest):
        text = f"番号は、通帳のとおり{longest}けたまでの数字で入力してください。"
        raise PostError("bad_number", text, field="number")
    if giro:
        return PostAccount(POST_BANK, found[1][1:3] + "9", "2", digits.zfill(WIDTH))
    if not digits.endswith("1"):
        text = "番号の最後の数字は1のはずです。通帳をもう一度確かめてください。"
        raise PostError("bango_must_end_with_1", text, field="number")
    return PostAccount(POST_BANK, found[1][1:3] + "8", "1", digits[:-1].zfill(WIDTH))


def _plain(text: str) -> str:
    """Half-width digits, one kind of dash, no spaces."""
    return re.sub(r"[‐−ー―]", "-", re.sub(r"\s", "", unicodedata.normalize("NFKC", text)))
