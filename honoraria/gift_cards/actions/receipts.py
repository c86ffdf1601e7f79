"""受領: the volunteer says to have received the cards, on the phone or on a slip of paper.

A receipt is given once and stays; it belongs to a payment that was handed out.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import User
from accounts.times import instant, local
from honoraria import signature
from honoraria.models import Payment, PaymentBatch
from honoraria.payments.locks import locked_payment


def sign(
    payment: Payment, *, path: str = "", name: str = "", by: User | None, at: datetime
) -> Payment:
    """The volunteer signs on the phone: ``path`` drawn, or the own ``name`` typed.

    Texts are in the reader's language. Raises ActionError: those of `signature`, not_handed_out,
    already_received.
    """
    with transaction.atomic():
        one = locked_payment(payment)
        _check(one)
        person = one.volunteer
        stored = signature.given(path, name, [person.name, person.kana])
        one.receipt_at, one.receipt_how, one.signature = at, "phone", stored
        one.save(update_fields=["receipt_at", "receipt_how", "signature"])
        label = "" if by else person.name
        record(
            one.key, "gift_cards.received", organization=one.organization_id, by=by, at=at,
            label=label, how="phone",
        )  # fmt: skip
    return one


def tick_paper(payment: Payment, *, on: date, by: User, at: datetime) -> Payment:
    """Somebody of the office has the signed slip, dated ``on``.

    Raises ActionError: not_handed_out, already_received, receipt_day.
    """
    with transaction.atomic():
        one = locked_payment(payment)
        _check(one)
        if one.paid_on is None or not one.paid_on <= on <= local(at).date():
            text = "受領の日は、渡した日から今日までの日にしてください。"
            raise ActionError("receipt_day", text, field="on", status=400)
        one.receipt_at, one.receipt_how = instant(on, 0), "paper"
        one.save(update_fields=["receipt_at", "receipt_how"])
        record(
            one.key, "gift_cards.received", organization=one.organization_id, by=by, at=at,
            how="paper", on=f"{on}",
        )  # fmt: skip
    return one


def _check(payment: Payment) -> None:
    handed = payment.state == Payment.State.PAID
    if not handed or payment.batch.method != PaymentBatch.Method.GIFT_CARD:
        raise ActionError("not_handed_out", _("まだお渡ししていないか、返却されたものです。"))
    if payment.receipt_at is not None:
        raise ActionError("already_received", _("受け取りの確認は済んでいます。"))
