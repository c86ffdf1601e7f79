"""Exceptions, additions, cancellation, payers and levy of a tariff in fields, row by row.

A row in which nothing was entered is left out; emptying a row removes it.
"""

from __future__ import annotations

from typing import Any

from django import forms

from honoraria.rules_form import conditions, terms
from honoraria.rules_form.fields import (
    ADD_ON_INPUTS,
    BEARERS,
    PAYER_KINDS,
    ROUNDINGS,
    YEN_ROUNDINGS,
    ClockField,
    Gathered,
    Names,
    RatioField,
    choice,
    flag,
    number,
    words,
)
from honoraria.tariff import Rules

DAYS = [("business", "営業日（土日祝・年末年始を除く）"), ("calendar", "暦の日")]
BEGINS = [(">", "その時刻を過ぎたら"), (">=", "その時刻から")]
LISTS = {
    "override": (0, 1),
    "surcharge": (1, 1),
    "add_on": (2, 1),
    "cancel": (2, 1),
    "payer": (2, 1),
}
CODES = {
    "preparation_minutes": "preparation",
    "waiting_minutes": "waiting",
    "travel_minutes": "travel",
}


def rows(names: Names, group: str) -> range:
    """Indices of the rows of one list."""
    least, spare = LISTS[group]
    return names.rows(group, least=least, spare=spare)


def fields(names: Names) -> dict[str, forms.Field]:
    """Every field of the lists, and the few that stand alone."""
    made = _single_fields()
    for index in rows(names, "override"):
        prefix = f"override{index}_"
        made |= {f"{prefix}label": words("名称"), **conditions.fields(prefix, names)}
        made |= {f"{prefix}remove": flag("この定めを削除する"), **terms.fields(prefix, names)}
    for group, row_fields in (
        ("surcharge", _surcharge_fields),
        ("add_on", _add_on_fields),
        ("cancel", _cancel_fields),
        ("payer", _payer_fields),
    ):
        for index in rows(names, group):
            prefix = f"{group}{index}_"
            made |= {f"{prefix}{name}": field for name, field in row_fields().items()}
            if group in ("surcharge", "add_on"):
                made |= conditions.fields(prefix, names)
    return made


def _single_fields() -> dict[str, forms.Field]:
    return {
        "rush_rate": RatioField("割合"),
        "rush_amount": number("額（円）"),
        "rush_yen_rounding": choice("1円未満", YEN_ROUNDINGS),
        "rush_within_days": number("活動日まで何日以内を至急とするか"),
        "cancel_days": choice("日数の数え方", DAYS),
        "cancel_yen_rounding": choice("1円未満", YEN_ROUNDINGS),
        "levy_payer": words("負担する人"),
        "levy_amount": number("年額（円）"),
    }


def _surcharge_fields() -> dict[str, forms.Field]:
    return {
        "label": words("名称"),
        "rate": RatioField("割合"),
        "amount": number("額（円）"),
        "yen_rounding": choice("1円未満", YEN_ROUNDINGS),
    }


def _add_on_fields() -> dict[str, forms.Field]:
    hidden = forms.HiddenInput
    return {
        "label": words("名称"),
        "code": forms.CharField(required=False, max_length=40, widget=hidden),
        "input": choice("加え方", ADD_ON_INPUTS),
        "amount": number("額（円）"),
        "size": number("単位（分）"),
        "rounding": choice("端数", ROUNDINGS),
        "grace": number("猶予（分）"),
    }


def _cancel_fields() -> dict[str, forms.Field]:
    return {
        "days_before": number("何日前"),
        "time": ClockField("時刻"),
        "begin": choice("時刻ちょうど", BEGINS),
        "rate": RatioField("割合"),
        "amount": number("額（円）"),
        "transport": flag("交通費も加える"),
    }


def _payer_fields() -> dict[str, forms.Field]:
    return {
        "payer": words("負担者"),
        "kind": choice("負担する額", PAYER_KINDS),
        "amount": number("額（円）"),
        "ratio": RatioField("割合"),
        "above": number("超える額（円）"),
        "cap": number("上限額（円）"),
        "yen_rounding": choice("1円未満", YEN_ROUNDINGS),
        "to": choice("だれに求めるか", BEARERS),
    }


# --- from fields to rules --------------------------------------------------------------------------


