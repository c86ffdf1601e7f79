"""The one page on which a volunteer is entered or changed: a main form and three lists of rows.

`EntryForm` reads and checks; what it yields is a `volunteers.record.Record`, which the actions
write. Nothing is saved here, and everything typed comes back when something is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any, cast

import jaconv
from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Organization
from volunteers.availability import Rule
from volunteers.forms.fields import DateField, PhoneField
from volunteers.forms.rows import (
    ExceptionRows,
    ExceptionSet,
    HoursRows,
    HoursSet,
    SkillRows,
    SkillSet,
    exception_rows,
    hours_rows,
    skill_rows,
)
from volunteers.importing.schedules import parse_schedule
from volunteers.importing.text import one_line, plain
from volunteers.models import Area, Field, Volunteer
from volunteers.record import FieldEntry, Record, Term
from volunteers.terms import fiscal_year_end

PLAIN = (
    "number",
    "name",
    "kana",
    "birth_date",
    "gender",
    "mobile",
    "phone",
    "fax",
    "email",
    "address",
    "lat",
    "lon",
    "channel",
    "message_language",
    "night_messages",
    "reach_minutes",
    "by_car",
    "weekly_hours_cap",
    "accepts_video",
    "accepts_neighbours",
    "public_name_consent",
    "certificates",
    "remarks",
)


class MainForm(forms.ModelForm):
    """Everything that is said once about a person."""

    number = forms.IntegerField(
        label="登録番号", min_value=1, max_value=2_000_000_000, required=False
    )
    birth_date = DateField(label="生年月日", required=False, picker=False)
    mobile = PhoneField(label="携帯電話")
    phone = PhoneField(label="固定電話")
    fax = PhoneField(label="FAX")
    lat = forms.FloatField(label="緯度", min_value=-90, max_value=90, required=False)
    lon = forms.FloatField(label="経度", min_value=-180, max_value=180, required=False)
    reach_minutes = forms.IntegerField(
        label="移動できる時間（分）", min_value=1, max_value=600, required=False
    )
    weekly_hours_cap = forms.IntegerField(
        label="週の上限（時間）", min_value=1, max_value=80, required=False
    )
    area_ids = forms.TypedMultipleChoiceField(
        label="活動できる地域", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    new_areas = forms.CharField(label="ほかの地域", max_length=300, required=False)
    accepts = forms.MultipleChoiceField(
        label="引き受ける分野", choices=Field.choices, required=False
    )
    qualified = forms.MultipleChoiceField(label="研修修了", choices=Field.choices, required=False)
    schedule_text = forms.CharField(label="文章でまとめて入力", max_length=300, required=False)
    starts_on = DateField(label="登録開始日", required=False)
    ends_on = DateField(label="登録期限", required=False)
    pledged_on = DateField(label="誓約日", required=False)
    pledge_version = forms.CharField(label="誓約書の版", max_length=20, required=False)

    class Meta:
        model = Volunteer
        fields = PLAIN
        widgets = {"remarks": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, organization: Organization, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})
        areas = Area.objects.filter(organization=organization).values_list("pk", "name")
        self.area_names = dict(areas)
        self.fields["area_ids"].choices = list(self.area_names.items())  # type: ignore[attr-defined]
        self.fields["number"].required = self.instance.pk is not None
        for name in ("name", "kana", "address"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        """As typed, with single spaces."""
        return one_line(self.cleaned_data["name"])

    def clean_kana(self) -> str:
        """Full-width katakana; hiragana and half-width are accepted."""
        return str(jaconv.hira2kata(plain(self.cleaned_data["kana"])))

    def clean_new_areas(self) -> list[str]:
        """Names of areas that are not on the list yet."""
        text = self.cleaned_data["new_areas"].replace("，", "、").replace(",", "、")
        names = [one_line(name) for name in text.split("、")]
        if any(len(name) > 60 for name in names):
            raise ValidationError("地域の名前は60文字までです。「、」で区切ってください。")
        return [name for name in names if name]

    def clean_schedule_text(self) -> list[Rule]:
        """第1・第3水曜 午前、平日13:00〜17:00 → rules."""
        schedule = parse_schedule(self.cleaned_data["schedule_text"])
        if schedule.problems:
            raise ValidationError([problem.message_ja for problem in schedule.problems])
        return [
            Rule(
                weekday=value.weekday,
                from_minute=value.from_minute,
                to_minute=value.to_minute,
                nth_mask=sum(1 << (n - 1) for n in value.nth),
                on_holidays=value.on_holidays,
            )
            for value in schedule.value
        ]

    def clean(self) -> dict[str, Any]:
        """The channel must be one the person has; a term needs its days in order."""
        super().clean()
        data = self.cleaned_data
        needed = {"sms": ("mobile", "携帯電話"), "email": ("email", "メールアドレス")}
        column, words = needed.get(data.get("channel", ""), ("", ""))
        if column and not data.get(column) and column not in self.errors:
            self.add_error("channel", f"この連絡方法には{words}が必要です。")
        if (data.get("lat") is None) != (data.get("lon") is None):
            self.add_error("lon", "緯度と経度は両方入力してください。")
        self._check_term(data)
        return data

    def _check_term(self, data: dict[str, Any]) -> None:
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and not ends and "ends_on" not in self.errors:
            data["ends_on"] = fiscal_year_end(starts)
        elif starts and ends and ends < starts:
            self.add_error("ends_on", "登録期限は開始日より後の日にしてください。")
        elif not starts and (ends or data.get("pledged_on")) and "starts_on" not in self.errors:
            self.add_error("starts_on", "登録開始日を入力してください。")


class EntryForm:
    """The main form and its rows as one: ``is_valid()``, then ``record()``."""

    def __init__(
        self,
        data: Any = None,
        *,
        organization: Organization,
        volunteer: Volunteer | None = None,
        today: date,
    ) -> None:
        initial = _initial_of(volunteer) if volunteer else _initial_of_new(today)
        self.main = MainForm(
            data, organization=organization, instance=volunteer, initial=initial["main"]
        )
        self.skills = cast(SkillRows, SkillSet(data, prefix="skills", initial=initial["skills"]))
        self.hours = cast(HoursRows, HoursSet(data, prefix="hours", initial=initial["hours"]))
        self.exceptions = cast(
            ExceptionRows, ExceptionSet(data, prefix="exceptions", initial=initial["exceptions"])
        )
        for rows, blank in ((self.skills, 2), (self.hours, 2), (self.exceptions, 1)):
            rows.extra = blank

    @property
    def all(self) -> tuple[MainForm, SkillRows, HoursRows, ExceptionRows]:
        """The four parts, in the order of the page."""
        return self.main, self.skills, self.hours, self.exceptions

    def is_valid(self) -> bool:
        """Whether every part is; each is checked, so that all errors show at once."""
        return [part.is_valid() for part in self.all].count(False) == 0

    def record(self) -> Record:
        """What is to be written."""
        data = self.main.cleaned_data
        areas = [self.main.area_names[pk] for pk in data["area_ids"]]
        fields = {name: data[name] for name in PLAIN}
        return Record(
            fields=fields,
            areas=[*areas, *data["new_areas"]],
            skills=self.skills.skills(),
            field_skills=_field_entries(data["accepts"], data["qualified"]),
            rules=sorted({*self.hours.rules(), *data["schedule_text"]}),
            exceptions=self.exceptions.absences(),
            registration=_term(data),
        )

    def refuse(self, field: str, text: str) -> None:
        """Show an action's refusal beside the field it names, or above everything."""
        self.main.add_error(field if field in self.main.fields else None, text)


