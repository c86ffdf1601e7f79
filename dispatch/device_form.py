"""The form beside a translation device: the follow-up by a human, or why none is needed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms

from accounts.times import instant, local
from dispatch.actions.devices import follow_up_draft
from dispatch.actions.drafts import Draft
from dispatch.forms import DURATIONS, ClockField
from dispatch.models import Request
from dispatch.timing import next_working_start


class FollowUpForm(forms.Form):
    """Day, start and length of the follow-up; or a reason instead. Prefilled: the next office day."""

    day = forms.DateField(
        label="後日の予約の日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日付をご確認ください。"},
    )
    start = ClockField(label="開始", required=False, max_length=10)
    minutes = forms.TypedChoiceField(label="長さ", choices=DURATIONS, coerce=int, initial=60)
    no_follow_up = forms.CharField(
        label="予約が要らない理由",
        max_length=300,
        required=False,
        help_text="予約をしないときだけ書いてください。書くと予約は作りません。",
    )

    @classmethod
    def at(cls, at: datetime) -> FollowUpForm:
        """The empty form at the instant ``at`` (UTC)."""
        start = local(next_working_start(at))
        return cls(initial={"day": start.date(), "start": start.hour * 60 + start.minute})

    def clean(self) -> dict[str, Any]:
        """Either a time or a reason."""
        cleaned: dict[str, Any] = super().clean() or {}
        day = cleaned.get("day")
        if day is not None and not 2000 <= day.year <= 2200:  # no instant outside what a date holds
            self.add_error("day", "日付をご確認ください。")
        if cleaned.get("no_follow_up") or self.errors:
            return cleaned
        for name, text in (("day", "日付"), ("start", "開始時刻")):
            if cleaned.get(name) is None:
                self.add_error(name, f"{text}か、予約が要らない理由を入力してください。")
        return cleaned

    def draft(self, request: Request) -> Draft | None:
        """The follow-up as a booking, or None when a reason was given."""
        if self.cleaned_data["no_follow_up"]:
            return None
        starts_at = instant(self.cleaned_data["day"], self.cleaned_data["start"])
        length = timedelta(minutes=self.cleaned_data["minutes"])
        return follow_up_draft(request, starts_at=starts_at, ends_at=starts_at + length)