def gather(found: Gathered, names: Names) -> Rules:
    """The parts of the rules that the lists hold; absent where nothing was entered."""
    rules: Rules = {}
    overrides = [_override(found, names, index) for index in rows(names, "override")]
    lists = {
        "overrides": [made for made in overrides if made is not None],
        "surcharges": _listed(found, names, "surcharges", "surcharge"),
        "add_ons": _listed(found, names, "add_ons", "add_on"),
        "payers": _listed(found, names, "payers", "payer"),
    }
    rules |= {key: made for key, made in lists.items() if made}
    _number_overrides(found)
    steps = _listed(found, names, "cancellation.steps", "cancel")
    if steps:
        rules["cancellation"] = {"steps": steps}
        kept = {"days": "cancel_days", "yen_rounding": "cancel_yen_rounding"}
        found.take(rules["cancellation"], "cancellation.", kept)
    if found.any_of("rush_rate", "rush_amount"):
        rules["rush"] = _extra(found, "rush_", "rush.")
        found.take_given(rules["rush"], "rush.", {"within_days": "rush_within_days"})
    if found.any_of("levy_payer", "levy_amount"):
        rules["levy"] = {}
        found.take(rules["levy"], "levy.", {"payer": "levy_payer", "amount": "levy_amount"})
    return rules


def _override(found: Gathered, names: Names, index: int) -> dict[str, Any] | None:
    prefix, path = f"override{index}_", f"override-{index}"
    if found.data.get(f"{prefix}remove"):
        return None
    when = conditions.gather(found, prefix, f"{path}.when", names)
    changes = terms.gather(found, prefix, f"{path}.", names)
    label = found.data.get(f"{prefix}label")
    if not (when or changes or label or any(n.startswith(prefix) for n, _ in found.errors)):
        return None
    found.where[path] = f"{prefix}kind"
    made: dict[str, Any] = {"when": when, **changes}
    found.where[f"{path}.label"] = f"{prefix}label"
    return made | ({"label": label} if label else {})


def _number_overrides(found: Gathered) -> None:
    """Paths of the rows that were used, by their place in the rules instead of in the form."""
    used = sorted(
        int(path.removeprefix("override-"))
        for path in found.where
        if path.startswith("override-") and "." not in path
    )
    for place, index in enumerate(used):
        old = f"override-{index}"
        moved = {p: n for p, n in found.where.items() if p == old or p.startswith(f"{old}.")}
        found.where |= {f"overrides[{place}]{p.removeprefix(old)}": n for p, n in moved.items()}


