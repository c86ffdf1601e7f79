"""Form fields of a report that read what is typed on a phone or at a desk, in three languages.

Full-width digits, 9時半, 1,240円 and the like are understood; what is not stays as typed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.errors import ActionError
from interpreting.receipts import MAX_BYTES, MAX_PHOTOS, prepare
from volunteers.forms.fields import DateField, read_clock

_UNITS = re.compile(r"(円|分|km|キロ|ページ|字|語|,|、|\\|¥|\s)", re.IGNORECASE)


class DayField(DateField):
    """A day, by picker or typed with or without era."""

    def to_python(self, value: Any) -> date | None:
        """The date; None for nothing typed."""
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise ValidationError(
                _("日付として読み取れません。2026-04-01 のように入力してください。"), code="date"
            ) from error


class TimeField(forms.CharField):
    """A time of day → minutes after 0:00: 13:30, 1330, １３：３０, 13時半."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "numeric", "maxlength": "12", "autocomplete": "off", "size": "6"}
        options.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**options)

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        """Minutes after 0:00 of the day; None for nothing typed."""
        text = super().to_python(value)
        if not text:
            return None
        minutes = read_clock(text)
        if minutes is None or minutes > 24 * 60:
            raise ValidationError(
                _("時刻として読み取れません。13:30 のように入力してください。"), code="clock"
            )
        return minutes


class NumberField(forms.IntegerField):
    """A whole number: 1240, １２４０, 1,240円, 15分."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("数字で入力してください。"),
        "min_value": _("%(limit_value)s以上の数を入力してください。"),
        "max_value": _("%(limit_value)s以下の数を入力してください。"),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A numeric keypad on phones, but no spinner that swallows full-width digits."""
        return {"inputmode": "numeric", "maxlength": "12", "autocomplete": "off", "size": "8"}

    def to_python(self, value: Any) -> int | None:
        """The number without its unit; None for nothing typed."""
        if isinstance(value, str):
            value = _UNITS.sub("", unicodedata.normalize("NFKC", value))
        return super().to_python(value)


class PhotosInput(forms.FileInput):
    """A file input that lets several photos be chosen, or taken with the camera."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to three photos → prepared JPEGs."""

    widget = PhotosInput

    def __init__(self, **options: Any) -> None:
        accept = {"accept": "image/jpeg,image/png,image/webp"}
        super().__init__(widget=PhotosInput(attrs=accept), **options)

    def clean(self, data: Any, initial: Any = None) -> tuple[bytes, ...]:
        """The photos, decoded and written anew; the first that cannot be read is refused."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MAX_PHOTOS:
            raise ValidationError(
                _("写真は%(limit)s枚までです。"), code="too_many", params={"limit": MAX_PHOTOS}
            )
        return tuple(self._prepared(file) for file in files)

    def _prepared(self, file: UploadedFile[Any]) -> bytes:
        # one byte more than allowed is enough to be refused for its size
        content = file.read(MAX_BYTES + 1)
        try:
            return prepare(content)
        except ActionError as error:
            raise ValidationError(f"{file.name}：{error.text}", code=error.code) from error
