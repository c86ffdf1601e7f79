"""Which cards make up an amount: values in, values out.

The fewest cards whose face values sum to the amount; where the cards at hand cannot, the largest
sum below it. More than the amount is never proposed: what is missing is told, not rounded up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Final

STEPS: Final = 20_000
"""Above so many multiples of the common face value the search becomes a greedy one."""


@dataclass(frozen=True, slots=True)
class Pile:
    """The cards of one kind at hand: its key, the face value in yen, how many there are."""

    key: int
    face_value: int
    stock: int


def face_total(cards: Mapping[int, int], piles: Sequence[Pile]) -> int:
    """Yen of ``cards`` (how many by key of the kind). Raises KeyError for a kind not among them."""
    value = {pile.key: pile.face_value for pile in piles}
    return sum(value[key] * count for key, count in cards.items())


def propose(amount: int, piles: Sequence[Pile]) -> dict[int, int]:
    """How many cards of which kind for ``amount`` yen; kinds that are not needed are left out."""
    usable = sorted(
        (pile for pile in piles if pile.stock > 0 and 0 < pile.face_value <= amount),
        key=lambda pile: -pile.face_value,
    )
    if not usable:
        return {}
    unit = gcd(*(pile.face_value for pile in usable))
    if amount // unit > STEPS:
        return _greedy(amount, usable)
    return _fewest(amount // unit, unit, usable)


def _fewest(steps: int, unit: int, piles: Sequence[Pile]) -> dict[int, int]:
    """By sums that can be reached, in multiples of ``unit``; each with the fewest cards."""
    best: dict[int, tuple[int, dict[int, int]]] = {0: (0, {})}
    for pile in piles:
        size = pile.face_value // unit
        for reached, (cards, chosen) in sorted(best.items()):
            for count in range(1, min(pile.stock, (steps - reached) // size) + 1):
                there = reached + count * size
                if there not in best or best[there][0] > cards + count:
                    best[there] = (cards + count, {**chosen, pile.key: count})
    return best[max(best)][1]


def _greedy(amount: int, piles: Sequence[Pile]) -> dict[int, int]:
    chosen: dict[int, int] = {}
    for pile in piles:
        count = min(pile.stock, amount // pile.face_value)
        if count:
            chosen[pile.key] = count
            amount -= count * pile.face_value
    return chosen
