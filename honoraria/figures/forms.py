"""Which year and desk to show, and the budget of a year."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Organization
from dispatch.models import Desk
from honoraria.figures.actions import MOST
from honoraria.figures.sums import NO_DESK

YEARS_BACK = 10
ALL, NONE = "", "none"


class FiguresFilter(forms.Form):
    """Fiscal year and desk; the present year and all desks unless something else is chosen."""

    year = forms.ChoiceField(label="年度")
    desk = forms.ChoiceField(label="窓口", required=False)

    def __init__(self, data: Any, *, organization: Organization, this_year: int) -> None:
        data = data.copy()
        data.setdefault("year", str(this_year))
        super().__init__(data)
        years = range(this_year + 1, this_year - YEARS_BACK, -1)
        desks = Desk.objects.filter(organization=organization).values_list("pk", "name")
        self.desks = {str(pk): name for pk, name in desks}
        words = [(ALL, "すべて"), *self.desks.items(), (NONE, "窓口なし")]
        self.fields["year"].choices = [(str(one), f"{one}年度") for one in years]  # type: ignore[attr-defined]
        self.fields["desk"].choices = words  # type: ignore[attr-defined]
        self.is_valid()
        self.chosen_year = int(self.cleaned_data.get("year") or this_year)

    @property
    def chosen_desk(self) -> int | None:
        """The key of a desk, `NO_DESK` for none, None for all of them."""
        chosen = self.cleaned_data.get("desk") or ALL
        return None if chosen == ALL else NO_DESK if chosen == NONE else int(chosen)

    @property
    def desk_words(self) -> str:
        """The name of the desk that is shown; empty for all of them."""
        chosen = self.cleaned_data.get("desk") or ALL
        return "窓口なし" if chosen == NONE else self.desks.get(chosen, "")


class BudgetForm(forms.Form):
    """The budget of a year in yen; empty: there is none."""

    amount = forms.IntegerField(
        label="予算額（円）",
        required=False,
        min_value=0,
        max_value=MOST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="謝礼・交通費とその他の経費を合わせた1年分。空欄にすると予算を消します。",
        error_messages={
            "invalid": "数字で入力してください。例：1200000",
            "min_value": "0円以上で入力してください。",
            "max_value": "1兆円までで入力してください。",
        },
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        if data is not None:
            data = data.copy()
            data["amount"] = data.get("amount", "").translate(str.maketrans("", "", ",，、 　円"))
        super().__init__(data, **more)
