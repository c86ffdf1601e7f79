"""The search and the filters above the register's list, as GET parameters."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Organization
from volunteers import languages
from volunteers.availability import HOLIDAY, WEEKDAYS
from volunteers.forms.fields import ClockField, DateField
from volunteers.models import Area, Field, Volunteer
from volunteers.queries import Wanted, languages_of

SHOW = [
    ("", "在籍", "registered"),
    ("active", "活動中", "active"),
    ("on_call", "待機中", "on_call"),
    ("paused", "休止中", "paused"),
    ("ending", "期限間近", "ending"),
    ("expired", "期限切れ", "expired"),
    ("dormant", "長期応答なし", "dormant"),
    ("withdrawn", "退会", ""),
]
"""(value of ``show``, words, key of `volunteers.queries.counts`)."""

WEEKDAY_NAMES = [f"{day}曜" if index < HOLIDAY else "祝日" for index, day in enumerate(WEEKDAYS)]


class FindForm(forms.Form):
    """Every filter may be left empty; one that cannot be read is named and does not restrict."""

    q = forms.CharField(
        label="検索",
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": "氏名・かな・番号・電話・言語",
                "enterkeyhint": "search",
            }
        ),
    )
    language = forms.ChoiceField(label="言語", required=False)
    level = forms.ChoiceField(
        label="レベル",
        required=False,
        choices=[("", "△以上"), ("2", "○以上"), ("3", "◎のみ")],
    )
    field = forms.ChoiceField(
        label="分野", required=False, choices=[("", "すべて"), *Field.choices]
    )
    qualified = forms.BooleanField(label="研修修了のみ", required=False)
    weekday = forms.TypedChoiceField(
        label="曜日",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "指定なし"), *enumerate(WEEKDAY_NAMES)],
    )
    day = DateField(label="日付", required=False)
    time = ClockField(label="時刻", required=False)
    area = forms.TypedChoiceField(label="地域", required=False, coerce=int, empty_value=None)
    sort = forms.ChoiceField(
        label="並び順",
        required=False,
        choices=[
            ("", "登録番号順"),
            ("kana", "フリガナ順"),
            ("term", "登録期限が近い順"),
            ("seen", "最後の応答が古い順"),
            ("newest", "新しく登録した順"),
        ],
    )
    show = forms.ChoiceField(
        required=False,
        choices=[(value, words) for value, words, _ in SHOW],
        widget=forms.HiddenInput,
    )

    MORE = ("level", "qualified", "weekday", "day", "time", "area", "sort")

    def __init__(self, data: Any, *, organization: Organization) -> None:
        super().__init__(data, label_suffix="")
        spoken = [(tag, f"{languages.name(tag)}（{n}名）") for tag, n in languages_of(organization)]
        self.fields["language"].choices = [("", "すべて"), *spoken]  # type: ignore[attr-defined]
        areas = Area.objects.filter(organization=organization).values_list("pk", "name")
        self.fields["area"].choices = [("", "すべて"), *areas]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What to look for; fields with an error are left out."""
        self.is_valid()
        data = self.cleaned_data
        show = data.get("show") or ""
        return Wanted(
            text=data.get("q", ""),
            language=data.get("language", ""),
            level=int(data.get("level") or 1),
            field=data.get("field", ""),
            qualified=data.get("qualified", False),
            weekday=data.get("weekday"),
            day=data.get("day"),
            minute=data.get("time"),
            area=data.get("area"),
            on_call=show == "on_call",
            dormant=show == "dormant",
            term=show if show in {"ending", "expired"} else "",
            status=show if show in Volunteer.Status.values else "",
            order=data.get("sort") or "number",
        )

    @property
    def more_in_use(self) -> bool:
        """Whether one of the filters behind "more" is set, so that it must be open."""
        return any(self.data.get(name) for name in self.MORE)
