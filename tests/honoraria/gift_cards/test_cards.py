"""Which cards make up an amount: pure."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honoraria.gift_cards.cards import Pile, face_total, propose

THOUSAND, FIVE = Pile(1, 1000, 5), Pile(2, 500, 3)


@pytest.mark.parametrize(
    ("amount", "piles", "expected"),
    [
        (3000, [THOUSAND, FIVE], {1: 3}),
        (3500, [THOUSAND, FIVE], {1: 3, 2: 1}),
        (6500, [THOUSAND, FIVE], {1: 5, 2: 3}),
        (9000, [THOUSAND, FIVE], {1: 5, 2: 3}),
        (2693, [THOUSAND, FIVE], {1: 2, 2: 1}),
        (400, [THOUSAND, FIVE], {}),
        (1000, [], {}),
        # the largest first would end in nothing that fits
        (1200, [Pile(1, 1000, 5), Pile(2, 600, 5)], {2: 2}),
        (300_000_000, [Pile(1, 7, 10**9)], {1: 42_857_142}),
    ],
)
def test_the_fewest_cards_are_proposed_and_never_more_than_the_amount(amount, piles, expected):
    assert propose(amount, piles) == expected


@given(
    st.integers(0, 6000),
    st.lists(
        st.tuples(st.sampled_from([300, 500, 700, 1000]), st.integers(0, 4)),
        max_size=3,
        unique_by=lambda pile: pile[0],
    ),
)
def test_no_other_choice_of_cards_comes_nearer(amount, kinds):
    piles = [Pile(key, face, stock) for key, (face, stock) in enumerate(kinds)]
    chosen = propose(amount, piles)
    value = face_total(chosen, piles)
    every = [
        (sum(count * pile.face_value for count, pile in zip(counts, piles, strict=True)), counts)
        for counts in product(*(range(pile.stock + 1) for pile in piles))
    ]
    best = max(total for total, _ in every if total <= amount)
    assert value == best
    assert sum(chosen.values()) == min(sum(counts) for total, counts in every if total == best)
