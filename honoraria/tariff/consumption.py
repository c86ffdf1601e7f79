"""Consumption tax on what a requester is charged, where the tariff's amounts are without it.

The rate is that of the day of the activity, from a dated table (consumption.json); the fraction of a
yen goes as the tariff says, down where it says nothing. Taxed are the amounts of the tariff: the fee,
and transport that it fixes itself. Fares as they were paid contain the tax already.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

from .arithmetic import share_of
from .values import Line, Priced, Rules, TariffError
from .wording import yen

FIXED_BY_TARIFF = {"flat", "per_km"}


@cache
def _table() -> tuple[tuple[dt.date, str], ...]:
    text = Path(__file__).with_name("consumption.json").read_text(encoding="utf-8")
    rows = [(dt.date.fromisoformat(row["valid_from"]), row["rate"]) for row in json.loads(text)]
    return tuple(sorted(rows))


def consumption_tax_rate(on: dt.date) -> str:
    """``"10%"``: the standard rate of the day. Raises TariffError before the table begins."""
    found = [rate for valid_from, rate in _table() if valid_from <= on]
    if not found:
        raise TariffError(f"{on.year}年{on.month}月{on.day}日の消費税率が登録されていません。")
    return found[-1]


def with_consumption_tax(priced: Priced, rules: Rules, on: dt.date) -> Priced:
    """The price with the tax as a line of its own; unchanged unless the amounts are without it."""
    if rules.get("consumption_tax") != "excluded":
        return priced
    fixed = rules["transport"]["kind"] in FIXED_BY_TARIFF
    base = priced.fee + (priced.transport if fixed else 0)
    rate = consumption_tax_rate(on)
    tax = share_of(base, rate, rules.get("consumption_tax_rounding", "floor"))
    line = Line("consumption_tax", f"消費税 {yen(base)} × {rate} = {yen(tax)}", tax)
    return replace(
        priced, total=priced.total + tax, lines=(*priced.lines, line), consumption_tax=tax
    )
