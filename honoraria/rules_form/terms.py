"""Fee, limits and transport in fields: of the tariff itself and of every exception from it.

``prefix`` is empty for the tariff itself. An exception may leave fee and transport as they are.
"""

from __future__ import annotations

from typing import Any

from django import forms

from honoraria.rules_form.fields import (
    COUNTED,
    ENDS,
    KINDS,
    KM_ROUNDINGS,
    OTHER,
    PER_CHOICES,
    ROUNDINGS,
    TRANSPORTS,
    UNCHANGED,
    YEN_ROUNDINGS,
    Gathered,
    Names,
    choice,
    flag,
    number,
)
from honoraria.tariff.fees import BRACKET_KINDS, UNIT_KINDS

# kind of fee → (key of the rules → name of the field); rows and steps are gathered apart
PLAIN: dict[str, dict[str, str]] = {
    **{kind: {"size": "repeat_size", "amount": "repeat_amount"} for kind in UNIT_KINDS},
    "flat": {"amount": "flat_amount", "per": "per"},
    "per_hour": {
        "amount": "hour_amount",
        "step_minutes": "hour_step",
        "yen_rounding": "yen_rounding",
    },
    "base_step": {"base_minutes": "base_minutes", "base_amount": "base_amount"},
    "none": {},
}
OPTIONAL: dict[str, dict[str, str]] = {
    **{kind: {"at_least": "at_least"} for kind in UNIT_KINDS},
    "per_hour": {"at_least_minutes": "hour_least"},
}
ROUNDED = {"base_step", "per_hour", *UNIT_KINDS}
TRANSPORT_FIELDS = {
    "actual_capped": {"cap": "transport_cap"},
    "flat": {"amount": "transport_amount"},
    "per_km": {
        "amount": "km_amount",
        "free_km": "free_km",
        "free_end": "free_end",
        "counted": "km_counted",
        "km_rounding": "km_rounding",
        "yen_rounding": "km_yen_rounding",
    },
}
LIMITS = ("minimum", "maximum", "max_minutes")


def row_numbers(names: Names, prefix: str) -> tuple[range, range]:
    """Indices of the brackets and of the steps."""
    least = 2 if prefix else 4
    stems = (f"{prefix}to_", f"{prefix}amount_")  # an open last row may come without its end
    brackets = max((names.rows(stem, least=least, spare=2) for stem in stems), key=len)
    steps = names.rows(f"{prefix}step", least=1 if prefix else 2, spare=1)
    return brackets, steps


def fields(prefix: str, names: Names) -> dict[str, forms.Field]:
    """Every field of a fee, its limits and the transport."""
    made = {**_fee_fields(), **_transport_fields(), **_kind_fields(exception=bool(prefix))}
    brackets, steps = row_numbers(names, prefix)
    for index in brackets:
        made[f"to_{index}"] = number(f"{index + 1}行目の上限")
        made[f"end_{index}"] = choice(f"{index + 1}行目の上限の扱い", ENDS)
        made[f"amount_{index}"] = number(f"{index + 1}行目の額（円）")
    for index in steps:
        made[f"step{index}_size"] = number("加算の単位（分）")
        made[f"step{index}_amount"] = number("加算額（円）")
        made[f"step{index}_times"] = number("この額で加算する回数")
    return {f"{prefix}{name}": field for name, field in made.items()}


def _kind_fields(*, exception: bool) -> dict[str, forms.Field]:
    if exception:
        made = {
            "kind": choice("額の決め方", [UNCHANGED, *KINDS]),
            "transport_kind": choice("交通費の扱い", [UNCHANGED, *TRANSPORTS]),
        }
        lifted = {"minimum": "最低額", "maximum": "上限額", "max_minutes": "1回の上限時間"}
        return made | {f"no_{key}": flag(f"{word}を定めない") for key, word in lifted.items()}
    radio = forms.RadioSelect
    return {
        "kind": forms.ChoiceField(label="額の決め方", choices=[*KINDS, OTHER], widget=radio),
        "transport_kind": forms.ChoiceField(
            label="交通費の扱い", choices=[*TRANSPORTS, OTHER], widget=radio
        ),
    }


