"""The form with which somebody applies, and its parts that a renewal uses again.

Everything is plain HTML. What was typed can be kept and shown again as it was (`typed_values`),
whether or not it is right. Rows of languages have numbers in their names (``skills-0-language``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import jaconv
from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Organization
from volunteers import languages, phones
from volunteers.applications import rules, words
from volunteers.importing.dates import parse_date
from volunteers.importing.text import name_key, one_line, plain, visible
from volunteers.record import Skill

REQUIRED = {"required": gettext_lazy("入力してください。")}
ROWS = 5
KEPT_OUT = frozenset({"csrfmiddlewaretoken", "website", "go", "save", "remove", "documents"})


class DayField(forms.CharField):
    """A date typed in any Japanese or international style."""

    def to_python(self, value: Any) -> Any:
        """The date; None for nothing typed."""
        if isinstance(value, date):
            return value
        text = super().to_python(value)
        if not text:
            return None
        found = parse_date(text[:40]).value
        if found is None or not 1900 <= found.year <= 2200:
            raise ValidationError(_("日付を 1990-04-01 のように入力してください。"), code="date")
        return found

    def prepare_value(self, value: Any) -> Any:
        """ISO; anything else as typed."""
        return value.isoformat() if isinstance(value, date) else value


class NumberField(forms.CharField):
    """A telephone number in any Japanese style → E.164."""

    def clean(self, value: Any) -> str:
        """E.164, or an empty string."""
        text = super().clean(value)
        try:
            return phones.to_e164(text) if text else ""
        except ValueError as error:
            text = _("電話番号を 090-1234-5678 のように入力してください。")
            raise ValidationError(text, code="phone") from error

    def prepare_value(self, value: Any) -> Any:
        """Stored numbers as people write them; anything else as typed."""
        stored = isinstance(value, str) and value.startswith("+")
        return phones.as_written(value) if stored else value


class SkillRow(forms.Form):
    """One language and how well the person understands and speaks it."""

    language = forms.ChoiceField(label=gettext_lazy("ことば"), required=False)
    to_japanese = forms.TypedChoiceField(
        label=gettext_lazy("このことばを聞いて、日本語で言う"),
        choices=[("", "―"), *words.LEVELS.items()],
        coerce=int, empty_value=None, required=False,
    )  # fmt: skip
    from_japanese = forms.TypedChoiceField(
        label=gettext_lazy("日本語を聞いて、このことばで言う"),
        choices=[("", "―"), *words.LEVELS.items()],
        coerce=int, empty_value=None, required=False,
    )  # fmt: skip
    certificate = forms.CharField(
        label=gettext_lazy("資格や試験（あれば）"), max_length=120, required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})
        choices = language_choices(str(self.initial.get("language", "")))
        self.fields["language"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A language needs both levels, and levels need a language."""
        data = self.cleaned_data
        levels = [data.get(name) for name in ("to_japanese", "from_japanese")]
        if data.get("language"):
            for name in ("to_japanese", "from_japanese"):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("どのくらいできるか選んでください。"))
        elif any(levels) or data.get("certificate"):
            self.add_error("language", _("ことばを選んでください。"))
        return data


class SkillRows(BaseFormSet):
    """The languages of one person: at least one, each once."""

    default_error_messages = {
        "missing_management_form": gettext_lazy("もう一度お試しください。"),
        "too_many_forms": gettext_lazy("ことばの数が多すぎます。"),
    }

    def clean(self) -> None:
        """At least one language, none twice."""
        chosen = [one.cleaned_data.get("language") for one in self.forms if one.is_valid()]
        tags = [tag for tag in chosen if tag]
        if not tags and all(one.is_valid() for one in self.forms):
            if self.forms:
                self.forms[0].add_error("language", _("ことばを一つ以上選んでください。"))
            raise ValidationError(_("ことばを一つ以上選んでください。"), code="no_language")
        if len(set(tags)) < len(tags):
            raise ValidationError(_("同じ言語が2回選ばれています。"), code="language_twice")

    def skills(self) -> list[Skill]:
        """The rows that name a language; never verified, which the desk does."""
        rows = [one.cleaned_data for one in self.forms]
        return [
            Skill(row["language"], row["to_japanese"], row["from_japanese"], row["certificate"])
            for row in rows
            if row.get("language")
        ]


