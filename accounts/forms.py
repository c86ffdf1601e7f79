"""Forms of the settings pages and of the invitation."""

from __future__ import annotations

import unicodedata
from datetime import time
from typing import Any

from django import forms

from accounts.models import Organization, Role
from accounts.subscriptions import bodies_of


class OrganizationForm(forms.Form):
    """The organization's own data; quiet hours are shown as times of day."""

    name = forms.CharField(label="団体名", max_length=120)
    name_en = forms.CharField(label="団体名（英語）", max_length=120, required=False)
    phone = forms.CharField(label="電話", max_length=20, required=False)
    fax = forms.CharField(
        label="FAX",
        max_length=20,
        required=False,
        help_text="FAX送信票に、返送先として載ります。",
    )
    email = forms.EmailField(label="メール", required=False)
    lat = forms.FloatField(label="緯度", required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(label="経度", required=False, min_value=-180, max_value=180)
    quiet_from = forms.TimeField(
        label="連絡を控える時間（開始）",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="この時間帯は、予約の打診を送りません。",
    )
    quiet_to = forms.TimeField(
        label="連絡を控える時間（終了）",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    pledge_version = forms.CharField(
        label="誓約書の版", max_length=20, help_text="誓約書を改めたときに変更します。例：2026-04"
    )
    daily_cost_cap = forms.IntegerField(
        label="1日の通信費の上限（円）",
        required=False,
        min_value=0,
        max_value=1_000_000,
        help_text="SMSと自動音声の電話の概算額です。上限に達した日は、メール・プッシュ通知・"
        "職員の電話に切り替えます。空欄は、上限なし。",
    )

    def clean_phone(self) -> str:
        """Full-width digits and dashes become ASCII; anything but a number is refused."""
        return _number(self.cleaned_data["phone"], "電話番号")

    def clean_fax(self) -> str:
        """The same for the FAX number."""
        return _number(self.cleaned_data["fax"], "FAX番号")

    def clean(self) -> dict[str, Any]:
        """Coordinates come in pairs."""
        data = super().clean() or {}
        if (data.get("lat") is None) != (data.get("lon") is None):
            self.add_error("lon", "緯度と経度は両方入力してください。")
        return data

    @staticmethod
    def initial_of(organization: Organization) -> dict[str, Any]:
        """What the form shows for an organization."""
        plain = ["name", "name_en", "phone", "fax", "email", "lat", "lon"]
        plain += ["pledge_version", "daily_cost_cap"]
        return {name: getattr(organization, name) for name in plain} | {
            "quiet_from": _time(organization.quiet_from),
            "quiet_to": _time(organization.quiet_to),
        }

    def fields_to_save(self) -> dict[str, Any]:
        """Values by model field; times of day as minutes after 0:00."""
        data = dict(self.cleaned_data)
        for name in ("quiet_from", "quiet_to"):
            data[name] = data[name].hour * 60 + data[name].minute
        return data


class RoleForm(forms.Form):
    """A role, with the body that a requester stands for."""

    role = forms.ChoiceField(label="役割", choices=Role.choices)
    body = forms.TypedChoiceField(
        label="依頼元の機関", required=False, coerce=int, empty_value=None,
        help_text="役割が「依頼元」のときに選びます。",
    )  # fmt: skip

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bodies = bodies_of(organization)
        self.fields["body"].choices = [("", "―"), *self.bodies]  # type: ignore[attr-defined]


class MemberForm(RoleForm):
    """A new member."""

    name = forms.CharField(label="氏名", max_length=120)
    email = forms.EmailField(label="メールアドレス", max_length=254)
    field_order = ["name", "email", "role", "body"]


class TokenForm(forms.Form):
    """A new key for the API."""

    label = forms.CharField(label="用途", max_length=60, help_text="例：市のホームページとの連携")
    member = forms.TypedChoiceField(
        label="権限",
        coerce=int,
        help_text="この担当者ができることを、トークンでも行えます。",
    )

    def __init__(self, members: list[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = members  # type: ignore[attr-defined]


class AuditFilterForm(forms.Form):
    """What of the trail to show."""

    text = forms.CharField(label="対象・操作・氏名", max_length=60, required=False)
    first = forms.DateField(
        label="開始日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label="終了日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class PasswordForm(forms.Form):
    """The password of a person who was invited, typed twice."""

    password = forms.CharField(
        label="パスワード", strip=False, help_text="12文字以上。よく使われる言葉は避けてください。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label="パスワード（確認）", strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Both must agree."""
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "二つのパスワードが一致しません。")
        return data


def _number(typed: str, what: str) -> str:
    number = unicodedata.normalize("NFKC", typed)
    number = number.replace("−", "-").replace("ー", "-").replace("‐", "-").strip()
    if number and not set(number) <= set("0123456789+-() "):
        raise forms.ValidationError(f"{what}は数字とハイフンで入力してください。")
    return number


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
