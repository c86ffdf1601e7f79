"""The demo's tariffs, and the accountant's work on the months that are over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Organization, User
from accounts.times import instant, local
from dispatch.models import Mode
from honoraria.models import Honorarium, Tariff, TariffVersion
from volunteers.terms import fiscal_year_start

Rules = dict[str, Any]


def build(organization: Organization, today: date) -> None:
    """Interpreting (medical is paid better) and translation, both revised this 1 April."""
    spoken = [mode.value for mode in Mode if mode != Mode.TRANSLATION]
    interpreting = Tariff.objects.create(
        organization=organization, code="interpreting", name="通訳（一般・医療）", modes=spoken
    )
    translation = Tariff.objects.create(
        organization=organization,
        code="translation",
        name="翻訳",
        priority=110,
        modes=[Mode.TRANSLATION.value],
    )
    revised = fiscal_year_start(today)
    _versions(interpreting, revised, spoken_rules(2000, 500, 3000), spoken_rules(2300, 600, 3300))
    _versions(translation, revised, page_rules(1200), page_rules(1500))


def _versions(tariff: Tariff, revised: date, before: Rules, after: Rules) -> None:
    TariffVersion.objects.create(
        tariff=tariff,
        valid_from=revised.replace(year=revised.year - 3),
        valid_to=revised - timedelta(days=1),
        rules=before,
    )
    TariffVersion.objects.create(tariff=tariff, valid_from=revised, rules=after)


def spoken_rules(base: int, step: int, medical: int) -> Rules:
    """90 minutes ``base`` yen, each further half hour ``step``; medical two hours ``medical``."""
    return {
        "role": "payout",
        "fee": _base_step(90, base, 30, step),
        "transport": {"kind": "actual_capped", "cap": 1500},
        "waiting": "not_counted",
        "overrides": [
            {
                "label": "医療通訳",
                "when": {"field": ["medical"]},
                "fee": _base_step(120, medical, 60, 1100),
            }
        ],
    }


def page_rules(amount: int) -> Rules:
    """So many yen for each page begun."""
    return {
        "role": "payout",
        "fee": {"kind": "per_page", "size": 1, "amount": amount, "rounding": {"method": "ceil"}},
        "transport": {"kind": "none"},
    }


def _base_step(minutes: int, amount: int, size: int, step: int) -> Rules:
    return {
        "kind": "base_step",
        "base_minutes": minutes,
        "base_amount": amount,
        "steps": [{"size": size, "amount": step}],
        "rounding": {"method": "ceil"},
    }


def approve_past_months(organization: Organization, accountant: User, at: datetime) -> int:
    """What was drafted for activities before this month is approved; returns how many.

    On the fifth of the month after, or now if that is still to come.
    """
    from honoraria.actions import approve

    this_month = local(at).date().replace(day=1)
    drafts = Honorarium.objects.filter(
        organization=organization, state=Honorarium.State.DRAFT, activity_date__lt=this_month
    )
    done = 0
    for honorarium in drafts.order_by("activity_date", "pk"):
        following = (honorarium.activity_date.replace(day=1) + timedelta(days=32)).replace(day=5)
        approve(honorarium, by=accountant, at=min(instant(following, 10 * 60), at))
        done += 1
    return done
