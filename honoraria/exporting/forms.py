"""Asking for a file: what, which days, CSV or Excel."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from accounts.errors import ActionError
from honoraria.exporting import runs
from honoraria.exporting.datasets import DATASETS
from honoraria.exporting.money_columns import PAYMENT_STATES
from honoraria.exporting.shapes import Shape, shape_of, shipped, usual
from honoraria.exporting.wishes import Wish
from honoraria.forms import MonthField
from honoraria.models import Mapping
from honoraria.months import Month

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def shape_choices(own: list[Mapping]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every shape under the name of its dataset: the usual one, the shipped ones, the own ones."""
    groups = []
    for dataset in DATASETS.values():
        lines = [(dataset.name, f"{dataset.title}（通常の形式）")]
        lines += [
            (f"shipped:{code}", shape.name)
            for code, shape in shipped().items()
            if shape.dataset is dataset
        ]
        lines += [(f"mapping:{one.pk}", one.name) for one in own if one.dataset == dataset.name]
        groups.append((dataset.title, lines))
    return groups


def shape_named(code: str, own: list[Mapping]) -> Shape:
    """The shape of one of the choices. Raises ActionError: no_dataset, bad_mapping."""
    if code in DATASETS:
        return usual(DATASETS[code])
    kind, _, name = code.partition(":")
    if kind == "shipped" and name in shipped():
        return shipped()[name]
    for one in own:
        if kind == "mapping" and str(one.pk) == name:
            return shape_of(one)
    raise ActionError("no_dataset", "書き出す内容を選んでください。", field="shape")


class ExportForm(forms.Form):
    """What to export. A month, or the first and the last day."""

    shape = forms.ChoiceField(label="内容と形式")
    month = MonthField(label="月", required=False)
    first = forms.DateField(label="期間の始め", required=False, widget=DAY)
    last = forms.DateField(label="期間の終わり", required=False, widget=DAY)
    state = forms.ChoiceField(label="支払の状態", choices=PAYMENT_STATES, required=False)
    kind = forms.ChoiceField(
        label="ファイル",
        choices=list(runs.KINDS.items()),
        initial="csv",
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any, *, own: list[Mapping], today: date) -> None:
        month = Month.of(today)
        initial = {"month": str(month), "shape": "honoraria", "kind": "csv"}
        super().__init__(data, initial=initial)
        self.own = own
        field = self.fields["shape"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = shape_choices(own)

    def clean(self) -> dict[str, Any]:
        """A month or both days."""
        found = super().clean() or {}
        if self.errors:
            return found
        month, first, last = (found.get(name) for name in ("month", "first", "last"))
        days = {"first": str(first or ""), "last": str(last or "")}
        detail = days if first or last else {"month": str(month or "")}
        try:
            if shape_named(found["shape"], self.own).dataset.states is PAYMENT_STATES:
                detail["state"] = found["state"]
            found["filter"] = Wish.read(detail).as_detail()
        except ActionError as error:
            day = "last" if first or last else "month"
            self.add_error(day if error.code == "bad_filter" else "shape", error.text)
        return found

    def chosen(self) -> Shape:
        """The shape that was chosen."""
        return shape_named(self.cleaned_data["shape"], self.own)
