"""Forms of a volunteer's own settings, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from dispatch.phone import words
from dispatch.phone.forms import REQUIRED
from dispatch.phone.own.hours_words import weekday_names
from volunteers import languages, phones
from volunteers.actions.own import Spoken
from volunteers.availability import DAY, HOLIDAY, Span
from volunteers.models import LanguageSkill, Training
from volunteers.painting import CELLS, Layer, from_cells
from volunteers.record import Absence

MOST_SPANS = 6
LEVELS = ((3, _("◎ 通訳できる")), (2, _("○ 日常会話")), (1, _("△ 少し")))
BAD_TIME = {"invalid": _("時刻を 17:30 のように入力してください。")}
BAD_DAY = {"invalid": _("日付を 2026-04-01 のように入力してください。"), **REQUIRED}


def time_field(label: Any = "") -> forms.TimeField:
    """A time of the clock in half hours."""
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "1800"})
    return forms.TimeField(label=label, required=False, widget=widget, error_messages=BAD_TIME)


def day_field(label: Any, *, required: bool = False) -> forms.DateField:
    """A day of the calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget, error_messages=BAD_DAY)


def minutes_of(clock: time) -> int:
    """Minutes after 0:00."""
    return clock.hour * 60 + clock.minute


class HoursForm(forms.Form):
    """One layer of the week: painted cells, or times from–to for each day without JavaScript.

    An end of 0:00 is midnight, one before its start lies on the next day.
    """

    painted = forms.CharField(required=False, max_length=8 * (CELLS + 1))
    on_holidays = forms.BooleanField(label=_("祝日に当たっても活動できる"), required=False)

    def __init__(self, data: Any = None, *, layer: Layer) -> None:
        super().__init__(data, initial={"on_holidays": layer.on_holidays})
        self.layer = layer
        self.fields["drop"] = forms.TypedMultipleChoiceField(
            choices=[(index, "") for index in range(len(layer.kept))], coerce=int, required=False
        )
        self.names = weekday_names()
        self.days = [day for day in range(8) if day != HOLIDAY or not layer.mask]
        for day in self.days:
            for index in range(MOST_SPANS):
                for end, label in (("from", _("から")), ("to", _("まで"))):
                    text = f"{self.names[day]} {index + 1} {label}"
                    self.fields[f"d{day}_{index}_{end}"] = time_field(text)
            for index, (start, end_minute) in enumerate(layer.week.get(day, [])[:MOST_SPANS]):
                self.initial[f"d{day}_{index}_from"] = _clock(start)
                self.initial[f"d{day}_{index}_to"] = _clock(end_minute)

    def rows(self) -> Iterator[dict[str, Any]]:
        """What the page shows of each day: its name and the pairs of times, one of them free."""
        for day in self.days:
            shown = max(2, min(len(self.layer.week.get(day, [])) + 1, MOST_SPANS))
            pairs = [
                (self[f"d{day}_{index}_from"], self[f"d{day}_{index}_to"]) for index in range(shown)
            ]
            yield {"name": self.names[day], "pairs": pairs, "index": day}

    def clean(self) -> dict[str, Any]:
        """Sets ``week``."""
        data: dict[str, Any] = self.cleaned_data
        painted = data.get("painted", "")
        data["week"] = self._from_paint(painted) if painted else self._from_times()
        return data

    def _from_paint(self, painted: str) -> dict[int, list[Span]]:
        parts = painted.split(",")
        try:
            spans = [from_cells(part) for part in parts]
        except ValueError:
            spans = []
        if len(spans) != len(self.days):
            raise ValidationError(_("送信された内容が正しくありません。もう一度お試しください。"))
        return dict(zip(self.days, spans, strict=True))

    def _from_times(self) -> dict[int, list[Span]]:
        week: dict[int, list[Span]] = {}
        for day in self.days:
            for index in range(MOST_SPANS):
                names = [f"d{day}_{index}_{end}" for end in ("from", "to")]
                start, end = (self.cleaned_data.get(name) for name in names)
                if start is None and end is None:
                    continue
                if start is None or end is None:
                    missing = names[0] if start is None else names[1]
                    if missing not in self.errors:
                        self.add_error(missing, _("始まりと終わりの両方を入力してください。"))
                    continue
                first, last = minutes_of(start), minutes_of(end) or DAY
                last = last if last > first else last + DAY
                if last > DAY + DAY // 2:
                    self.add_error(names[1], _("終わりは、次の日の12:00までにしてください。"))
                    continue
                week.setdefault(day, []).append((first, last))
        return week


