"""Forms of the gift cards' pages; what they read goes to the actions, which decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField

from honoraria.forms import MonthField
from honoraria.models import GiftCardKind
from honoraria.months import Month
from interpreting.fields import DayField, NumberField

REASON = {"required": "理由を入力してください。"}
MOST = 100_000


class KindForm(forms.Form):
    """A kind of card."""

    name = forms.CharField(
        label="名称", max_length=60, help_text="例：図書カードNEXT、QUOカード、みなと市商品券"
    )
    face_value = NumberField(label="額面（円）", max_value=1_000_000)


class MoveForm(forms.Form):
    """Cards that were there, came in or were spoiled."""

    on = DayField(label="日付")
    count = NumberField(label="枚数", max_value=MOST)
    unit_cost = NumberField(
        label="購入単価（円）", max_value=2_000_000, help_text="1枚を買うのに支払った額です。"
    )
    reason = forms.CharField(label="摘要", max_length=200)

    def __init__(self, data: Any = None, *, verb: str, today: date, kind: GiftCardKind) -> None:
        first = {"on": today, "unit_cost": kind.face_value}
        super().__init__(data, initial=first)
        if verb != "buy":
            del self.fields["unit_cost"]
        reason = self.fields["reason"]
        if verb == "buy":
            reason.label = "購入先・証拠書類の番号"
            reason.help_text = "例：みなと書店　領収書 No.123"
        elif verb == "spoil":
            reason.label = "理由"
            reason.help_text = "カードは捨てずに、確認する人に見せてください。"
        else:
            reason.required = False
            reason.help_text = "例：令和8年度へ繰越"

    def values(self) -> dict[str, Any]:
        """Keywords of the action."""
        return {key: value for key, value in self.cleaned_data.items() if key != "count"}


class ReasonForm(forms.Form):
    """Why something is undone, and on which day that happened."""

    reason = forms.CharField(label="理由", max_length=200, error_messages=REASON)
    on = DayField(label="日付")


class ExchangeForm(ReasonForm):
    """How many cards of each kind came back, and how many were handed over for them."""

    difference = forms.CharField(label="差額の扱い", max_length=80, required=False)

    def __init__(
        self, data: Any = None, *, kinds: Sequence[GiftCardKind], kept: Mapping[int, int]
    ) -> None:
        super().__init__(data)
        self.kinds = list(kinds)
        self.kept = kept
        for kind in self.kinds:
            for name in ("back", "instead"):
                self.fields[f"{name}_{kind.pk}"] = NumberField(required=False, max_value=MOST)

    def rows(self) -> list[tuple[GiftCardKind, int, str, str]]:
        """Each kind with how many the person has, and the names of its two fields."""
        return [
            (kind, self.kept.get(kind.pk, 0), f"back_{kind.pk}", f"instead_{kind.pk}")
            for kind in self.kinds
        ]

    def cards(self, name: str) -> dict[int, int]:
        """How many by key of the kind; ``name``: ``back`` or ``instead``."""
        return {kind.pk: self.cleaned_data.get(f"{name}_{kind.pk}") or 0 for kind in self.kinds}


class DayForm(forms.Form):
    """The day on the slip."""

    on = DayField(label="受領証の日付")


class CountForm(forms.Form):
    """How many cards of a kind are in the box."""

    counted = NumberField(label="実際の枚数", max_value=MOST)
    reason = forms.CharField(
        label="差異の理由", max_length=200, required=False, help_text="帳簿と違うときに入力します。"
    )


class MonthForm(forms.Form):
    """Which month to look at; nothing means the one that the page names."""

    month = MonthField(label="月", required=False)

    def chosen(self, default: Month | None) -> Month | None:
        """The month; what cannot be read is said beside the field."""
        self.is_valid()
        return self.cleaned_data.get("month") or default


class HandOutForm(forms.Form):
    """How many cards of each kind, the day, and what becomes of a difference."""

    on = DayField(label="渡した日")
    difference = forms.CharField(
        label="差額の扱い",
        max_length=150,
        required=False,
        help_text="額面の合計が支払額と違うときだけ入力します。例：端数300円は現金で支払い",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        kinds: Sequence[GiftCardKind],
        proposed: Mapping[int, int],
        today: date,
    ) -> None:
        super().__init__(data, initial={"on": today})
        self.kinds = list(kinds)
        for kind in self.kinds:
            self.fields[f"kind_{kind.pk}"] = NumberField(
                label=str(kind),
                required=False,
                max_value=MOST,
                initial=proposed.get(kind.pk, 0),
                help_text=f"残り{kind.stock:,}枚",
            )

    def piles(self) -> list[BoundField]:
        """The fields of the kinds."""
        return [self[f"kind_{kind.pk}"] for kind in self.kinds]

    def cards(self) -> dict[int, int]:
        """How many by key of the kind."""
        return {kind.pk: self.cleaned_data.get(f"kind_{kind.pk}") or 0 for kind in self.kinds}
