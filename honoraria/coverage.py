"""Do the tariffs of an organization cover every day once? Where they do not, it is said in words.

Nothing is refused: of two tariffs that fit, the smaller priority is meant to win. Two of the same
priority are a mistake that nobody sees in an amount, and so is a day without any.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

from accounts.models import Organization
from dispatch.models import Mode
from honoraria.models import TariffVersion
from honoraria.pricing import version_for, versions_of
from honoraria.samples import SIDES


def overlaps(organization: Organization, today: date) -> list[str]:
    """Tariffs of one side and one priority that claim the same way and day, from today on."""
    found = []
    for side, words in SIDES.items():
        versions = [v for v in versions_of(organization, side) if (v.valid_to or today) >= today]
        for one, other in combinations(versions, 2):
            if one.tariff_id == other.tariff_id or one.tariff.priority != other.tariff.priority:
                continue
            shared = _modes(one) & _modes(other)
            first = max(one.valid_from, other.valid_from, today)
            if shared and first <= min(one.valid_to or date.max, other.valid_to or date.max):
                ways = "・".join(Mode(mode).label for mode in Mode.values if mode in shared)
                found.append(
                    f"{words}：「{one.tariff}」と「{other.tariff}」は優先順位が同じで、"
                    f"{_day(first)}に{ways}のどちらにも当てはまります。先に作った「{one.tariff}」を"
                    "使います。優先順位か対象を変えてください。"
                )
    return found


def gaps(organization: Organization, today: date) -> list[str]:
    """Ways that were covered before or will be, but not on some day from today on (謝礼 only)."""
    versions = versions_of(organization)
    ends = {v.valid_to + timedelta(days=1) for v in versions if v.valid_to is not None}
    days = sorted({today} | {day for day in ends if day > today})
    found = []
    for day in days:
        missing = [
            Mode(mode).label
            for mode in Mode.values
            if version_for(versions, Mode(mode), day) is None
            and any(mode in _modes(version) for version in versions)
        ]
        if missing:
            found.append(
                f"{_day(day)}に「{'・'.join(missing)}」に使える謝礼基準がありません。"
                "版の適用期間か対象の方法をご確認ください。"
            )
    return found


def _modes(version: TariffVersion) -> set[str]:
    return set(version.modes or Mode.values)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