def _listed(found: Gathered, names: Names, path: str, group: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    typed = {
        "surcharge": ("label", "rate", "amount"),
        "add_on": ("label", "amount", "size"),
        "cancel": ("days_before", "time", "rate", "amount"),
        "payer": ("payer", "kind", "amount", "ratio"),
    }[group]
    for index in rows(names, group):
        prefix = f"{group}{index}_"
        if not found.any_of(*(f"{prefix}{name}" for name in typed)):
            continue
        here = f"{path}[{len(made)}]."
        found.where[here.removesuffix(".")] = f"{prefix}{typed[0]}"
        row = _row(found, group, prefix, here)
        if group in ("surcharge", "add_on"):
            when = conditions.gather(found, prefix, f"{here}when", names)
            row |= {"when": when} if when or group == "surcharge" else {}
        if group == "add_on" and not row["code"]:
            row["code"] = CODES.get(row.get("input", ""), f"add_on_{len(made) + 1}")
        made.append(row)
    found.where.setdefault(path, f"{group}0_{typed[0]}")
    return made


def _row(found: Gathered, group: str, prefix: str, path: str) -> dict[str, Any]:
    if group == "payer":
        return _payer(found, prefix, path)
    if group == "cancel":
        return _cancel_step(found, prefix, path)
    if group == "add_on":
        return _add_on(found, prefix, path)
    row: dict[str, Any] = {}
    found.take(row, path, {"label": f"{prefix}label"})
    return row | _extra(found, prefix, path)


def _extra(found: Gathered, prefix: str, path: str) -> dict[str, Any]:
    """An amount, or a rate with its rounding."""
    amount, rate = f"{prefix}amount", f"{prefix}rate"
    if found.any_of(amount) and found.any_of(rate):
        found.errors.append((amount, "割合と額は、どちらか一方を入力してください。"))
    made: dict[str, Any] = {}
    if found.any_of(amount):
        found.take(made, path, {"amount": amount})
    else:
        found.take(made, path, {"rate": rate, "yen_rounding": f"{prefix}yen_rounding"})
    return made


def _add_on(found: Gathered, prefix: str, path: str) -> dict[str, Any]:
    counted = found.data.get(f"{prefix}input")
    row: dict[str, Any] = {"kind": "per_block" if counted else "flat"}
    found.take(row, path, {"label": f"{prefix}label", "amount": f"{prefix}amount"})
    row["code"] = found.data.get(f"{prefix}code")
    if counted:
        found.take(row, path, {"input": f"{prefix}input", "size": f"{prefix}size"})
        row["rounding"] = {"method": found.data.get(f"{prefix}rounding")}
        found.where[f"{path}rounding.method"] = f"{prefix}rounding"
        if row["rounding"]["method"] == "grace":
            row["rounding"]["grace"] = found.data.get(f"{prefix}grace")
            found.where[f"{path}rounding.grace"] = f"{prefix}grace"
    return row


def _cancel_step(found: Gathered, prefix: str, path: str) -> dict[str, Any]:
    row: dict[str, Any] = {"transport": bool(found.data.get(f"{prefix}transport"))}
    found.take(row, path, {key: f"{prefix}{key}" for key in ("days_before", "time", "begin")})
    if found.any_of(f"{prefix}amount") and found.any_of(f"{prefix}rate"):
        text = "割合と額は、どちらか一方を入力してください。"
        found.errors.append((f"{prefix}amount", text))
    key = "amount" if found.any_of(f"{prefix}amount") else "rate"
    found.take(row, path, {key: f"{prefix}{key}"})
    return row


def _payer(found: Gathered, prefix: str, path: str) -> dict[str, Any]:
    kind = found.data.get(f"{prefix}kind")
    row: dict[str, Any] = {}
    found.take(row, path, {"payer": f"{prefix}payer", "kind": f"{prefix}kind"})
    wanted = {
        "fixed": ("amount",),
        "ratio": ("ratio", "yen_rounding"),
        "ratio_of_excess": ("amount", "ratio", "above", "yen_rounding"),
    }.get(kind or "", ())
    found.take(row, path, {key: f"{prefix}{key}" for key in wanted})
    if kind == "ratio_of_excess" and row["amount"] is None:
        row["amount"] = 0
    given = ("cap", "to") if kind in ("ratio", "ratio_of_excess") else ("to",)
    found.take_given(row, path, {key: f"{prefix}{key}" for key in given})
    return row


# --- from rules to fields --------------------------------------------------------------------------


def show(rules: Rules) -> dict[str, Any]:
    """The fields that show the lists of valid rules."""
    shown: dict[str, Any] = {}
    for index, override in enumerate(rules.get("overrides", [])):
        prefix = f"override{index}_"
        shown |= {f"{prefix}label": override.get("label"), **terms.show(prefix, override)}
        shown |= conditions.show(prefix, override["when"])
    for group, key in (("surcharge", "surcharges"), ("add_on", "add_ons"), ("payer", "payers")):
        for index, row in enumerate(rules.get(key, [])):
            shown |= _show_row(f"{group}{index}_", row)
    if (cancellation := rules.get("cancellation")) is not None:
        shown["cancel_days"] = cancellation["days"]
        shown["cancel_yen_rounding"] = cancellation["yen_rounding"]
        for index, step in enumerate(cancellation["steps"]):
            shown |= _show_row(f"cancel{index}_", step)
    for key in ("rush", "levy"):
        if (part := rules.get(key)) is not None:
            shown |= _show_row(f"{key}_", part)
    return shown


def _show_row(prefix: str, row: dict[str, Any]) -> dict[str, Any]:
    shown = {f"{prefix}{key}": value for key, value in row.items() if key != "when"}
    if isinstance(row.get("rounding"), dict):
        shown[f"{prefix}rounding"] = row["rounding"]["method"]
        shown[f"{prefix}grace"] = row["rounding"].get("grace")
    if prefix.startswith("add_on"):
        shown.pop(f"{prefix}kind")
    return shown | conditions.show(prefix, row.get("when", {}))