def _field_entries(accepts: Iterable[str], qualified: Iterable[str]) -> list[FieldEntry]:
    """A field somebody is trained for is accepted, too."""
    trained = set(qualified)
    chosen = {*accepts, *trained}
    return [FieldEntry(code, code in trained) for code in Field.values if code in chosen]


def _term(data: dict[str, Any]) -> Term | None:
    if not data["starts_on"]:
        return None
    return Term(data["starts_on"], data["ends_on"], data["pledged_on"], data["pledge_version"])


def _initial_of_new(today: date) -> dict[str, Any]:
    term = {"starts_on": today, "ends_on": fiscal_year_end(today)}
    return {"main": term, "skills": [], "hours": [], "exceptions": []}


def _initial_of(volunteer: Volunteer) -> dict[str, Any]:
    latest = volunteer.registrations.first()
    fields = list(volunteer.field_skills.all())
    term = (
        asdict(Term(latest.starts_on, latest.ends_on, latest.pledged_on, latest.pledge_version))
        if latest
        else {}
    )
    return {
        "main": {
            "area_ids": [area.pk for area in volunteer.areas.all()],
            "accepts": [row.field for row in fields],
            "qualified": [row.field for row in fields if row.qualified],
            **term,
        },
        "skills": skill_rows(volunteer.skills.all()),
        "hours": hours_rows(volunteer.rules.all()),
        "exceptions": exception_rows(volunteer.exceptions.all()),
    }
