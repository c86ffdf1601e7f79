"""Cards that come back: all of a payment's, or some of them against others.

When all are back, the activities wait to be paid anew. When some are back (a card that cannot be
read, one too many), what the person keeps must still be what is paid, so others are handed over in
the same act where it would fall short. Every line waits for a second person's check.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from accounts.errors import ActionError
from accounts.models import User
from honoraria.actions import single_handed
from honoraria.gift_cards import ledger
from honoraria.gift_cards.actions.handing import NOT_CARDS, log, positive, value_of
from honoraria.gift_cards.fitting import difference_of
from honoraria.models import GiftCardKind, GiftCardMove, Honorarium, Payment, PaymentBatch
from honoraria.payments.locks import locked_payment, move_entries, move_payment, say_why

Verb = GiftCardMove.Verb


def kept_by(payment: Payment) -> dict[int, int]:
    """How many cards the person of a payment has now, by key of the kind."""
    sums = payment.gift_card_moves.order_by().values_list("kind_id").annotate(sum=Sum("change"))
    return {kind: -change for kind, change in sums if change}


def return_cards(
    payment: Payment, reason: str, *, on: date, by: User, at: datetime
) -> list[GiftCardMove]:
    """返却: all cards of a payment are back in the box; its entries wait to be paid anew.

    Once the person has receipted them, somebody other than who handed them out records it. Raises
    ActionError: reason_missing, not_cards, wrong_state, receipted, day_order, month_closed.
    """
    why = say_why(reason, 200)
    with transaction.atomic():
        one = _of_cards(payment)
        move_payment(one, Payment.State.RETURNED)
        alone = _check_receipted(one, by)
        kept = kept_by(one)
        kinds = ledger.lock_kinds(one.organization_id, kept)
        moves = [
            _back(kinds[key], one, kept[key], why, on=on, by=by, at=at) for key in sorted(kept)
        ]
        move_entries([one], Honorarium.State.PAID, Honorarium.State.CLOSED)
        one.lines.update(stands=False)
        one.return_reason, one.returned_on = why, on
        one.save(update_fields=["state", "return_reason", "returned_on"])
        more = {"single_handed": True} if alone else {}
        receipted = one.receipt_at is not None
        log(one, "gift_cards.returned", by, at, reason=why, receipted=receipted, **more)
    return moves


def exchange(
    payment: Payment,
    back: Mapping[int, int],
    instead: Mapping[int, int],
    reason: str,
    *,
    on: date,
    difference: str = "",
    by: User,
    at: datetime,
) -> list[GiftCardMove]:
    """一部の返却・交換: some cards come back, and others may be handed over for them.

    Both: how many by key of the kind. Raises ActionError: reason_missing, no_cards, not_cards,
    not_handed_out, not_theirs, receipted, insufficient_stock, day_order, month_closed and those of
    `difference_of`.
    """
    why = say_why(reason, 100)
    returned, given = positive(back), positive(instead)
    if not returned:
        raise ActionError("no_cards", "戻ったカードの枚数を入力してください。", status=400)
    with transaction.atomic():
        one = _of_cards(payment)
        if one.state != Payment.State.PAID:
            text = "渡したカードだけを、返却・交換できます。"
            raise ActionError("not_handed_out", text)
        before = kept_by(one)
        if any(count > before.get(key, 0) for key, count in returned.items()):
            text = "渡した枚数より多くは戻せません。"
            raise ActionError("not_theirs", text, status=400)
        kinds = ledger.lock_kinds(one.organization_id, {*before, *given})
        after = {
            key: before.get(key, 0) - returned.get(key, 0) + given.get(key, 0) for key in kinds
        }
        value = value_of(kinds, after)
        if one.receipt_at is not None and value != value_of(kinds, before):
            text = "受領の確認が済んでいるため、同じ額のカードとだけ交換できます。"
            raise ActionError("receipted", text)
        note = difference_of(one, value, kinds.values(), difference)
        moves = [
            _back(kinds[key], one, returned[key], why, on=on, by=by, at=at)
            for key in sorted(returned)
        ]
        text = f"交換：{why}　{note}".strip()[:200]
        moves += [
            ledger.write(
                kinds[key], Verb.HANDED_OUT, -given[key], on=on, by=by, at=at,
                volunteer=one.volunteer, payment=one, reason=text,
            )
            for key in sorted(given)
        ]  # fmt: skip
        cards = {str(kinds[move.kind_id]): move.change for move in moves}
        log(one, "gift_cards.exchanged", by, at, cards=cards, reason=why, difference=note)
    return moves


def _of_cards(payment: Payment) -> Payment:
    """The payment, locked. Raises ActionError: not_cards."""
    one = locked_payment(payment)
    if one.batch.method != PaymentBatch.Method.GIFT_CARD:
        raise ActionError("not_cards", NOT_CARDS)
    return one


def _check_receipted(payment: Payment, by: User) -> bool:
    """Whoever handed out cards that were receipted does not declare them returned.

    True when one person may do so by the organization's policy. Raises ActionError: receipted.
    """
    handed = payment.gift_card_moves.filter(verb=Verb.HANDED_OUT, handled_by=by)
    if payment.receipt_at is None or not handed.exists():
        return False
    if not single_handed(payment.organization):
        text = "受領の確認が済んでいます。返却は、カードを渡した人と別の人が記録してください。"
        raise ActionError("receipted", text)
    return True


def _back(
    kind: GiftCardKind,
    payment: Payment,
    count: int,
    reason: str,
    *,
    on: date,
    by: User,
    at: datetime,
) -> GiftCardMove:
    """Cards of a payment back into the box; the line it undoes where it undoes one whole line."""
    lines = list(payment.gift_card_moves.filter(kind=kind))
    whole = lines[0] if len(lines) == 1 and -lines[0].change == count else None
    return ledger.write(
        kind, Verb.RETURNED, count, on=on, by=by, at=at, volunteer_id=payment.volunteer_id,
        payment=payment, takes_back=whole, reason=reason,
    )  # fmt: skip
