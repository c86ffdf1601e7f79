"""The form of a contract with an interpreting company and of its services.

An empty PIN field leaves the stored one as it is; removing it is a box of its own, so that nobody
clears it by saving something else.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet

from dispatch.actions.operator_register import OperatorDraft, ServiceDraft, draft_of
from dispatch.ladder_form import LanguagesField
from dispatch.models import Operator
from volunteers.availability import DAY, HOLIDAY, WEEKDAYS
from volunteers.forms.fields import ClockField, PhoneField

MOST_SERVICES = 20


def _yen(label: str, most: int = 1_000_000) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=most,
        required=False,
        error_messages={
            "invalid": "数字で入力してください。",
            "min_value": "0以上にしてください。",
        },
    )


class OperatorForm(forms.Form):
    """Name, number, PIN, how to call."""

    name = forms.CharField(
        label="名称", max_length=120, error_messages={"required": "名称を入力してください。"}
    )
    phone = PhoneField(label="電話番号")
    pin = forms.CharField(
        label="利用者番号・PIN",
        max_length=60,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    pin_gone = forms.BooleanField(label="登録されている番号を消す", required=False)
    instructions = forms.CharField(
        label="かけ方",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="音声案内の選び方など、電話する人に伝えること",
    )
    active = forms.BooleanField(label="つなぎ先として使う", required=False, initial=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # a company that cannot be called is of no use
        self.fields["phone"].required = True
        self.fields["phone"].error_messages["required"] = "電話番号を入力してください。"

    def pin_to_store(self) -> str | None:
        """None leaves the stored one."""
        if self.cleaned_data["pin_gone"]:
            return ""
        return self.cleaned_data["pin"].strip() or None


class ServiceForm(forms.Form):
    """Languages, hours and prices; a blank row is nothing."""

    languages = LanguagesField(
        label="言語",
        help_text="「、」で区切ります。空欄ならすべて",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="曜日",
        help_text="選ばなければ毎日",
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    from_minute = ClockField(label="から", required=False, latest=DAY - 1)
    to_minute = ClockField(label="まで", required=False, latest=DAY)
    yen_per_call = _yen("1回（円）")
    yen_per_minute = _yen("1分（円）")
    minimum_minutes = _yen("最低（分）", 600)
    used = forms.BooleanField(label="この行を使う", required=False, initial=False)

    def clean(self) -> dict[str, Any]:
        """Hours both or neither: none is round the clock."""
        data = super().clean() or {}
        start, end = data.get("from_minute"), data.get("to_minute")
        if (start is None) != (end is None) and not {"from_minute", "to_minute"} & set(self.errors):
            missing = "from_minute" if start is None else "to_minute"
            self.add_error(missing, "「から」「まで」の両方を入力してください。")
        if start is not None and end is not None and end <= start:
            self.add_error("to_minute", "終わりは始まりより後の時刻にしてください。")
        return data

    def draft(self) -> ServiceDraft | None:
        """The row's value; None for one that is not used."""
        data = self.cleaned_data
        if not data.get("used"):
            return None
        days = tuple(data["weekdays"])
        start = data["from_minute"]
        return ServiceDraft(
            languages=tuple(data["languages"]),
            weekdays=() if len(days) == HOLIDAY + 1 else days,
            from_minute=0 if start is None else start,
            to_minute=DAY if start is None else data["to_minute"],
            yen_per_call=data["yen_per_call"] or 0,
            yen_per_minute=data["yen_per_minute"] or 0,
            minimum_minutes=data["minimum_minutes"] or 0,
        )


class ServiceRows(BaseFormSet):
    """All services of a company."""

    default_error_messages = {
        "missing_management_form": "送信された内容が途中で切れています。もう一度保存してください。",
        "too_many_forms": "行が多すぎます。%(num)d行までにしてください。",
    }

    def clean(self) -> None:
        """At least one row is used."""
        if not any(self.errors) and not any(form.draft() for form in self.forms):
            raise forms.ValidationError(
                "言語・時間・料金を1行以上入力し、「この行を使う」を選んでください。"
            )

    def drafts(self) -> tuple[ServiceDraft, ...]:
        """The values of the rows that are used."""
        return tuple(draft for form in self.forms if (draft := form.draft()))


ServiceSet: Any = forms.formset_factory(
    ServiceForm,
    formset=ServiceRows,
    extra=0,
    max_num=MOST_SERVICES,
    absolute_max=MOST_SERVICES,
    validate_max=True,
)


def draft_from(form: OperatorForm, rows: ServiceRows) -> OperatorDraft:
    """Both as one value."""
    data = form.cleaned_data
    return OperatorDraft(
        name=data["name"].strip(),
        phone=data["phone"],
        pin=form.pin_to_store(),
        instructions=data["instructions"],
        active=data["active"],
        services=rows.drafts(),
    )


def initial_of(operator: Operator) -> dict[str, Any]:
    """What the form shows of a company; never its PIN."""
    return {name: getattr(operator, name) for name in ("name", "phone", "instructions", "active")}


def service_rows(operator: Operator | None) -> list[dict[str, Any]]:
    """The rows for the stored services and two blank ones."""
    stored = operator.services.all() if operator else []
    rows = [
        {
            "languages": list(draft.languages),
            "weekdays": list(draft.weekdays),
            "from_minute": None
            if (draft.from_minute, draft.to_minute) == (0, DAY)
            else draft.from_minute,
            "to_minute": None
            if (draft.from_minute, draft.to_minute) == (0, DAY)
            else draft.to_minute,
            "yen_per_call": draft.yen_per_call or None,
            "yen_per_minute": draft.yen_per_minute or None,
            "minimum_minutes": draft.minimum_minutes or None,
            "used": True,
        }
        for draft in map(draft_of, stored)
    ]
    blank: dict[str, Any] = {"used": not rows}
    return [*rows, blank, {"used": False}][:MOST_SERVICES]
