"""The form that puts somebody on the roster: one row of hours for one or several weekdays."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Organization
from dispatch.actions.roster import ShiftDraft
from dispatch.models import Desk
from dispatch.roster import WEEKDAYS
from volunteers.availability import DAY
from volunteers.forms.fields import ClockField, DateField
from volunteers.models import Volunteer


class ShiftForm(forms.Form):
    """Desk, person, weekdays, hours, weeks of the month, first and last day."""

    desk = forms.ModelChoiceField(
        label="窓口",
        queryset=Desk.objects.none(),
        empty_label=None,
        error_messages={
            "required": "窓口を選んでください。",
            "invalid_choice": "窓口を選んでください。",
        },
    )
    volunteer = forms.CharField(
        label="ボランティア",
        max_length=120,
        help_text="登録番号または氏名",
        error_messages={"required": "登録番号または氏名を入力してください。"},
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="曜日",
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "曜日を選んでください。"},
    )
    from_minute = ClockField(
        label="から", latest=DAY - 1, error_messages={"required": "時刻を入力してください。"}
    )
    to_minute = ClockField(
        label="まで", latest=DAY, error_messages={"required": "時刻を入力してください。"}
    )
    nth = forms.TypedMultipleChoiceField(
        label="第何週",
        help_text="選ばなければ毎週",
        choices=[(n, f"第{n}") for n in range(1, 6)],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    on_holidays = forms.BooleanField(label="祝日に当たっても来る", required=False)
    starts_on = DateField(label="開始日", required=False)
    ends_on = DateField(label="終了日", required=False)

    def __init__(self, organization: Organization, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "prefix": "shift", **options})
        self.organization = organization
        self.fields["desk"].queryset = Desk.objects.filter(organization=organization)  # type: ignore[attr-defined]

    def clean_volunteer(self) -> Volunteer:
        """The one person meant; a name that several share needs the number."""
        typed = self.cleaned_data["volunteer"].replace("\x00", "").strip()
        people = Volunteer.objects.of(self.organization).exclude(status="withdrawn")
        head = typed.removesuffix("番").split(" ")[0].removesuffix("番")
        if head.isascii() and head.isdigit() and len(head) < 10:
            found = list(people.filter(number=int(head))[:2])
        else:
            found = list(people.filter(name=typed)[:2]) or list(
                people.filter(name__icontains=typed)[:2]
            )
        if not found:
            raise forms.ValidationError("この登録番号・氏名の方が見つかりません。")
        if len(found) > 1:
            raise forms.ValidationError("同じ氏名の方が複数います。登録番号で入力してください。")
        return found[0]

    def clean(self) -> dict[str, Any]:
        """The end after the beginning, both of the day and of the period."""
        data = super().clean() or {}
        start, end = data.get("from_minute"), data.get("to_minute")
        if start is not None and end is not None and end <= start:
            self.add_error("to_minute", "終わりは始まりより後の時刻にしてください。")
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "終了日は開始日以降の日にしてください。")
        return data

    def drafts(self) -> list[ShiftDraft]:
        """One shift for each weekday ticked."""
        data = self.cleaned_data
        return [
            ShiftDraft(
                weekday=day,
                from_minute=data["from_minute"],
                to_minute=data["to_minute"],
                nth_mask=sum(1 << (n - 1) for n in data["nth"]) % 31,  # all five: every week
                on_holidays=data["on_holidays"],
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
            )
            for day in data["weekdays"]
        ]
