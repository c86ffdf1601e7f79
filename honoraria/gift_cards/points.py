"""What of the gift cards is asked about when a month is closed; all points only warn. Reads only."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from accounts.models import Organization
from honoraria.closing.checklist import Check
from honoraria.gift_cards import overview
from honoraria.months import Month


def gift_cards(organization: Organization, month: Month, at: datetime) -> list[Check]:
    """Counts that are missing or unchecked, receipts that are missing, lines nobody has checked."""
    counts = overview.counts_of(organization, month)
    uncounted = sum(1 for _, one in counts if one.checked_at is None)
    unreceipted = overview.without_receipt(organization).filter(paid_on__lte=month.last).count()
    unchecked = overview.unchecked_moves(organization).filter(on__lte=month.last).count()
    counting = f"{reverse('honoraria:gift_card_counts')}?month={month}"
    return [
        Check(
            "gift_cards_uncounted",
            "図書カード等の棚卸が済んでいない種類",
            False,
            uncounted,
            counting,
            "経理（2人で）",
        ),
        Check(
            "gift_cards_unreceipted",
            "図書カード等の受領の確認がないもの",
            False,
            unreceipted,
            reverse("honoraria:gift_cards") + "#receipts",
            "ボランティア（署名または受領証）",
        ),
        Check(
            "gift_cards_unchecked",
            "図書カード等の受払簿で、2人目の確認がない記録",
            False,
            unchecked,
            reverse("honoraria:gift_cards"),
            "経理（記録した人と別の人）",
        ),
    ]
