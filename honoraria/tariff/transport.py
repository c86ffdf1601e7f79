"""Transport of one activity: included, none, flat, actual (capped or not), per kilometre.

Somebody who did not travel (video, telephone) is paid transport only when an actual amount was
reported. The amounts are yen for the round trip, as the volunteer reports them.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from .arithmetic import round_fraction
from .values import Activity, Line, MissingInput
from .wording import yen

KINDS = ("included", "none", "flat", "actual", "actual_capped", "per_km")


def transport_line(transport: dict[str, Any], activity: Activity) -> Line:
    """The transport line. Raises MissingInput for ``transport_actual`` or ``distance_km``."""
    kind = transport["kind"]
    if kind == "included":
        return Line("transport", "交通費は謝礼に含む", 0)
    if kind == "none":
        return Line("transport", "交通費なし", 0)
    if activity.is_remote and not activity.transport_actual:
        return Line("transport", "遠隔のため交通費なし", 0)
    if kind == "flat":
        return Line("transport", f"交通費 一律{yen(transport['amount'])}", transport["amount"])
    if kind == "per_km":
        return _per_km(transport, activity)
    return _actual(activity.whole("transport_actual"), transport.get("cap"))


def _actual(actual: int, cap: int | None) -> Line:
    if cap is None:
        return Line("transport", f"交通費 実費{yen(actual)}", actual)
    return Line("transport", f"交通費 実費{yen(actual)}(上限{yen(cap)})", min(actual, cap))


def _per_km(transport: dict[str, Any], activity: Activity) -> Line:
    if activity.distance_km is None:
        raise MissingInput("distance_km")
    distance = Fraction(activity.distance_km)
    free, shown = transport["free_km"], _km(activity.distance_km)
    if distance < free or (transport["free_end"] == "<=" and distance == free):
        return Line("transport", f"交通費 {shown}は支給の対象となる距離に満たない", 0)
    paid = distance - free if transport["counted"] == "excess" else distance
    if transport["km_rounding"] != "exact":
        paid = Fraction(round_fraction(paid, transport["km_rounding"]))
    amount = round_fraction(paid * transport["amount"], transport["yen_rounding"])
    text = f"交通費 {shown}のうち{plain_km(paid)}km × {yen(transport['amount'])} = {yen(amount)}"
    cap = transport.get("cap")
    if cap is not None and amount > cap:
        return Line("transport", f"{text}(上限{yen(cap)})", cap)
    return Line("transport", text, amount)


def plain_km(value: Fraction) -> str:
    """A fraction that came from a decimal distance, written out without a float."""
    if value.denominator == 1:
        return str(value.numerator)
    return str((Decimal(value.numerator) / Decimal(value.denominator)).normalize())


def _km(distance: int | Decimal) -> str:
    return f"{plain_km(Fraction(distance))}km"
