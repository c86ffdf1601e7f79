"""The repeated parts of an entry: languages, weekly hours, dated exceptions.

A row left blank is nothing; one marked for removal is gone. One row of hours may name several
weekdays, as people say it (月・水・金 13:00〜17:00), and becomes one rule each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet

from volunteers import languages
from volunteers.availability import HOLIDAY, LONGEST_RULE_END, WEEKDAYS, Rule
from volunteers.forms.fields import ClockField, DateField, LanguageField
from volunteers.models import AvailabilityException, AvailabilityRule, LanguageSkill
from volunteers.record import Absence, Skill

MARKS = [(3, "◎ 通訳可"), (2, "○ 日常会話"), (1, "△ 少し")]


class Rows(BaseFormSet):
    """Rows in words of the office when a page comes back incomplete or with too many of them."""

    default_error_messages = {
        "missing_management_form": "送信された内容が途中で切れています。もう一度保存してください。",
        "too_many_forms": "行が多すぎます。%(num)d行までにしてください。",
    }


class SkillRow(forms.Form):
    """One language with a level each way."""

    language = LanguageField(
        label="言語",
        required=False,
        widget=forms.TextInput(attrs={"list": "known-languages", "autocomplete": "off"}),
    )
    to_japanese = forms.TypedChoiceField(
        label="日本語へ", choices=MARKS, coerce=int, initial=2, required=False
    )
    from_japanese = forms.TypedChoiceField(
        label="日本語から", choices=MARKS, coerce=int, initial=2, required=False
    )
    certificate = forms.CharField(label="資格", max_length=120, required=False)
    verified_by = forms.CharField(label="確認者", max_length=120, required=False)
    verified_on = DateField(label="確認日", required=False)

    def clean(self) -> dict[str, Any]:
        """A level or a certificate needs a language."""
        cleaned = self.cleaned_data
        filled = any(cleaned.get(name) for name in ("certificate", "verified_by", "verified_on"))
        if filled and not cleaned.get("language") and "language" not in self.errors:
            self.add_error("language", "言語を入力してください。")
        return cleaned

    def skill(self) -> Skill | None:
        """The row's value; None for a blank one."""
        data = self.cleaned_data
        if not data.get("language") or data.get("DELETE"):
            return None
        return Skill(
            language=data["language"],
            to_japanese=data["to_japanese"] or 2,
            from_japanese=data["from_japanese"] or 2,
            certificate=data["certificate"],
            verified_by=data["verified_by"],
            verified_on=data["verified_on"],
        )


class SkillRows(Rows):
    """All languages of one person."""

    def clean(self) -> None:
        """Each language once."""
        seen: set[str] = set()
        for form in self.forms:
            tag = form.cleaned_data.get("language")
            if not tag or form.cleaned_data.get("DELETE"):
                continue
            if tag in seen:
                name = languages.name(tag)
                form.add_error("language", f"{name}が二度あります。1行にまとめてください。")
                raise forms.ValidationError(f"{name}が二度あります。", code="language_twice")
            seen.add(tag)

    def skills(self) -> list[Skill]:
        """The values of the rows that say something."""
        return [skill for form in self.forms if (skill := form.skill())]


