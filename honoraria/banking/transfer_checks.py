"""Looking for mistakes in a file of transfers, whoever made it.

Everything a bank would send back is a problem; what is only unlikely (one payee twice with the same
amount) is a warning. Records count from 1. Account numbers are never part of a text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from honoraria.banking import branches
from honoraria.banking.calendar import is_bank_business_day
from honoraria.banking.names import LETTERS, zengin_bytes
from honoraria.banking.records import (
    DATA,
    END,
    HEADER,
    KINDS,
    LENGTH,
    TRAILER,
    Layout,
    TransferError,
    fields_of,
    records_of,
)

_ALLOWED = frozenset(zengin_bytes("".join(sorted(LETTERS))))
_LAYOUTS: dict[bytes, Layout] = {b"1": HEADER, b"2": DATA, b"8": TRAILER, b"9": END}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake; ``record`` counts from 1, 0 for the whole file."""

    code: str
    text_ja: str
    record: int = 0
    warning: bool = False


def check(content: bytes, value_date: date | None = None) -> list[Problem]:
    """Every mistake of a file in its order; ``value_date``: the day it should name.

    The file names a day without its year: that banks are open on it is checked with ``value_date``.
    """
    try:
        records = records_of(content)
    except TransferError as error:
        return [Problem(error.code, error.text)]
    found = [*_shape(records)]
    if found:
        return found
    for number, record in enumerate(records, start=1):
        found += _letters(record, number)
    header = fields_of(records[0], HEADER)
    rows = [fields_of(one, DATA) for one in records[1:-2]]
    found += _place(header, 1)
    found += _day(header["day"], value_date)
    for number, row in enumerate(rows, start=2):
        found += [*_place(row, number), *_transfer(row, number)]
    found += _sums(rows, fields_of(records[-2], TRAILER), len(records) - 1)
    return found + _twice(rows)


def _shape(records: list[bytes]) -> Iterator[Problem]:
    kinds = b"".join(one[:1] for one in records)
    for number, record in enumerate(records, start=1):
        if len(record) != LENGTH:
            text = f"{number}行目が{len(record)}バイトです（120バイトのはずです）。"
            yield Problem("record_length", text, number)
    if len(records) < 4 or kinds != b"1" + b"2" * (len(records) - 3) + b"89":
        yield Problem("record_order", "見出し・明細・合計・終わりの順に並んでいません。")


def _letters(record: bytes, number: int) -> Iterator[Problem]:
    """Bytes outside the set, numbers that are none, padding that is none."""
    if not _ALLOWED.issuperset(record):
        yield Problem("invalid_char", f"{number}行目に、使えない文字があります。", number)
    for name, value, kind in _typed(record):
        if kind == "N" and not (value.isascii() and value.isdigit()):
            yield Problem(
                "not_digits", f"{number}行目の{_called(name)}が数字ではありません。", number
            )
        if name == "rest" and value.strip(" "):
            yield Problem("not_blank", f"{number}行目の予備の欄が空白ではありません。", number)
        if name == "name" and (not value.strip(" ") or value.startswith(" ")):
            yield Problem("bad_name", f"{number}行目の名義が空か、左に詰めてありません。", number)


def _typed(record: bytes) -> Iterator[tuple[str, str, str]]:
    layout = _LAYOUTS[record[:1]]
    values = fields_of(record, layout)
    return ((name, values[name], kind) for name, _, kind in layout)


def _called(name: str) -> str:
    words = {
        "code": "委託者コード", "day": "振込指定日", "bank": "銀行番号", "branch": "支店番号",
        "kind": "預金種目", "account": "口座番号", "amount": "振込金額", "count": "件数",
        "total": "合計",
    }  # fmt: skip
    return words.get(name, "欄")


def _place(row: dict[str, str], number: int) -> Iterator[Problem]:
    if branches.bank(row["bank"]) is None:
        yield Problem("unknown_bank", f"{number}行目の金融機関がありません。", number)
    elif branches.branch(row["bank"], row["branch"]) is None:
        text = f"{number}行目の支店がありません（統廃合の可能性があります）。"
        yield Problem("unknown_branch", text, number)
    if row["kind"] not in KINDS:
        yield Problem("unknown_kind", f"{number}行目の預金種目が正しくありません。", number)


def _day(day: str, value_date: date | None) -> Iterator[Problem]:
    try:
        date(2000, int(day[:2]), int(day[2:]))  # a leap year: 29 February may be right
    except ValueError:
        yield Problem("bad_day", "振込指定日が日付ではありません。", 1)
        return
    if value_date is None:
        return
    if day != f"{value_date:%m%d}":
        yield Problem("other_day", "振込指定日が、支払日と違います。", 1)
    if not is_bank_business_day(value_date):
        yield Problem("bank_closed", "振込指定日が、銀行の休業日です。", 1)


def _transfer(row: dict[str, str], number: int) -> Iterator[Problem]:
    if row["amount"].isdigit() and int(row["amount"]) == 0:
        yield Problem("amount_not_positive", f"{number}行目の振込金額が0円です。", number)


def _sums(rows: list[dict[str, str]], trailer: dict[str, str], number: int) -> Iterator[Problem]:
    total = sum(int(row["amount"]) for row in rows if row["amount"].isdigit())
    count = len(rows)
    if trailer["count"].isdigit() and int(trailer["count"]) != count:
        text = f"合計件数が{int(trailer['count'])}件ですが、明細は{count}件です。"
        yield Problem("trailer_count_mismatch", text, number)
    if trailer["total"].isdigit() and int(trailer["total"]) != total:
        text = f"合計金額が{int(trailer['total']):,}円ですが、明細の合計は{total:,}円です。"
        yield Problem("trailer_total_mismatch", text, number)


def _twice(rows: list[dict[str, str]]) -> list[Problem]:
    """The same account and amount in more than one record: named at the later ones."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for number, row in enumerate(rows, start=2):
        key = tuple(row[name] for name in ("bank", "branch", "kind", "account", "amount"))
        if seen[key]:
            text = f"{number}行目は、同じ口座・同じ金額の振込がほかにもあります。"
            found.append(Problem("duplicate", text, number, warning=True))
        seen[key] += 1
    return found
