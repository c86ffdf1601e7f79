"""The demo's gift cards: a box that is opened, filled, handed out from and counted."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Organization, Role, User
from accounts.times import local
from config.demo.money import days
from config.demo.money.months import release
from honoraria.gift_cards.actions import (
    add_kind,
    buy,
    check_count,
    check_move,
    count,
    hand_out,
    open_stock,
    sign,
    tick_paper,
)
from honoraria.models import GiftCardKind, Payment, PaymentBatch
from honoraria.months import Month

NAME, FACE = "図書カード（デモ）", 500
OPENING, BOUGHT = 12, 120
BUY_ON, COUNT_ON = 9, 25
"""Days of the month."""


def open_box(
    city: Organization, staff: dict[str, User], over: list[Month], opened: datetime
) -> None:
    """A kind of card with what was there before; the first month's purchase."""
    accountant, admin = staff[Role.ACCOUNTANT], staff[Role.ADMIN]
    kind = add_kind(city, NAME, FACE, by=accountant, at=opened)
    day = local(opened).date()
    reason = "前年度からの繰越"
    move = open_stock(kind, OPENING, on=day, reason=reason, by=accountant, at=opened)
    check_move(move, by=admin, at=opened)
    for month in over[:1]:
        at = days.on(month, BUY_ON)
        kind.refresh_from_db()
        move = buy(
            kind, BOUGHT, on=local(at).date(), unit_cost=FACE, reason="領収書 第104号",
            by=accountant, at=at,
        )  # fmt: skip
        check_move(move, by=admin, at=at)


def give(city: Organization, month: Month, staff: dict[str, User]) -> None:
    """Cards for a month; some sign on the phone, some on paper, the last one has not yet."""
    accountant = staff[Role.ACCOUNTANT]
    batch = release(city, PaymentBatch.Method.GIFT_CARD, month, staff)
    kind = GiftCardKind.objects.get(organization=city, name=NAME)
    if batch is not None:
        day = batch.value_date
        at = days.on(month, day.day, 14 * 60)
        payments = list(batch.payments.select_related("volunteer").order_by("volunteer__number"))
        for number, one in enumerate(payments):
            hand_out(one, {kind.pk: one.net // FACE}, on=day, by=accountant, at=at)
            if number + 1 < len(payments):
                _receive(one, number, accountant, at)
    _count(kind, month, staff)


def _receive(payment: Payment, number: int, by: User, at: datetime) -> None:
    if number % 2:
        tick_paper(payment, on=local(at).date(), by=by, at=at)
    else:
        sign(payment, name=payment.volunteer.name, by=None, at=at)


def _count(kind: GiftCardKind, month: Month, staff: dict[str, User]) -> None:
    """The box of the month in which the cards were handed out, counted by two people."""
    at = days.on(month, COUNT_ON)
    kind.refresh_from_db()
    found = count(kind, month.after, kind.stock, by=staff[Role.ACCOUNTANT], at=at)
    check_count(found, by=staff[Role.ADMIN], at=at, seen=found.counted)
