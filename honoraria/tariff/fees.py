"""The fee of one activity by kind of table: brackets, base and steps, blocks, flat, per hour.

Each function takes validated rules and returns the lines of the derivation; their sum is the fee
before surcharges. Which fee block applies is decided in ``pricing``.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from .arithmetic import blocks, round_fraction
from .values import Activity, Line, OutsideTable
from .wording import PER, bracket_range, counted, duration, quantity, yen

# kind -> the input it counts
BRACKET_KINDS = {
    "brackets": "minutes",
    "page_brackets": "pages",
    "char_brackets": "characters",
    "word_brackets": "words",
}
UNIT_KINDS = {
    "repeat": "minutes",
    "per_page": "pages",
    "per_character": "characters",
    "per_word": "words",
}
MINUTE_KINDS = ("brackets", "base_step", "repeat", "per_hour")


def fee_lines(fee: dict[str, Any], activity: Activity, *, waiting_counts: bool) -> list[Line]:
    """Lines of the fee block. Raises MissingInput, or OutsideTable beyond a closed table."""
    kind = fee["kind"]
    if kind in BRACKET_KINDS:
        of = BRACKET_KINDS[kind]
        return _brackets(fee, _measure(activity, of, waiting_counts), of)
    if kind in UNIT_KINDS:
        of = UNIT_KINDS[kind]
        return [_units(fee, _measure(activity, of, waiting_counts), of)]
    if kind == "flat":
        return [_flat(fee, activity)]
    if kind == "none":
        return [Line("base", "謝礼・料金なし", 0)]
    by_minutes: Callable[[dict[str, Any], int], list[Line]]
    by_minutes = _base_step if kind == "base_step" else _per_hour
    return by_minutes(fee, _measure(activity, "minutes", waiting_counts))


def _measure(activity: Activity, of: str, waiting_counts: bool) -> int:
    value = activity.whole(of)
    return value + activity.waiting_minutes if of == "minutes" and waiting_counts else value


def _brackets(fee: dict[str, Any], value: int, of: str) -> list[Line]:
    previous_end = "<"
    for row in fee["rows"]:
        if row["to"] is None or value < row["to"] or (row["end"] == "<=" and value == row["to"]):
            text = f"{bracket_range(row, previous_end, of)} {yen(row['amount'])}"
            return [Line("base", text, row["amount"])]
        previous_end = row["end"]
    last, beyond = fee["rows"][-1], fee.get("beyond")
    if beyond is None:
        limit = quantity(last["to"], of)
        raise OutsideTable(f"{quantity(value, of)}は表の上限({limit})を超えています。")
    base = Line("base", f"{quantity(last['to'], of)}まで {yen(last['amount'])}", last["amount"])
    return [base, *_steps(value - last["to"], [beyond], beyond["rounding"], of)]


def _base_step(fee: dict[str, Any], minutes: int) -> list[Line]:
    text = f"{duration(fee['base_minutes'])}まで {yen(fee['base_amount'])}"
    base = Line("base", text, fee["base_amount"])
    over = minutes - fee["base_minutes"]
    return [base, *_steps(over, fee["steps"], fee["rounding"], "minutes")]


def _steps(over: int, steps: list[dict[str, Any]], rounding: dict[str, Any], of: str) -> list[Line]:
    """Lines for what exceeds the base; a step with ``times`` hands the rest to the next one."""
    lines: list[Line] = []
    for step in steps:
        if over <= 0:
            break
        size, times = step["size"], step.get("times")
        part = over if times is None else min(over, size * times)
        number = blocks(part, size, rounding)
        amount = number * step["amount"]
        text = (
            f"超過 {quantity(part, of)}→{counted(number, size, of)} × {yen(step['amount'])}"
            f" = {yen(amount)}"
        )
        lines.append(Line("step", text, amount))
        over -= part
    return lines


def _units(fee: dict[str, Any], value: int, of: str) -> Line:
    size = fee["size"]
    number = max(blocks(value, size, fee["rounding"]), fee.get("at_least", 0))
    amount = number * fee["amount"]
    text = (
        f"{quantity(value, of)}→{counted(number, size, of)} × {yen(fee['amount'])} = {yen(amount)}"
    )
    return Line("base", text, amount)


def _flat(fee: dict[str, Any], activity: Activity) -> Line:
    amount = fee["amount"] * activity.count
    text = f"{PER[fee['per']]}につき {yen(fee['amount'])}"
    if activity.count != 1:
        text += f" × {activity.count} = {yen(amount)}"
    return Line("base", text, amount)


def _per_hour(fee: dict[str, Any], minutes: int) -> list[Line]:
    step = fee["step_minutes"]
    billed = blocks(minutes, step, fee["rounding"]) * step
    billed = max(billed, fee.get("at_least_minutes", 0))
    amount = round_fraction(Fraction(fee["amount"] * billed, 60), fee["yen_rounding"])
    served = "" if billed == minutes else f"{duration(minutes)}→"
    text = f"1時間 {yen(fee['amount'])} × {served}{duration(billed)} = {yen(amount)}"
    return [Line("base", text, amount)]
