"""The transfer file of a batch: made of copies, the same bytes for ever.

At release the paying account and every recipient are copied (encrypted) into the batch, and the hash
of the file is kept. The file itself is not stored: it is made again from the copies, and refused
when its hash is no longer the one that was released.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from accounts.errors import ActionError
from honoraria.banking import branches, transfer
from honoraria.models import Payment, PaymentBatch

Copy = dict[str, Any]
POSITION = "position"  # in the file, counted from 1: numbers of the register may change later
READABLE = (PaymentBatch.State.RELEASED, PaymentBatch.State.PAID)


def bank_file(batch: PaymentBatch) -> bytes:
    """The bytes that were released. Raises ActionError: not_released, file_differs."""
    if batch.method != PaymentBatch.Method.BANK or batch.state not in READABLE:
        raise ActionError("not_released", "承認された振込だけをダウンロードできます。")
    # in the order of the release, also those that the bank sent back: the file does not change
    payments = batch.payments.exclude(sent_to="").order_by("volunteer__number", "pk")
    try:
        records = sorted(
            (json.loads(one.sent_to) for one in payments), key=lambda one: one.get(POSITION, 0)
        )
        data = build(json.loads(batch.header), records)
    except (ValueError, TypeError, KeyError) as error:
        raise _differs() from error
    if digest(data) != batch.sha256:
        raise _differs()
    return data


def file_title(batch: PaymentBatch) -> str:
    """``tsunagi-20261130-12.txt``"""
    return f"tsunagi-{batch.value_date:%Y%m%d}-{batch.pk}.txt"


def digest(data: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def build(header: Copy, records: Sequence[Copy]) -> bytes:
    """The file of copies. Raises TransferError."""
    fields = [{key: one[key] for key in one if key != POSITION} for one in records]
    return transfer.write(
        transfer.Consignor(**header["consignor"]),
        [transfer.Transfer(**one) for one in fields],
        date.fromisoformat(header["value_date"]),
        transfer.Form(**header["form"]),
    )


def header_of(batch: PaymentBatch) -> Copy:
    """The paying account as it is now, with what its bank wants of the file."""
    account = batch.paying_account
    if account is None:
        raise ValueError("a transfer without a paying account")
    consignor = transfer.Consignor(
        code=account.consignor_code.zfill(10),
        name=account.consignor_name,
        kind=account.kind,
        account=account.number,
        **_place(account.bank_code, account.branch_code),
    )
    form = transfer.Form(
        newline=account.newline,  # type: ignore[arg-type]
        last_newline=account.last_newline,
        transfer_kind=account.transfer_kind,
        customer_code=account.customer_code,  # type: ignore[arg-type]
        customer_code2=account.customer_code2,  # type: ignore[arg-type]
    )
    day = batch.value_date.isoformat()
    return {"consignor": asdict(consignor), "form": asdict(form), "value_date": day}


def record_of(payment: Payment) -> Copy:
    """Where the money of a payment goes, as the account is now."""
    account = payment.account
    if account is None:
        raise ValueError("a transfer without an account")
    record = transfer.Transfer(
        kind=account.kind,
        account=account.number,
        name=account.holder,
        amount=payment.net,
        customer=str(payment.volunteer.number),
        **_place(account.bank_code, account.branch_code),
    )
    return asdict(record)


def _place(bank_code: str, branch_code: str) -> dict[str, str]:
    bank, branch = branches.bank(bank_code), branches.branch(bank_code, branch_code)
    if bank is None or branch is None:
        text = "金融機関または支店が一覧にありません。"
        raise transfer.TransferError("unknown_branch", text)
    return {
        "bank": bank_code,
        "bank_name": branches.file_name(bank),
        "branch": branch_code,
        "branch_name": branches.file_name(branch),
    }


def _differs() -> ActionError:
    text = (
        "振込データを承認したときと同じ内容で作れません。銀行へ送らず、管理者に連絡してください。"
    )
    return ActionError("file_differs", text)
