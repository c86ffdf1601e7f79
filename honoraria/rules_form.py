"""The rules of a tariff as a form: the common kinds in fields, everything else as JSON.

The form only gathers; whether the rules make sense is said by `honoraria.tariff.validate`, whose
messages are put beside the fields they belong to.
"""

from __future__ import annotations

import json
import re
from typing import Any

from django import forms

from honoraria.tariff import Problem, Rules, validate
from honoraria.tariff.wording import PER
from interpreting.fields import DayField, NumberField

ROWS = 6
COVERED = ("role", "fee", "transport", "waiting", "minimum", "maximum")
ROLES = [
    ("payout", "ボランティアへの謝礼"),
    ("both", "謝礼と請求に共通"),
    ("charge", "依頼者への請求"),
]
KINDS = [
    ("brackets", "時間の区分ごとの額"),
    ("base_step", "基本額と超過の加算"),
    ("repeat", "一定時間ごとの額"),
    ("flat", "一律の額"),
    ("per_hour", "1時間あたりの額"),
    ("other", "その他（詳細な規則で定める）"),
]
ENDS = [("<", "未満"), ("<=", "以下")]
ROUNDINGS = [
    ("ceil", "切り上げ"),
    ("floor", "切り捨て"),
    ("half_up", "四捨五入"),
    ("grace", "猶予を超えたら切り上げ"),
]
YEN_ROUNDINGS = [("floor", "切り捨て"), ("ceil", "切り上げ"), ("half_up", "四捨五入")]
TRANSPORTS = [
    ("included", "謝礼に含む"),
    ("none", "支給しない"),
    ("actual", "実費"),
    ("actual_capped", "実費（上限あり）"),
    ("flat", "一律の額"),
    ("per_km", "1kmあたりの額"),
    ("other", "その他（詳細な規則で定める）"),
]
COUNTED = [("whole", "全区間"), ("excess", "超えた距離だけ")]
KM_ROUNDINGS = [("exact", "1km未満も計算する"), *YEN_ROUNDINGS]


def _yen(label: str) -> NumberField:
    return NumberField(label=label, required=False)


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False)


# kind of fee → (key of the rules, name of the field); "steps" and rows are gathered apart
PLAIN = {
    "repeat": {"size": "repeat_size", "amount": "repeat_amount"},
    "flat": {"amount": "flat_amount", "per": "per"},
    "per_hour": {
        "amount": "hour_amount",
        "step_minutes": "hour_step",
        "yen_rounding": "yen_rounding",
    },
    "base_step": {"base_minutes": "base_minutes", "base_amount": "base_amount"},
}
OPTIONAL = {"repeat": {"at_least": "at_least"}, "per_hour": {"at_least_minutes": "hour_least"}}
ROUNDED = {"base_step", "repeat", "per_hour"}
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


