"""Forms of staff pages. What was typed is kept; errors stand beside their field, in Japanese."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import jaconv
from django import forms
from django.db.models import Q

from accounts.models import Organization
from accounts.times import instant, local
from dispatch.actions.drafts import Draft, Wish
from dispatch.editing import initial_of, split_wishes
from dispatch.models import (
    Desk,
    Mode,
    Offer,
    Place,
    Request,
    RequestingBody,
    RequestSeries,
    Requirement,
    Urgency,
)
from volunteers.languages import canonical, lookup
from volunteers.languages import get as get_language
from volunteers.models import Field, Volunteer

DURATIONS = [
    (30, "30分"),
    (60, "1時間"),
    (90, "1時間半"),
    (120, "2時間"),
    (180, "3時間"),
    (240, "4時間"),
]
GENDERS = [("", "問わない"), ("female", "女性"), ("male", "男性")]
WISH_CHOICES = [("", "指定なし"), ("soft", "できれば"), ("hard", "必ず")]


class ClockField(forms.CharField):
    """A time of day as people type it: 9:30, ９：３０, 930, 9時半; cleaned to minutes after 0:00."""

    default_error_messages = {"invalid": "時刻は「14:30」のように入力してください。"}

    def to_python(self, value: Any) -> Any:
        """Minutes after midnight, or None when empty."""
        text = jaconv.z2h(str(value or "").strip(), kana=False, ascii=True, digit=True)
        text = text.replace("時半", ":30").replace("時", ":").replace("分", "").strip()
        if not text:
            return None
        if text.endswith(":"):
            text += "00"
        if text.isdecimal():
            text = f"{text[:-2] or 0}:{text[-2:]}" if len(text) > 2 else f"{text}:00"
        hours, _, minutes = text.partition(":")
        if not (hours.isdecimal() and minutes.isdecimal() and len(hours) <= 2 == len(minutes)):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if int(hours) > 23 or int(minutes) > 59:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return int(hours) * 60 + int(minutes)

    def prepare_value(self, value: Any) -> Any:
        """Minutes as 14:30; what was typed stays as it is."""
        return f"{value // 60}:{value % 60:02d}" if isinstance(value, int) else value

    def validate(self, value: Any) -> None:
        """Required or not; the text checks of a CharField do not apply to minutes."""
        if value is None and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Nothing beyond `to_python`."""


