"""The ladder as a form: one block per rung, which can be moved, added and removed without script.

Lengths of time are typed as people say them (90秒, 4分, 1時間30分, 2日). A block that is moved keeps
everything typed in it, also what cannot be read. Nothing is saved here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.http import QueryDict

from dispatch.actions.ladder import MOST_RUNGS
from dispatch.ladder import DEVICE, VIDEO, Rung
from dispatch.ladder_words import CLASS_NAMES, KIND_NAMES, span, starts_early
from dispatch.policy import CLASSES, DEFAULT, with_never_unasked
from volunteers import languages
from volunteers.availability import DAY, HOLIDAY, WEEKDAYS
from volunteers.forms.fields import ClockField, LanguageField, tag_of
from volunteers.models import Field

PREFIX = "rung"
LONGEST = 60 * DAY
MOST_TYPED = 20
_NUMBER = r"\d+(?:\.\d+)?"
_BARE = re.compile(_NUMBER)
_SPAN = re.compile(
    rf"(?:(?P<days>{_NUMBER})日)?(?:(?P<hours>{_NUMBER})時間)?(?P<half>半)?"
    rf"(?:(?P<minutes>{_NUMBER})分)?(?:(?P<seconds>\d+)秒)?"
)


class SpanField(forms.CharField):
    """A length of time → minutes: 90秒, 4分, 4 (minutes), 1時間30分, 2日; nothing typed: None."""

    def __init__(self, **options: Any) -> None:
        attrs = {"autocomplete": "off", "maxlength": str(MOST_TYPED)}
        super().__init__(required=False, widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]
        """Minutes, whole where they are."""
        if isinstance(value, int | float):
            return value
        typed = unicodedata.normalize("NFKC", str(value or "")).replace(" ", "").strip()
        if not typed:
            return None
        minutes = read_span(typed)
        if minutes is None or minutes > LONGEST:
            raise ValidationError(
                "「90秒」「4分」「2時間」「1日」のように入力してください。", code="span"
            )
        return minutes

    def prepare_value(self, value: Any) -> Any:
        """In words; what was typed stays as it is."""
        return span(value) if isinstance(value, int | float) else value


def read_span(typed: str) -> float | None:
    """Minutes of a typed length, None if it is not one. A bare number means minutes."""
    # more digits than a float or an int takes are no length either
    match = _SPAN.fullmatch(f"{typed}分" if _BARE.fullmatch(typed) else typed)
    if len(typed) > MOST_TYPED or not match or not any(match.groups()):
        return None
    minutes = float(match["minutes"] or 0) + int(match["seconds"] or 0) / 60
    minutes += float(match["hours"] or 0) * 60 + float(match["days"] or 0) * DAY
    minutes += 30 if match["half"] else 0
    return int(minutes) if minutes == int(minutes) else round(minutes, 4)


class LanguagesField(forms.CharField):
    """Several languages, separated by 、 or commas → tags; each may be written in any way."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=3000, **options)

    def clean(self, value: Any) -> list[str]:
        """The tags, each once, in order; names every word that is no language."""
        text = super().clean(value)
        words = [word.strip() for word in re.split(r"[、,，\n;；]+", text) if word.strip()]
        unknown = [word for word in words if _tag(word) is None]
        if unknown:
            shown = "」「".join(word[:30] for word in unknown[:5])
            raise ValidationError(f"「{shown}」という言語が見つかりません。", code="language")
        return list(dict.fromkeys(tag for word in words if (tag := _tag(word))))

    def prepare_value(self, value: Any) -> Any:
        """Japanese names; what was typed stays as it is."""
        if isinstance(value, list | tuple):
            return "、".join(languages.name(tag, "ja") for tag in value)
        return value


def _tag(word: str) -> str | None:
    found = languages.get(word) if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*", word) else None
    return found.tag if found else tag_of(word)


