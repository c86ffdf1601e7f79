"""受領証: what the slip of paper says that a volunteer signs for cards. Reads only."""

from __future__ import annotations

from typing import Any

from honoraria.models import GiftCardMove, Payment, PaymentLine
from honoraria.signature import HEIGHT, WIDTH, name_of, path_of
from volunteers.languages import name as language_name


def slip(payment: Payment) -> dict[str, Any]:
    """The data of the paper ``gift_receipt``; before the hand-out the numbers of cards are blank."""
    given = payment.gift_card_moves.filter(verb=GiftCardMove.Verb.HANDED_OUT)
    moves = list(given.select_related("kind").order_by("-kind__face_value", "pk"))
    day = payment.paid_on
    return {
        "organization": payment.organization.name,
        "phone": payment.organization.phone,
        "number": payment.volunteer.number,
        "name": payment.volunteer.name,
        "payment": payment.pk,
        "net": payment.net,
        "value": sum(-move.change * move.kind.face_value for move in moves),
        "cards": [[str(move.kind), -move.change] for move in moves],
        "difference": next((move.reason for move in moves if move.reason), ""),
        "jobs": [_job(line) for line in lines_of(payment)],
        "day": f"{day.year}年{day.month}月{day.day}日" if day else "",
        "signature": path_of(payment.signature),
        "signed_name": name_of(payment.signature),
        "field": [WIDTH, HEIGHT],
    }


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