def _fee_fields() -> dict[str, forms.Field]:
    return {
        "beyond_size": number("表を超えた分の単位"),
        "beyond_amount": number("表を超えた分の加算額（円）"),
        "beyond_rounding": choice("表を超えた分の端数", ROUNDINGS),
        "beyond_grace": number("表を超えた分の猶予"),
        "base_minutes": number("基本時間（分）"),
        "base_amount": number("基本額（円）"),
        "repeat_size": number("単位の量（分・ページ・字・語）"),
        "repeat_amount": number("単位あたりの額（円）"),
        "at_least": number("最低の回数"),
        "flat_amount": number("額（円）"),
        "per": choice("支払の単位", PER_CHOICES),
        "hour_amount": number("1時間の額（円）"),
        "hour_step": number("計算の単位（分）"),
        "hour_least": number("最低の時間（分）"),
        "yen_rounding": choice("1円未満", YEN_ROUNDINGS),
        "rounding": choice("単位に満たない端数", ROUNDINGS),
        "grace": number("猶予（分）"),
        "minimum": number("最低額（円）"),
        "maximum": number("上限額（円）"),
        "max_minutes": number("1回の上限時間（分）"),
    }


def _transport_fields() -> dict[str, forms.Field]:
    return {
        "transport_cap": number("交通費の上限（円）"),
        "transport_amount": number("交通費の額（円）"),
        "km_amount": number("1kmの額（円）"),
        "free_km": number("対象外の距離（km）"),
        "free_end": choice("対象外は", ENDS),
        "km_counted": choice("計算する距離", COUNTED),
        "km_rounding": choice("1km未満", KM_ROUNDINGS),
        "km_yen_rounding": choice("1円未満", YEN_ROUNDINGS),
    }


# --- from fields to rules --------------------------------------------------------------------------


def gather(found: Gathered, prefix: str, path: str, names: Names) -> dict[str, Any]:
    """Fee, transport and limits as the rules write them; only what the fields set."""
    terms: dict[str, Any] = {}
    kind = found.data.get(f"{prefix}kind")
    found.where[f"{path}fee"] = f"{prefix}kind"
    found.where[f"{path}transport"] = f"{prefix}transport_kind"
    if kind and kind != "other":
        terms["fee"] = _fee(found, prefix, f"{path}fee.", kind, names)
    travel = found.data.get(f"{prefix}transport_kind")
    if travel and travel != "other":
        terms["transport"] = _transport(found, prefix, f"{path}transport.", travel)
    found.take_given(terms, path, {key: f"{prefix}{key}" for key in LIMITS})
    for key in LIMITS:
        if found.data.get(f"{prefix}no_{key}"):
            terms[key] = None
            found.where[f"{path}{key}"] = f"{prefix}no_{key}"
    return terms


def _fee(found: Gathered, prefix: str, path: str, kind: str, names: Names) -> dict[str, Any]:
    fee: dict[str, Any] = {"kind": kind}
    brackets, steps = row_numbers(names, prefix)
    if kind in BRACKET_KINDS:
        fee["rows"] = _brackets(found, prefix, path, brackets)
        beyond = {"size": f"{prefix}beyond_size", "amount": f"{prefix}beyond_amount"}
        if found.any_of(*beyond.values()):
            fee["beyond"] = {}
            found.take(fee["beyond"], f"{path}beyond.", beyond)
            fee["beyond"]["rounding"] = _rounding(
                found, f"{prefix}beyond_", f"{path}beyond.", "rounding"
            )
            found.where[f"{path}beyond"] = beyond["size"]
        return fee
    found.take(fee, path, _named(prefix, PLAIN[kind]))
    found.take_given(fee, path, _named(prefix, OPTIONAL.get(kind, {})))
    if kind == "base_step":
        fee["steps"] = _steps(found, prefix, path, steps)
    if kind in ROUNDED:
        fee["rounding"] = _rounding(found, prefix, path, "rounding")
    return fee


def _named(prefix: str, names: dict[str, str]) -> dict[str, str]:
    return {key: f"{prefix}{name}" for key, name in names.items()}