def _many(label: str, choices: list[tuple[Any, str]], coerce: Any = str) -> Any:
    return forms.TypedMultipleChoiceField(
        label=label,
        choices=choices,
        coerce=coerce,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


FIELDS = [(str(code), str(label)) for code, label in Field.choices]


def _fixed(kind: str, fields: list[str]) -> list[str]:
    return with_never_unasked(fields) if kind == DEVICE else fields


class RungForm(forms.Form):
    """One rung."""

    kind = forms.ChoiceField(choices=list(KIND_NAMES.items()), widget=forms.HiddenInput)
    label = forms.CharField(
        label="画面での名前",
        max_length=40,
        error_messages={"required": "名前を入力してください。"},
    )
    now = SpanField(label=CLASS_NAMES["now"])
    today = SpanField(label=CLASS_NAMES["today"])
    tomorrow = SpanField(label=CLASS_NAMES["tomorrow"])
    later = SpanField(label=CLASS_NAMES["later"])
    lead = SpanField(
        label="遅くとも開始のどれだけ前に始めるか",
        help_text="本日・予約の依頼だけ。空欄なら決めません",
    )
    parallel = _many(
        "早めに始める（今すぐの依頼）", [("now", "すぐに来られる見込みが低ければ、待たずに始める")]
    )
    languages = LanguagesField(
        label="言語",
        help_text="「、」で区切ります。空欄ならすべて",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    weekdays = _many("使う曜日", list(enumerate(WEEKDAYS)), int)
    from_minute = ClockField(label="から", required=False, latest=DAY - 1)
    to_minute = ClockField(label="まで", required=False, latest=DAY)
    fields_only = _many("この分野だけに使う", FIELDS)
    except_fields = _many("この分野には使わない", FIELDS)
    certified_fields = _many("研修を修了した方だけに打診する分野", FIELDS)
    needs_yes_fields = _many("職員の許可が要る分野", FIELDS)

    def clean(self) -> dict[str, Any]:
        """Hours come in pairs; a field cannot be both wanted and left out."""
        data = super().clean() or {}
        start, end = data.get("from_minute"), data.get("to_minute")
        if (start is None) != (end is None) and not {"from_minute", "to_minute"} & set(self.errors):
            missing = "from_minute" if start is None else "to_minute"
            self.add_error(missing, "「から」「まで」の両方を入力してください。")
        if start is not None and start == end:
            self.add_error("to_minute", "「から」と違う時刻にしてください。")
        both = set(data.get("fields_only", ())) & set(data.get("except_fields", ()))
        if both:
            self.add_error(
                "except_fields", "「この分野だけ」と「使わない」の両方に選ばれた分野があります。"
            )
        return data

    def rung(self) -> Rung:
        """The rung as it is stored."""
        data = self.cleaned_data
        return {
            "kind": data["kind"],
            "label": data["label"].strip(),
            "minutes": {name: data[name] for name in CLASSES},
            "lead_minutes": data["lead"],
            "parallel": data["parallel"] if data["kind"] == VIDEO else [],
            "languages": data["languages"],
            "hours": self._hours(),
            "fields": data["fields_only"],
            "except_fields": data["except_fields"],
            "certified_fields": data["certified_fields"],
            "needs_yes_fields": _fixed(data["kind"], data["needs_yes_fields"]),
        }

    def _hours(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        days, start = data["weekdays"], data["from_minute"]
        whole_week = not days or len(days) == HOLIDAY + 1
        if start is None and whole_week:
            return None
        return {
            "weekdays": [] if whole_week else days,
            "from": 0 if start is None else start,
            "to": DAY if start is None else data["to_minute"],
        }

    @property
    def kind_name(self) -> str:
        """What the block is called."""
        return KIND_NAMES.get(str(self["kind"].value()), "")


class RungRows(BaseFormSet):
    """The rungs in order."""

    default_error_messages = {
        "missing_management_form": "送信された内容が途中で切れています。もう一度やり直してください。",
        "too_many_forms": "段階が多すぎます。%(num)d段階までにしてください。",
        "too_few_forms": "段階を一つ以上入れてください。",
    }

    def rungs(self) -> list[Rung]:
        """All of them, as they are stored."""
        return [form.rung() for form in self.forms]


RungSet: Any = forms.formset_factory(
    RungForm,
    formset=RungRows,
    extra=0,
    max_num=MOST_RUNGS,
    absolute_max=MOST_RUNGS + 4,
    validate_max=True,
    min_num=0,
    validate_min=False,
)


class CaseForm(forms.Form):
    """For which request the ladder is told in words."""

    case_language = LanguageField(label="言語", required=False)
    case_urgency = forms.ChoiceField(
        label="いつ", choices=[(c, CLASS_NAMES[c]) for c in CLASSES], required=False
    )
    case_field = forms.ChoiceField(label="分野", choices=FIELDS, required=False)
    case_hour = ClockField(label="時刻", required=False, latest=DAY - 1)
    case_weekday = forms.TypedChoiceField(
        label="曜日",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "きょう"), *((i, f"{d}曜") for i, d in enumerate(WEEKDAYS[:HOLIDAY]))],
    )


class DeviceForm(forms.Form):
    """The languages of the translation device."""

    device_languages = LanguagesField(
        label="翻訳機の言語",
        help_text="お持ちの翻訳機に合わせてください。「、」で区切ります。空欄にすると、一般的な翻訳機の言語に戻ります。",
        widget=forms.Textarea(attrs={"rows": 5}),
    )


def initial_of(rungs: list[Rung]) -> list[dict[str, Any]]:
    """What the blocks show of stored rungs."""
    return [
        {
            "kind": rung["kind"],
            "label": rung["label"],
            **{name: rung["minutes"][name] for name in CLASSES},
            "lead": rung["lead_minutes"],
            "languages": rung["languages"],
            "parallel": ["now"] if starts_early(rung) else [],
            "weekdays": (rung["hours"] or {}).get("weekdays", []),
            "from_minute": (rung["hours"] or {}).get("from"),
            "to_minute": (rung["hours"] or {}).get("to"),
            "fields_only": rung["fields"],
            "except_fields": rung["except_fields"],
            "certified_fields": rung["certified_fields"],
            "needs_yes_fields": rung["needs_yes_fields"],
        }
        for rung in rungs
    ]


def rearranged(data: QueryDict, do: str) -> QueryDict:
    """What was sent with one block moved, removed or added: ``up:2``, ``down:0``, ``remove:1``,
    ``add:operator``. Anything else leaves it as it is."""
    verb, _, what = do.partition(":")
    blocks = _blocks(data)
    place = int(what) if what.isascii() and what.isdigit() and len(what) < 4 else -1
    if verb == "add" and what in KIND_NAMES and len(blocks) < MOST_RUNGS:
        blocks.append(_new_block(what))
    elif 0 <= place < len(blocks):
        block = blocks.pop(place)
        if verb in ("up", "down"):
            target = place + (1 if verb == "down" else -1)
            blocks.insert(min(max(target, 0), len(blocks)), block)
        elif verb != "remove":
            blocks.insert(place, block)
    return _joined(data, blocks)


def _blocks(data: QueryDict) -> list[dict[str, list[str]]]:
    total = str(data.get(f"{PREFIX}-TOTAL_FORMS", ""))
    known = total.isascii() and total.isdigit() and len(total) < 10
    count = min(int(total), MOST_RUNGS + 4) if known else 0
    blocks: list[dict[str, list[str]]] = [{} for _ in range(count)]
    places = {str(number) for number in range(count)}
    for key in data:
        head, _, rest = key.partition("-")
        index, _, name = rest.partition("-")
        if head == PREFIX and name and index in places:
            blocks[int(index)][name] = data.getlist(key)
    return blocks


def _new_block(kind: str) -> dict[str, list[str]]:
    default = next(rung for rung in DEFAULT["ladder"] if rung["kind"] == kind)
    shown = initial_of([default])[0]
    block: dict[str, list[str]] = {}
    for name, field in RungForm.base_fields.items():
        value = field.prepare_value(shown[name])
        if value is not None and value != "":
            block[name] = [str(v) for v in value] if isinstance(value, list) else [str(value)]
    return block


def _joined(data: QueryDict, blocks: list[dict[str, list[str]]]) -> QueryDict:
    joined = QueryDict(mutable=True)
    for key in data:
        if not key.startswith(f"{PREFIX}-"):
            joined.setlist(key, data.getlist(key))
    joined[f"{PREFIX}-TOTAL_FORMS"] = str(len(blocks))
    joined[f"{PREFIX}-INITIAL_FORMS"] = "0"
    for index, block in enumerate(blocks):
        for name, values in block.items():
            joined.setlist(f"{PREFIX}-{index}-{name}", values)
    return joined