class RulesForm(forms.Form):
    """First day, fee, waiting, transport, limits, and the rest as JSON."""

    valid_from = DayField(label="適用開始日")
    role = _choice("区分", ROLES)
    kind = forms.ChoiceField(label="額の決め方", choices=KINDS, widget=forms.RadioSelect)
    base_minutes = _yen("基本時間（分）")
    base_amount = _yen("基本額（円）")
    step_size = _yen("加算の単位（分）")
    step_amount = _yen("加算額（円）")
    repeat_size = _yen("単位の時間（分）")
    repeat_amount = _yen("単位あたりの額（円）")
    at_least = _yen("最低の回数")
    flat_amount = _yen("額（円）")
    per = _choice("支払の単位", list(PER.items()))
    hour_amount = _yen("1時間の額（円）")
    hour_step = _yen("計算の単位（分）")
    hour_least = _yen("最低の時間（分）")
    yen_rounding = _choice("1円未満", YEN_ROUNDINGS)
    rounding = _choice("端数の時間", ROUNDINGS)
    grace = _yen("猶予（分）")
    waiting = _choice("待ち時間", [("not_counted", "含めない"), ("counted", "含める")])
    minimum = _yen("最低額（円）")
    maximum = _yen("上限額（円）")
    transport_kind = forms.ChoiceField(
        label="交通費の扱い", choices=TRANSPORTS, widget=forms.RadioSelect
    )
    transport_cap = _yen("交通費の上限（円）")
    transport_amount = _yen("交通費の額（円）")
    km_amount = _yen("1kmの額（円）")
    free_km = _yen("対象外の距離（km）")
    free_end = _choice("対象外は", ENDS)
    km_counted = _choice("計算する距離", COUNTED)
    km_rounding = _choice("1km未満", KM_ROUNDINGS)
    km_yen_rounding = _choice("1円未満", YEN_ROUNDINGS)
    extra = forms.CharField(
        label="詳細な規則（JSON）",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="言語・地域ごとの定め（overrides）、割増、加算項目など、上の欄にない規則です。",
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        for index in range(ROWS):
            self.fields[f"to_{index}"] = _yen(f"{index + 1}行目の上限（分）")
            self.fields[f"end_{index}"] = _choice(f"{index + 1}行目の上限の扱い", ENDS)
            self.fields[f"amount_{index}"] = _yen(f"{index + 1}行目の額（円）")
        self.rows_used: list[int] = []

    @property
    def rows(self) -> list[dict[str, forms.BoundField]]:
        """The table of brackets, row by row, for the page."""
        names = ("to", "end", "amount")
        return [{name: self[f"{name}_{index}"] for name in names} for index in range(ROWS)]

    def clean(self) -> dict[str, Any]:
        """Gather the rules and put each problem beside its field."""
        data = dict(super().clean() or {})  # add_error takes what it names out of the original
        extra = self._extra(data.get("extra", ""))
        if self.errors:
            return self.cleaned_data
        rules = self._gather(data, extra)
        for problem in validate(rules):
            self.add_error(self._field_of(problem, data), problem.message_ja)
        self.cleaned_data["rules"] = rules
        return self.cleaned_data

    def rules(self) -> Rules:
        """The rules of a valid form."""
        found: Rules = self.cleaned_data["rules"]
        return found

    def _extra(self, text: str) -> dict[str, Any]:
        if not text:
            return {}
        try:
            extra = json.loads(text)
            # PostgreSQL keeps neither NUL nor halves of a character pair
            storable = "\x00" not in json.dumps(extra, ensure_ascii=False).encode().decode()
        except (ValueError, RecursionError):
            self.add_error("extra", "JSONとして読み取れません。かっこや引用符をご確認ください。")
            return {}
        if not isinstance(extra, dict) or not storable or "\\u0000" in json.dumps(extra):
            self.add_error("extra", "{ } で囲んだ項目の一覧を入力してください。")
            return {}
        return extra

    def _gather(self, data: dict[str, Any], extra: dict[str, Any]) -> Rules:
        rules: Rules = {**extra, "role": data["role"] or "payout"}
        for name, kind in (("fee", data["kind"]), ("transport", data["transport_kind"])):
            if kind == "other":
                continue
            if name in extra:
                self.add_error(
                    "extra", f"{name} は上の欄で定めています。どちらか一方にしてください。"
                )
            rules[name] = self._fee(data) if name == "fee" else _transport(data)
        for name in ("role", "waiting", "minimum", "maximum"):
            if name in extra:
                self.add_error("extra", f"{name} は上の欄で定めてください。")
        for name in ("waiting", "minimum", "maximum"):
            if data[name] not in (None, ""):
                rules[name] = data[name]
        return rules

    def _fee(self, data: dict[str, Any]) -> dict[str, Any]:
        kind = data["kind"]
        if kind == "brackets":
            return {"kind": kind, "rows": self._brackets(data)}
        fee = {"kind": kind, **{key: data[name] for key, name in PLAIN[kind].items()}}
        fee |= {
            key: data[name]
            for key, name in OPTIONAL.get(kind, {}).items()
            if data[name] is not None
        }
        if kind == "base_step":
            fee["steps"] = [{"size": data["step_size"], "amount": data["step_amount"]}]
        if kind in ROUNDED:
            fee["rounding"] = {"method": data["rounding"]}
            if data["rounding"] == "grace":
                fee["rounding"]["grace"] = data["grace"]
        return fee

    def _brackets(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        begin = 0
        for index in range(ROWS):
            to, amount = data[f"to_{index}"], data[f"amount_{index}"]
            if to is None and amount is None:
                continue
            self.rows_used.append(index)
            end = {} if to is None else {"end": data[f"end_{index}"] or "<"}
            rows.append({"from": begin, "to": to, "amount": amount, **end})
            begin = begin if to is None else to
        return rows

    def _field_of(self, problem: Problem, data: dict[str, Any]) -> str:
        """The field a path of the rules belongs to; the JSON for what has none."""
        path = problem.path
        if match := re.fullmatch(r"fee\.rows\[(\d+)\]\.(from|to|end|amount)", path):
            name = {"from": "to"}.get(match[2], match[2])
            used = int(match[1])
            return f"{name}_{self.rows_used[used]}" if self.rows_used else "extra"
        if path == "fee.rows":
            return "to_0"
        kind = data["kind"]
        names = {
            **{f"fee.{key}": name for key, name in PLAIN.get(kind, {}).items()},
            **{f"fee.{key}": name for key, name in OPTIONAL.get(kind, {}).items()},
            "fee.steps[0].size": "step_size",
            "fee.steps[0].amount": "step_amount",
            "fee.rounding.method": "rounding",
            "fee.rounding.grace": "grace",
            **{
                f"transport.{key}": name
                for key, name in TRANSPORT_FIELDS.get(data["transport_kind"], {}).items()
            },
        }
        if path in COVERED:
            return {"fee": "kind", "transport": "transport_kind"}.get(path, path)
        return names.get(path, "extra")


def _transport(data: dict[str, Any]) -> dict[str, Any]:
    kind = data["transport_kind"]
    found = {key: data[name] for key, name in TRANSPORT_FIELDS.get(kind, {}).items()}
    if kind == "per_km" and data["transport_cap"] is not None:
        found["cap"] = data["transport_cap"]
    return {"kind": kind, **found}


def initial_of(rules: Rules) -> dict[str, Any]:
    """The fields that show these rules; what has no field goes to the JSON."""
    if validate(rules):
        text = json.dumps(rules, ensure_ascii=False, indent=2)
        return {"kind": "other", "transport_kind": "other", "extra": text}
    found: dict[str, Any] = {
        "role": rules.get("role"),
        "waiting": rules.get("waiting", "not_counted"),
        "minimum": rules.get("minimum"),
        "maximum": rules.get("maximum"),
    }
    extra = {key: value for key, value in rules.items() if key not in COVERED}
    for name, shown in (("fee", _fee_fields(rules["fee"])), ("transport", _travel(rules))):
        if shown is None:
            found["kind" if name == "fee" else "transport_kind"] = "other"
            extra = {name: rules[name], **extra}
        else:
            found |= shown
    if extra:
        found["extra"] = json.dumps(extra, ensure_ascii=False, indent=2)
    return found


def _fee_fields(fee: dict[str, Any]) -> dict[str, Any] | None:
    kind = fee["kind"]
    if kind == "brackets":
        return _bracket_fields(fee)
    if kind not in PLAIN:
        return None
    names = {**PLAIN[kind], **OPTIONAL.get(kind, {})}
    found = {"kind": kind, **{name: fee.get(key) for key, name in names.items()}}
    if kind == "base_step":
        if len(fee["steps"]) > 1:
            return None
        found |= {"step_size": fee["steps"][0]["size"], "step_amount": fee["steps"][0]["amount"]}
    if "rounding" in fee:
        found |= {"rounding": fee["rounding"]["method"], "grace": fee["rounding"].get("grace")}
    return found


def _bracket_fields(fee: dict[str, Any]) -> dict[str, Any] | None:
    if len(fee["rows"]) > ROWS or fee.get("beyond") is not None:
        return None
    found: dict[str, Any] = {"kind": "brackets"}
    for index, row in enumerate(fee["rows"]):
        found |= {f"to_{index}": row["to"], f"amount_{index}": row["amount"]}
        found[f"end_{index}"] = row.get("end") or "<"
    return found


def _travel(rules: Rules) -> dict[str, Any]:
    transport = rules["transport"]
    names = TRANSPORT_FIELDS.get(transport["kind"], {})
    found = {name: transport.get(key) for key, name in names.items()}
    if transport.get("cap") is not None:
        found["transport_cap"] = transport["cap"]
    return {"transport_kind": transport["kind"], **found}
