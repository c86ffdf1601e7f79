"""The Japanese words for amounts, durations and roundings, as a municipal office writes them.

Used by the derivation of a price and by the description of a tariff, so that both say the same
thing the same way.
"""

from __future__ import annotations

from typing import Any

from .arithmetic import parse_ratio

UNITS = {"minutes": "分", "pages": "ページ", "characters": "字", "words": "語"}

PER = {
    "dispatch": "1件",
    "activity": "1回",
    "call": "1通話",
    "day": "1日",
    "patient_day": "患者1人1日",
}

YEN_ROUNDINGS = {
    "floor": "1円未満切捨て",
    "ceil": "1円未満切上げ",
    "half_up": "1円未満四捨五入",
}


def yen(amount: int) -> str:
    """``3000`` as ``3,000円``."""
    return f"{amount:,}円"


def duration(minutes: int) -> str:
    """Minutes as people write them: ``61分``, ``2時間``, ``2時間10分``."""
    hours, rest = divmod(minutes, 60)
    if rest == 0 and hours:
        return f"{hours}時間"
    if hours < 2:
        return f"{minutes}分"
    return f"{hours}時間{rest}分"


def quantity(value: int, of: str) -> str:
    """A number with its unit; ``of`` is an input name of Activity."""
    return duration(value) if of == "minutes" else f"{value:,}{UNITS[of]}"


def counted(number: int, size: int, of: str) -> str:
    """``number`` blocks of ``size``: ``2時間``, ``3ページ``, ``30分×2回``."""
    if of == "minutes" and size == 60:
        return f"{number}時間"
    if size == 1:
        return f"{number:,}{UNITS[of]}"
    return f"{quantity(size, of)}×{number:,}回"


def bracket_range(row: dict[str, Any], previous_end: str, of: str) -> str:
    """``2時間以上4時間未満`` for a bracket row; the row before decides whether the start counts."""
    start = ""
    if row["from"] > 0:
        start = quantity(row["from"], of) + ("以上" if previous_end == "<" else "超")
    if row["to"] is None:
        return start or "一律"
    return start + quantity(row["to"], of) + ("未満" if row["end"] == "<" else "以下")


def ratio(text: str) -> str:
    """``20%`` stays, ``1/3`` becomes ``3分の1``."""
    if text.endswith("%"):
        return text
    value = parse_ratio(text)
    return f"{value.denominator}分の{value.numerator}"


def block_rounding(rounding: dict[str, Any], size: int, of: str) -> str:
    """How a remainder is treated, as a clause."""
    unit = quantity(size, of)
    method = rounding["method"]
    if method == "grace":
        grace = quantity(rounding["grace"], of)
        return f"{unit}に満たない端数は{grace}以内なら数えず、{grace}を超えたら{unit}とする"
    what = {"ceil": f"{unit}とする", "floor": "切り捨てる", "half_up": "四捨五入する"}[method]
    return f"{unit}に満たない端数は{what}"
