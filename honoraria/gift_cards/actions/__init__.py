"""Every change of gift cards: stock, hand-out, receipt, count."""

from honoraria.gift_cards.actions.counting import check_count, count
from honoraria.gift_cards.actions.handing import hand_out, prepare_hand_out
from honoraria.gift_cards.actions.receipts import sign, tick_paper
from honoraria.gift_cards.actions.returning import exchange, return_cards
from honoraria.gift_cards.actions.stock import (
    add_kind,
    buy,
    check_move,
    open_stock,
    set_active,
    spoil,
    take_back,
)

__all__ = [
    "add_kind",
    "buy",
    "check_count",
    "check_move",
    "count",
    "exchange",
    "hand_out",
    "open_stock",
    "prepare_hand_out",
    "return_cards",
    "set_active",
    "sign",
    "spoil",
    "take_back",
    "tick_paper",
]
