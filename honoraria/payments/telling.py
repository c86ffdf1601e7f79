"""Telling people that money was paid, or that the bank sent it back: once per payment, not at night.

Cards are signed for when they are handed out, so nothing is sent about them. Nobody telephones only
to say that money has arrived.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from babel.dates import format_date

from accounts.models import Organization
from dispatch.reaching import NEWS, Channel, ways_for
from honoraria.models import Payment, PaymentBatch
from honoraria.payees.telling import tell_of_money


def tell_paid(payments: Iterable[Payment], organization: Organization, at: datetime) -> None:
    """Queue «we paid you» for payments that were just made, with net amount and day."""
    for one in payments:
        person = one.volunteer
        person.organization = organization  # one instance, whose own wording is read once
        if one.paid_on is None or one.batch.method == PaymentBatch.Method.GIFT_CARD:
            continue
        ways = ways_for(person, NEWS)
        if not ways or ways[0][0] == Channel.HAND:
            continue
        values = {"net": f"{one.net:,}", "day": _day(one.paid_on, person.message_language)}
        tell_of_money(person, "paid", "money", values, key=f"{one.key}:paid", at=at)


def tell_returned(payment: Payment, at: datetime) -> None:
    """Queue «please check your account» for a transfer that came back."""
    key = f"{payment.key}:returned"
    tell_of_money(payment.volunteer, "transfer_returned", "account", {}, key=key, at=at)


def _day(day: date, language: str) -> str:
    if language == "en":
        return str(format_date(day, "d MMM", locale="en_GB"))
    return f"{day.month}月{day.day}日"
