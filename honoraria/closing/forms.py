"""Why a closed month is opened again."""

from __future__ import annotations

from django import forms


class ReopenForm(forms.Form):
    """The reason, which stays with the month."""

    reason = forms.CharField(
        label="再開の理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "理由を入力してください。"},
    )
