"""What somebody types of a bank account → what is kept, or a refusal with the field named.

Banks and branches must exist today, the number has seven digits, the holder's name is written in
the letters of a transfer file. A Post Bank book is converted, its symbol and number kept beside.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from accounts.errors import ActionError
from honoraria.banking import branches
from honoraria.banking.names import PAYEE_LIMIT, BankTextError, zengin_text
from honoraria.banking.post import PostError, convert
from honoraria.models import BankAccount

NUMBER_DIGITS = 7


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """A bank account; ``post_symbol`` is «10530-12345671» for a Post Bank book, else empty."""

    bank_code: str
    branch_code: str
    kind: str
    number: str
    holder: str
    post_symbol: str = ""

    def __repr__(self) -> str:
        """Without number and holder: such values end up in logs."""
        return f"AccountEntry({self.bank_code}-{self.branch_code})"


def from_book(symbol: str, number: str, holder: str) -> AccountEntry:
    """The account of a Post Bank book. Raises ActionError of field symbol or number."""
    try:
        found = convert(symbol, number)
    except PostError as error:
        raise ActionError(error.code, error.text, field=error.field, status=400) from error
    kept = f"{_digits(symbol)}-{_digits(number)}"
    return AccountEntry(found.bank, found.branch, found.kind, found.account, holder, kept)


def written(entry: AccountEntry) -> AccountEntry:
    """The entry as it is kept.

    Raises ActionError: unknown_bank, unknown_branch, unknown_kind, bad_number, and of the holder
    invalid_char, too_long, empty.
    """
    check_place(entry.bank_code, entry.branch_code)
    if entry.kind not in BankAccount.Kind.values:
        raise ActionError("unknown_kind", "種目を選んでください。", field="kind", status=400)
    number = _digits(entry.number)
    if not re.fullmatch(rf"[0-9]{{{NUMBER_DIGITS}}}", number):
        text = "口座番号は7けたの数字で入力してください。6けた以下のときは、前に0を付けてください。"
        raise ActionError("bad_number", text, field="number", status=400)
    return replace(entry, number=number, holder=holder_written(entry.holder))


def check_place(bank_code: str, branch_code: str) -> None:
    """Raises ActionError unknown_bank or unknown_branch, with what to do."""
    if branches.bank(bank_code) is None:
        text = "この金融機関は見つかりません。もう一度選んでください。"
        raise ActionError("unknown_bank", text, field="bank_code", status=400)
    if branches.branch(bank_code, branch_code) is None:
        text = "この支店は見つかりません（統廃合の可能性があります）。支店を選び直してください。"
        raise ActionError("unknown_branch", text, field="branch_code", status=400)


def holder_written(holder: str) -> str:
    """The holder in zengin letters. Raises ActionError with the letter named."""
    try:
        return zengin_text(holder, PAYEE_LIMIT)
    except BankTextError as error:
        raise ActionError(error.code, error.text, field="holder", status=400) from error


def _digits(text: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
