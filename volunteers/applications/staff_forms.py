"""What the desk enters while it screens an application, and the settings of applications."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from accounts.models import Organization
from volunteers.forms.fields import DateField


class NoteForm(forms.Form):
    """A note for the record; the applicant never reads it."""

    note = forms.CharField(
        label="メモ（応募者には見えません）", max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})


class InterviewForm(NoteForm):
    """When and where the interview is."""

    day = DateField(label="面談の日")
    time = forms.TimeField(
        label="時刻", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    place = forms.CharField(label="場所", max_length=120)
    field_order = ["day", "time", "place", "note"]


class AcceptForm(NoteForm):
    """The number, the first day of the term, and how the pledge was signed."""

    number = forms.IntegerField(
        label="登録番号", min_value=1, max_value=2_000_000_000, required=False,
        help_text="空欄なら次の番号になります。",
    )  # fmt: skip
    starts_on = DateField(label="登録開始日")
    pledge = forms.ChoiceField(
        label="誓約書", choices=[("screen", "画面で署名済み"), ("paper", "書面で受領")],
        widget=forms.RadioSelect,
    )  # fmt: skip
    pledged_on = DateField(label="書面の誓約日", required=False)
    field_order = ["number", "starts_on", "pledge", "pledged_on", "note"]

    def __init__(self, *args: Any, signed: bool, starts_on: date, **options: Any) -> None:
        start = {"starts_on": starts_on, "pledge": "screen" if signed else "paper"}
        super().__init__(*args, initial=start, **options)
        if not signed:
            self.fields["pledge"].choices = [("paper", "書面で受領")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A pledge on paper has a date."""
        data = super().clean() or {}
        undated = data.get("pledge") == "paper" and not data.get("pledged_on")
        if undated and "pledged_on" not in self.errors:
            self.add_error("pledged_on", "誓約書を受け取った日を入力してください。")
        return data


class DeclineForm(forms.Form):
    """Why not, for the record only; the applicant gets kind words that are always the same."""

    note = forms.CharField(
        label="見送りの理由（応募者には見えません）", max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})


class ApplicationSettingsForm(forms.ModelForm):
    """Whether and from whom applications are taken."""

    class Meta:
        model = Organization
        fields = ("takes_applications", "application_note", "minimum_age", "dormant_after_months")
        widgets = {"application_note": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})
        self.fields["minimum_age"].help_text = "登録期間の4月1日に満たしている年齢。15〜30歳。"
        self.fields["dormant_after_months"].help_text = "6〜120か月。"

    def clean_minimum_age(self) -> int:
        """Between 15 (end of compulsory school) and 30."""
        return self._within("minimum_age", 15, 30)

    def clean_dormant_after_months(self) -> int:
        """Between half a year and ten."""
        return self._within("dormant_after_months", 6, 120)

    def _within(self, name: str, least: int, most: int) -> int:
        value: int = self.cleaned_data[name]
        if not least <= value <= most:
            raise forms.ValidationError(f"{least}から{most}までの数にしてください。")
        return value


class PledgeTextForm(forms.Form):
    """A new version of the pledge."""

    version = forms.CharField(label="版", max_length=20, help_text="例：2027-04")
    text = forms.CharField(
        label="本文（日本語。効力があるのはこの文です）", max_length=10000,
        widget=forms.Textarea(attrs={"rows": 9}),
    )  # fmt: skip
    text_simple = forms.CharField(
        label="本文（やさしい日本語）", max_length=10000, required=False,
        widget=forms.Textarea(attrs={"rows": 9}),
    )  # fmt: skip
    text_en = forms.CharField(
        label="本文（英語）", max_length=10000, required=False,
        widget=forms.Textarea(attrs={"rows": 9}),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})
