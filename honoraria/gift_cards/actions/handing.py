"""Handing cards out for activities.

A payment of cards is prepared and released like every other (`honoraria.payments`), so an entry is
paid at most once and only after its month was closed; here the cards leave the box. The face values
sum to what is paid; where they cannot, somebody says what became of the difference, which is less
than one card, and a second person checks it in the register.
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
from honoraria.gift_cards.cards import Pile, face_total
from honoraria.gift_cards.fitting import difference_of
from honoraria.models import GiftCardKind, GiftCardMove, Payment, PaymentBatch
from honoraria.payments.actions import finish_payment, prepare_batch, release_batch
from honoraria.payments.locks import locked_payment
from volunteers.models import Volunteer

Verb = GiftCardMove.Verb
NOT_CARDS = "図書カード等の支払ではありません。"
NO_CARDS = "渡すカードの枚数を入力してください。"


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
    not_released, no_cards, unknown_kind, too_many_yen, too_few_yen, difference,
    insufficient_stock, day_order, month_closed and those of `finish_payment`.
    """
    chosen = positive(cards)
    if not chosen:
        raise ActionError("no_cards", NO_CARDS, status=400)
    with transaction.atomic():
        one = locked_payment(payment)
        _check_ready(one)
        kinds = ledger.lock_kinds(one.organization_id, chosen)
        note = difference_of(one, value_of(kinds, chosen), kinds.values(), difference)
        # who released the sum has not seen the cards: a difference waits for another look
        seen = {} if note else _released(one.batch)
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
                **seen,
            )
            for key in sorted(chosen)
        ]
        finish_payment(one, on, by=by, at=at)
        cards_log = {str(kinds[move.kind_id]): -move.change for move in moves}
        log(one, "gift_cards.handed_out", by, at, cards=cards_log, difference=note)
    return moves


def positive(cards: Mapping[int, int]) -> dict[int, int]:
    """Without the kinds of which there are none. Raises ActionError: no_cards (less than none)."""
    chosen = {key: count for key, count in cards.items() if count}
    if any(count < 0 for count in chosen.values()):
        raise ActionError("no_cards", NO_CARDS, status=400)
    return chosen


def value_of(kinds: Mapping[int, GiftCardKind], cards: Mapping[int, int]) -> int:
    """Yen of the face values."""
    return face_total(cards, [Pile(key, one.face_value, 0) for key, one in kinds.items()])


def _released(batch: PaymentBatch) -> dict[str, Any]:
    return {"checked_at": batch.released_at, "checked_by": batch.released_by}


def _check_ready(payment: Payment) -> None:
    """The payment is one of cards, released, and not handed out yet."""
    if payment.batch.method != PaymentBatch.Method.GIFT_CARD:
        raise ActionError("not_cards", NOT_CARDS)
    if payment.batch.state == PaymentBatch.State.PREPARED:
        text = "2人目の確認がまだのため、渡せません。"
        raise ActionError("not_released", text)
    if payment.state != Payment.State.PLANNED:
        raise ActionError("wrong_state", "この支払のカードは、もう渡したか、取り消されています。")


def log(payment: Payment, verb: str, by: User, at: datetime, **detail: Any) -> None:
    """A line of the audit trail about the payment."""
    record(
        payment.key, verb, organization=payment.organization_id, by=by, at=at, net=payment.net,
        **detail,
    )  # fmt: skip
