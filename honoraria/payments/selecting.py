"""Which entries can be paid now: closed, in no payment that stands, and not taken back.

An entry and its reversal that nobody paid settle each other, so neither is paid. The reversal of
what was paid is deducted where the next amount for the same job is paid, whatever the way: 5,000
yen by bank, corrected to 6,000 in cash, are 1,000 in cash. What reaches nobody (tickets that the
organization bought) needs no payment. Reads only.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from accounts.models import Organization
from honoraria.models import (
    Honorarium,
    HonorariumQuerySet,
    PaidBy,
    PaymentBatch,
    PaymentLine,
    TransportTo,
)

Method, State, Kind = PaymentBatch.Method, Honorarium.State, Honorarium.Kind
# "nothing but expenses": what is left of such an entry is money that has to reach the person
METHODS: Final[dict[str, list[str]]] = {
    Method.BANK: [PaidBy.BANK, PaidBy.NONE],
    Method.CASH: [PaidBy.CASH],
    Method.GIFT_CARD: [PaidBy.GIFT_CARD],
}
OURS: Final = [one for some in METHODS.values() for one in some]
NOTHING: Final = Q(fee=0) & (Q(transport=0) | Q(transport_to=TransportTo.CARRIER))
LEFT: Final = (PaymentBatch.State.RELEASED, PaymentBatch.State.PAID)


def payable(
    organization: Organization, method: str, *, also: Collection[int] = ()
) -> HonorariumQuerySet:
    """Entries to pay by a method; ``also``: volunteers whose transfers are paid by it, too."""
    wanted = Q(paid_as__in=METHODS[method])
    if also:
        wanted |= Q(paid_as__in=METHODS[Method.BANK], volunteer__in=also)
    return unpaid(organization).alias(paid_as=paid_as()).filter(wanted)


def unpaid(organization: Organization | int) -> HonorariumQuerySet:
    """Entries that some payment has to carry: of reversals those whose entry was paid."""
    original = Honorarium.objects.filter(pk=OuterRef("corrects"), state=State.CLOSED)
    settled = Q(kind=Kind.REVERSAL) & Exists(original.filter(~Exists(standing())))
    found = _loose(Honorarium.objects.filter(organization=organization, paid_by__in=OURS))
    return found.exclude(NOTHING).filter(~settled)


def being_corrected(organization: Organization, method: str) -> HonorariumQuerySet:
    """Closed, unpaid entries that a reversal takes back whose month is not closed yet."""
    waiting = Honorarium.objects.filter(
        corrects=OuterRef("pk"), kind=Kind.REVERSAL, state__in=[State.DRAFT, State.APPROVED]
    )
    closed = Honorarium.objects.of(organization).filter(
        paid_by__in=METHODS[method], state=State.CLOSED
    )
    return closed.filter(Exists(waiting), ~Exists(standing()))


def not_deducted() -> HonorariumQuerySet:
    """Of a line of a payment: reversals that neither it nor money that has left takes off.

    A reversal in a payment that merely waits for its release may be free again tomorrow.
    """
    same = Q(payment=OuterRef(OuterRef("payment")))
    taken_off = standing().filter(same | Q(payment__batch__state__in=LEFT))
    reversals = Honorarium.objects.filter(corrects=OuterRef("honorarium"), kind=Kind.REVERSAL)
    return reversals.filter(~Exists(taken_off))


def batch_of(entry: Honorarium) -> PaymentBatch | None:
    """The batch that is about to pay an entry; None when nothing does, or it was paid."""
    waits = [PaymentBatch.State.PREPARED, PaymentBatch.State.RELEASED]
    found = PaymentBatch.objects.filter(
        payments__lines__honorarium=entry, payments__lines__stands=True, state__in=waits
    )
    return found.first()


def settled_by_correction(organization: Organization | int) -> set[int]:
    """Keys of entries that wait for no money: with what is taken back for the same job, 0 yen.

    5,000 yen were paid, taken back and priced 5,000 again. The next payment of the person carries
    them along; there may never be one. Where the tax changed as well, something is left to settle.
    """
    waiting = unpaid(organization)
    jobs = waiting.filter(kind=Kind.REVERSAL).order_by().values("assignment")
    rows = waiting.filter(assignment__in=jobs).annotate(yen=reaching())
    found: dict[tuple[int, int], list[tuple[int, int, str]]] = {}
    for job, person, *one in rows.values_list("assignment", "volunteer", "pk", "yen", "tax"):
        found.setdefault((job, person), []).append((one[0], one[1], one[2]))
    even = [
        some
        for some in found.values()
        if sum(yen for _, yen, _ in some) == 0 and len({tax for *_, tax in some}) == 1
    ]
    return {pk for some in even for pk, *_ in some}


def not_yet_closed(organization: Organization, method: str) -> int:
    """Yen that are approved but whose month is open: they cannot be paid yet."""
    found = Honorarium.objects.of(organization).filter(
        paid_by__in=METHODS[method], state=State.APPROVED
    )
    return int(found.order_by().aggregate(sum=Sum("total", default=0))["sum"])


def owing_elsewhere(
    organization: Organization, method: str, volunteers: Collection[int]
) -> dict[int, int]:
    """Who of them has less than nothing coming by another method: yen (negative) by volunteer."""
    found: dict[int, int] = {}
    for other in METHODS:
        if other != method:
            rows = payable(organization, other).filter(volunteer__in=volunteers).order_by()
            sums = rows.values("volunteer").annotate(yen=Sum(reaching()))
            found |= dict(sums.filter(yen__lt=0).values_list("volunteer", "yen"))
    return found


def reaching() -> Case:
    """What of an entry reaches the person, in yen, for sums in the database."""
    bought = When(transport_to=TransportTo.CARRIER, then=F("fee"))
    return Case(bought, default=F("fee") + F("transport"))


def standing() -> QuerySet[PaymentLine]:
    """Lines of payments that stand, of the entry that the outer query looks at."""
    return PaymentLine.objects.filter(honorarium=OuterRef("pk"), stands=True)


def paid_as(states: Collection[str] = (State.CLOSED,)) -> Case:
    """How an entry is paid; a reversal as the amount that follows for the same job.

    ``states``: in which that amount counts; who looks ahead takes approved ones, too.
    """
    later = Honorarium.objects.filter(
        assignment=OuterRef("assignment"),
        volunteer=OuterRef("volunteer"),
        pk__gt=OuterRef("pk"),
        paid_by__in=OURS,
    ).exclude(kind=Kind.REVERSAL)
    following = Subquery(_loose(later, states).order_by("-pk").values("paid_by")[:1])
    return Case(
        When(kind=Kind.REVERSAL, then=Coalesce(following, F("paid_by"))), default=F("paid_by")
    )


def _loose(
    entries: HonorariumQuerySet, states: Collection[str] = (State.CLOSED,)
) -> HonorariumQuerySet:
    """Ones that nothing pays and nothing takes back (unless that was taken off already)."""
    reversals = Honorarium.objects.filter(corrects=OuterRef("pk"), kind=Kind.REVERSAL)
    taken_back = reversals.filter(~Exists(standing()))
    return entries.filter(~Exists(standing()), ~Exists(taken_back), state__in=states)
