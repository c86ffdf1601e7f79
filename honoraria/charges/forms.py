"""Forms of the charges' pages: finding, facts of an activity, kinds of requesters, paying days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from honoraria.charges.reading import Wanted
from honoraria.forms import MonthField
from honoraria.models import Charge, Facts
from honoraria.months import Month
from honoraria.tariff.conditions import NAMES
from interpreting.fields import DayField, NumberField

CLIENTS = NAMES["client"]
MEMBERSHIPS = NAMES["membership"]


class KindField(forms.CharField):
    """A kind of requester or member: one of the known words, or an organization's own."""

    def __init__(self, label: str, names: dict[str, str], key: str) -> None:
        self.names = names
        widget = forms.TextInput(attrs={"list": f"{key}-names"})
        words = "・".join(names.values())
        super().__init__(
            label=label, required=False, max_length=40, widget=widget, help_text=f"例：{words}"
        )

    def to_python(self, value: Any) -> str:
        """The code of a known word, else the text itself."""
        text = super().to_python(value) or ""
        return {word: code for code, word in self.names.items()}.get(text, text)

    def prepare_value(self, value: Any) -> Any:
        """The word of a code."""
        return self.names.get(value, value)


class FindForm(forms.Form):
    """Which charges to show; without a month the present one."""

    month = MonthField(label="月", required=False)
    state = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *Charge.State.choices]
    )
    q = forms.CharField(
        label="依頼元など",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "依頼元・受付番号・通訳者"}),
    )

    def __init__(self, data: Any, *, today: date) -> None:
        data = data.copy()
        data.setdefault("month", str(Month.of(today)))
        super().__init__(data)
        self.today = today

    def wanted(self) -> Wanted:
        """What to show; what could not be read is left out and said beside the field."""
        self.is_valid()
        found = self.cleaned_data
        return Wanted(
            month=found.get("month") or Month.of(self.today),
            state=found.get("state", ""),
            q=found.get("q", ""),
        )


class ReverseForm(forms.Form):
    """Why an issued charge is taken back."""

    reason = forms.CharField(
        label="取消しの理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "理由を入力してください。"},
    )


class SettleForm(forms.Form):
    """The day on which a charge was paid."""

    on = DayField(label="入金日")


class FactsForm(forms.Form):
    """What tariffs may ask about one activity beyond its report."""

    preparation_minutes = NumberField(label="打合せ（分）", required=False, max_value=6000)
    travel_minutes = NumberField(label="移動時間（分）", required=False, max_value=6000)
    count = NumberField(
        label="回数",
        required=False,
        max_value=1000,
        help_text="定額の基準で数える件数・日数です。同じ日の別の報告に含まれるときは0にします。",
    )
    requester_amount = NumberField(
        label="依頼者の基準による額（円）", required=False, max_value=99_999_999
    )
    client = KindField("依頼者の区分", CLIENTS, "client")
    membership = KindField("会員区分", MEMBERSHIPS, "membership")
    grade = forms.CharField(label="級", required=False, max_length=40)
    direction = forms.ChoiceField(
        label="翻訳の方向", required=False, choices=[("", "—"), *NAMES["direction"].items()]
    )

    @classmethod
    def of(cls, facts: Facts | None, data: Any = None) -> FactsForm:
        """The form as sent, or with what is known."""
        known = {name: getattr(facts, name) for name in cls.base_fields} if facts else {"count": 1}
        return cls(data, initial=known)

    def values(self) -> dict[str, Any]:
        """Fields of the model; what was left empty has its usual value."""
        usual = {"preparation_minutes": 0, "travel_minutes": 0, "count": 1}
        found = dict(self.cleaned_data)
        return found | {k: v for k, v in usual.items() if found.get(k) is None}


class TermsForm(forms.Form):
    """What tariffs distinguish about a requesting body."""

    client = KindField("依頼者の区分", CLIENTS, "client")
    membership = KindField("会員区分", MEMBERSHIPS, "membership")
