"""Small forms of the honoraria's pages: finding entries, correcting one, what surrounds a tariff.

The rules of a tariff have a form of their own in `honoraria.rules_form`.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dispatch.models import Mode
from honoraria.actions.rules import MOST_YEN
from honoraria.models import Honorarium, PaidBy, TariffVersion, Tax, TransportTo
from honoraria.months import Month, Wanted
from honoraria.samples import plain
from honoraria.tariff import Activity
from honoraria.tariff.conditions import NAMES
from interpreting.fields import DayField, NumberField, TimeField
from volunteers import languages
from volunteers.availability import is_holiday
from volunteers.models import Field as FieldOfWork


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


class MoneyRulesForm(forms.Form):
    """What the organization decides about money once, and why it changes."""

    single_handed = forms.BooleanField(
        label="1人の職員が、確認と承認、作成と承認の両方を行えるようにする",
        required=False,
        help_text="職員が1人の団体だけが選びます。1人で行ったことは、その都度、記録に残ります。",
    )
    receipt_above_yen = NumberField(
        label="領収書の要る交通費（円を超えるとき）",
        max_value=MOST_YEN,
        help_text="1回の活動の交通費がこの額を超えると、領収書の画像を求めます。タクシーは、額によらず求めます。",
    )
    reason = forms.CharField(
        label="変更の理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "理由を入力してください。"},
    )


class TariffForm(forms.Form):
    """What is around the versions of a tariff: its name, and when it is tried."""

    NAMES = ("name", "priority")

    name = forms.CharField(
        label="名称",
        max_length=120,
        help_text="計算済みの謝礼・料金には、計算したときの名称が残ります。",
    )
    priority = NumberField(
        label="優先順位",
        max_value=9999,
        initial=100,
        help_text="いくつかの基準が当てはまるときは、数の小さいものを使います。",
    )

    def values(self) -> dict[str, Any]:
        """Keywords of the actions."""
        return {name: self.cleaned_data[name] for name in self.NAMES}


class TermsForm(forms.Form):
    """What a version says beside its rules: how amounts are paid and taxed, what it applies to."""

    paid_by = forms.ChoiceField(
        label="支払方法",
        choices=PaidBy.choices,
        help_text="「依頼者が本人に直接支払」の額は記録だけを残し、団体からは支払いません。",
    )
    tax = forms.ChoiceField(
        label="源泉徴収",
        choices=Tax.choices,
        initial=Tax.WITHHELD,
        required=False,
        help_text="通訳・翻訳の報酬は、名目が謝金でも源泉徴収の対象です（所得税法204条）。",
    )
    transport_to = forms.ChoiceField(
        label="交通費の支払先",
        choices=TransportTo.choices,
        initial=TransportTo.PERSON,
        required=False,
        help_text="本人に支払う交通費は謝礼と合わせて源泉徴収します。切符を団体が買う場合は除きます。",
    )
    modes = forms.MultipleChoiceField(
        label="対象の方法",
        required=False,
        choices=Mode.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="何も選ばないと、すべての方法が対象です。",
    )

    def clean_tax(self) -> str:
        """As chosen; withheld where nothing was said."""
        return self.cleaned_data["tax"] or Tax.WITHHELD

    def clean_transport_to(self) -> str:
        """As chosen; to the person where nothing was said."""
        return self.cleaned_data["transport_to"] or TransportTo.PERSON

    def values(self) -> dict[str, Any]:
        """The terms of a version, by name."""
        return {name: self.cleaned_data[name] for name in TariffVersion.TERMS}


class SampleForm(forms.Form):
    """An activity of the accountant's own, to see what the rules give for it."""

    date = DayField(label="活動日", required=False)
    starts_at = TimeField(label="開始時刻", required=False)
    minutes = NumberField(label="活動時間（分）", required=False, max_value=100_000)
    waiting_minutes = NumberField(label="待ち時間（分）", required=False, max_value=100_000)
    preparation_minutes = NumberField(label="打合せ（分）", required=False, max_value=100_000)
    mode = forms.ChoiceField(label="方法", required=False, choices=Mode.choices)
    language = forms.CharField(label="言語", required=False, max_length=40)
    field = forms.ChoiceField(
        label="分野", required=False, choices=[("", "—"), *FieldOfWork.choices]
    )
    area = forms.CharField(label="地域", required=False, max_length=60)
    transport_actual = NumberField(label="交通費の実費（円）", required=False, max_value=9_999_999)
    distance_km = NumberField(label="距離（km）", required=False, max_value=99_999)
    units = NumberField(label="ページ・文字・語数", required=False, max_value=9_999_999)
    count = NumberField(label="回数（件・日）", required=False, max_value=9_999)
    client = forms.CharField(label="依頼者の区分", required=False, max_length=40)
    membership = forms.CharField(label="会員区分", required=False, max_length=40)
    grade = forms.CharField(label="級", required=False, max_length=40)
    direction = forms.ChoiceField(
        label="翻訳の方向",
        required=False,
        choices=[("", "—"), *NAMES["direction"].items()],
    )
    notice_days = NumberField(label="依頼から活動日まで（日）", required=False, max_value=999)
    requester_amount = NumberField(
        label="依頼者の基準による額（円）", required=False, max_value=99_999_999
    )
    rush = forms.BooleanField(label="至急の依頼", required=False)

    prefix = "sample"

    def activity(self, on: dt.date) -> Activity:
        """The activity; what was left empty or cannot be read is that of a plain one."""
        self.is_valid()
        given = {k: v for k, v in self.cleaned_data.items() if v not in (None, "")}
        day = given.pop("date", None) or on
        if (units := given.pop("units", None)) is not None:
            given |= dict.fromkeys(("pages", "characters", "words"), units)
        if (minutes := given.pop("starts_at", None)) is not None:
            given["starts_at"] = dt.time(minutes // 60 % 24, minutes % 60)
        if (language := given.get("language")) is not None:
            known = languages.lookup(language)
            given["language"] = known.tag if known else language
        for key in ("client", "membership"):
            codes = {word: code for code, word in NAMES[key].items()}
            if key in given:
                given[key] = codes.get(given[key], given[key])
        remote = Mode(given.get("mode", Mode.ACCOMPANY)).is_remote
        return plain(day, holiday=is_holiday(day), remote=remote, **given)
