"""Forms of bank accounts and tax status; the account forms serve the office and the volunteers.

What is typed is checked by `payees.entry`; here its refusals are said in the reader's language.
"""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.errors import ActionError
from honoraria.banking.names import PAYEE_LIMIT, BankTextError, zengin_text
from honoraria.models import Payee
from honoraria.payees.entry import AccountEntry, from_book, written
from honoraria.payees.holder import readable
from honoraria.payees.tax_status import TaxStatus

REQUIRED: Final = {"required": _("入力してください。")}
KINDS: Final = (("1", _("普通")), ("2", _("当座")), ("4", _("貯蓄")))
SAID: Final = {
    "unknown_bank": _("この金融機関は見つかりません。もう一度選んでください。"),
    "unknown_branch": _("この支店は見つかりません。支店を選び直してください。"),
    "bad_number": _("口座番号は7けたの数字です。6けた以下のときは、前に0を付けてください。"),
    "bad_symbol": _("記号は5けたの数字です。通帳のとおり入力してください。"),
    "bango_must_end_with_1": _("番号の最後の数字は1です。通帳をもう一度確かめてください。"),
    "in_transfer": _("この口座への振込が進んでいます。終わってから、もう一度お試しください。"),
}
BAD_BOOK_NUMBER: Final = _("番号は8けたまでの数字です。通帳のとおり入力してください。")


def said(error: ActionError) -> str:
    """A refusal in the reader's language."""
    if error.code == "bad_number" and "通帳" in error.text:
        return str(BAD_BOOK_NUMBER)
    return str(SAID.get(error.code, error.text))


def digits_field(label: Any, help_text: Any, most: int) -> forms.CharField:
    """Digits as on the book; the browser keeps none of them."""
    attrs = {"inputmode": "numeric", "autocomplete": "off", "size": str(most)}
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=20,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs=attrs),
    )


class _HolderForm(forms.Form):
    """The holder, and the whole entry after all fields were read."""

    holder = forms.CharField(
        label=_("口座の名義（カタカナ）"),
        help_text=_("通帳やカードのとおり、カタカナで入力してください。英字の名義は英字で。"),
        max_length=80,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off", "lang": "ja"}),
    )
    entry: AccountEntry | None = None

    def clean_holder(self) -> str:
        """Zengin letters; the letter that is none is named."""
        try:
            return zengin_text(self.cleaned_data["holder"], PAYEE_LIMIT)
        except BankTextError as error:
            raise ValidationError(_holder_said(error), code=error.code) from error

    def clean(self) -> dict[str, Any]:
        """Sets ``entry``."""
        data: dict[str, Any] = self.cleaned_data
        if not self.errors:
            try:
                self.entry = written(self.typed(data))
            except ActionError as error:
                field = error.field if error.field in self.fields else None
                self.add_error(field, said(error))
        return data

    def typed(self, data: dict[str, Any]) -> AccountEntry:
        """The fields as an entry."""
        raise NotImplementedError


class AccountForm(_HolderForm):
    """An account at a branch that was chosen before."""

    field_order = ("kind", "number", "holder")
    kind = forms.ChoiceField(
        label=_("種目"),
        choices=KINDS,
        initial="1",
        widget=forms.RadioSelect,
        error_messages=REQUIRED,
    )
    number = digits_field(
        _("口座番号"), _("7けたの数字です。6けた以下のときは、前に0を付けてください。"), 7
    )

    def __init__(self, data: Any = None, *, bank: str, branch: str, holder: str = "") -> None:
        super().__init__(data, initial={"holder": readable(holder), "kind": "1"})
        self.place = bank, branch

    def typed(self, data: dict[str, Any]) -> AccountEntry:
        """The account at the chosen branch."""
        return AccountEntry(*self.place, data["kind"], data["number"], data["holder"])


class BookForm(_HolderForm):
    """A Post Bank book."""

    field_order = ("symbol", "number", "holder")
    symbol = digits_field(_("記号"), _("5けたの数字です。例：10530"), 5)
    number = digits_field(_("番号"), _("8けたまでの数字です。最後は1です。例：12345671"), 8)

    def __init__(self, data: Any = None, *, holder: str = "") -> None:
        super().__init__(data, initial={"holder": readable(holder)})

    def typed(self, data: dict[str, Any]) -> AccountEntry:
        """The book converted to branch and account."""
        return from_book(data["symbol"], data["number"], data["holder"])


def _holder_said(error: BankTextError) -> str:
    if error.code == "invalid_char":
        text = _("「%(char)s」は名義に使えません。カタカナか英字（A～Z）で入力してください。")
        return str(text) % {"char": error.char}
    if error.code == "too_long":
        text = _("名義は%(most)s文字までです（濁点も1文字）。今は%(count)s文字です。")
        return str(text) % {"most": PAYEE_LIMIT, "count": error.length}
    return str(REQUIRED["required"])


class StatusForm(forms.Form):
    """The tax status, for the office."""

    residency = forms.ChoiceField(
        label="居住区分", choices=Payee.Residency.choices, widget=forms.RadioSelect
    )
    treaty = forms.CharField(
        label="租税条約の届出",
        max_length=120,
        required=False,
        help_text="非居住者で届出が受理された場合に、条約名と提出日を入力します。源泉徴収をしません。",
    )
    legal_name = forms.CharField(
        label="支払調書の氏名", max_length=120, required=False, help_text="空欄なら登録の氏名です。"
    )
    address = forms.CharField(
        label="支払調書の住所", max_length=200, required=False, help_text="空欄なら登録の住所です。"
    )
    note = forms.CharField(label="備考", max_length=200, required=False)

    def status(self) -> TaxStatus:
        """What was chosen."""
        data = self.cleaned_data
        return TaxStatus(
            data["residency"], data["treaty"], data["legal_name"], data["address"], data["note"]
        )


class ReasonForm(forms.Form):
    """Why an account is ended, or its number read."""

    reason = forms.CharField(
        label="理由", max_length=200, error_messages={"required": "理由を入力してください。"}
    )
