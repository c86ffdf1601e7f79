"""A file of transfers (全銀協 総合振込): records of 120 bytes, written and read back.

JIS X 0201 single bytes, numbers right-aligned with zeros, text left-aligned with spaces. What does
not fit is refused, never cut. What banks want differently (newline, transfer kind, customer codes)
is a `Form`; the same input gives the same bytes for ever. `check` looks for mistakes in any file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from honoraria.banking.names import (
    BANK_LIMIT,
    CONSIGNOR_LIMIT,
    PAYEE_LIMIT,
    BankTextError,
    zengin_bytes,
    zengin_text,
)
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
from honoraria.banking.transfer_checks import Problem, check

__all__ = [
    "HIGHEST_AMOUNT",
    "MOST_TRANSFERS",
    "Consignor",
    "Form",
    "Problem",
    "Read",
    "Transfer",
    "TransferError",
    "check",
    "check_amount",
    "read",
    "write",
]

HIGHEST_AMOUNT: Final = 9_999_999_999
MOST_TRANSFERS: Final = 999_999

Fill = Literal["number", "zeros", "spaces"]


@dataclass(frozen=True, slots=True)
class Consignor:
    """振込依頼人: who sends, from which account. Names in any writing `zengin_text` takes."""

    code: str
    name: str
    bank: str
    bank_name: str
    branch: str
    branch_name: str
    kind: str
    account: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment in yen; ``customer`` is the payee's number, digits or empty."""

    bank: str
    bank_name: str
    branch: str
    branch_name: str
    kind: str
    account: str
    name: str
    amount: int
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """How this bank wants the file. ``transfer_kind``: 7 wire, 8 by letter, or empty."""

    newline: Literal["crlf", "none"] = "crlf"
    last_newline: bool = True
    transfer_kind: str = "7"
    customer_code: Fill = "number"
    customer_code2: Fill = "zeros"


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says, fields as text without padding; ``transfers`` in the file's order."""

    header: dict[str, str]
    transfers: list[dict[str, str]]
    count: int
    total: int


def write(
    consignor: Consignor, transfers: Sequence[Transfer], value_date: date, form: Form
) -> bytes:
    """The whole file. Raises TransferError; nothing is written of a file with a mistake."""
    if not transfers:
        raise TransferError("no_transfers", "振込が1件もありません。")
    if len(transfers) > MOST_TRANSFERS:
        raise TransferError("too_many", f"1つのファイルは{MOST_TRANSFERS:,}件までです。")
    total = sum(check_amount(one.amount, index) for index, one in enumerate(transfers))
    records = [
        _header(consignor, value_date),
        *(_data(one, form, index) for index, one in enumerate(transfers)),
        _record(TRAILER, {"record": "8", "count": str(len(transfers)), "total": str(total)}, None),
        _record(END, {"record": "9"}, None),
    ]
    newline = b"\r\n" if form.newline == "crlf" else b""
    return newline.join(records) + (newline if form.last_newline else b"")


def check_amount(amount: int, index: int | None = None) -> int:
    """The amount of a transfer in yen, 1 to 9,999,999,999. Raises TransferError."""
    if amount <= 0:
        text = "振込金額は1円以上にしてください。"
        raise TransferError("amount_not_positive", text, index=index, field="amount")
    if amount > HIGHEST_AMOUNT:
        text = f"振込金額は{HIGHEST_AMOUNT:,}円までです。"
        raise TransferError("amount_too_large", text, index=index, field="amount")
    return amount


def read(content: bytes) -> Read:
    """What a file says. Raises TransferError (newline, shape) when it is not of the standard's form;
    whether it is right is for `transfer_checks.check`."""
    records = records_of(content)
    kinds = b"".join(one[:1] for one in records)
    shape = b"1" + b"2" * (len(records) - 3) + b"89"
    if any(len(one) != LENGTH for one in records) or kinds != shape:
        text = "全銀協の総合振込の形式（120バイトの見出し・明細・合計・終わり）ではありません。"
        raise TransferError("shape", text)
    trailer = fields_of(records[-2], TRAILER)
    return Read(
        header=_stripped(records[0], HEADER),
        transfers=[_stripped(one, DATA) for one in records[1:-2]],
        count=_whole(trailer["count"]),
        total=_whole(trailer["total"]),
    )


def _header(consignor: Consignor, value_date: date) -> bytes:
    values = {
        "record": "1",
        "type": "21",
        "code_division": "0",
        "code": consignor.code,
        "name": _text(consignor.name, CONSIGNOR_LIMIT, None, "name"),
        "day": f"{value_date:%m%d}",
        **_place(consignor, None),
    }
    return _record(HEADER, values, None)


def _data(transfer: Transfer, form: Form, index: int) -> bytes:
    values = {
        "record": "2",
        **_place(transfer, index),
        "clearing": "0000",
        "name": _text(transfer.name, PAYEE_LIMIT, index, "name"),
        "amount": str(transfer.amount),
        "new_code": "0",
        "customer1": _customer(transfer.customer, form.customer_code, index),
        "customer2": _customer(transfer.customer, form.customer_code2, index),
        "transfer_kind": form.transfer_kind,
    }
    return _record(DATA, values, index)


def _place(one: Consignor | Transfer, index: int | None) -> dict[str, str]:
    if one.kind not in KINDS:
        raise TransferError("unknown_kind", "口座の種目が正しくありません。", index=index)
    exact = (("bank", one.bank, 4), ("branch", one.branch, 3), ("account", one.account, 7))
    for field, digits, width in exact:
        if not (digits.isascii() and digits.isdigit() and len(digits) == width):
            text = f"{width}けたの数字が必要です。"
            raise TransferError("not_digits", text, index=index, field=field)
    return {
        "bank": one.bank,
        "bank_name": _text(one.bank_name, BANK_LIMIT, index, "bank_name"),
        "branch": one.branch,
        "branch_name": _text(one.branch_name, BANK_LIMIT, index, "branch_name"),
        "kind": one.kind,
        "account": one.account,
    }


def _customer(number: str, fill: Fill, index: int | None) -> str:
    if fill == "spaces":
        return " " * 10
    digits = number if fill == "number" else ""
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        text = "顧客コードは10けたまでの数字です。"
        raise TransferError("not_digits", text, index=index, field="customer")
    return digits.zfill(10)


def _text(text: str, limit: int, index: int | None, field: str) -> str:
    try:
        return zengin_text(text, limit)
    except BankTextError as error:
        raise TransferError(error.code, error.text, index=index, field=field) from error


def _record(layout: Layout, values: dict[str, str], index: int | None) -> bytes:
    parts = []
    for name, width, kind in layout:
        value = values.get(name, "")
        if kind == "N" and not (value.isascii() and value.isdigit()):
            raise TransferError("not_digits", "数字が必要です。", index=index, field=name)
        if len(value) > width:
            text = f"{width}けたまでです。"
            raise TransferError("too_long", text, index=index, field=name)
        parts.append(value.rjust(width, "0") if kind == "N" else value.ljust(width))
    record = zengin_bytes("".join(parts))
    if len(record) != LENGTH:  # cannot happen with the letters of the set: a guard, not a check
        raise TransferError("invalid_char", "半角でない文字があります。", index=index)
    return record


def _stripped(record: bytes, layout: Layout) -> dict[str, str]:
    return {name: value.rstrip(" ") for name, value in fields_of(record, layout).items()}


def _whole(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() else -1
