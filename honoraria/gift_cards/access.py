"""The only way a page gets a row of the gift cards; strangers get 404.

Accountants and administrators keep the box. A volunteer sees the own payments and nobody else's.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import QuerySet
from django.http import Http404

from accounts.access import MONEY
from accounts.models import Membership
from honoraria.models import GiftCardCount, GiftCardKind, GiftCardMove, Payment, PaymentBatch
from volunteers.models import Volunteer

CARDS = PaymentBatch.Method.GIFT_CARD
Row = TypeVar("Row")


def get_kind_for(membership: Membership, pk: int) -> GiftCardKind:
    """One kind of card."""
    kinds = GiftCardKind.objects.select_related("organization")
    return _found(membership, kinds.filter(organization=membership.organization, pk=pk).first())


def get_move_for(membership: Membership, pk: int) -> GiftCardMove:
    """One line of the register."""
    moves = GiftCardMove.objects.select_related("kind__organization")
    mine = moves.filter(kind__organization=membership.organization, pk=pk)
    return _found(membership, mine.first())


def get_count_for(membership: Membership, pk: int) -> GiftCardCount:
    """One count of a month."""
    counts = GiftCardCount.objects.select_related("kind__organization")
    mine = counts.filter(kind__organization=membership.organization, pk=pk)
    return _found(membership, mine.first())


def get_payment_for(membership: Membership, pk: int) -> Payment:
    """One payment of cards."""
    payments = Payment.objects.select_related("batch", "volunteer", "organization")
    mine = payments.filter(organization=membership.organization, batch__method=CARDS, pk=pk)
    return _found(membership, mine.first())


def get_receiver_for(membership: Membership, pk: int) -> Volunteer:
    """Somebody of the register who may be handed cards."""
    people = Volunteer.objects.select_related("organization")
    return _found(membership, people.filter(organization=membership.organization, pk=pk).first())


def own_payments(volunteer_ids: list[int]) -> QuerySet[Payment]:
    """The cards that a person was handed, in every organization, the last first."""
    return (
        Payment.objects.filter(
            volunteer__in=volunteer_ids, batch__method=CARDS, state=Payment.State.PAID
        )
        .select_related("batch", "organization", "volunteer")
        .prefetch_related("gift_card_moves__kind")
        .order_by("-paid_on", "-pk")
    )


def _found(membership: Membership, row: Row | None) -> Row:
    if row is None or membership.role not in MONEY:
        raise Http404
    return row
