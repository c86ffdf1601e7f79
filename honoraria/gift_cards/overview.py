"""What the box holds and what waits: hand-outs, receipts, checks, the count of a month. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet, Sum

from accounts.models import Organization
from accounts.times import local
from honoraria.gift_cards.access import CARDS
from honoraria.gift_cards.cards import Pile, face_total, propose
from honoraria.models import GiftCardCount, GiftCardKind, GiftCardMove, Payment
from honoraria.months import Month
from honoraria.payments.planning import HeldBack, Plan, Planned, plan
from honoraria.payments.selecting import not_yet_closed


@dataclass(frozen=True, slots=True)
class Stock:
    """A kind with what is in the box, in cards and yen."""

    kind: GiftCardKind

    @property
    def value(self) -> int:
        """Yen of the cards in the box."""
        return self.kind.stock * self.kind.face_value


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is to be handed out, in the order of the steps. Yen are net."""

    planned: Plan
    to_check: list[Payment]
    to_hand_out: list[Payment]
    open_months: int

    @property
    def people(self) -> list[Planned]:
        """People who have cards coming and nobody has prepared them yet."""
        return self.planned.people

    @property
    def held(self) -> list[HeldBack]:
        """People who cannot be given any, and why."""
        return self.planned.held

    @property
    def amounts(self) -> list[int]:
        """The yen of each person who has cards coming."""
        ready = [one.net for one in (*self.to_check, *self.to_hand_out)]
        return [*ready, *(one.net for one in self.planned.people)]

    @property
    def needed(self) -> int:
        """Yen of all of them, and of what is approved in months that are still open."""
        return sum(self.amounts) + max(self.open_months, 0)


def stocks(organization: Organization) -> list[Stock]:
    """Every kind that is in use or still in the box."""
    kinds = organization.gift_card_kinds.filter(Q(active=True) | Q(stock__gt=0))
    return [Stock(kind) for kind in kinds.order_by("-face_value", "name")]


def waiting(organization: Organization, at: datetime) -> Waiting:
    """What is to be handed out at ``at``."""
    rows = Payment.objects.filter(
        organization=organization, batch__method=CARDS, state=Payment.State.PLANNED
    ).select_related("batch__created_by", "volunteer")
    found = list(rows.order_by("volunteer__number", "pk"))
    return Waiting(
        planned=plan(organization, CARDS, local(at).date()),
        to_check=[one for one in found if one.batch.state == "prepared"],
        to_hand_out=[one for one in found if one.batch.state == "released"],
        open_months=not_yet_closed(organization, CARDS),
    )


def piles(kinds: Sequence[GiftCardKind]) -> list[Pile]:
    """The kinds as `cards` wants them."""
    return [Pile(kind.pk, kind.face_value, kind.stock) for kind in kinds]


def short_of(found: Waiting, kinds: Sequence[GiftCardKind]) -> int:
    """Yen that cannot be handed out with the cards in the box: too few, or none that fit.

    People are served one after the other from what is left; the approved sums of open months come
    last and only as a sum.
    """
    left = {pile.key: pile for pile in piles(kinds)}
    missing = 0
    for amount in found.amounts:
        chosen = propose(amount, list(left.values()))
        missing += amount - face_total(chosen, list(left.values()))
        for key, count in chosen.items():
            left[key] = Pile(key, left[key].face_value, left[key].stock - count)
    rest = sum(pile.face_value * pile.stock for pile in left.values())
    return missing + max(found.open_months - rest, 0)


def without_receipt(organization: Organization) -> QuerySet[Payment]:
    """Cards that were handed out and nobody has confirmed to have received."""
    return (
        Payment.objects.filter(
            organization=organization,
            batch__method=CARDS,
            state=Payment.State.PAID,
            receipt_at=None,
        )
        .select_related("volunteer")
        .order_by("paid_on", "pk")
    )


def unchecked_moves(organization: Organization) -> QuerySet[GiftCardMove]:
    """Lines of the register that wait for a second person."""
    moves = GiftCardMove.objects.filter(kind__organization=organization, checked_at=None)
    return moves.select_related("kind", "handled_by", "takes_back").order_by("id")


def shortfalls(organization: Organization) -> QuerySet[Payment]:
    """Hand-outs whose cards are worth less than what is paid: ``missing`` yen are still owed."""
    paid = Payment.objects.filter(
        organization=organization, batch__method=CARDS, state=Payment.State.PAID
    )
    kept = -Sum(F("gift_card_moves__change") * F("gift_card_moves__kind__face_value"))
    owed = paid.annotate(missing=F("net") - kept).filter(missing__gt=0)
    return owed.select_related("volunteer").order_by("-paid_on", "-pk")


def counts_of(organization: Organization, month: Month) -> list[tuple[GiftCardKind, GiftCardCount]]:
    """The counts of a month with their kinds; a count that is not made yet has no key."""
    kinds = kinds_to_count(organization, month)
    found = GiftCardCount.objects.filter(kind__in=kinds, month=month.first)
    made = {one.kind_id: one for one in found.select_related("counted_by", "checked_by")}
    return [(kind, made.get(kind.pk) or GiftCardCount(kind=kind)) for kind in kinds]


def kinds_to_count(organization: Organization, month: Month) -> list[GiftCardKind]:
    """Kinds whose box is counted for a month: those with cards then or with lines in it."""
    kinds = organization.gift_card_kinds.filter(moves__on__lte=month.last).distinct()
    in_month = Q(stock__gt=0) | Q(moves__on__gte=month.first) | Q(counts__month=month.first)
    return list(kinds.filter(in_month).distinct().order_by("-face_value", "name"))
