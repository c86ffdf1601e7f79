"""The rows a payment's actions lock, always in the same order: books → batch → payments.

Who holds the books is alone with the entries of the organization, so that what was checked under
the lock is still true when it is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.audit import record
from accounts.errors import MOVED, ActionError
from accounts.models import User
from honoraria.closing.books import lock_books
from honoraria.models import Honorarium, Payment, PaymentBatch, PaymentLine


def locked_batch(batch: PaymentBatch) -> PaymentBatch:
    """The batch as it is now, locked until the end of the transaction."""
    lock_books(batch.organization_id)
    rows = PaymentBatch.objects.select_for_update(of=("self",))
    return rows.select_related("organization", "paying_account").get(pk=batch.pk)


def locked_payment(payment: Payment) -> Payment:
    """The payment with its batch, both locked."""
    batch = locked_batch(PaymentBatch.objects.get(pk=payment.batch_id))
    found = Payment.objects.select_for_update(of=("self",)).select_related("volunteer")
    one = found.get(pk=payment.pk)
    one.batch = batch
    return one


def planned_payments(batch: PaymentBatch) -> list[Payment]:
    """What of a batch is still to be paid, locked, in the order of the register."""
    rows = batch.payments.select_for_update(of=("self",)).filter(state=Payment.State.PLANNED)
    return list(
        rows.select_related("volunteer__payee", "account").order_by("volunteer__number", "pk")
    )


def move_batch(batch: PaymentBatch, to: str) -> None:
    """Change the state if the table of moves allows it. Raises ActionError: wrong_state."""
    if to not in batch.MOVES[PaymentBatch.State(batch.state)]:
        raise ActionError("wrong_state", MOVED)
    batch.state = to


def end_batch(batch: PaymentBatch, *, by: User, at: datetime) -> None:
    """Nobody of the batch is still to be paid. Raises ActionError: wrong_state."""
    move_batch(batch, PaymentBatch.State.PAID)
    batch.finished_at, batch.finished_by = at, by
    batch.save(update_fields=["state", "finished_at", "finished_by"])


def move_payment(payment: Payment, to: str) -> None:
    """Change the state if the table of moves allows it. Raises ActionError: wrong_state."""
    if to not in payment.MOVES[Payment.State(payment.state)]:
        raise ActionError("wrong_state", MOVED)
    payment.state = to


def move_entries(payments: Iterable[Payment], before: str, after: str) -> int:
    """Move the entries of standing lines; all of them or none. Raises ActionError."""
    lines = PaymentLine.objects.filter(payment__in=list(payments), stands=True)
    keys = list(lines.values_list("honorarium", flat=True))
    moved = Honorarium.objects.filter(pk__in=keys, state=before).update(state=after)
    if moved != len(keys):
        raise ActionError("entry_moved", MOVED)
    return moved


def count_again(batch: PaymentBatch) -> None:
    """Number and sum of the payments that still stand, into the batch; the caller saves it."""
    standing = batch.payments.filter(state__in=[Payment.State.PLANNED, Payment.State.PAID])
    nets = list(standing.values_list("net", flat=True))
    batch.count, batch.total = len(nets), sum(nets)


def say_why(reason: str, length: int) -> str:
    """The reason somebody typed. Raises ActionError: reason_missing."""
    if not reason.strip():
        raise ActionError("reason_missing", "理由を入力してください。", field="reason", status=400)
    return reason.strip()[:length]


def log(batch: PaymentBatch, verb: str, *, by: User | None, at: datetime, **detail: Any) -> None:
    """A line of the audit trail about the batch."""
    record(batch.key, verb, organization=batch.organization_id, by=by, at=at, **detail)
