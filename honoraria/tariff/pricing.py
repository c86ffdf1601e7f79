"""Pricing: one activity under one set of rules gives a fee, transport and their derivation.

Order: the first override that applies, the fee table, the requester's own standard if higher,
minimum and maximum, surcharges (on that fee, never on each other), add-ons, transport. Only
validated rules are priced. What the requester is charged and what the volunteer receives are two
results of two rules, never one derived from the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .arithmetic import blocks, share_of
from .conditions import applies, condition_text
from .fees import fee_lines
from .transport import transport_line
from .validation import validate
from .values import Activity, InvalidRules, Line, Priced, Rules, TariffError
from .wording import counted, duration, ratio, yen

OVERRIDABLE = ("fee", "minimum", "maximum", "max_minutes", "transport")


@dataclass(frozen=True, slots=True)
class TwoSided:
    """The two results of one activity."""

    charge: Priced
    payout: Priced


def price(rules: Rules, activity: Activity) -> Priced:
    """Amounts in yen with their derivation.

    Raises InvalidRules, MissingInput (``field`` says what to ask for) or OutsideTable.
    """
    problems = validate(rules)
    if problems:
        raise InvalidRules(tuple(problems))
    terms = _terms(rules, activity)
    lines = _fee_after_limits(terms, activity)
    fee = sum(line.amount for line in lines)
    lines += _surcharges(rules, activity, fee)
    lines += _add_ons(rules, activity)
    fee = sum(line.amount for line in lines)
    transport = transport_line(terms["transport"], activity)
    if rules["role"] == "charge":  # the words of the requester's side
        transport = replace(transport, text=transport.text.replace("謝礼", "料金"))
    lines += [transport, *_over_maximum_minutes(terms, activity)]
    return Priced(fee, transport.amount, fee + transport.amount, tuple(lines))


def price_both(charge: Rules, payout: Rules, activity: Activity) -> TwoSided:
    """Price the requester's side and the volunteer's side; raises TariffError on a wrong role."""
    for rules, role in ((charge, "charge"), (payout, "payout")):
        if isinstance(rules, dict) and rules.get("role") not in (role, "both"):
            raise TariffError("請求額の基準と謝礼の基準が入れ替わっています。")
    return TwoSided(charge=price(charge, activity), payout=price(payout, activity))


def _terms(rules: Rules, activity: Activity) -> dict[str, Any]:
    """The rules with the first applicable override laid over them."""
    terms = {key: rules.get(key) for key in (*OVERRIDABLE, "waiting", "requester_standard")}
    terms["condition"] = ""
    for override in rules.get("overrides", []):
        if applies(override["when"], activity):
            terms |= {key: override[key] for key in OVERRIDABLE if key in override}
            terms["condition"] = override.get("label") or condition_text(override["when"])
            break
    return terms


def _fee_after_limits(terms: dict[str, Any], activity: Activity) -> list[Line]:
    lines = []
    if terms["condition"]:
        lines.append(Line("override", f"適用区分 {terms['condition']}", 0))
    lines += fee_lines(terms["fee"], activity, waiting_counts=terms["waiting"] == "counted")
    if terms["requester_standard"] == "if_higher":
        own = activity.whole("requester_amount")
        if (more := own - _sum(lines)) > 0:
            lines.append(Line("requester_standard", f"依頼者の基準 {yen(own)}による加算", more))
    minimum, maximum = terms["minimum"], terms["maximum"]
    if minimum is not None and (short := minimum - _sum(lines)) > 0:
        lines.append(Line("minimum", f"最低額 {yen(minimum)}に不足する分", short))
    if maximum is not None and (over := _sum(lines) - maximum) > 0:
        lines.append(Line("maximum", f"上限額 {yen(maximum)}を超える分", -over))
    return lines


def _sum(lines: list[Line]) -> int:
    return sum(line.amount for line in lines)


def _surcharges(rules: Rules, activity: Activity, fee: int) -> list[Line]:
    lines = [
        _surcharge("surcharge", surcharge["label"], surcharge, fee)
        for surcharge in rules.get("surcharges", [])
        if applies(surcharge["when"], activity)
    ]
    rush = rules.get("rush")
    if rush is not None and _is_rush(rush, activity):
        lines.append(_surcharge("rush", "至急の加算", rush, fee))
    return lines


def _is_rush(rush: dict[str, Any], activity: Activity) -> bool:
    within = rush.get("within_days")
    if activity.rush or within is None:
        return activity.rush
    return bool(activity.whole("notice_days") <= within)


def _surcharge(code: str, label: str, surcharge: dict[str, Any], fee: int) -> Line:
    if "amount" in surcharge:
        return Line(code, f"{label} {yen(surcharge['amount'])}", surcharge["amount"])
    amount = share_of(fee, surcharge["rate"], surcharge["yen_rounding"])
    return Line(code, f"{label} {yen(fee)} × {ratio(surcharge['rate'])} = {yen(amount)}", amount)


def _add_ons(rules: Rules, activity: Activity) -> list[Line]:
    lines = []
    for add_on in rules.get("add_ons", []):
        if "when" in add_on and not applies(add_on["when"], activity):
            continue
        line = _add_on(add_on, activity)
        if line is not None:
            lines.append(line)
    return lines


def _add_on(add_on: dict[str, Any], activity: Activity) -> Line | None:
    code, label, amount = add_on["code"], add_on["label"], add_on["amount"]
    if add_on["kind"] == "flat":
        return Line(code, f"{label} {yen(amount)}", amount)
    minutes, size = activity.whole(add_on["input"]), add_on["size"]
    if minutes == 0:
        return None
    number = blocks(minutes, size, add_on["rounding"])
    text = (
        f"{label} {duration(minutes)}→{counted(number, size, 'minutes')} × {yen(amount)}"
        f" = {yen(number * amount)}"
    )
    return Line(code, text, number * amount)


def _over_maximum_minutes(terms: dict[str, Any], activity: Activity) -> list[Line]:
    """A remark, not a refusal: the work was done, a person decides what follows."""
    limit = terms["max_minutes"]
    if limit is None or activity.minutes is None or activity.minutes <= limit:
        return []
    text = f"活動時間 {duration(activity.minutes)}が1回の上限 {duration(limit)}を超えています"
    return [Line("over_max_minutes", text, 0)]
