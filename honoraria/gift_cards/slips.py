"""受領証: what the slip of paper says that a volunteer signs for cards. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from honoraria.models import GiftCardKind, GiftCardMove, Payment, PaymentLine
from honoraria.signature import HEIGHT, WIDTH, name_of, path_of
from volunteers.languages import name as language_name


def slip(payment: Payment) -> dict[str, Any]:
    """The data of the paper ``gift_receipt``; before the hand-out the numbers of cards are blank."""
    moves = list(payment.gift_card_moves.select_related("kind").order_by("pk"))
    cards = cards_of(moves, returned=payment.state == Payment.State.RETURNED)
    day = payment.paid_on
    return {
        "organization": payment.organization.name,
        "phone": payment.organization.phone,
        "number": payment.volunteer.number,
        "name": payment.volunteer.name,
        "payment": payment.pk,
        "net": payment.net,
        "value": sum(kind.face_value * count for kind, count in cards),
        "cards": [[str(kind), count] for kind, count in cards],
        "difference": next((move.reason for move in moves if move.reason), ""),
        "jobs": [_job(line) for line in lines_of(payment)],
        "day": f"{day.year}年{day.month}月{day.day}日" if day else "",
        "signature": path_of(payment.signature),
        "signed_name": name_of(payment.signature),
        "field": [WIDTH, HEIGHT],
    }


def cards_of(
    moves: Iterable[GiftCardMove], *, returned: bool = False
) -> list[tuple[GiftCardKind, int]]:
    """The cards that the person got and kept, the largest first; all that were handed out when
    everything was ``returned``."""
    counts: dict[int, int] = {}
    kinds = {}
    for move in moves:
        if not (returned and move.verb == GiftCardMove.Verb.RETURNED):
            kinds[move.kind_id] = move.kind
            counts[move.kind_id] = counts.get(move.kind_id, 0) - move.change
    found = [(kinds[key], count) for key, count in counts.items() if count]
    return sorted(found, key=lambda one: -one[0].face_value)


def lines_of(payment: Payment) -> list[PaymentLine]:
    """The lines of a payment with what a slip says about them."""
    return list(payment.lines.select_related("honorarium__assignment__request"))


def _job(line: PaymentLine) -> list[Any]:
    entry = line.honorarium
    request = entry.assignment.request
    day = entry.activity_date
    return [
        f"{day.year}年{day.month}月{day.day}日",
        f"{request.number}　{language_name(request.language, 'ja')}",
        line.fee + line.transport,
    ]
