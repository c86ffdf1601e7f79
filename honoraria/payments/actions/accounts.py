"""Paying accounts: from where transfers leave, and what that bank wants of a file.

The number is encrypted and shown by its last digits only. What a released batch was made with is
copied into it, so that a change here does not reach its file.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Organization, User
from honoraria.banking.branches import branch
from honoraria.banking.names import CONSIGNOR_LIMIT, BankTextError, zengin_text
from honoraria.closing.books import lock_books
from honoraria.models import PayingAccount, PaymentBatch


@dataclass(frozen=True, slots=True)
class Particulars:
    """A paying account as it was typed; an empty number keeps the one there is."""

    name: str
    consignor_code: str
    consignor_name: str
    bank_code: str
    branch_code: str
    kind: str
    number: str
    newline: str = PayingAccount.Newline.CRLF
    last_newline: bool = True
    transfer_kind: str = "7"
    customer_code: str = PayingAccount.CustomerCode.NUMBER
    customer_code2: str = PayingAccount.CustomerCode.ZEROS
    active: bool = True


def save_account(
    organization: Organization,
    account: PayingAccount | None,
    particulars: Particulars,
    *,
    by: User,
    at: datetime,
) -> PayingAccount:
    """Enter a paying account or change it; never while a prepared batch waits for it.

    Raises ActionError: consignor_name, branch_unknown, number, in_use.
    """
    _check(account, particulars)
    fields = asdict(particulars)
    number = fields.pop("number")
    fields["consignor_name"] = particulars.consignor_name.strip()
    with transaction.atomic():
        lock_books(organization)
        found = PayingAccount(organization=organization)
        if account is not None:
            found = PayingAccount.objects.select_for_update().get(pk=account.pk)
            _not_waiting(found)
        changed = sorted(key for key, value in fields.items() if getattr(found, key) != value)
        for key, value in fields.items():
            setattr(found, key, value)
        if number:
            changed.append("number")
            found.number, found.tail = number, number[-3:]
        found.save()
        verb = "paying_account.changed" if account else "paying_account.entered"
        key = f"paying_account:{found.pk}"
        record(key, verb, organization=organization, by=by, at=at, fields=changed, tail=found.tail)
    return found


def _check(account: PayingAccount | None, given: Particulars) -> None:
    try:
        zengin_text(given.consignor_name, CONSIGNOR_LIMIT)
    except BankTextError as error:
        raise ActionError(
            "consignor_name", error.text, field="consignor_name", status=400
        ) from error
    if branch(given.bank_code, given.branch_code) is None:
        text = "この金融機関コードと支店コードの組合せは、一覧にありません。"
        raise ActionError("branch_unknown", text, field="branch_code", status=400)
    typed = len(given.number) == 7 and given.number.isascii() and given.number.isdigit()
    if not typed and not (account is not None and not given.number):
        text = "口座番号は7桁の数字で入力してください。"
        raise ActionError("number", text, field="number", status=400)


def _not_waiting(account: PayingAccount) -> None:
    waiting = account.batches.filter(state=PaymentBatch.State.PREPARED)
    if waiting.exists():
        text = "この口座を使う支払が承認を待っています。承認または取消しのあとで変更してください。"
        raise ActionError("in_use", text)
