"""The records of a file of transfers (全銀協 総合振込): 120 bytes each, field by field.

Header 1, data 2, trailer 8, end 9. N fields are digits, C fields letters of `names`, F fields are
filled as the bank wants them. Positions are those of the standard, in its order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

LENGTH: Final = 120
KINDS: Final = {"1": "普通", "2": "当座", "4": "貯蓄"}

# name, width, N (number) or C (text); the order is the standard's
HEADER: Final = (
    ("record", 1, "N"), ("type", 2, "N"), ("code_division", 1, "N"), ("code", 10, "N"),
    ("name", 40, "C"), ("day", 4, "N"), ("bank", 4, "N"), ("bank_name", 15, "C"),
    ("branch", 3, "N"), ("branch_name", 15, "C"), ("kind", 1, "N"), ("account", 7, "N"),
    ("rest", 17, "C"),
)  # fmt: skip
DATA: Final = (
    ("record", 1, "N"), ("bank", 4, "N"), ("bank_name", 15, "C"), ("branch", 3, "N"),
    ("branch_name", 15, "C"), ("clearing", 4, "N"), ("kind", 1, "N"), ("account", 7, "N"),
    ("name", 30, "C"), ("amount", 10, "N"), ("new_code", 1, "N"), ("customer1", 10, "F"),
    ("customer2", 10, "F"), ("transfer_kind", 1, "F"), ("edi", 1, "C"), ("rest", 7, "C"),
)  # fmt: skip
TRAILER: Final = (("record", 1, "N"), ("count", 6, "N"), ("total", 12, "N"), ("rest", 101, "C"))
END: Final = (("record", 1, "N"), ("rest", 119, "C"))
Layout = Sequence[tuple[str, int, str]]


class TransferError(ValueError):
    """A transfer that cannot be written; ``index`` counts from 0, None for the consignor.

    ``code``: amount_not_positive, amount_too_large, not_digits, too_long, invalid_char, empty,
    unknown_kind, no_transfers, too_many; ``text`` says it in Japanese.
    """

    def __init__(self, code: str, text: str, *, index: int | None = None, field: str = "") -> None:
        super().__init__(text)
        self.code, self.text, self.index, self.field = code, text, index, field


def records_of(content: bytes) -> list[bytes]:
    """The records of a file with CRLF between them or nothing; an end mark (0x1A) is left out.

    Raises TransferError ``newline`` when the lines are of any other kind.
    """
    body = content.removesuffix(b"\x1a").removesuffix(b"\r\n")
    found = (
        body.split(b"\r\n")
        if b"\r\n" in body
        else [body[at : at + LENGTH] for at in range(0, len(body), LENGTH)]
    )
    if any(b"\r" in one or b"\n" in one for one in found):
        raise TransferError("newline", "改行は CR+LF か、改行なしのどちらかです。")
    return found


def fields_of(record: bytes, layout: Layout) -> dict[str, str]:
    """The fields of a record of 120 bytes, padding included; bytes outside the set as ``�``."""
    found, at = {}, 0
    for name, width, _ in layout:
        found[name] = record[at : at + width].decode("cp932", "replace")
        at += width
    return found
