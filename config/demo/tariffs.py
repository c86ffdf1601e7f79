"""The demo's tariffs: interpreting and translation, gift cards, cash, and what requesters pay."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Organization, User
from dispatch.models import Mode
from honoraria.actions import create_tariff
from honoraria.models import PaidBy, Tariff, TariffVersion, Tax
from volunteers.terms import fiscal_year_start

Rules = dict[str, Any]


def build(organization: Organization, today: date) -> None:
    """Interpreting (medical is paid better) and translation, both revised this 1 April."""
    spoken = [mode.value for mode in Mode if mode != Mode.TRANSLATION]
    interpreting = Tariff.objects.create(
        organization=organization, code="interpreting", name="通訳（一般・医療）"
    )
    translation = Tariff.objects.create(
        organization=organization,
        code="translation",
        name="翻訳",
        priority=110,
    )
    revised = fiscal_year_start(today)
    _versions(
        interpreting, revised, spoken, spoken_rules(2000, 500, 3000), spoken_rules(2300, 600, 3300)
    )
    written = [Mode.TRANSLATION.value]
    _versions(translation, revised, written, page_rules(1200), page_rules(1500))


def build_more(city: Organization, today: date, by: User, at: datetime) -> None:
    """Telephone for gift cards, the counter in cash, and what the places that ask are charged."""
    begin = fiscal_year_start(today).replace(year=fiscal_year_start(today).year - 3)
    phone: Rules = {
        "role": "payout",
        "fee": {"kind": "flat", "amount": 1000, "per": "dispatch"},
        "transport": {"kind": "none"},
    }
    made: tuple[tuple[str, str, str, str, Mode, Rules], ...] = (
        ("phone", "電話での通訳（図書カード）", PaidBy.GIFT_CARD, Tax.GIFT, Mode.PHONE, phone),
        ("counter", "窓口での通訳（現金）", PaidBy.CASH, Tax.WITHHELD, Mode.ONSITE,
         spoken_rules(2300, 600, 3300)),
        ("dispatch-fee", "派遣料（依頼機関）", PaidBy.NONE, Tax.WITHHELD, Mode.ACCOMPANY,
         charge_rules(1100, 3300)),
    )  # fmt: skip
    for code, name, paid_by, tax, mode, rules in made:
        create_tariff(
            city, name=name, paid_by=paid_by, priority=90, modes=[mode.value], valid_from=begin,
            rules=rules, by=by, at=at, code=code, tax=tax,
        )  # fmt: skip


def charge_rules(amount: int, medical: int) -> Rules:
    """So many yen for each job, more from hospitals; half of it when called off the day before."""
    return {
        "role": "charge",
        "fee": {"kind": "flat", "amount": amount, "per": "dispatch"},
        "transport": {"kind": "included"},
        "overrides": [
            {
                "label": "医療機関",
                "when": {"field": ["medical"]},
                "fee": {"kind": "flat", "amount": medical, "per": "dispatch"},
            }
        ],
        "cancellation": {
            "days": "business",
            "yen_rounding": "floor",
            "steps": [
                {"days_before": 1, "time": "17:00", "begin": ">", "rate": "50%", "transport": False}
            ],
        },
        "payers": [{"payer": "依頼機関", "to": "requester", "kind": "rest"}],
    }


def _versions(tariff: Tariff, revised: date, modes: list[str], before: Rules, after: Rules) -> None:
    TariffVersion.objects.create(
        tariff=tariff,
        valid_from=revised.replace(year=revised.year - 3),
        valid_to=revised - timedelta(days=1),
        rules=before,
        modes=modes,
    )
    TariffVersion.objects.create(tariff=tariff, valid_from=revised, rules=after, modes=modes)


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