class HoursRow(forms.Form):
    """Weekdays and hours, in every week or the 1st, 3rd … of the month."""

    weekdays = forms.TypedMultipleChoiceField(
        label="曜日",
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    from_minute = ClockField(label="から", required=False, latest=24 * 60 - 1)
    to_minute = ClockField(label="まで", required=False, latest=LONGEST_RULE_END)
    nth = forms.TypedMultipleChoiceField(
        label="第何週",
        choices=[(n, f"第{n}") for n in range(1, 6)],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    on_holidays = forms.BooleanField(label="祝日に当たっても可", required=False)

    def clean(self) -> dict[str, Any]:
        """All of weekday, from and to, or nothing; an end before the start is the next day."""
        data = self.cleaned_data
        if data.get("DELETE") or not self.has_changed():
            return data
        days, start, end = (data.get(name) for name in ("weekdays", "from_minute", "to_minute"))
        filled = days or start is not None or end is not None
        if not filled and not self.errors:
            return data
        if not days and "weekdays" not in self.errors:
            self.add_error("weekdays", "曜日を選んでください。")
        for name, value in (("from_minute", start), ("to_minute", end)):
            if value is None and name not in self.errors:
                self.add_error(name, "時刻を入力してください。")
        if start is not None and end is not None and end <= start:
            data["to_minute"] = end + 24 * 60
            if data["to_minute"] > LONGEST_RULE_END:
                self.add_error("to_minute", "終わりは始まりより後の時刻にしてください。")
        return data

    def rules(self) -> Iterator[Rule]:
        """One rule for each weekday ticked."""
        data = self.cleaned_data
        if data.get("DELETE") or not data.get("weekdays"):
            return
        mask = sum(1 << (n - 1) for n in data["nth"]) % 31  # all five weeks are every week
        for day in data["weekdays"]:
            holiday = day == HOLIDAY
            yield Rule(
                weekday=day,
                from_minute=data["from_minute"],
                to_minute=data["to_minute"],
                nth_mask=0 if holiday else mask,
                on_holidays=holiday or data["on_holidays"],
            )


class HoursRows(Rows):
    """All weekly hours of one person."""

    def rules(self) -> list[Rule]:
        """The rules of all rows."""
        return sorted({rule for form in self.forms for rule in form.rules()})


class ExceptionRow(forms.Form):
    """Days on which somebody is away, or free although no rule says so."""

    first_day = DateField(label="初日", required=False)
    last_day = DateField(label="最終日", required=False)
    from_minute = ClockField(label="から", required=False)
    to_minute = ClockField(label="まで", required=False)
    available = forms.ChoiceField(
        label="内容",
        choices=[("", "活動できない"), ("1", "活動できる")],
        required=False,
    )
    note = forms.CharField(label="メモ", max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        """The last day may be left out; hours are both given or neither."""
        data = self.cleaned_data
        first, last = data.get("first_day"), data.get("last_day")
        start, end = data.get("from_minute"), data.get("to_minute")
        if data.get("DELETE") or not self.has_changed():
            return data
        if first is None and "first_day" not in self.errors:
            self.add_error("first_day", "初日を入力してください。")
        if first and last and last < first:
            self.add_error("last_day", "最終日は初日以降の日にしてください。")
        if (start is None) != (end is None) and not {"from_minute", "to_minute"} & set(self.errors):
            missing = "from_minute" if start is None else "to_minute"
            self.add_error(missing, "時間は「から」「まで」の両方を入力してください。")
        if start is not None and end is not None and end <= start:
            self.add_error("to_minute", "終わりは始まりより後の時刻にしてください。")
        return data

    def absence(self) -> Absence | None:
        """The row's value; None for a blank one."""
        data = self.cleaned_data
        if data.get("DELETE") or not data.get("first_day"):
            return None
        return Absence(
            first_day=data["first_day"],
            last_day=data["last_day"] or data["first_day"],
            from_minute=data["from_minute"],
            to_minute=data["to_minute"],
            available=bool(data["available"]),
            note=data["note"],
        )


class ExceptionRows(Rows):
    """All dated exceptions of one person."""

    def absences(self) -> list[Absence]:
        """The values of the rows that say something."""
        return [absence for form in self.forms if (absence := form.absence())]


def _formset(row: type[forms.Form], rows: type[Rows], most: int) -> type[Rows]:
    made: Any = forms.formset_factory(
        row,
        formset=rows,
        extra=0,
        can_delete=True,
        max_num=most,
        absolute_max=most,
        validate_max=True,
    )
    return made  # type: ignore[no-any-return]


SkillSet = _formset(SkillRow, SkillRows, 40)
HoursSet = _formset(HoursRow, HoursRows, 60)
ExceptionSet = _formset(ExceptionRow, ExceptionRows, 200)


def skill_rows(skills: Iterable[LanguageSkill]) -> list[dict[str, Any]]:
    """What the language rows show of stored skills."""
    names = ("to_japanese", "from_japanese", "certificate", "verified_by", "verified_on")
    return [
        {"language": languages.name(skill.language)} | {n: getattr(skill, n) for n in names}
        for skill in skills
    ]


def hours_rows(rules: Iterable[AvailabilityRule]) -> list[dict[str, Any]]:
    """What the rows of hours show of stored rules: equal hours of several weekdays in one row."""
    rows: dict[tuple[int, int, int, bool], list[int]] = {}
    ordered = sorted(rules, key=lambda rule: (rule.weekday, rule.from_minute, rule.to_minute))
    for rule in ordered:
        hours = rule.from_minute, rule.to_minute
        if rule.weekday == HOLIDAY:
            # joins the weekdays of the same hours whatever they say about holidays
            key = next((k for k in rows if k[:3] == (*hours, 0)), (*hours, 0, True))
        else:
            key = (*hours, rule.nth_mask, rule.on_holidays)
        rows.setdefault(key, []).append(rule.weekday)
    return [
        {
            "weekdays": days,
            "from_minute": start,
            "to_minute": end,
            "nth": [n for n in range(1, 6) if mask >> (n - 1) & 1],
            "on_holidays": on_holidays,
        }
        for (start, end, mask, on_holidays), days in rows.items()
    ]


def exception_rows(exceptions: Iterable[AvailabilityException]) -> list[dict[str, Any]]:
    """What the rows of exceptions show of stored ones."""
    names = ("first_day", "last_day", "from_minute", "to_minute", "note")
    return [
        {name: getattr(one, name) for name in names} | {"available": "1" if one.available else ""}
        for one in exceptions
    ]
