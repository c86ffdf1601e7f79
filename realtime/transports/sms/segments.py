"""How many parts an SMS is sent and charged in: pure arithmetic on its text (3GPP TS 23.038).

A text of only GSM 7-bit letters has 160 of them in one part, 153 in each of several; letters of the
extension table take two places. Any other text, so all Japanese, goes as UCS-2: 70, or 67 each. A
pair that belongs together (an extension letter, an emoji of two UTF-16 units) is never torn apart,
which can leave a place empty.
"""

from __future__ import annotations

from dataclasses import dataclass

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
PLACES = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
"""Places of a text that fits into one part, and of each part of a longer one."""


@dataclass(frozen=True)
class Segments:
    """How a text is sent: ``units`` are septets (GSM-7) or UTF-16 units (UCS-2)."""

    encoding: str
    units: int
    segments: int

    @property
    def room(self) -> int:
        """Units that still fit without another part."""
        single, each = PLACES[self.encoding]
        return (single if self.segments <= 1 else each * self.segments) - self.units


def count(text: str) -> Segments:
    """Parts of a text; an empty one has none."""
    simple = all(letter in GSM or letter in EXTENSION for letter in text)
    widths = [_septets(letter) if simple else _utf16(letter) for letter in text]
    encoding = "GSM-7" if simple else "UCS-2"
    single, each = PLACES[encoding]
    units = sum(widths)
    if units <= single:
        return Segments(encoding, units, min(units, 1))
    return _spread(encoding, widths, each)


def _spread(encoding: str, widths: list[int], each: int) -> Segments:
    """Fill part after part; places lost at the end of a part count as used."""
    parts, used, lost = 1, 0, 0
    for width in widths:
        if used + width > each:
            parts, used, lost = parts + 1, 0, lost + each - used
        used += width
    return Segments(encoding, sum(widths) + lost, parts)


def _septets(letter: str) -> int:
    return 2 if letter in EXTENSION else 1


def _utf16(letter: str) -> int:
    return 2 if ord(letter) > 0xFFFF else 1
