"""What a tariff may consist of: every malformed rules dict is explained, none is priced.

``validate`` accepts anything JSON can hold and never raises. Nothing is optional that changes the
yen silently: roundings, bracket ends and units have to be said. Unknown keys are refused, since a
misspelt "minimum" would otherwise cost somebody money.
"""

from __future__ import annotations

from typing import Any

from .checks import (
    MAX_NUMBER,
    MAX_YEN,
    Check,
    Fields,
    Findings,
    Kinds,
    choice,
    clock,
    code,
    count,
    flag,
    integer,
    join,
    many,
    minutes,
    or_null,
    ratio_up_to,
    record,
    text,
    variant,
    yen_amount,
)
from .conditions import DAYS, WORD_KEYS
from .fee_validation import bracket_end, grace_below_size, rounding, yen_rounding
from .fee_validation import fee as check_fee
from .values import Problem


def validate(rules: object) -> list[Problem]:
    """Every problem of a rules value, in its order; an empty list means it can be priced."""
    found = Findings()
    if record(found, "", rules, RULES_REQUIRED, RULES_OPTIONAL) and isinstance(rules, dict):
        _limits_agree(found, "", rules)
        _waiting_once(found, rules)
    return found.problems


def _waiting_once(found: Findings, rules: dict[str, Any]) -> None:
    inputs = [add_on.get("input") for add_on in rules.get("add_ons", [])]
    if rules.get("waiting") == "counted" and "waiting_minutes" in inputs:
        found.add("waiting", "paid_twice", "が活動時間と加算項目の両方に入っています。")


TRANSPORT: Kinds = {
    "included": ({}, {}),
    "none": ({}, {}),
    "flat": ({"amount": yen_amount}, {}),
    "actual": ({}, {}),
    "actual_capped": ({"cap": yen_amount}, {}),
    "per_km": (
        {
            "amount": yen_amount,
            "free_km": integer(0, MAX_NUMBER, "km"),
            "free_end": bracket_end,
            "counted": choice("whole", "excess"),
            "km_rounding": choice("exact", "floor", "ceil", "half_up"),
            "yen_rounding": yen_rounding,
        },
        {"cap": yen_amount},
    ),
}


def _transport(found: Findings, path: str, value: object) -> None:
    variant(found, path, value, TRANSPORT)


def _hours(found: Findings, path: str, value: object) -> None:
    whole = record(found, path, value, {"from": clock, "to": clock})
    if whole and isinstance(value, dict) and value["from"] == value["to"]:
        found.add(join(path, "to"), "empty_row", "は開始と違う時刻にしてください。")


CONDITIONS: Fields = {
    **dict.fromkeys(WORD_KEYS, many(text, at_least=1)),
    "remote": flag,
    "day": many(choice(*DAYS), at_least=1),
    "starts": _hours,
}


def _when(found: Findings, path: str, value: object) -> None:
    if record(found, path, value, {}, CONDITIONS) and not value:
        found.add(path, "empty", "を1つ以上定めてください。")


LIMITS: Fields = {
    "minimum": or_null(yen_amount),
    "maximum": or_null(yen_amount),
    "max_minutes": or_null(minutes(1)),
}


def _limits_agree(found: Findings, path: str, terms: dict[str, Any]) -> None:
    low, high = terms.get("minimum"), terms.get("maximum")
    if type(low) is int and type(high) is int and low > high:
        found.add(join(path, "maximum"), "below_minimum", "が最低額を下回っています。")


def _override(found: Findings, path: str, value: object) -> None:
    changes: Fields = {"fee": check_fee, "transport": _transport, **LIMITS}
    if not record(found, path, value, {"when": _when}, {"label": text, **changes}):
        return
    if isinstance(value, dict):
        _limits_agree(found, path, value)
        if not changes.keys() & value.keys():
            found.add(path, "empty", "に変える内容がありません。")


def _rate_or_amount(found: Findings, path: str, value: object, rest: Fields, more: Fields) -> None:
    """Either ``amount`` or ``rate`` with its rounding, never both."""
    if isinstance(value, dict) and "amount" in value:
        record(found, path, value, {**rest, "amount": yen_amount}, more)
        return
    rate: Fields = {"rate": ratio_up_to(10), "yen_rounding": yen_rounding}
    record(found, path, value, {**rest, **rate}, more)


def _surcharge(found: Findings, path: str, value: object) -> None:
    _rate_or_amount(found, path, value, {"label": text, "when": _when}, {})


def _rush(found: Findings, path: str, value: object) -> None:
    _rate_or_amount(found, path, value, {}, {"within_days": integer(0, 366, "日")})


