"""Small forms of the honoraria's pages: finding entries, correcting one, what surrounds a tariff.

The rules of a tariff have a form of their own in `honoraria.rules_form`.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dispatch.models import Mode
from honoraria.models import Honorarium, PaidBy
from honoraria.months import Month, Wanted
from interpreting.fields import NumberField


class MonthField(forms.Field):
    """``2026-11`` from a month picker, or typed."""

    def __init__(self, **options: Any) -> None:
        attrs = {"type": "month", "placeholder": "2026-11"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> Month | None:
        """The month; None for nothing typed."""
        text = unicodedata.normalize("NFKC", str(value or "")).strip()[:20]
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError as error:
            raise ValidationError(
                "2026-11 のように、年と月を入力してください。", code="month"
            ) from error


class FindForm(forms.Form):
    """Which entries to show; without a month the present one."""

    month = MonthField(label="月", required=False)
    state = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *Honorarium.State.choices]
    )
    q = forms.CharField(
        label="ボランティア",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "氏名・フリガナ・登録番号"}),
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


class CorrectForm(forms.Form):
    """Why an approved entry is taken back."""

    reason = forms.CharField(
        label="訂正の理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "理由を入力してください。"},
    )


class TariffForm(forms.Form):
    """A tariff's name and when it is chosen."""

    name = forms.CharField(label="名称", max_length=120)
    paid_by = forms.ChoiceField(label="支払方法", choices=PaidBy.choices)
    modes = forms.MultipleChoiceField(
        label="対象の方法",
        required=False,
        choices=Mode.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="何も選ばないと、すべての方法が対象です。",
    )
    priority = NumberField(
        label="優先順位",
        max_value=9999,
        initial=100,
        help_text="いくつかの基準が当てはまるときは、数の小さいものを使います。",
    )

    def values(self) -> dict[str, Any]:
        """Keywords of the actions."""
        return {name: self.cleaned_data[name] for name in ("name", "paid_by", "modes", "priority")}