def _clock(minute: int) -> time:
    return time(minute % DAY // 60, minute % 60)


class AwayForm(forms.Form):
    """Days off, or hours beside the usual ones."""

    kind = forms.ChoiceField(
        label=_("種類"),
        choices=[("off", _("休む")), ("extra", _("特別に活動できる"))],
        widget=forms.RadioSelect,
        initial="off",
    )
    first_day = day_field(_("いつから"), required=True)
    last_day = day_field(_("いつまで（1日だけのときは空けてください）"))
    from_time = time_field(_("何時から（1日中のときは空けてください）"))
    to_time = time_field(_("何時まで"))
    note = forms.CharField(label=_("メモ"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        """Sets ``absence``."""
        data: dict[str, Any] = self.cleaned_data
        start, end = data.get("from_time"), data.get("to_time")
        if (start is None) != (end is None):
            missing = "from_time" if start is None else "to_time"
            if missing not in self.errors:
                self.add_error(missing, _("始まりと終わりの両方を入力してください。"))
        minutes: tuple[int, int] | None = None
        if start is not None and end is not None:
            minutes = (minutes_of(start), minutes_of(end) or DAY)
            if minutes[1] <= minutes[0]:
                self.add_error("to_time", _("終わりは、始まりより後の時刻にしてください。"))
        if not self.errors:
            first: date = data["first_day"]
            begin, until = minutes or (None, None)
            extra = data["kind"] == "extra"
            last = data.get("last_day") or first
            data["absence"] = Absence(first, last, begin, until, extra, data["note"])
        return data


class LanguagesForm(forms.Form):
    """The levels of each language, and one more language."""

    new_language = forms.ChoiceField(label=_("加える言語"), required=False)
    new_to = forms.TypedChoiceField(
        label=_("日本語にする"), choices=LEVELS, coerce=int, initial=2, required=False
    )
    new_from = forms.TypedChoiceField(
        label=_("日本語から訳す"), choices=LEVELS, coerce=int, initial=2, required=False
    )

    def __init__(self, data: Any = None, *, skills: Iterable[LanguageSkill]) -> None:
        super().__init__(data)
        self.skills = list(skills)
        reader = words.reader()
        known = {row.language for row in self.skills}
        others = [one.tag for one in languages.spoken_languages() if one.tag not in known]
        named = sorted((languages.name(tag, reader), tag) for tag in others)
        choices = [("", _("選んでください")), *((tag, name) for name, tag in named)]
        self.fields["new_language"].choices = choices  # type: ignore[attr-defined]
        for row in self.skills:
            for name, label, level in (
                ("to", _("日本語にする"), row.to_japanese),
                ("from", _("日本語から訳す"), row.from_japanese),
            ):
                self.fields[f"{name}_{row.pk}"] = forms.TypedChoiceField(
                    label=label,
                    choices=LEVELS,
                    coerce=int,
                    initial=level,
                    required=False,
                    empty_value=None,
                )
            self.fields[f"gone_{row.pk}"] = forms.BooleanField(
                label=_("この言語をやめる"), required=False
            )

    def rows(self) -> Iterator[dict[str, Any]]:
        """One language each: name, whether the desk checked it, and its fields."""
        for row in self.skills:
            yield {
                "name": languages.name(row.language, words.reader()),
                "verified": bool(row.verified_by or row.verified_on),
                "to": self[f"to_{row.pk}"],
                "from": self[f"from_{row.pk}"],
                "gone": self[f"gone_{row.pk}"],
            }

    def spoken(self) -> list[Spoken]:
        """What the person says now."""
        data = self.cleaned_data
        found = [
            Spoken(
                row.language,
                data[f"to_{row.pk}"] or row.to_japanese,
                data[f"from_{row.pk}"] or row.from_japanese,
            )
            for row in self.skills
            if not data[f"gone_{row.pk}"]
        ]
        if data["new_language"]:
            found.append(Spoken(data["new_language"], data["new_to"] or 2, data["new_from"] or 2))
        return found


class FieldsForm(forms.Form):
    """The fields that are accepted."""

    fields_taken = forms.MultipleChoiceField(
        label=_("引き受けられる分野"),
        choices=[*words.FIELDS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class TrainingForm(forms.Form):
    """A certificate or a training."""

    kind = forms.ChoiceField(
        label=_("種類"),
        choices=[("certificate", _("資格")), ("training", _("研修"))],
        widget=forms.RadioSelect,
        initial=Training.Kind.CERTIFICATE.value,
    )
    name = forms.CharField(label=_("名前"), max_length=120, error_messages=REQUIRED)
    done_on = day_field(_("取得・受講した日"))
    ends_on = day_field(_("有効期限"))


class WishesForm(forms.Form):
    """Which messages on which way, when not, in which language."""

    quiet = forms.ChoiceField(
        label=_("連絡を受けたくない時間"),
        choices=[
            ("desk", _("窓口の決まりどおり（夜間・早朝は受けません）")),
            ("own", _("自分で決める")),
            ("any", _("何時でも受ける")),
        ],
        widget=forms.RadioSelect,
    )
    quiet_from = time_field(_("何時から"))
    quiet_to = time_field(_("何時まで"))
    message_language = forms.ChoiceField(
        label=_("連絡の言語"),
        choices=[("ja", "日本語"), ("ja-simple", "やさしい日本語"), ("en", "English")],
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        """Own quiet hours need both ends."""
        data: dict[str, Any] = self.cleaned_data
        if data.get("quiet") == "own":
            for name in ("quiet_from", "quiet_to"):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("始まりと終わりの両方を入力してください。"))
        return data

    def quiet_minutes(self) -> tuple[int, int] | None:
        """Minutes after 0:00 of both ends; None for as the desk."""
        data = self.cleaned_data
        if data["quiet"] != "own":
            return None
        return minutes_of(data["quiet_from"]), minutes_of(data["quiet_to"])


class NewContactForm(forms.Form):
    """A new mobile number or e-mail address."""

    value = forms.CharField(max_length=254, error_messages=REQUIRED)

    def __init__(self, data: Any = None, *, kind: str) -> None:
        super().__init__(data)
        self.kind = kind
        tel = kind == "mobile"
        field = self.fields["value"]
        field.label = _("新しい携帯電話の番号") if tel else _("新しいメールアドレス")
        field.widget.attrs = {
            "autocomplete": "tel" if tel else "email",
            "inputmode": "tel" if tel else "email",
            "autocapitalize": "none",
        }

    def clean_value(self) -> str:
        """E.164, or an address in lower case."""
        typed: str = self.cleaned_data["value"].strip()
        try:
            if self.kind == "mobile":
                return phones.to_e164(typed)
            validate_email(typed)
        except (ValueError, ValidationError):
            bad_number = _("電話番号として読み取れません。090-1234-5678 のように入力してください。")
            bad_address = _("メールアドレスとして読み取れません。")
            raise ValidationError(bad_number if self.kind == "mobile" else bad_address) from None
        return typed.lower()


class NumberForm(forms.Form):
    """The registration number, as on the volunteer's card."""

    number = forms.CharField(
        label=_("登録番号"),
        max_length=12,
        error_messages=REQUIRED,
        help_text=_("ボランティア登録証に書いてあります。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class NameForm(forms.Form):
    """What a passkey is called."""

    name = forms.CharField(label=_("名前"), max_length=60, error_messages=REQUIRED)


class LeaveForm(forms.Form):
    """Why, if somebody likes to say so, and a second thought."""

    reason = forms.CharField(
        label=_("よろしければ、理由をお聞かせください"), max_length=200, required=False
    )
    sure = forms.BooleanField(
        label=_("上の内容を確かめました。退会します。"),
        error_messages={"required": _("退会するときは、チェックを入れてください。")},
    )
