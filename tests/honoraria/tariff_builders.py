"""Short ways to write down rules and price them, shared by the tariff tests."""

from zoneinfo import ZoneInfo

import jpholiday

from honoraria.tariff import (
    Activity,
    price,
)

JAPAN = ZoneInfo("Asia/Tokyo")
CEIL = {"method": "ceil"}
INCLUDED = {"kind": "included"}


def rules(fee, transport=INCLUDED, **more):
    return {"role": "payout", "fee": fee, "transport": transport, **more}


def brackets(rows, end="<"):
    closed = [
        {"from": low, "to": high, "amount": amount} | ({} if high is None else {"end": end})
        for low, high, amount in rows
    ]
    return {"kind": "brackets", "rows": closed}


def base_step(base_minutes, base_amount, size, amount, rounding=CEIL):
    return {
        "kind": "base_step",
        "base_minutes": base_minutes,
        "base_amount": base_amount,
        "steps": [{"size": size, "amount": amount}],
        "rounding": rounding,
    }


def per_hour(amount, step_minutes=60, rounding=CEIL, yen_rounding="floor"):
    return {
        "kind": "per_hour",
        "amount": amount,
        "step_minutes": step_minutes,
        "rounding": rounding,
        "yen_rounding": yen_rounding,
    }


def total(some_rules, **facts):
    return price(some_rules, Activity(**facts)).total


def closed(day):
    return day.weekday() >= 5 or jpholiday.is_holiday(day)
