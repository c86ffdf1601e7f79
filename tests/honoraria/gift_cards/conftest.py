"""A box of cards: the city's two kinds, and activities of November that are paid in cards."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Organization, User
from honoraria.gift_cards.actions import add_kind, open_stock
from honoraria.models import GiftCardKind
from tests.honoraria.gift_cards.box import AT, ON
from tests.honoraria.payments.paying import close_november


@pytest.fixture
def thousand(city: Organization, accountant: User) -> GiftCardKind:
    """Fifty cards of 1,000 yen."""
    kind = add_kind(city, "図書カード", 1000, by=accountant, at=AT)
    open_stock(kind, 50, on=ON, by=accountant, at=AT)
    kind.refresh_from_db()
    return kind


@pytest.fixture
def five_hundred(city: Organization, accountant: User) -> GiftCardKind:
    """Ten cards of 500 yen."""
    kind = add_kind(city, "図書カード", 500, by=accountant, at=AT)
    open_stock(kind, 10, on=date(2026, 12, 1), by=accountant, at=AT)
    kind.refresh_from_db()
    return kind


@pytest.fixture
def november(city: Organization, admin: User) -> None:
    """November is closed, on 2 December."""
    close_november(city, admin)
