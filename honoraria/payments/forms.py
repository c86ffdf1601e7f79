"""Forms of the payments' pages: what to pay when, why not, paying accounts, a file to look at."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms

from accounts.models import Organization
from honoraria.models import BankAccount, PayingAccount, PaymentBatch
from honoraria.payments.actions import Particulars
from volunteers.forms.fields import DateField

LARGEST_FILE: Final = 2_000_000
CODES = PayingAccount.CustomerCode.choices


class PlanForm(forms.Form):
    """Method, day and account of a new batch."""

    method = forms.ChoiceField(label="方法", choices=PaymentBatch.Method.choices)
    value_date = DateField(label="支払日")
    account = forms.ModelChoiceField(
        label="振込元口座", queryset=PayingAccount.objects.none(), required=False, empty_label=None
    )

    def __init__(self, data: Any, *, organization: Organization, day: date) -> None:
        given = data.copy()
        given.setdefault("method", PaymentBatch.Method.BANK)
        given.setdefault("value_date", day.isoformat())
        accounts = PayingAccount.objects.filter(organization=organization, active=True)
        if len(accounts) and "account" not in given:
            given["account"] = str(accounts[0].pk)
        super().__init__(given, label_suffix="")
        self.typed = given
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]

    def keys(self, name: str) -> list[int]:
        """Keys of volunteers, as boxes that were ticked."""
        typed = self.typed.getlist(name)
        return [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19]


class ReasonForm(forms.Form):
    """Why somebody is left out, a batch is cancelled, a transfer came back."""

    reason = forms.CharField(
        label="理由", max_length=200, error_messages={"required": "理由を入力してください。"}
    )
    not_sent = forms.BooleanField(label="振込データを銀行へ送っていません", required=False)
    end_account = forms.BooleanField(label="この口座は今後使わない", required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class PaidOnForm(forms.Form):
    """On which day cash was handed over."""

    paid_on = DateField(label="支払った日")

    def __init__(self, data: Any = None, *, day: date | None = None) -> None:
        super().__init__(data, initial={"paid_on": day}, label_suffix="")


class AccountForm(forms.ModelForm[PayingAccount]):
    """A paying account and what its bank wants of a file; the number is never shown again."""

    number = forms.CharField(label="口座番号（7桁）", max_length=20, required=False)
    kind = forms.ChoiceField(label="種目", choices=BankAccount.Kind.choices)
    transfer_kind = forms.ChoiceField(
        label="振込指定区分",
        required=False,
        choices=[("7", "7（電信振込）"), ("8", "8（文書振込）"), ("", "空白")],
    )
    customer_code = forms.ChoiceField(label="顧客コード1", choices=CODES)
    customer_code2 = forms.ChoiceField(label="顧客コード2", choices=CODES)

    class Meta:
        model = PayingAccount
        fields = (
            "name", "consignor_code", "consignor_name", "bank_code", "branch_code", "kind",
            "number", "newline", "last_newline", "transfer_kind", "customer_code",
            "customer_code2", "active",
        )  # fmt: skip

    def __init__(self, data: Any = None, *, account: PayingAccount | None = None) -> None:
        super().__init__(data, instance=account, label_suffix="", initial={"number": ""})
        self.initial["number"] = ""
        for name, text in HELP.items():
            self.fields[name].help_text = text
        number = self.fields["number"]
        number.required = account is None
        number.error_messages["required"] = "7桁の数字で入力してください。"
        if account is not None:
            kept = f"今の番号は末尾{account.tail}です。変えないときは空けておきます。"
            number.help_text = kept

    def clean(self) -> dict[str, Any]:
        """Digits as the bank counts them."""
        data = super().clean() or {}
        lengths = {"consignor_code": 10, "bank_code": 4, "branch_code": 3}
        for name, length in lengths.items():
            digits = plain(data.get(name, ""))
            data[name] = digits
            if digits and not (digits.isascii() and digits.isdigit() and len(digits) == length):
                self.add_error(name, f"{length}桁の数字で入力してください。")
        data["number"] = plain(data.get("number", ""))
        return data

    def _post_clean(self) -> None:
        """The action writes the row, not the form."""

    def forget_number(self) -> None:
        """A number that was typed is not shown again; it is typed anew with what was wrong."""
        if self.is_bound:
            self.data = {name: self.data.get(name) for name in self.data} | {"number": ""}

    def particulars(self) -> Particulars:
        """What was typed."""
        return Particulars(**{name: self.cleaned_data[name] for name in self.Meta.fields})


HELP = {
    "name": "画面に表示する名前",
    "consignor_code": "銀行から通知された10桁の番号",
    "consignor_name": "振込依頼人名。カタカナ・英数字（濁点も1文字）で40文字まで",
    "bank_code": "4桁の金融機関コード。例：1360",
    "branch_code": "3桁の支店コード。例：013",
    "number": "7桁の数字。短いときは前に0を付けます。",
    "newline": "CRLFは、1件ごとに改行を入れます。",
    "customer_code": "「登録番号」にすると、ボランティアの登録番号を入れます。",
}


class FileForm(forms.Form):
    """A file for the bank, to be looked at before it is sent."""

    file = forms.FileField(
        label="振込データ",
        help_text="銀行へ送るファイル。2MBまで。保存はしません。",
        error_messages={"required": "ファイルを選んでください。", "empty": "空のファイルです。"},
        max_length=200,
    )
    batch = forms.ModelChoiceField(
        label="比べる支払",
        queryset=PaymentBatch.objects.none(),
        required=False,
        empty_label="自動で探す",
    )

    def __init__(self, data: Any, files: Any, *, organization: Organization) -> None:
        super().__init__(data, files, label_suffix="")
        found = PaymentBatch.objects.filter(organization=organization).exclude(sha256="")
        self.fields["batch"].queryset = found  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """Refuse a large file before it is read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError("2MBまでのファイルを選んでください。", code="too_large")
        return file


def plain(text: str) -> str:
    """Digits in any width, without blanks and dashes."""
    typed = unicodedata.normalize("NFKC", text)
    return "".join(one for one in typed if not one.isspace() and one not in "-‐−")


def chosen(names: Sequence[str]) -> set[str]:
    """Codes of warnings that were ticked."""
    return {one for one in names if one.isascii() and len(one) < 60}
