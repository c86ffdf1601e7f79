"""Releasing a batch: a second person looks at it, everything is checked again, the file is fixed.

Who releases prepared neither the batch nor approved an entry of it, and is not paid by it. The
organization's policy ``single_handed`` lets one person do all, and each such release says so in the
audit trail.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.errors import MOVED, ActionError
from accounts.models import User
from honoraria.actions.approval import single_handed
from honoraria.models import BankAccount, Honorarium, Payment, PaymentBatch
from honoraria.payments.files import (
    POSITION,
    bank_file,
    build,
    digest,
    file_title,
    header_of,
    record_of,
)
from honoraria.payments.locks import (
    count_again,
    locked_batch,
    log,
    move_batch,
    planned_payments,
)
from honoraria.payments.verifying import Finding, findings

Method = PaymentBatch.Method
SAME_PERSON = "支払を作成した人と承認する人は、別の人にしてください。"


def release_batch(
    batch: PaymentBatch,
    *,
    by: User,
    at: datetime,
    accept: Collection[str] = (),
    seen_total: int | None = None,
) -> PaymentBatch:
    """Check everything again and fix the batch; for transfers also the file and its hash.

    ``accept``: codes of the warnings that were read and accepted; ``seen_total``: the net yen that
    were on the screen. Raises ActionError: wrong_state, same_person, own_approval, own_money,
    changed_meanwhile, and the code of what blocks or of a warning that was not accepted.
    """
    with transaction.atomic():
        found = locked_batch(batch)
        move_batch(found, PaymentBatch.State.RELEASED)
        approvals = own_approvals(found, by)
        alone = refusal(found, by)
        if alone is not None and not single_handed(found.organization):
            raise alone
        _lock_accounts(found)
        payments = planned_payments(found)
        if seen_total is not None and seen_total != sum(one.net for one in payments):
            raise ActionError("changed_meanwhile", MOVED)
        read = findings(found, payments, at)
        _refuse(read, accept)
        count_again(found)
        if found.method == Method.BANK:
            _fix_file(found, payments)
        found.released_at, found.released_by = at, by
        found.save()
        more = {"single_handed": True} if alone else {}
        log(
            found,
            "payment_batch.released",
            by=by,
            at=at,
            count=found.count,
            total=found.total,
            sha256=found.sha256,
            accepted=sorted({one.code for one in read if not one.blocks}),
            own_approvals=approvals,
            **more,
        )
    return found


def refusal(batch: PaymentBatch, user: User) -> ActionError | None:
    """Why somebody may not release the batch, where two people are needed; None when all is well."""
    if batch.created_by_id == user.pk:
        return ActionError("same_person", SAME_PERSON)
    if count := own_approvals(batch, user):
        text = (
            f"あなたが承認した謝礼が{count}件含まれています。"
            "謝礼を承認した人とは別の人が、支払を承認してください。"
        )
        return ActionError("own_approval", text)
    standing = (Payment.State.PLANNED, Payment.State.PAID)
    if batch.payments.filter(volunteer__user=user, state__in=standing).exists():
        text = "ご自身への支払が含まれています。別の人が承認してください。"
        return ActionError("own_money", text)
    return None


def download_file(batch: PaymentBatch, *, by: User, at: datetime) -> bytes:
    """The bytes for the bank; every time somebody takes them is recorded with their hash.

    Raises ActionError: not_released, file_differs.
    """
    with transaction.atomic():
        found = locked_batch(batch)
        data = bank_file(found)
        found.downloaded_at, found.downloaded_by = at, by
        found.save(update_fields=["downloaded_at", "downloaded_by"])
        log(
            found,
            "payment_batch.downloaded",
            by=by,
            at=at,
            file=file_title(found),
            sha256=digest(data),
        )
    return data


def own_approvals(batch: PaymentBatch, user: User) -> int:
    """How many entries of the batch somebody approved."""
    return Honorarium.objects.filter(
        approved_by=user, payment_lines__payment__batch=batch, payment_lines__stands=True
    ).count()


def _lock_accounts(batch: PaymentBatch) -> None:
    """Hold the accounts: whoever changes one waits for the release, and then sees it."""
    accounts = BankAccount.objects.select_for_update().filter(payments__batch=batch)
    list(accounts.order_by("pk").values_list("pk"))


def _fix_file(batch: PaymentBatch, payments: list[Payment]) -> None:
    """Copy what the file is made of into the batch and keep the hash of the file."""
    header = header_of(batch)
    records = [record_of(one) | {POSITION: place} for place, one in enumerate(payments, start=1)]
    batch.header = json.dumps(header, ensure_ascii=False)
    for one, record in zip(payments, records, strict=True):
        one.sent_to = json.dumps(record, ensure_ascii=False)
    Payment.objects.bulk_update(payments, ["sent_to"], batch_size=500)
    batch.sha256 = digest(build(header, records))


def _refuse(found: list[Finding], accept: Collection[str]) -> None:
    """Stop at what blocks, or at a warning that nobody accepted."""
    blocking = [one for one in found if one.blocks]
    asking = [one for one in found if not one.blocks and one.code not in accept]
    for some, intro in ((blocking, ""), (asking, "次の点を確認してください。")):
        if some:
            text = intro + " ".join(one.text for one in some[:5])
            more = f" ほか{len(some) - 5}件。" if len(some) > 5 else ""
            raise ActionError(some[0].code, text + more)
