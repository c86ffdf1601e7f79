"""After the release: paid, handed over, receipted, or sent back by the bank.

A transfer is paid on its value date; cash and cards on the day somebody enters. What the bank sends
back frees its entries for the next batch, and its withheld tax no longer belongs to the month.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from accounts.errors import ActionError
from accounts.models import Membership, Role, User
from accounts.times import local
from honoraria import signature
from honoraria.models import (
    BankAccount,
    Closing,
    Honorarium,
    Payment,
    PaymentBatch,
    PaymentLine,
)
from honoraria.payees import accounts
from honoraria.payments.locks import (
    end_batch,
    locked_batch,
    locked_payment,
    log,
    move_entries,
    move_payment,
    planned_payments,
    say_why,
)
from honoraria.payments.telling import tell_paid, tell_returned
from honoraria.payments.verifying import taken_back
from honoraria.tax.remitting import after_remittance
from honoraria.tax.withholding import withhold

CLOSED, PAID = Honorarium.State.CLOSED, Honorarium.State.PAID
RECEIPTS = ("phone", "paper")


def finish_batch(
    batch: PaymentBatch, paid_on: date | None = None, *, by: User, at: datetime
) -> PaymentBatch:
    """Everything that is still planned was paid. ``paid_on`` (cash): when, in Tokyo.

    The log says how much of the tax belongs to a month that was already remitted.
    Cards are handed out one person at a time, from the register. Raises ActionError: wrong_state,
    too_early, paid_on, tax_changed, cards, being_corrected (cash that was taken back meanwhile).
    """
    with transaction.atomic():
        found = locked_batch(batch)
        if found.method == PaymentBatch.Method.GIFT_CARD:
            raise ActionError("cards", "図書カード等は、受払簿から1人ずつ渡してください。")
        day = _paid_on(found, paid_on, at)
        payments = planned_payments(found)
        if found.method != PaymentBatch.Method.BANK:  # a file that was sent cannot be held back
            _refuse_taken_back(payments)
        for one in payments:
            _pay(one, day)
        move_entries(payments, CLOSED, PAID)
        end_batch(found, by=by, at=at)
        tell_paid(payments, found.organization, at)
        paid = sum(one.net for one in payments)
        late = after_remittance(payments)
        log(found, "payment_batch.paid", by=by, at=at, paid_on=f"{day}", net=paid, late_tax=late)
    return found


def finish_payment(
    payment: Payment, paid_on: date | None = None, *, by: User, at: datetime
) -> Payment:
    """One person of a cash or card batch was paid; the last one finishes the batch.

    Raises ActionError: wrong_state, whole_file, too_early, paid_on, tax_changed, being_corrected.
    """
    with transaction.atomic():
        one = locked_payment(payment)
        batch = one.batch
        if batch.method == PaymentBatch.Method.BANK:
            text = "振込は、まとまりごとに支払済みにしてください。"
            raise ActionError("whole_file", text)
        cards = batch.method == PaymentBatch.Method.GIFT_CARD
        if cards and not one.gift_card_moves.exists():  # the register comes first
            raise ActionError("cards", "図書カード等は、受払簿から渡してください。")
        day = _paid_on(batch, paid_on, at)
        _refuse_taken_back([one])
        _pay(one, day)
        move_entries([one], CLOSED, PAID)
        if not batch.payments.filter(state=Payment.State.PLANNED).exists():
            end_batch(batch, by=by, at=at)
        tell_paid([one], batch.organization, at)
        detail = {"paid_on": f"{day}", "net": one.net, "late_tax": after_remittance([one])}
        log(batch, "payment.paid", by=by, at=at, payment=one.pk, **detail)
    return one


def return_payment(
    payment: Payment, reason: str, *, by: User, at: datetime, end_account: bool = False
) -> Payment:
    """The bank sent a transfer back (or cash was not handed over after all).

    The entries go back to closed and wait for the next batch, where tax is withheld anew; the tax
    of this payment no longer counts for its month. The audit line says whether that month was
    already remitted. ``end_account``: the account is not to be used again. Cash that somebody
    signed for was handed over; a slip that was noted by mistake is an administrator's to undo.
    Raises ActionError: reason_missing, wrong_state, cards, received.
    """
    why = say_why(reason, 200)
    with transaction.atomic():
        one = locked_payment(payment)
        if one.batch.method == PaymentBatch.Method.GIFT_CARD:
            raise ActionError("cards", "図書カード等は、受払簿で返却を記録してください。")
        move_payment(one, Payment.State.RETURNED)
        _refuse_received(one, by)
        move_entries([one], PAID, CLOSED)
        one.lines.update(stands=False)
        one.return_reason, one.returned_on = why, local(at).date()
        one.save(update_fields=["state", "return_reason", "returned_on"])
        if one.batch.method == PaymentBatch.Method.BANK:
            tell_returned(one, at)
        if end_account and one.account and one.account.state != BankAccount.State.ENDED:
            _end(one.account, why, by, at)
        detail = {"payment": one.pk, "net": one.net, "withheld": one.withheld, "reason": why}
        log(
            one.batch,
            "payment.returned",
            by=by,
            at=at,
            **detail,
            tax_remitted=after_remittance([one]) > 0,
            receipt=one.receipt_how,
            account_ended=end_account,
        )
    return one


def _refuse_received(payment: Payment, by: User) -> None:
    if payment.receipt_at is None:
        return
    admins = Membership.objects.filter(
        organization=payment.organization_id, role=Role.ADMIN, active=True
    )
    if payment.receipt_how == "phone" or not admins.filter(user=by).exists():
        text = (
            "受領が記録されているため、渡していなかったことにはできません。"
            "返してもらったときは、謝礼を訂正（取消し）してください。"
        )
        raise ActionError("received", text)


def record_cash_receipt(
    payment: Payment, how: str, signed: str = "", *, by: User | None, at: datetime
) -> Payment:
    """The person confirmed to have received cash; ``signed``: the signature given on the phone.

    ``by`` is None for a volunteer without a sign-in. Texts are in the reader's language. Raises
    ActionError: not_cash, not_paid, already_received, unsigned.
    """
    with transaction.atomic():
        one = locked_payment(payment)
        if one.batch.method != PaymentBatch.Method.CASH:
            raise ActionError("not_cash", _("受領の署名は、現金で支払ったときだけです。"))
        if one.state != Payment.State.PAID:
            raise ActionError("not_paid", _("まだお渡ししていないか、取り消されたものです。"))
        if one.receipt_at is not None:
            raise ActionError("already_received", _("受け取りの確認は済んでいます。"))
        if how not in RECEIPTS or (how == "phone" and not signed):
            raise ActionError("unsigned", "署名がありません。", field="signature", status=400)
        one.receipt_at, one.receipt_how, one.signature = at, how, signed
        one.save(update_fields=["receipt_at", "receipt_how", "signature"])
        label = "" if by else one.volunteer.name
        log(one.batch, "payment.received", by=by, at=at, label=label, payment=one.pk, how=how)
    return one


def sign_for_cash(
    payment: Payment, *, path: str = "", name: str = "", by: User | None, at: datetime
) -> Payment:
    """The volunteer signs on the phone: ``path`` drawn, or the own ``name`` typed.

    Raises ActionError: those of `signature` and of `record_cash_receipt`.
    """
    person = payment.volunteer
    stored = signature.given(path, name, [person.name, person.kana])
    return record_cash_receipt(payment, "phone", stored, by=by, at=at)


def _closed_on(batch: PaymentBatch) -> date:
    """When the last of the months was closed: nothing was payable before that day."""
    lines = PaymentLine.objects.filter(payment__batch=batch).order_by()
    months = lines.annotate(month=TruncMonth("honorarium__booked_on")).values("month")
    closings = Closing.objects.filter(
        organization=batch.organization_id, reopened_at=None, month__in=months
    )
    last = closings.aggregate(last=Max("closed_at"))["last"]
    return local(last or batch.created_at).date()


def _paid_on(batch: PaymentBatch, wanted: date | None, at: datetime) -> date:
    """The day of payment: a transfer's value date, else the day entered, in neither case to come."""
    today = local(at).date()
    if batch.state != PaymentBatch.State.RELEASED:
        raise ActionError("wrong_state", "承認済みの支払だけを支払済みにできます。")
    if batch.method == PaymentBatch.Method.BANK:
        if batch.value_date > today:
            raise ActionError("too_early", "振込指定日になってから、支払済みにしてください。")
        return batch.value_date
    day = wanted or today
    decided = _closed_on(batch)
    if not decided <= day <= today:
        text = (
            f"支払った日は、月を締めた日（{decided.year}年{decided.month}月{decided.day}日）から"
            "今日までの日にしてください。"
        )
        raise ActionError("paid_on", text, field="paid_on", status=400)
    return day


def _pay(payment: Payment, day: date) -> None:
    """Mark a payment as paid; when another table of rates holds that day, its components."""
    move_payment(payment, Payment.State.PAID)
    payment.paid_on = day
    fields = ["state", "paid_on"]
    if payment.withheld and day != payment.batch.value_date:
        again = withhold(payment.taxable, day, residency=payment.residency)
        if again.tax != payment.withheld:
            text = (
                f"{payment.volunteer.name}さんの源泉徴収税額が、支払日の税率では変わります。"
                "この支払を取り消して、支払日を入れ直して作成してください。"
            )
            raise ActionError("tax_changed", text)
        payment.components = again.components
        fields.append("components")
    payment.save(update_fields=fields)


def _refuse_taken_back(payments: Sequence[Payment]) -> None:
    """Cash and cards are still in the house: they are not handed over for what was taken back."""
    if (found := taken_back(payments)) is not None:
        raise ActionError(found.code, found.text)


def _end(account: BankAccount, reason: str, by: User, at: datetime) -> None:
    # told of the return already
    accounts.end_account(account, f"振込不能：{reason}", by=by, at=at, tell=False)