SkillSet: Any = forms.formset_factory(
    SkillRow, formset=SkillRows, extra=0, max_num=20, absolute_max=20, validate_max=True
)


class ContactForm(forms.Form):
    """Name, how to reach the person, fields: what applying and renewing have in common."""

    name = forms.CharField(
        label=gettext_lazy("氏名"), max_length=120, error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    kana = forms.CharField(
        label=gettext_lazy("フリガナ（名前の読み方）"), max_length=120, required=False
    )
    mobile = NumberField(
        label=gettext_lazy("携帯電話"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("メール"), max_length=254, required=False,
        error_messages={"invalid": gettext_lazy("メールアドレスをもう一度ご確認ください。")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    address = forms.CharField(
        label=gettext_lazy("住所"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )  # fmt: skip
    fields_wanted = forms.MultipleChoiceField(
        label=gettext_lazy("協力できる分野"), choices=list(words.FIELDS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    public_name_consent = forms.BooleanField(
        label=gettext_lazy("名前を通訳の相手や登録証に示してもよい"), required=False,
        help_text=gettext_lazy("チェックを入れないときは、登録番号だけを示します。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})

    def clean_name(self) -> str:
        """As typed, with single spaces; a name needs something that can be read."""
        name = one_line(visible(self.cleaned_data["name"]))
        if not name_key(name):
            raise ValidationError(REQUIRED["required"], code="required")
        return name

    def clean_kana(self) -> str:
        """Full-width katakana; Latin letters stay."""
        return str(jaconv.hira2kata(plain(visible(self.cleaned_data["kana"]))))

    def clean_email(self) -> str:
        """In lower case."""
        return str(self.cleaned_data["email"]).strip().lower()


class ApplicationForm(ContactForm):
    """Everything that is asked of an applicant once."""

    birth_date = DayField(
        label=gettext_lazy("生年月日"), error_messages=REQUIRED,
        help_text=gettext_lazy("例：1990-04-01"),
        widget=forms.TextInput(attrs={"autocomplete": "bday", "inputmode": "numeric"}),
    )  # fmt: skip
    message_language = forms.ChoiceField(label=gettext_lazy("連絡に使うことば"), required=False)
    motive = forms.CharField(
        label=gettext_lazy("応募の理由、これまでの経験"), max_length=4000,
        error_messages={**REQUIRED, "max_length": gettext_lazy("4000文字までにしてください。")},
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    guardian_name = forms.CharField(
        label=gettext_lazy("保護者の氏名"), max_length=120, required=False
    )
    guardian_phone = NumberField(
        label=gettext_lazy("保護者の電話"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )  # fmt: skip
    guardian_consent_on = DayField(
        label=gettext_lazy("保護者が同意した日"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    website = forms.CharField(required=False)

    def __init__(
        self, *args: Any, organization: Organization, term: date, today: date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.organization, self.term, self.today = organization, term, today
        self.fields["address"].required = True
        self.fields["address"].error_messages.update(REQUIRED)
        choices = message_languages()
        self.fields["message_language"].choices = choices  # type: ignore[attr-defined]

    def clean_birth_date(self) -> date:
        """Old enough on 1 April of the term."""
        born: date = self.cleaned_data["birth_date"]
        if born > self.today:
            raise ValidationError(_("生年月日をもう一度ご確認ください。"), code="future")
        if not rules.old_enough(born, self.term, self.organization.minimum_age):
            text = _("%(day)sに%(age)s歳以上の方が応募できます。")
            values = {"day": words.day_text(self.term), "age": self.organization.minimum_age}
            raise ValidationError(text % values, code="too_young")
        return born

    def clean(self) -> dict[str, Any]:
        """A telephone or an address to write to; a minor's guardian has agreed."""
        data = super().clean() or {}
        if not {"mobile", "email"} & set(self.errors) and not data.get("email"):
            if not data.get("mobile"):
                self.add_error("mobile", _("携帯電話かメールのどちらかを入力してください。"))
            elif not phones.is_mobile(data["mobile"]):  # a code is sent to none other
                text = _("日本の携帯電話でない方は、メールアドレスも入力してください。")
                self.add_error("email", text)
        born = data.get("birth_date")
        if born and rules.needs_guardian(born, self.today):
            for name in ("guardian_name", "guardian_phone", "guardian_consent_on"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("18歳未満の方は入力してください。"))
        agreed = data.get("guardian_consent_on")
        if agreed and agreed > self.today:
            self.add_error("guardian_consent_on", _("今日までの日を入力してください。"))
        return data


class SigningForm(forms.Form):
    """Signing the pledge: a tick and the name, typed."""

    agreed = forms.BooleanField(
        label=gettext_lazy("誓約書を読みました。守ります。"),
        error_messages={"required": gettext_lazy("読んで、チェックを入れてください。")},
    )
    signed_name = forms.CharField(
        label=gettext_lazy("署名（登録している氏名を入力してください）"), max_length=120,
        error_messages=REQUIRED, widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})


class ConfirmationForm(forms.Form):
    """The number that proves that the contact is the applicant's."""

    code = forms.CharField(
        label=gettext_lazy("確認番号（6けた）"), max_length=20, error_messages=REQUIRED,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code-input"}
        ),
    )  # fmt: skip


def language_choices(also: str = "") -> list[tuple[str, str]]:
    """Spoken languages with their own names, in the reader's language; ``also`` is one of them."""
    reader = words.reader()
    known = languages.spoken_languages()
    choices = []
    for one in known:
        name = languages.name(one.tag, reader)
        choices.append((one.tag, name if one.own == name else f"{name}　{one.own}"))
    if also and also not in {one.tag for one in known}:
        choices.append((also, languages.name(also, reader)))
    return [("", _("選んでください")), *choices]


def message_languages() -> list[tuple[str, str]]:
    """In which languages messages come, the reader's first."""
    from django.conf import settings

    active = get_language()
    return sorted(settings.LANGUAGES, key=lambda one: one[0] != active)


def typed_values(data: QueryDict) -> dict[str, list[str]]:
    """What was typed, to be kept as a draft; no more than a form, or the database, can hold."""
    kept = [(key, values) for key, values in data.lists() if key not in KEPT_OUT]
    return {
        _storable(key)[:60]: [_storable(value)[:5000] for value in values[:20]]
        for key, values in kept[:200]
    }


def _storable(text: str) -> str:
    return text.replace("\0", "")


def typed_again(typed: Mapping[str, list[str]]) -> QueryDict:
    """A draft as if it had just been sent."""
    data = QueryDict(mutable=True)
    for key, values in typed.items():
        data.setlist(key, list(values))
    return data


def initial_of(typed: Mapping[str, list[str]]) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """(what the main form shows, what the rows show) of a draft."""
    main: dict[str, Any] = {}
    rows: dict[int, dict[str, str]] = {}
    for key, values in typed.items():
        prefix, _dash, rest = key.partition("-")
        number, _dash, name = rest.partition("-")
        if prefix == "skills" and number.isdecimal() and values:
            rows.setdefault(int(number), {})[name] = values[-1]
        elif key == "fields_wanted":
            main[key] = values
        elif values:
            main[key] = values[-1]
    return main, [rows[number] for number in sorted(rows)]


def blank_rows(rows: list[dict[str, str]], most: int = ROWS) -> list[dict[str, str]]:
    """The rows with room for more."""
    return rows + [{} for _row in range(max(1, most - len(rows)))]
