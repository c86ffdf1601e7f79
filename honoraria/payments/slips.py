"""Papers of a cash batch: the list for the box, and one slip for each person to sign or seal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from honoraria import signature
from honoraria.models import Honorarium, Payment, PaymentBatch, PaymentLine
from ui.paper import paper
from volunteers.languages import name as language_name


def made(
    name: str,
    batch: PaymentBatch,
    payments: Sequence[Payment],
    sums: dict[str, int],
    today: date,
    *,
    title: str,
) -> bytes:
    """The PDF ``name`` (cash_list or receipt) of everybody whose payment stands."""
    standing = [one for one in payments if one.state in (Payment.State.PLANNED, Payment.State.PAID)]
    data = {
        "organization": batch.organization.name,
        "phone": batch.organization.phone,
        "number": str(batch.pk),
        "value_date": in_words(batch.value_date),
        "printed_on": in_words(today),
        "released": _who(batch.released_by),
        "prepared": _who(batch.created_by),
        "sums": {key: yen(value) for key, value in sums.items()},
        "people": [_person(one) for one in standing],
    }
    return paper("honoraria", name, data, title=title)


def _person(payment: Payment) -> dict[str, Any]:
    return {
        "number": str(payment.volunteer.number),
        "name": payment.volunteer.name,
        "gross": yen(payment.gross),
        "withheld": yen(payment.withheld),
        "net": yen(payment.net),
        "count": str(len(payment.lines.all())),
        "lines": [_line(one) for one in payment.lines.all()],
        "steps": [str(step["text"]) for step in payment.calculation if step.get("code") == "tax"],
        "paid_on": in_words(payment.paid_on) if payment.paid_on else "",
        "signature": signature.path_of(payment.signature),
        "signed_name": signature.name_of(payment.signature),
        "field": [signature.WIDTH, signature.HEIGHT],
    }


def _line(line: PaymentLine) -> list[str]:
    entry = line.honorarium
    request = entry.assignment.request
    what = f"{language_name(request.language, 'ja')}・{request.get_mode_display()}"
    if entry.kind == Honorarium.Kind.REVERSAL:
        what += "（取消し）"
    day = entry.activity_date
    return [f"{day.month}月{day.day}日", request.number, what, yen(line.fee), yen(line.transport)]


def in_words(day: date) -> str:
    """``2026年12月7日``"""
    return f"{day.year}年{day.month}月{day.day}日"


def yen(amount: int) -> str:
    """``7,004``"""
    return f"{amount:,}"


def _who(user: Any) -> str:
    return str(user) if user else ""