RESERVED_CODES = (
    *("base", "step", "override", "requester_standard", "minimum", "maximum"),
    *("surcharge", "rush", "transport", "over_max_minutes", "cancellation"),
)


def _add_on_code(found: Findings, path: str, value: object) -> None:
    code(found, path, value)
    if value in RESERVED_CODES:
        found.add(path, "reserved_code", "はほかの明細に使われています。")


NAMED: Fields = {"code": _add_on_code, "label": text, "amount": yen_amount}
ADD_ONS: Kinds = {
    "flat": (NAMED, {"when": _when}),
    "per_block": (
        {
            **NAMED,
            "input": choice("preparation_minutes", "waiting_minutes", "travel_minutes"),
            "size": count,
            "rounding": rounding,
        },
        {"when": _when},
    ),
}


def _add_on(found: Findings, path: str, value: object) -> None:
    whole = variant(found, path, value, ADD_ONS)
    if whole and isinstance(value, dict) and value["kind"] == "per_block":
        grace_below_size(found, path, value["rounding"], [value["size"]])


def _cancellation_step(found: Findings, path: str, value: object) -> None:
    fields: dict[str, Check] = {
        "days_before": integer(0, 366, "日"),
        "time": clock,
        "begin": choice(">", ">="),
        "transport": flag,
    }
    due: Fields = {"rate": ratio_up_to(1)}
    if isinstance(value, dict) and "amount" in value:
        due = {"amount": yen_amount}
    record(found, path, value, {**fields, **due})


def _cancellation(found: Findings, path: str, value: object) -> None:
    steps = many(_cancellation_step, at_least=1)
    days = choice("business", "calendar")
    fields: Fields = {"days": days, "steps": steps, "yen_rounding": yen_rounding}
    if not record(found, path, value, fields) or not isinstance(value, dict):
        return
    begins = [(-step["days_before"], step["time"]) for step in value["steps"]]
    for index in range(1, len(begins)):
        if begins[index] <= begins[index - 1]:
            here = f"{path}.steps[{index}].days_before"
            found.add(here, "wrong_order", "は早い段階から順に並べてください。")


TO: Fields = {"to": choice("requester", "resident", "organization", "other")}
RATIO: Fields = {"payer": text, "ratio": ratio_up_to(1), "yen_rounding": yen_rounding}
CAP: Fields = {"cap": yen_amount, **TO}
PAYERS: Kinds = {
    "fixed": ({"payer": text, "amount": yen_amount}, TO),
    "ratio": (RATIO, CAP),
    "ratio_of_excess": ({**RATIO, "amount": yen_amount, "above": yen_amount}, CAP),
    "rest": ({"payer": text}, TO),
}


def _payer(found: Findings, path: str, value: object) -> None:
    variant(found, path, value, PAYERS)


def _payers(found: Findings, path: str, value: object) -> None:
    before = len(found.problems)
    many(_payer, at_least=1)(found, path, value)
    if len(found.problems) > before or not isinstance(value, list):
        return
    if sum(part["kind"] == "rest" for part in value) != 1:
        found.add(path, "one_rest", "には残りの額を負担する人を1人だけ定めてください。")
    if len({part["payer"] for part in value}) < len(value):
        found.add(path, "payer_twice", "に同じ人が2回あります。")


def _add_ons(found: Findings, path: str, value: object) -> None:
    before = len(found.problems)
    many(_add_on)(found, path, value)
    if len(found.problems) > before or not isinstance(value, list):
        return
    seen = set()
    for index, add_on in enumerate(value):
        name = (add_on["code"], str(sorted(add_on.get("when", {}).items())))
        if name in seen:
            found.add(f"{path}[{index}].code", "code_twice", "が重複しています。")
        seen.add(name)


def _levy(found: Findings, path: str, value: object) -> None:
    amount = or_null(integer(0, MAX_YEN, "円"))
    record(found, path, value, {"payer": text, "amount": amount})


RULES_REQUIRED: Fields = {
    "role": choice("payout", "charge", "both"),
    "fee": check_fee,
    "transport": _transport,
}
RULES_OPTIONAL: Fields = {
    **LIMITS,
    "waiting": choice("counted", "not_counted"),
    "overrides": many(_override),
    "requester_standard": choice("if_higher"),
    "surcharges": many(_surcharge),
    "rush": _rush,
    "add_ons": _add_ons,
    "cancellation": _cancellation,
    "payers": _payers,
    "levy": _levy,
    "paid_by": choice("bank", "cash", "cash_by_requester", "gift_card", "none"),
    "consumption_tax": choice("included", "excluded", "not_taxed", "unstated"),
    "consumption_tax_rounding": choice("floor", "half_up", "ceil"),
    "withholding": choice("withheld", "not_withheld", "by_decision"),
    "notes": many(text),
}
