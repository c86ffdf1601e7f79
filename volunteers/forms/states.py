"""Small forms for one change of state each."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from volunteers.forms.fields import DateField
from volunteers.terms import fiscal_year_end


class PauseForm(forms.Form):
    """Until when, and why."""

    until = DateField(
        label="休止終了日", required=False, help_text="空欄なら、再開の操作をするまで休止します。"
    )
    reason = forms.CharField(
        label="理由",
        required=False,
        max_length=200,
        help_text="履歴に残ります。病名などは書かないでください。",
    )


class WithdrawForm(forms.Form):
    """Why somebody leaves."""

    reason = forms.CharField(
        label="理由",
        required=False,
        max_length=200,
        help_text="履歴に残ります。病名などは書かないでください。",
    )


class RenewForm(forms.Form):
    """To which day, and when the pledge of secrecy was signed."""

    pledged_on = DateField(label="誓約日", help_text="守秘の誓約書を受け取った日")
    ends_on = DateField(label="新しい登録期限", help_text="ふつうは年度末（3月31日）")

    def __init__(self, *args: Any, today: date, present_end: date | None, **options: Any) -> None:
        following = present_end and present_end >= today
        opening = date(present_end.year, 4, 1) if following and present_end else today
        suggestion = {"pledged_on": today, "ends_on": fiscal_year_end(opening)}
        super().__init__(*args, **{"initial": suggestion, "label_suffix": "", **options})
