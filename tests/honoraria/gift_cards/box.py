"""Short ways to cards: entries paid in them, payments that are ready, payments that were made.

`AT` is Thursday 2026-12-03, 10:00 in Tokyo: the day after November was closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from accounts.models import Organization, User
from honoraria.gift_cards.actions import add_kind, count, hand_out, open_stock, prepare_hand_out
from honoraria.models import (
    Books,
    GiftCardCount,
    GiftCardKind,
    GiftCardMove,
    Honorarium,
    Payment,
    PaymentBatch,
)
from honoraria.months import Month
from honoraria.payments.actions import release_batch
from tests.factories import NOW
from tests.factories import TODAY as NOW_DAY
from tests.honoraria.payments.paying import entry_of
from volunteers.models import Volunteer

AT = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
ON = date(2026, 12, 1)
TODAY = date(2026, 12, 3)
DRAWN = "M100 100L200 150L300 90M320 90L400 180"


def cards_of(volunteer: Volunteer, yen: int = 2000, **more: Any) -> Honorarium:
    """A closed entry of November, to be paid in cards."""
    fields = {"paid_by": "gift_card", "tax": "gift"} | more
    with books_open():
        return entry_of(volunteer, yen, **fields)


@contextmanager
def books_open() -> Iterator[None]:
    """Entries are booked before their month is closed; here the books may be closed already."""
    closed = list(Books.objects.exclude(closed_through=None))
    Books.objects.update(closed_through=None)
    yield
    for books in closed:
        books.save()


def ready(volunteer: Volunteer, first: User, second: User) -> Payment:
    """A payment that one person prepared and another released."""
    payment = prepare_hand_out(volunteer, on=TODAY, by=first, at=AT)
    release_batch(payment.batch, by=second, at=AT)
    payment.refresh_from_db()
    return payment


def handed(volunteer: Volunteer, kind: GiftCardKind, first: User, second: User) -> Payment:
    """A payment whose cards, all of one kind, were handed out."""
    payment = ready(volunteer, first, second)
    hand_out(payment, {kind.pk: payment.net // kind.face_value}, on=TODAY, by=first, at=AT)
    payment.refresh_from_db()
    return payment


def assert_adds_up(kind: GiftCardKind) -> None:
    """The stock is the sum of the lines, and every balance the sum of the lines before it."""
    balance = 0
    for move in GiftCardMove.objects.filter(kind=kind).order_by("id"):
        balance += move.change
        assert move.balance == balance >= 0
    assert GiftCardKind.objects.get(pk=kind.pk).stock == balance


def kind_of(organization: Organization, by: User) -> GiftCardKind:
    """A kind with ten cards in the box."""
    kind = add_kind(organization, "図書カード", 1000, by=by, at=NOW)
    open_stock(kind, 10, on=NOW_DAY, by=by, at=NOW)
    return kind


def count_of(kind: GiftCardKind, by: User) -> GiftCardCount:
    """A count that waits for its check."""
    return count(kind, Month.of(NOW_DAY), 10, by=by, at=NOW)


def given_to(volunteer: Volunteer, by: User, method: str = "gift_card") -> Payment:
    """Cards (or cash) that the volunteer was handed and has not signed for."""
    batch = PaymentBatch.objects.create(
        organization=volunteer.organization,
        method=method,
        state="paid",
        value_date=NOW_DAY,
        created_at=NOW,
        created_by=by,
        released_at=NOW,
        released_by=by,
        finished_at=NOW,
        finished_by=by,
    )
    return Payment.objects.create(
        organization=volunteer.organization,
        batch=batch,
        volunteer=volunteer,
        state="paid",
        decided_on=NOW_DAY,
        paid_on=NOW_DAY,
        gross=1000,
        taxable=0,
        withheld=0,
        net=1000,
    )
