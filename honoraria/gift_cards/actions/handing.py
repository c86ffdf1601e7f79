"""Handing cards out for activities, and taking them back in.

A payment of cards is prepared and released like every other (`honoraria.payments`), so an entry is
paid at most once and only after its month was closed; here the cards leave the box. The face values
sum to what is paid; where they cannot, somebody says what became of the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import User
from honoraria.actions import single_handed
from honoraria.gift_cards import ledger
from honoraria.models import GiftCardKind, GiftCardMove, Honorarium, Payment, PaymentBatch
from honoraria.payments.actions import finish_payment, prepare_batch, release_batch
from honoraria.payments.locks import locked_payment, move_entries, move_payment, say_why
from volunteers.models import Volunteer

Verb = GiftCardMove.Verb
NOT_CARDS = "図書カード等の支払ではありません。"


def prepare_hand_out(
    volunteer: Volunteer, *, on: date, by: User, at: datetime, seen_total: int | None = None
) -> Payment:
    """One person's cards at the counter: a batch of one, released at once where one person may.

    Otherwise, and where a warning must be read first, it waits for its release on the page of the
    batch. Raises ActionError: those of `prepare_batch`.
    """
    organization = volunteer.organization
    with transaction.atomic():
        batch = prepare_batch(
            organization,
            PaymentBatch.Method.GIFT_CARD,
            on,
            by=by,
            at=at,
            only=[volunteer.pk],
            seen_total=seen_total,
        )
        if single_handed(organization):
            with suppress(ActionError), transaction.atomic():
                release_batch(batch, by=by, at=at)
        return Payment.objects.select_related("batch", "volunteer").get(batch=batch)


def hand_out(
    payment: Payment,
    cards: Mapping[int, int],
    *,
    on: date,
    difference: str = "",
    by: User,
    at: datetime,
) -> list[GiftCardMove]:
    """Cards leave the box for a released payment, which is paid by that.

    ``cards``: how many by key of the kind; ``on``: the day in Tokyo; ``difference``: what becomes
    of the yen by which the face values miss the payment. Raises ActionError: not_cards,
    not_released, no_cards, unknown_kind, difference, insufficient_stock, day_order and those of
    `finish_payment`.
    """
    chosen = {key: count for key, count in cards.items() if count}
    if not chosen or min(chosen.values()) < 0:
        raise ActionError("no_cards", "渡すカードの枚数を入力してください。", status=400)
    with transaction.atomic():
        one = locked_payment(payment)
        _check_ready(one)
        kinds = ledger.lock_kinds(one.organization_id, chosen)
        note = _difference(one, kinds, chosen, difference)
        moves = [
            ledger.write(
                kinds[key],
                Verb.HANDED_OUT,
                -chosen[key],
                on=on,
                by=by,
                at=at,
                volunteer=one.volunteer,
                payment=one,
                reason=note,
                checked_at=one.batch.released_at,
                checked_by=one.batch.released_by,
            )
            for key in sorted(chosen)
        ]
        finish_payment(one, on, by=by, at=at)
        cards_log = {str(kinds[move.kind_id]): -move.change for move in moves}
        _log(one, "gift_cards.handed_out", by, at, cards=cards_log, difference=note)
    return moves


def return_cards(
    payment: Payment, reason: str, *, on: date, by: User, at: datetime
) -> list[GiftCardMove]:
    """返却: all cards of a payment are back in the box; its entries wait to be paid anew.

    Raises ActionError: reason_missing, not_cards, wrong_state, day_order.
    """
    why = say_why(reason, 200)
    with transaction.atomic():
        one = locked_payment(payment)
        if one.batch.method != PaymentBatch.Method.GIFT_CARD:
            raise ActionError("not_cards", NOT_CARDS)
        move_payment(one, Payment.State.RETURNED)
        given = list(one.gift_card_moves.filter(verb=Verb.HANDED_OUT).order_by("kind_id", "pk"))
        kinds = ledger.lock_kinds(one.organization_id, [move.kind_id for move in given])
        moves = [_back(kinds[move.kind_id], move, why, on=on, by=by, at=at) for move in given]
        move_entries([one], Honorarium.State.PAID, Honorarium.State.CLOSED)
        one.lines.update(stands=False)
        one.return_reason, one.returned_on = why, on
        one.save(update_fields=["state", "return_reason", "returned_on"])
        _log(one, "gift_cards.returned", by, at, reason=why)
    return moves


def _back(
    kind: GiftCardKind, move: GiftCardMove, reason: str, *, on: date, by: User, at: datetime
) -> GiftCardMove:
    return ledger.write(
        kind,
        Verb.RETURNED,
        -move.change,
        on=on,
        by=by,
        at=at,
        volunteer_id=move.volunteer_id,
        payment_id=move.payment_id,
        takes_back=move,
        reason=reason,
    )


def _check_ready(payment: Payment) -> None:
    """The payment is one of cards, released, and not handed out yet."""
    if payment.batch.method != PaymentBatch.Method.GIFT_CARD:
        raise ActionError("not_cards", NOT_CARDS)
    if payment.batch.state == PaymentBatch.State.PREPARED:
        text = "2人目の確認がまだのため、渡せません。"
        raise ActionError("not_released", text)
    if payment.state != Payment.State.PLANNED:
        raise ActionError("wrong_state", "この支払のカードは、もう渡したか、取り消されています。")


def _difference(
    payment: Payment, kinds: Mapping[int, GiftCardKind], cards: Mapping[int, int], said: str
) -> str:
    """What stands in the register when the face values are not what is paid."""
    value = sum(kinds[key].face_value * count for key, count in cards.items())
    missing = payment.net - value
    if not missing:
        return ""
    words = f"{missing:,}円不足" if missing > 0 else f"{-missing:,}円超過"
    if not said.strip():
        text = (
            f"額面の合計{value:,}円は、支払額{payment.net:,}円に対して{words}です。"
            "枚数を直すか、差額の扱いを入力してください。"
        )
        raise ActionError("difference", text, field="difference", status=400)
    return f"{words}：{said.strip()}"[:200]


def _log(payment: Payment, verb: str, by: User, at: datetime, **detail: Any) -> None:
    record(
        payment.key, verb, organization=payment.organization_id, by=by, at=at, net=payment.net,
        **detail,
    )  # fmt: skip
