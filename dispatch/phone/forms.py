"""Forms of the volunteer's pages: a contact, a code, a reason, hours on call."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.codes import DIGITS, digits_of
from dispatch.phone.codes import read_contact
from dispatch.phone.words import REASONS, REASONS_KEPT

REQUIRED = {"required": _("入力してください。")}
ON_CALL_HOURS = (1, 2, 4)


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
    """For how many hours, 0 to stop."""

    hours = forms.TypedChoiceField(
        choices=[(str(h), str(h)) for h in (0, *ON_CALL_HOURS)], coerce=int
    )