class RequestForm(forms.Form):
    """The one-page form that takes a request; for the counter three inputs are enough."""

    language_text = forms.CharField(
        label="言語",
        max_length=60,
        help_text="日本語・ローマ字・英語・その言語の文字で入力できます。",
        error_messages={"required": "言語を入力してください。"},
    )
    language = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    urgency = forms.ChoiceField(
        label="いつ", choices=Urgency.choices, widget=forms.RadioSelect, initial=Urgency.NOW
    )
    mode = forms.ChoiceField(
        label="方法", choices=Mode.choices, widget=forms.RadioSelect, initial=Mode.ONSITE
    )
    field = forms.ChoiceField(label="分野", choices=Field.choices, initial=Field.ADMINISTRATIVE)
    day = forms.DateField(
        label="日付",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日付をご確認ください。"},
    )
    start = ClockField(label="開始", required=False, max_length=10)
    minutes = forms.TypedChoiceField(
        label="長さ", choices=DURATIONS, coerce=int, initial=60, required=False, empty_value=None
    )
    desk = forms.ModelChoiceField(
        label="窓口", queryset=Desk.objects.none(), required=False, empty_label="（窓口以外）"
    )
    place_name = forms.CharField(label="場所", max_length=120, required=False)
    place_address = forms.CharField(label="住所", max_length=200, required=False)
    body_name = forms.CharField(label="依頼元", max_length=120, required=False)
    contact_name = forms.CharField(label="依頼者の氏名", max_length=120, required=False)
    contact_phone = forms.CharField(label="依頼者の電話", max_length=20, required=False)
    resident_name = forms.CharField(
        label="相談者",
        max_length=120,
        required=False,
        help_text="決定した通訳者だけに伝わります。SMSやメールには書かれません。",
    )
    note = forms.CharField(
        label="通訳者に伝えること",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="決定した通訳者だけに伝わります。",
    )
    seats = forms.IntegerField(
        label="通訳者の人数",
        min_value=1,
        max_value=20,
        initial=1,
        required=False,
        error_messages={
            "min_value": "1人以上にしてください。",
            "max_value": "20人までです。",
            "invalid": "人数を数字で入力してください。",
        },
    )
    sensitivity = forms.ChoiceField(
        label="配慮", choices=Request.Sensitivity.choices, required=False, initial="normal"
    )
    payer = forms.ChoiceField(
        label="費用負担", choices=Request.Payer.choices, required=False, initial="organization"
    )
    gender = forms.ChoiceField(
        label="通訳者の性別",
        choices=GENDERS,
        required=False,
    )
    gender_wish = forms.ChoiceField(label="性別の条件", choices=WISH_CHOICES, required=False)
    level_wish = forms.ChoiceField(label="◎（通訳可）の方", choices=WISH_CHOICES, required=False)
    qualified_wish = forms.ChoiceField(
        label="分野の研修修了者", choices=WISH_CHOICES, required=False
    )
    preferred = forms.ModelChoiceField(
        label="希望する通訳者", queryset=Volunteer.objects.none(), required=False
    )
    preferred_wish = forms.ChoiceField(label="希望の条件", choices=WISH_CHOICES, required=False)
    excluded = forms.ModelMultipleChoiceField(
        label="避けたい通訳者", queryset=Volunteer.objects.none(), required=False
    )
    every = forms.ChoiceField(
        label="くり返し",
        choices=[("", "くり返さない"), *RequestSeries.Every.choices],
        required=False,
    )
    count = forms.IntegerField(
        label="回数",
        min_value=2,
        max_value=60,
        required=False,
        error_messages={"min_value": "2回以上にしてください。", "max_value": "60回までです。"},
    )

    def __init__(
        self,
        organization: Organization,
        at: datetime,
        *args: Any,
        edited: Request | None = None,
        **kwargs: Any,
    ) -> None:
        """``at`` is the present instant (UTC), for «now» and for default dates.

        ``edited``: the request that is changed. What the form cannot show of it stays as it is.
        """
        super().__init__(*args, **kwargs)
        self.organization, self.at, self.edited = organization, at, edited
        self.before: dict[str, Any] = {}
        self.carried: list[Requirement] = []
        self.exclusions: dict[int | None, bool] = {}
        if edited is not None:
            self._start_from(edited)
        named = [*self.exclusions, self.before.get("preferred")]
        people = Volunteer.objects.of(organization).filter(
            ~Q(status=Volunteer.Status.WITHDRAWN) | Q(pk__in=[pk for pk in named if pk])
        )
        self._choices("preferred", people)
        self._choices("excluded", people)
        self._choices("desk", Desk.objects.filter(organization=organization))
        self.fields["day"].initial = local(at).date()

    def _start_from(self, edited: Request) -> None:
        """Take the request's values as initial ones, with choices that are not on the lists."""
        self.before, self.carried = initial_of(edited), split_wishes(edited)[1]
        self.initial = {**self.before, **self.initial}
        excluded = edited.requirements.filter(kind=Requirement.Kind.EXCLUDED)
        self.exclusions = dict(excluded.values_list("volunteer_id", "hard"))
        minutes, length = self.before["minutes"], self.fields["minutes"]
        assert isinstance(length, forms.ChoiceField)
        if minutes not in dict(DURATIONS):
            length.choices = sorted([*DURATIONS, (minutes, f"{minutes}分")])
        gender = self.fields["gender"]
        assert isinstance(gender, forms.ChoiceField)
        if self.before.get("gender") == Volunteer.Gender.OTHER:
            gender.choices = [*GENDERS, (Volunteer.Gender.OTHER, "その他")]

    def _choices(self, name: str, queryset: Any) -> None:
        chooser = self.fields[name]
        assert isinstance(chooser, forms.ModelChoiceField)
        chooser.queryset = queryset

    def clean(self) -> dict[str, Any]:
        """Understand the language and work out start and end."""
        data = super().clean() or {}
        self._clean_language(data)
        self._clean_times(data)
        if data.get("every") and not data.get("count"):
            self.add_error("count", "くり返す回数を入力してください。")
        if data.get("every") and data.get("urgency") != Urgency.BOOKED:
            self.add_error("every", "くり返しは「予約」のときに指定できます。")
        if data.get("gender_wish") and not data.get("gender"):
            self.add_error("gender", "性別を選んでください。")
        if data.get("preferred_wish") and not data.get("preferred"):
            self.add_error("preferred", "希望する通訳者を選んでください。")
        return data

    def _clean_language(self, data: dict[str, Any]) -> None:
        typed = str(data.get("language_text") or "")
        chosen = get_language(str(data.get("language") or ""))
        found = lookup(typed) if typed else None
        # the hidden tag counts only while it still belongs to the visible text
        if chosen and found is None and typed in {chosen.ja, chosen.own, chosen.en}:
            found = chosen
        if typed and found is None:
            self.add_error(
                "language_text", f"「{typed}」という言語が見つかりません。候補から選んでください。"
            )
        elif found is not None and found.tag == "ja":
            self.add_error("language_text", "日本語以外の言語を入力してください。")
        elif found is not None:
            data["language"] = canonical(found.tag)

    def _clean_times(self, data: dict[str, Any]) -> None:
        if self.edited is not None and self._same_times(data):
            data["starts_at"], data["ends_at"] = self.edited.starts_at, self.edited.ends_at
            return
        length = timedelta(minutes=data.get("minutes") or 60)
        if data.get("urgency") == Urgency.NOW:
            start = self.at.replace(second=0, microsecond=0)
            if self.before.get("urgency") == Urgency.NOW and self.edited is not None:
                start = self.edited.starts_at  # it began when it was asked
            data["starts_at"], data["ends_at"] = start, start + length
            return
        day: date | None = data.get("day")
        if data.get("urgency") == Urgency.TODAY:
            day = local(self.at).date()
        if day is None and "day" not in self.errors:
            self.add_error("day", "日付を入力してください。")
        if data.get("start") is None and "start" not in self.errors:
            self.add_error("start", "開始時刻を入力してください。")
        if day is None or data.get("start") is None:
            return
        try:
            data["starts_at"] = instant(day, data["start"])
            data["ends_at"] = data["starts_at"] + length
        except OverflowError:
            self.add_error("day", "日付をご確認ください。")
            return
        if data["ends_at"] <= self.at:
            self.add_error("start", "終了時刻が過ぎています。日時をご確認ください。")
        elif data["starts_at"] > self.at + timedelta(days=730):
            self.add_error("day", "2年より先の日付は登録できません。")

    def _same_times(self, data: dict[str, Any]) -> bool:
        """Nobody touched the times: they stay to the second, which the inputs do not show."""
        inputs = {
            Urgency.NOW: ["urgency", "minutes"],
            Urgency.TODAY: ["urgency", "minutes", "start"],
        }.get(self.before["urgency"], ["urgency", "minutes", "start", "day"])
        return all(data.get(name) == self.before[name] for name in inputs)

    def draft(self) -> Draft:
        """The cleaned form as a draft for the actions; remembers a new requesting body."""
        return replace(self.draft_without_saving(), body=self._body(self.cleaned_data["body_name"]))

    def draft_without_saving(self) -> Draft:
        """The draft without its requesting body; KeyError while something is missing."""
        data = self.cleaned_data
        place = self._place(data)
        return Draft(
            language=data["language"],
            mode=data["mode"],
            urgency=data["urgency"],
            field=data["field"],
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            seats=data.get("seats") or 1,
            desk=data.get("desk"),
            **place,
            sensitivity=data.get("sensitivity") or "normal",
            note=data["note"],
            resident_name=data["resident_name"],
            contact_name=data["contact_name"],
            contact_phone=data["contact_phone"],
            payer=data.get("payer") or "organization",
            wishes=tuple(self._wishes(data)),
        )

    def _place(self, data: dict[str, Any]) -> dict[str, Any]:
        typed = {name: data[name] for name in ("place_name", "place_address")}
        if self.edited is not None and typed.items() <= self.before.items():
            columns = (*typed, "place_area", "place_lat", "place_lon")
            return {name: getattr(self.edited, name) for name in columns}
        known = Place.objects.filter(
            organization=self.organization, name=data["place_name"]
        ).first()
        if known:
            return {
                "place_name": known.name,
                "place_address": data["place_address"] or known.address,
                "place_area": known.area,
                "place_lat": known.lat,
                "place_lon": known.lon,
            }
        desk: Desk | None = data.get("desk")
        if desk and not data["place_name"]:
            return {
                "place_name": desk.name,
                "place_address": desk.address,
                "place_lat": desk.lat,
                "place_lon": desk.lon,
            }
        return {"place_name": data["place_name"], "place_address": data["place_address"]}

    def _body(self, name: str) -> RequestingBody | None:
        if not name:
            return None
        found, _ = RequestingBody.objects.get_or_create(organization=self.organization, name=name)
        return found

    def _wishes(self, data: dict[str, Any]) -> list[Wish]:
        kinds = Requirement.Kind
        wishes = []
        if data["gender"]:
            wishes.append(Wish(kinds.GENDER, data["gender_wish"] == "hard", data["gender"]))
        if data["level_wish"]:
            wishes.append(Wish(kinds.LEVEL, data["level_wish"] == "hard", "3"))
        if data["qualified_wish"]:
            wishes.append(Wish(kinds.QUALIFIED, data["qualified_wish"] == "hard", data["field"]))
        if data["preferred"]:
            hard = data["preferred_wish"] == "hard"
            wishes.append(Wish(kinds.PREFERRED, hard, volunteer=data["preferred"]))
        wishes += [
            Wish(kinds.EXCLUDED, self.exclusions.get(v.pk, True), volunteer=v)
            for v in data["excluded"]
        ]
        lost = self.lost_wishes(data)
        wishes += [
            Wish(one.kind, one.hard, one.value, one.volunteer)
            for one in self.carried
            if one not in lost
        ]
        return wishes

    def lost_wishes(self, data: dict[str, Any]) -> list[Requirement]:
        """Carried wishes that mean nothing any more: a dialect of another language."""
        if data["language"] == self.before.get("language"):
            return []
        return [one for one in self.carried if one.kind == Requirement.Kind.DIALECT]


class CancelForm(forms.Form):
    """Calling a request off."""

    cancelled_by = forms.ChoiceField(
        label="取消しを申し出た方", choices=Request.CancelledBy.choices
    )
    reason = forms.CharField(
        label="理由",
        max_length=300,
        error_messages={"required": "取消しの理由を入力してください。"},
    )


class UnmetForm(forms.Form):
    """Ending a request that nobody could serve."""

    reason = forms.CharField(
        label="理由", max_length=300, error_messages={"required": "理由を入力してください。"}
    )


class AnswerForm(forms.Form):
    """An answer given by telephone, written down by the desk."""

    answer = forms.ChoiceField(choices=[("yes", "引き受ける"), ("no", "できない")])
    via = forms.ChoiceField(
        choices=[(Offer.Via.PHONE, "電話"), (Offer.Via.DESK, "窓口")], required=False
    )
    reason = forms.CharField(max_length=300, required=False)
