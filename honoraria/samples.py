"""What rules give for sample activities: the usual lengths, one of the accountant's own, cancelling.

Pure apart from the other side: what the volunteer receives and the requester is charged are two
results, so a sample also shows what the organization's other tariffs say that day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from accounts.models import Organization
from dispatch.models import Mode
from honoraria.pricing import version_for, versions_of
from honoraria.tariff import (
    Activity,
    Line,
    Priced,
    Rules,
    Share,
    TariffError,
    business_day_counter,
    cancellation_charge,
    price,
    split,
    with_consumption_tax,
)
from honoraria.tariff.cancellation import JAPAN, cancellation_text
from honoraria.tariff.fees import BRACKET_KINDS, UNIT_KINDS
from honoraria.tariff.wording import quantity
from volunteers.availability import is_holiday

MINUTES = (30, 60, 90, 120, 121, 180, 240)
UNITS = {
    "pages": (1, 2, 3, 5, 10),
    "characters": (200, 400, 599, 600, 1000, 2000),
    "words": (100, 200, 399, 400, 800, 1500),
}
TRANSPORT = 1_000
SIDES = {"payout": "ボランティアへの謝礼", "charge": "依頼者への請求"}


@dataclass(frozen=True, slots=True)
class Sample:
    """What a tariff gives for a length of time or an amount of text, or why it gives nothing."""

    label: str
    priced: Priced | None
    why: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One side's result of a sample: whose tariff said it, and who bears it."""

    title: str
    source: str
    priced: Priced | None
    why: str
    shares: tuple[Share, ...]
    cancelling: tuple[Line, ...]


def plain(on: dt.date, **facts: Any) -> Activity:
    """A visit on a weekday of which nothing special is known."""
    known = dict.fromkeys(
        ("language", "area", "field", "membership", "grade", "client", "direction"), ""
    )
    usual: dict[str, Any] = {
        "date": on,
        "starts_at": dt.time(10),
        "minutes": 60,
        "mode": "accompany",
        "transport_actual": TRANSPORT,
        "distance_km": 0,
        "pages": 1,
        "characters": 400,
        "words": 200,
        "notice_days": 30,
        "requester_amount": 0,
        **known,
    }
    return Activity(**(usual | facts))


def samples(rules: Rules, on: dt.date) -> list[Sample]:
    """Prices of plain activities: usual lengths, or usual amounts of text for translations."""
    kind = rules["fee"]["kind"]
    of = {**BRACKET_KINDS, **UNIT_KINDS}.get(kind, "minutes")
    found = []
    for amount in MINUTES if of == "minutes" else UNITS[of]:
        mode = "accompany" if of == "minutes" else "translation"
        label = f"{amount}分" if of == "minutes" else quantity(amount, of)
        minutes = amount if of == "minutes" else 0
        try:
            activity = plain(on, mode=mode, remote=of != "minutes", **{of: amount})
            priced = _charged(price(rules, activity), rules, on)
            found.append(Sample(label, priced, minutes=minutes))
        except TariffError as error:
            found.append(Sample(label, None, str(error), minutes))
    return found


def of_texts(rules: Rules) -> bool:
    """The fee goes by pages, characters or words: rules for translations."""
    of = {**BRACKET_KINDS, **UNIT_KINDS}.get(rules["fee"]["kind"], "minutes")
    return of != "minutes"


def both_sides(rules: Rules, activity: Activity, organization: Organization) -> list[Side]:
    """The result for the volunteer and for the requester.

    The side these rules do not speak of is priced by the organization's tariff of that day.
    """
    found = []
    for side, title in SIDES.items():
        if rules["role"] in (side, "both"):
            found.append(_side(title, "この基準", rules, activity))
            continue
        other = None
        if activity.date is not None:
            mode = Mode(activity.mode or Mode.ACCOMPANY)
            other = version_for(versions_of(organization, side), mode, activity.date)
        if other is None:
            found.append(Side(title, "", None, "この日に使える別の基準はありません。", (), ()))
        else:
            found.append(_side(title, f"別の基準「{other.tariff}」", other.rules, activity))
    return found


def _side(title: str, source: str, rules: Rules, activity: Activity) -> Side:
    try:
        priced = _charged(price(rules, activity), rules, activity.date)
        shares = split(priced.total, rules)
    except TariffError as error:
        return Side(title, source, None, str(error), (), ())
    return Side(title, source, priced, "", shares, tuple(_cancelling(rules, priced, activity)))


def _charged(priced: Priced, rules: Rules, on: dt.date | None) -> Priced:
    """What is asked from the requester: with consumption tax where the amounts are without it."""
    if rules["role"] != "charge" or on is None:
        return priced
    return with_consumption_tax(priced, rules, on)


def _cancelling(rules: Rules, priced: Priced, activity: Activity) -> list[Line]:
    """What each step of a cancellation would come to for the sample, a minute after it begins."""
    cancellation = rules.get("cancellation")
    if cancellation is None or activity.date is None:
        return []
    counter = business_day_counter(closed)
    service = dt.datetime.combine(activity.date, activity.starts_at or dt.time(10), JAPAN)
    lines = []
    for step in cancellation["steps"]:
        number = step["days_before"]
        business = cancellation["days"] == "business" and number
        day = counter(activity.date, number) if business else activity.date - dt.timedelta(number)
        at = dt.datetime.combine(day, dt.time.fromisoformat(step["time"]), JAPAN)
        due = cancellation_charge(
            rules,
            fee=priced.fee,
            transport=priced.transport,
            service_at=service,
            cancelled_at=at + dt.timedelta(minutes=1),
            business_day_before=counter,
        )
        words = f"{cancellation_text(step, cancellation['days'])}（{day.month}月{day.day}日）"
        lines.append(Line("cancellation", words, due.total))
    return lines


def closed(day: dt.date) -> bool:
    """No business day: Saturdays, Sundays, holidays and the turn of the year (29 Dec to 3 Jan)."""
    turn = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() >= 5 or turn or is_holiday(day)
