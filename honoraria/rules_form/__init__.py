"""The rules of a tariff as a form: every rule has its field, nothing has to be written as code.

The form only gathers; whether the rules make sense is said by `honoraria.tariff.validate`, whose
messages are put beside the fields they belong to. Rules that the fields cannot show (written by
another program) stay visible as JSON, so that nothing is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from django import forms

from honoraria.rules_form import conditions, parts, terms
from honoraria.rules_form.fields import (
    CONSUMPTION_TAX,
    KINDS,
    ROLES,
    TAX_ROUNDINGS,
    TRANSPORTS,
    Gathered,
    Names,
    choice,
    flag,
)
from honoraria.tariff import Rules, validate
from interpreting.fields import DayField

WAITING = [("not_counted", "活動時間に含めない"), ("counted", "活動時間に含める")]
COVERED = {
    *("role", "fee", "transport", "waiting", "minimum", "maximum", "max_minutes", "overrides"),
    *("requester_standard", "surcharges", "rush", "add_ons", "cancellation", "payers", "levy"),
    *("consumption_tax", "consumption_tax_rounding", "notes"),
}


class Block:
    """The fields of one prefix under their short names, for the page."""

    def __init__(self, form: RulesForm, prefix: str) -> None:
        self.form, self.prefix = form, prefix

    def __getitem__(self, name: str) -> forms.BoundField:
        return self.form[f"{self.prefix}{name}"]

    @property
    def brackets(self) -> list[dict[str, forms.BoundField]]:
        """The table of brackets, row by row."""
        numbers = terms.row_numbers(self.form.names, self.prefix)[0]
        return [{key: self[f"{key}_{n}"] for key in ("to", "end", "amount")} for n in numbers]

    @property
    def steps(self) -> list[dict[str, forms.BoundField]]:
        """What is added beyond the base, row by row."""
        numbers = terms.row_numbers(self.form.names, self.prefix)[1]
        return [
            {key: self[f"step{n}_{key}"] for key in ("size", "amount", "times")} for n in numbers
        ]

    @property
    def conditions(self) -> list[dict[str, forms.BoundField]]:
        """The lines of its condition."""
        numbers = self.form.names.rows(f"{self.prefix}when", least=1, spare=1)
        return [{key: self[f"when{n}_{key}"] for key in ("key", "value")} for n in numbers]

    @property
    def used(self) -> bool:
        """Whether anything was entered here, for what is shown open."""
        names = [name for name in self.form.fields if name.startswith(self.prefix)]
        given = self.form.data if self.form.is_bound else self.form.initial
        defaults = ("<", ">", "floor", "ceil", "whole", "exact", "dispatch", "business")
        return any(given.get(name) not in (None, "", False, *defaults) for name in names)


class RulesForm(forms.Form):
    """First day, fee, waiting, transport, limits, exceptions, additions, payers and the rest."""

    valid_from = DayField(label="適用開始日")
    role = choice("区分", ROLES)
    waiting = choice("待ち時間", WAITING)
    requester_standard = flag("依頼者の基準の方が高いときは、その額とする")
    consumption_tax = choice("消費税", CONSUMPTION_TAX)
    consumption_tax_rounding = choice("消費税の端数", TAX_ROUNDINGS)
    notes = forms.CharField(
        label="備考",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="1行が1つの文になります。計算には使いません。",
    )
    extra = forms.CharField(
        label="詳細な規則（JSON）",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="上の欄で表せない規則があるときだけ、ここに出ます。",
    )

    def __init__(
        self, data: Any = None, *, initial: dict[str, Any] | None = None, more: str = ""
    ) -> None:
        super().__init__(data, initial=initial)
        given = data if data is not None else (initial or {})
        self.names = Names.of(given, spare=data is None, more=more)
        self.fields |= {**terms.fields("", self.names), **parts.fields(self.names)}
        for name, choices in (("kind", KINDS), ("transport_kind", TRANSPORTS)):
            if given.get(name) != "other":  # only for rules that the fields cannot show
                cast("forms.ChoiceField", self.fields[name]).choices = choices

    when_help = conditions.HELP

    @property
    def terms(self) -> Block:
        """Fee, limits and transport of the tariff itself."""
        return Block(self, "")

    @property
    def opened(self) -> dict[str, bool]:
        """Which of the sections that may be empty hold something."""
        groups = {
            "override": ("override",),
            "surcharge": ("surcharge", "rush_"),
            "add_on": ("add_on",),
            "cancel": ("cancel",),
            "payer": ("payer", "levy_"),
        }
        more = self.names.more
        return {
            name: more.startswith(name) or any(Block(self, stem).used for stem in stems)
            for name, stems in groups.items()
        }

    def __getattr__(self, name: str) -> list[Block]:
        """``overrides``, ``surcharges``, ``add_ons``, ``cancels`` and ``payers``, row by row."""
        group = name.removesuffix("s")
        if group in parts.LISTS and name.endswith("s"):
            return [Block(self, f"{group}{n}_") for n in parts.rows(self.names, group)]
        raise AttributeError(name)

    def clean(self) -> dict[str, Any]:
        """Gather the rules and put each problem beside its field."""
        data = dict(super().clean() or {})  # add_error takes what it names out of the original
        extra = self._extra(data.get("extra", ""))
        if self.errors:
            return self.cleaned_data
        found = Gathered(data)
        rules = self._gather(found, extra)
        for name, text in found.errors:
            self.add_error(name, text)
        if self.errors:
            return self.cleaned_data
        for problem in validate(rules):
            self.add_error(found.field_of(problem.path, "extra"), problem.message_ja)
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

    def _gather(self, found: Gathered, extra: dict[str, Any]) -> Rules:
        data = found.data
        given = {"fee": data["kind"], "transport": data["transport_kind"]}
        for name in sorted(COVERED & extra.keys()):
            if name not in given:
                self.add_error("extra", f"{name} は上の欄で定めてください。")
            elif given[name] != "other":
                text = f"{name} は上の欄で定めています。どちらか一方にしてください。"
                self.add_error("extra", text)
        rules: Rules = {**extra, "role": data["role"] or "payout"}
        found.where["role"] = "role"
        rules |= terms.gather(found, "", "", self.names)
        rules |= parts.gather(found, self.names)
        found.take_given(rules, "", {"waiting": "waiting", "consumption_tax": "consumption_tax"})
        if data["consumption_tax"] == "excluded":
            name = "consumption_tax_rounding"
            found.take_given(rules, "", {name: name})
        if data["requester_standard"]:
            rules["requester_standard"] = "if_higher"
        notes = [line.strip() for line in data["notes"].splitlines() if line.strip()]
        found.where["notes"] = "notes"
        return rules | ({"notes": notes} if notes else {})


def initial_of(rules: Rules) -> dict[str, Any]:
    """The fields that show these rules; what has no field goes to the JSON."""
    if validate(rules):
        text = json.dumps(rules, ensure_ascii=False, indent=2)
        return {"kind": "other", "transport_kind": "other", "extra": text}
    found: dict[str, Any] = {
        "role": rules.get("role"),
        "waiting": rules.get("waiting", "not_counted"),
        "requester_standard": rules.get("requester_standard") == "if_higher",
        "consumption_tax": rules.get("consumption_tax", ""),
        "consumption_tax_rounding": rules.get("consumption_tax_rounding", ""),
        "notes": "\n".join(rules.get("notes", [])),
        **terms.show("", rules),
        **parts.show(rules),
    }
    extra = {key: value for key, value in rules.items() if key not in COVERED}
    if extra:
        found["extra"] = json.dumps(extra, ensure_ascii=False, indent=2)
    return found


def errors_of(form: RulesForm) -> Iterator[str]:
    """Every message once, for the preview, behind the label of its field."""
    seen = set()
    for name, messages in form.errors.items():
        label = form.fields[name].label if name in form.fields else None
        for message in messages:
            line = f"{label}：{message}" if label else str(message)
            if line not in seen:
                seen.add(line)
                yield line
