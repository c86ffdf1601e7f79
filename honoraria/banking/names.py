"""Letters of a transfer file: JIS X 0201 single bytes, and few of those.

Allowed: half-width katakana without ヲ, voiced marks as bytes of their own, A-Z, 0-9, space and
``( ) - . / \\ ｢ ｣`` (Zengin standard, strict set). Width, case and hiragana are a matter of writing
and are converted; ``ー`` becomes ``-`` and small kana large, as the standard wants. Anything else is
refused with the letter named: readings are never guessed, names are never cut.
"""

from __future__ import annotations

import unicodedata
from typing import Final

PAYEE_LIMIT: Final = 30
CONSIGNOR_LIMIT: Final = 40
BANK_LIMIT: Final = 15

_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
_HALF_KANA = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ"
_SMALL = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_SMALL_HALF = dict(zip("ｧｨｩｪｫｯｬｭｮ", "ｱｲｳｴｵﾂﾔﾕﾖ", strict=True))
_MARKS = {"゛": "ﾞ", "゜": "ﾟ", "\u3099": "ﾞ", "\u309a": "ﾟ", "ﾞ": "ﾞ", "ﾟ": "ﾟ"}
# one sign under several code points, as keyboards and lists of banks write it
_DASHES = dict.fromkeys("ーｰ－−‐‑", "-")
_SIGNS = {"「": "｢", "」": "｣", "￥": "\\", "¥": "\\"}
_VOICED = frozenset("ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ")
_SEMIVOICED = frozenset("ﾊﾋﾌﾍﾎ")
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ()-./\\｢｣" + _HALF_KANA)
LETTERS: Final = _PLAIN | {"ﾞ", "ﾟ"}
"""Every letter that may stand in a file."""


class BankTextError(ValueError):
    """A text that a bank file cannot hold; ``text`` says so in Japanese.

    ``code``: invalid_char (``char`` as it was typed), too_long (``length`` in bytes), empty.
    """

    def __init__(self, code: str, text: str, *, char: str = "", length: int = 0) -> None:
        super().__init__(text)
        self.code, self.text, self.char, self.length = code, text, char, length


def zengin_text(text: str, limit: int) -> str:
    """``text`` in half-width letters of the set; one letter is one byte.

    Raises BankTextError: invalid_char, too_long (more than ``limit`` bytes), empty.
    """
    found = "".join(_written(text)).strip(" ")
    if not found:
        raise BankTextError("empty", "名義が空です。カタカナで入力してください。")
    if len(found) > limit:
        words = f"{limit}文字（半角、濁点も1文字）までのところ、{len(found)}文字あります。"
        raise BankTextError("too_long", words, length=len(found))
    return found


def zengin_bytes(text: str) -> bytes:
    """The bytes of a text that `zengin_text` gave; the same number as letters."""
    return text.encode("cp932")


def _written(text: str) -> list[str]:
    found: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        half = _half(char)
        marked = half is not None and half[0] in "ﾞﾟ"
        if half is None or (marked and not _fits(half, found)):
            raise _refused(char)
        found.append(half)
    return found


def _half(char: str) -> str | None:
    """The letter of the set, with its mark; None for what the set has not."""
    if char in _HALVES:
        return _HALVES[char]
    if "ぁ" <= char <= "ゖ":
        return _HALVES.get(chr(ord(char) + 0x60))
    if "！" <= char <= "～" or char == "　":
        char = unicodedata.normalize("NFKC", char)
    upper = char.upper() if char.isascii() else char
    return upper if upper in _PLAIN else None


def _fits(mark: str, before: list[str]) -> bool:
    allowed = _VOICED if mark == "ﾞ" else _SEMIVOICED
    return bool(before) and before[-1] in allowed


def _refused(char: str) -> BankTextError:
    shown = char if char.isprintable() and not char.isspace() else f"U+{ord(char):04X}"
    words = f"「{shown}」は口座名義に使えません。{_advice(char)}"
    return BankTextError("invalid_char", words, char=char)


def _advice(char: str) -> str:
    if "CJK" in unicodedata.name(char, ""):
        return "漢字の読みを、通帳のとおりカタカナで入力してください。"
    if char in "ヲをｦ":
        return "銀行の名義では「オ」と書きます。通帳のとおり入力してください。"
    if char.isalpha():
        return "通帳のとおり、カタカナか英字（A～Z）で入力してください。"
    return "カタカナ、英字、数字、空白と ( ) - . / だけが使えます。"


def _halves() -> dict[str, str]:
    plain = dict(zip(_KANA, _HALF_KANA, strict=True))
    plain |= {small: plain[large] for small, large in _SMALL.items()}
    voiced = {
        unicodedata.normalize("NFC", kana + "\u3099"): half + "ﾞ"
        for kana, half in plain.items()
        if half in _VOICED and kana in _KANA
    }
    semivoiced = {
        unicodedata.normalize("NFC", kana + "\u309a"): half + "ﾟ"
        for kana, half in plain.items()
        if half in _SEMIVOICED and kana in _KANA
    }
    return plain | voiced | semivoiced | _SMALL_HALF | _MARKS | _DASHES | _SIGNS


_HALVES: Final = _halves()
