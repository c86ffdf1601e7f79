"""Preparing a batch: closed entries become payments that wait for a second person's release.

Until it is released a batch costs nothing: it is cancelled, or a person is left out, and the
entries are free again. An entry is in at most one payment that stands (`paid_at_most_once`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from accounts.errors import MOVED, ActionError
from accounts.models import AuditEntry, Organization, User
from honoraria.actions.approval import single_handed
from honoraria.closing.books import lock_books
from honoraria.models import (
    PayingAccount,
    Payment,
    PaymentBatch,
    PaymentLine,
)
from honoraria.payments.conditions import check_paying_account, check_value_date
from honoraria.payments.locks import (
    count_again,
    end_batch,
    locked_batch,
    locked_payment,
    log,
    move_batch,
    move_payment,
    planned_payments,
    say_why,
)
from honoraria.payments.planning import Plan, Planned, plan
from honoraria.payments.selecting import payable

Method = PaymentBatch.Method


def prepare_batch(
    organization: Organization,
    method: str,
    value_date: date,
    account: PayingAccount | None = None,
    *,
    by: User,
    at: datetime,
    only: Collection[int] | None = None,
    also: Collection[int] = (),
    hold: Collection[int] = (),
    seen_total: int | None = None,
) -> PaymentBatch:
    """Make payments of everything payable; whoever is held back waits for the next batch.

    ``only``, ``also``: see `plan`; ``hold``: keys of volunteers who wait this time; ``seen_total``:
    the net yen that were on the screen, with those who wait. Raises ActionError: value_date,
    paying_account, nothing_to_pay, changed_meanwhile.
    """
    check_value_date(method, value_date, at)
    check_paying_account(organization, method, account)
    with transaction.atomic():
        lock_books(organization)
        entries = payable(organization, method, also=also)
        list(entries.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
        planned = plan(organization, method, value_date, only=only, also=also)
        if seen_total is not None and seen_total != planned.totals["net"]:
            raise ActionError("changed_meanwhile", MOVED)
        planned = planned.without(hold)
        if not planned.people:
            raise ActionError("nothing_to_pay", "今支払える謝礼がありません。")
        batch = PaymentBatch.objects.create(
            organization=organization,
            method=method,
            value_date=value_date,
            paying_account=account,
            count=planned.totals["people"],
            total=planned.totals["net"],
            created_at=at,
            created_by=by,
        )
        _write(batch, planned)
        held = [{"volunteer": one.volunteer.pk, "code": one.code} for one in planned.held]
        log(batch, "payment_batch.prepared", by=by, at=at, **planned.totals, held=held)
    return batch


def leave_out(payment: Payment, reason: str, *, by: User, at: datetime) -> Payment:
    """Take one person out of a batch; the entries wait for the next one.

    A transfer file that was released stays as it is, so this is for batches that wait for their
    release, and for cash and cards that were not handed over. When all others were paid, the batch
    is finished by that. Raises ActionError: reason_missing, wrong_state, file_is_fixed, last_one.
    """
    why = say_why(reason, 200)
    with transaction.atomic():
        one = locked_payment(payment)
        batch = one.batch
        if batch.state == PaymentBatch.State.RELEASED and batch.method == Method.BANK:
            text = "承認済みの振込データからは外せません。まとまりごと取り消してください。"
            raise ActionError("file_is_fixed", text)
        move_payment(one, Payment.State.CANCELLED)
        others = batch.payments.exclude(pk=one.pk)
        waiting = others.filter(state=Payment.State.PLANNED).exists()
        if not waiting and not others.filter(state=Payment.State.PAID).exists():
            text = "最後の1人は外せません。まとまりごと取り消してください。"
            raise ActionError("last_one", text)
        one.return_reason = why
        one.save(update_fields=["state", "return_reason"])
        one.lines.update(stands=False)
        count_again(batch)
        batch.save(update_fields=["count", "total"])
        if not waiting:
            end_batch(batch, by=by, at=at)
        log(batch, "payment.left_out", by=by, at=at, payment=one.pk, net=one.net, reason=why)
    return one


def cancel_batch(
    batch: PaymentBatch, reason: str, *, by: User, at: datetime, not_sent: bool = False
) -> PaymentBatch:
    """Cancel the whole batch; its entries are free again.

    ``not_sent``: whoever cancels a released transfer says that the bank has not got the file; who
    ever took the file does not say that alone. Raises ActionError: reason_missing, wrong_state,
    maybe_sent, own_download, partly_paid.
    """
    why = say_why(reason, 300)
    with transaction.atomic():
        found = locked_batch(batch)
        released = found.state == PaymentBatch.State.RELEASED
        move_batch(found, PaymentBatch.State.CANCELLED)
        if released and found.method == Method.BANK and not not_sent:
            text = "振込データを銀行へ送っていないことを確かめ、チェックを入れてください。"
            raise ActionError("maybe_sent", text, field="not_sent", status=400)
        alone = released and _took_the_file(found, by)
        if alone and not single_handed(found.organization):
            text = (
                "振込データを受け取った人とは別の人が、銀行へ送っていないことを確かめて"
                "取り消してください。"
            )
            raise ActionError("own_download", text)
        if found.payments.filter(state=Payment.State.PAID).exists():
            text = "支払済みの人がいるため取り消せません。残りの人を1人ずつ外してください。"
            raise ActionError("partly_paid", text)
        payments = planned_payments(found)
        keys = [one.pk for one in payments]
        Payment.objects.filter(pk__in=keys).update(state=Payment.State.CANCELLED)
        PaymentLine.objects.filter(payment__in=keys).update(stands=False)
        found.reason = why
        found.save(update_fields=["state", "reason"])
        more = {"single_handed": True} if alone else {}
        downloaded = found.downloaded_at is not None
        detail = {"reason": why, "was_released": released, "downloaded": downloaded, **more}
        log(found, "payment_batch.cancelled", by=by, at=at, **detail)
    return found


def _took_the_file(batch: PaymentBatch, user: User) -> bool:
    """The person took the transfer file at some time, whoever took it after."""
    taken = AuditEntry.objects.about(batch.key).filter(verb="payment_batch.downloaded")
    return taken.filter(actor=user).exists()


def _write(batch: PaymentBatch, planned: Plan) -> None:
    """The payments with their lines."""
    payments = Payment.objects.bulk_create([_payment(batch, one) for one in planned.people])
    PaymentLine.objects.bulk_create(
        PaymentLine(
            payment=payment,
            honorarium=line.entry,
            fee=line.fee,
            transport=line.transport,
            taxable=line.taxable,
        )
        for payment, person in zip(payments, planned.people, strict=True)
        for line in person.lines
    )


def _payment(batch: PaymentBatch, one: Planned) -> Payment:
    return Payment(
        organization=batch.organization,
        batch=batch,
        volunteer=one.volunteer,
        decided_on=one.decided_on,
        gross=one.gross,
        taxable=one.withheld.taxable,
        withheld=one.withheld.tax,
        net=one.net,
        residency=one.residency,
        calculation=one.calculation,
        components=one.withheld.components,
        account=one.account,
    )
