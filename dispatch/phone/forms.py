"""Forms of the volunteer's pages: a contact, a code, a reason, how long to be on call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.codes import DIGITS, digits_of
from accounts.times import instant, local
from dispatch.phone.codes import read_contact
from dispatch.phone.words import REASONS, REASONS_KEPT

REQUIRED = {"required": _("入力してください。")}
ON_CALL_MINUTES = (15, 30, 60, 120, 240)
LONGEST_ON_CALL = timedelta(hours=12)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent by POST, even if it is empty; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


class ContactForm(forms.Form):
    """A telephone number or an e-mail address, in any style."""

    contact = forms.CharField(
        label=_("携帯電話の番号、またはメールアドレス"),
        max_length=254,
        help_text=_("登録してある番号かアドレスを入力してください。"),
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )

    def clean_contact(self) -> str:
        """E.164 or an address in lower case."""
        try:
            return read_contact(self.cleaned_data["contact"])
        except ValueError:
            text = _(
                "電話番号かメールアドレスとして読み取れません。090-1234-5678 のように入力してください。"
            )
            raise ValidationError(text, code="contact") from None


class CodeForm(forms.Form):
    """The number that was sent."""

    code = forms.CharField(
        label=_("確認番号（6けた）"),
        max_length=20,
        error_messages=REQUIRED,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "code-input",
                "size": "8",
            }
        ),
    )

    def clean_code(self) -> str:
        """Six ASCII digits."""
        digits = digits_of(self.cleaned_data["code"])
        if len(digits) != DIGITS:
            raise ValidationError(_("6けたの数字を入力してください。"), code="digits")
        return digits


class ReasonForm(forms.Form):
    """Why not; both parts may be left out."""

    reason = forms.ChoiceField(
        label=_("よろしければ、理由をお聞かせください"),
        choices=list(REASONS.items()),
        widget=forms.RadioSelect,
        required=False,
    )
    note = forms.CharField(
        label=_("ひとこと"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def as_kept(self) -> str:
        """The reason as the desk reads it, in Japanese, with the volunteer's own words."""
        reason = REASONS_KEPT.get(self.cleaned_data["reason"], "")
        return "：".join(part for part in (reason, self.cleaned_data["note"].strip()) if part)


class GiveBackForm(ReasonForm):
    """Why somebody cannot come after all."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["reason"].label = _("理由")
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = _("理由を選んでください。")


class OnCallForm(forms.Form):
    """For how many minutes from now (0 to stop), or until a time of the clock in Tokyo."""

    minutes = forms.TypedChoiceField(
        choices=[(str(one), str(one)) for one in (0, *ON_CALL_MINUTES)],
        coerce=int,
        required=False,
        empty_value=None,
    )
    until = forms.TimeField(
        required=False, error_messages={"invalid": _("時刻を 17:30 のように入力してください。")}
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        given: dict[str, Any] = self.cleaned_data
        if given.get("minutes") is None and given.get("until") is None:
            raise ValidationError(_("いつまで待機するかを選んでください。"), code="required")
        return given

    def end(self, at: datetime) -> datetime | None:
        """The instant (UTC) at which being on call ends; None to end it now.

        A time of the clock is the next one to come. Raises ValidationError beyond twelve hours.
        """
        minutes = self.cleaned_data["minutes"]
        if minutes is not None:
            return at + timedelta(minutes=minutes) if minutes else None
        clock = self.cleaned_data["until"]
        day = local(at).date()
        end = instant(day, clock.hour * 60 + clock.minute)
        if end <= at:
            end = instant(day + timedelta(days=1), clock.hour * 60 + clock.minute)
        if end - at > LONGEST_ON_CALL:
            raise ValidationError(_("待機は12時間以内にしてください。"), code="too_long")
        return end
