"""What a cancelled activity still costs, by days before it and a time of day.

A step begins at its time on the n-th (business or calendar) day before the service day and lasts
until the next step begins; the last one also covers "nobody told us". The calendar is given by
the caller as a counter, so nothing here knows holidays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from .arithmetic import share_of
from .validation import validate
from .values import InvalidInput, InvalidRules, Line, Priced, Rules
from .wording import ratio, yen

JAPAN = ZoneInfo("Asia/Tokyo")

# (day, n) -> the n-th business day before day
BusinessDayCounter = Callable[[dt.date, int], dt.date]


def business_day_counter(is_closed: Callable[[dt.date], bool]) -> BusinessDayCounter:
    """A counter that steps back over the days for which ``is_closed`` is true."""

    def nth_before(day: dt.date, number: int) -> dt.date:
        while number > 0:
            day -= dt.timedelta(days=1)
            if not is_closed(day):
                number -= 1
        return day

    return nth_before


def cancellation_charge(
    rules: Rules,
    *,
    fee: int,
    transport: int,
    service_at: dt.datetime,
    cancelled_at: dt.datetime,
    business_day_before: BusinessDayCounter,
) -> Priced:
    """Yen due for a cancellation, given the fee and transport the activity would have cost.

    Both instants must be aware; they are compared in Asia/Tokyo. Rules without cancellation
    steps cost nothing. Raises InvalidRules, InvalidInput.
    """
    problems = validate(rules)
    if problems:
        raise InvalidRules(tuple(problems))
    _check_inputs(fee, transport, service_at, cancelled_at)
    cancellation = rules.get("cancellation")
    step = None
    if cancellation is not None:
        at = cancelled_at.astimezone(JAPAN)
        day = service_at.astimezone(JAPAN).date()
        for candidate in cancellation["steps"]:
            start = _begins(candidate, cancellation["days"], day, business_day_before)
            if at > start or (candidate["begin"] == ">=" and at == start):
                step = candidate
    if cancellation is None or step is None:
        return Priced(0, 0, 0, (Line("cancellation", "取消料なし", 0),))
    return _due(step, cancellation, fee, transport)


def _check_inputs(
    fee: int, transport: int, service_at: dt.datetime, cancelled_at: dt.datetime
) -> None:
    for name, amount in (("fee", fee), ("transport", transport)):
        if type(amount) is not int or amount < 0:
            raise InvalidInput(name)
    for name, moment in (("service_at", service_at), ("cancelled_at", cancelled_at)):
        if moment.tzinfo is None:
            raise InvalidInput(name)


def _begins(
    step: dict[str, Any], days: str, service_day: dt.date, before: BusinessDayCounter
) -> dt.datetime:
    number = step["days_before"]
    if days == "business":
        day = before(service_day, number) if number else service_day
    else:
        day = service_day - dt.timedelta(days=number)
    return dt.datetime.combine(day, dt.time.fromisoformat(step["time"]), JAPAN)


def _due(step: dict[str, Any], cancellation: dict[str, Any], fee: int, transport: int) -> Priced:
    if "amount" in step:
        due, text = step["amount"], f"取消料 {yen(step['amount'])}"
    else:
        due = share_of(fee, step["rate"], cancellation["yen_rounding"])
        text = f"取消料 {yen(fee)} × {ratio(step['rate'])} = {yen(due)}"
    lines = [Line("cancellation", text, due)]
    travel = transport if step["transport"] else 0
    if step["transport"]:
        lines.append(Line("transport", f"交通費 {yen(transport)}", transport))
    return Priced(due, travel, due + travel, tuple(lines))


def cancellation_text(step: dict[str, Any], days: str) -> str:
    """One step as a sentence without its full stop."""
    number, unit = step["days_before"], "営業日" if days == "business" else "日"
    day = "当日" if number == 0 else f"{number}{unit}前"
    after = "以後" if step["begin"] == ">=" else "を過ぎた後"
    due = yen(step["amount"]) if "amount" in step else f"謝礼・料金の{ratio(step['rate'])}"
    return f"{day}の{step['time']}{after}の取消しは{due}" + (
        "と交通費" if step["transport"] else ""
    )
