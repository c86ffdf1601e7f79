"""Form fields that read what a Japanese office types: dates with eras, clocks, phones, languages.

Every field keeps what was typed when it cannot be read, and says what it would understand.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError

from volunteers import languages, phones
from volunteers.availability import DAY, LONGEST_RULE_END
from volunteers.importing.dates import parse_date
from volunteers.language_spelling import plain

_CLOCK = re.compile(
    r"(?P<next>翌)?(?P<half>午前|午後|am|pm)?\s*(?P<hour>\d{1,2})"
    r"(?:[:：時.](?P<minute>\d{1,2})?分?(?P<thirty>半)?)?"
)


class DateField(forms.Field):
    """A date typed with or without era: 2026-04-01, 2026/4/1, 令和8年4月1日, R8.4.1, 20260401."""

    def __init__(self, *, picker: bool = True, **options: Any) -> None:
        kind = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"} if picker else {})
        super().__init__(widget=options.pop("widget", kind), **options)

    def to_python(self, value: Any) -> date | None:
        """The date; None for nothing typed."""
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date) or value in self.empty_values:
            return value or None
        text = str(value).strip()
        if not text:
            return None
        found = parse_date(text[:40]).value
        if found is None or not 1900 <= found.year <= 2200:
            raise ValidationError(
                "日付として読み取れません。2026-04-01、令和8年4月1日、R8.4.1 のように入力してください。",
                code="date",
            )
        return found

    def prepare_value(self, value: Any) -> Any:
        """ISO, which date inputs need; anything else as typed."""
        return value.isoformat() if isinstance(value, date) else value


class ClockField(forms.CharField):
    """A time of day → minutes after 0:00: 13:00, 1300, 13時半, 午後1時, 24:00, 翌1:00, 25:30."""

    def __init__(self, *, latest: int = DAY, **options: Any) -> None:
        attrs = {"inputmode": "numeric", "maxlength": "12", "autocomplete": "off"}
        options.setdefault("widget", forms.TextInput(attrs=attrs))
        self.latest = latest
        super().__init__(**options)

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        """Minutes after 0:00; None for nothing typed."""
        if isinstance(value, int):
            return value
        text = super().to_python(value)
        if not text:
            return None
        minutes = read_clock(text)
        if minutes is None or minutes > self.latest:
            raise ValidationError(
                "時刻として読み取れません。13:00 のように入力してください。", code="clock"
            )
        return minutes

    def prepare_value(self, value: Any) -> Any:
        """13:00 for minutes; anything else as typed."""
        return write_clock(value) if isinstance(value, int) else value


def read_clock(text: str) -> int | None:
    """Minutes after 0:00 of a typed time, None if it is not one."""
    typed = unicodedata.normalize("NFKC", text).strip().lower()
    if re.fullmatch(r"\d{3,4}", typed):
        typed = f"{typed[:-2]}:{typed[-2:]}"
    match = _CLOCK.fullmatch(typed)
    if not match:
        return None
    hour = int(match["hour"])
    minute = 30 if match["thirty"] else int(match["minute"] or 0)
    if minute > 59 or (match["half"] and hour > 12):
        return None
    if match["half"] in ("午後", "pm") and hour < 12:
        hour += 12
    total = hour * 60 + minute + (DAY if match["next"] else 0)
    return total if total <= LONGEST_RULE_END else None


def write_clock(minutes: int) -> str:
    """13:00; after midnight 翌1:00."""
    if minutes > DAY:
        return f"翌{write_clock(minutes - DAY)}"
    return f"{minutes // 60}:{minutes % 60:02}"


class PhoneField(forms.CharField):
    """A telephone number in any Japanese style → E.164."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "tel", "autocomplete": "off"}
        super().__init__(
            max_length=40, widget=forms.TextInput(attrs=attrs), required=False, **options
        )

    def clean(self, value: Any) -> str:
        """E.164, or an empty string."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return phones.to_e164(text)
        except ValueError as error:
            raise ValidationError(
                "電話番号として読み取れません。090-1234-5678、042-123-4567 のように市外局番から入力してください。",
                code="phone",
            ) from error

    def prepare_value(self, value: Any) -> Any:
        """Stored numbers as people write them; anything else as typed."""
        stored = isinstance(value, str) and re.fullmatch(r"\+\d+", value)
        return phones.as_written(value) if stored else value


class LanguageField(forms.CharField):
    """A language in any spelling or script → its tag, also of languages beyond our own table."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=60, **options)

    def clean(self, value: Any) -> str:
        """The tag to store, or an empty string."""
        text = super().clean(value)
        if not text:
            return ""
        tag = tag_of(text)
        if tag is None:
            near = "、".join(found.ja for found in languages.search(text, 4))
            hint = f"次のどれかですか：{near}" if near else "日本語名か英語名で入力してください。"
            raise ValidationError(
                "「%(typed)s」という言語が見つかりません。%(hint)s",
                code="language",
                params={"typed": text, "hint": hint},
            )
        return tag


def tag_of(text: str) -> str | None:
    """The tag of the language that ``text`` names: our own table first, then all of CLDR."""
    known = languages.lookup(text)
    return known.tag if known else _cldr_names().get(plain(text))


@lru_cache(maxsize=1)
def _cldr_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for reader in ("ja", "en"):
        for tag, name in Locale.parse(reader).languages.items():
            names.setdefault(plain(name), tag.replace("_", "-"))
            names.setdefault(plain(tag), tag.replace("_", "-"))
    return names