def _rounding(found: Gathered, prefix: str, path: str, key: str) -> dict[str, Any]:
    how: dict[str, Any] = {"method": found.data.get(f"{prefix}rounding")}
    found.where[f"{path}{key}.method"] = f"{prefix}rounding"
    found.where[f"{path}{key}.grace"] = f"{prefix}grace"
    if how["method"] == "grace":
        how["grace"] = found.data.get(f"{prefix}grace")
    return how


def _brackets(found: Gathered, prefix: str, path: str, rows: range) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    begin = 0
    found.where[f"{path}rows"] = f"{prefix}to_0"
    for index in rows:
        names = {key: f"{prefix}{key}_{index}" for key in ("to", "end", "amount")}
        if not found.any_of(names["to"], names["amount"]):
            continue
        here = f"{path}rows[{len(made)}]."
        row: dict[str, Any] = {"from": begin}
        found.take(row, here, {"to": names["to"], "amount": names["amount"]})
        found.where |= {f"{here}from": names["to"], f"{here}end": names["end"]}
        if row["to"] is not None:
            row["end"] = found.data.get(names["end"]) or "<"
            begin = row["to"]
        made.append(row)
    return made


def _steps(found: Gathered, prefix: str, path: str, rows: range) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    found.where[f"{path}steps"] = f"{prefix}step0_size"
    for index in rows:
        names = {key: f"{prefix}step{index}_{key}" for key in ("size", "amount")}
        times = {"times": f"{prefix}step{index}_times"}
        if not found.any_of(*names.values(), *times.values()):
            continue
        step: dict[str, Any] = {}
        here = f"{path}steps[{len(made)}]."
        found.take(step, here, names)
        found.take_given(step, here, times)
        found.where[f"{here}times"] = times["times"]
        made.append(step)
    return made


def _transport(found: Gathered, prefix: str, path: str, kind: str) -> dict[str, Any]:
    transport: dict[str, Any] = {"kind": kind}
    found.take(transport, path, _named(prefix, TRANSPORT_FIELDS.get(kind, {})))
    if kind == "per_km":
        found.take_given(transport, path, {"cap": f"{prefix}transport_cap"})
    return transport


# --- from rules to fields --------------------------------------------------------------------------


def show(prefix: str, terms: dict[str, Any]) -> dict[str, Any]:
    """The fields that show fee, transport and limits of valid rules."""
    shown: dict[str, Any] = {}
    if (fee := terms.get("fee")) is not None:
        shown |= _show_fee(fee)
    if (transport := terms.get("transport")) is not None:
        names = TRANSPORT_FIELDS.get(transport["kind"], {})
        shown |= {name: transport.get(key) for key, name in names.items()}
        shown["transport_kind"] = transport["kind"]
        if transport.get("cap") is not None:
            shown["transport_cap"] = transport["cap"]
    for key in LIMITS:
        shown[key] = terms.get(key)
        if prefix and key in terms and terms[key] is None:
            shown[f"no_{key}"] = True
    return {f"{prefix}{name}": value for name, value in shown.items()}


def _show_fee(fee: dict[str, Any]) -> dict[str, Any]:
    kind = fee["kind"]
    shown: dict[str, Any] = {"kind": kind}
    if kind in BRACKET_KINDS:
        for index, row in enumerate(fee["rows"]):
            shown |= {f"to_{index}": row["to"], f"amount_{index}": row["amount"]}
            shown[f"end_{index}"] = row.get("end") or "<"
        if (beyond := fee.get("beyond")) is not None:
            shown |= {f"beyond_{key}": beyond[key] for key in ("size", "amount")}
            shown["beyond_rounding"] = beyond["rounding"]["method"]
            shown["beyond_grace"] = beyond["rounding"].get("grace")
        return shown
    names = {**PLAIN[kind], **OPTIONAL.get(kind, {})}
    shown |= {name: fee.get(key) for key, name in names.items()}
    for index, step in enumerate(fee.get("steps", [])):
        shown |= {f"step{index}_{key}": step.get(key) for key in ("size", "amount", "times")}
    if "rounding" in fee:
        shown |= {"rounding": fee["rounding"]["method"], "grace": fee["rounding"].get("grace")}
    return shown
