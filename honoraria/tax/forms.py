"""Forms of the tax pages: the payer's data, the decision on gift cards, a remittance."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from django import forms

from honoraria.tax import form309
from honoraria.tax.form309 import Payer
from honoraria.tax.rates import first_day

GIFT_CHOICES = [
    ("no", "源泉徴収しない（謝意を示す品として扱う）"),
    ("yes", "源泉徴収する（通訳の報酬として扱う）"),
]


class PayerForm(forms.Form):
    """Who files: name, address, telephone and corporate number, as the form wants them."""

    name = forms.CharField(label="名称", max_length=form309.NAME_LENGTH)
    address = forms.CharField(label="所在地", max_length=form309.ADDRESS_LENGTH)
    tel = forms.CharField(
        label="電話番号", max_length=form309.TEL_LENGTH, required=False,
        help_text="半角の数字と「-」。例：03-0000-0000",
    )  # fmt: skip
    corporate_number = forms.CharField(
        label="法人番号", max_length=20, required=False, help_text="13桁の数字"
    )

    def clean_tel(self) -> str:
        """Half-width."""
        return unicodedata.normalize("NFKC", self.cleaned_data["tel"]).replace("−", "-")

    def clean_corporate_number(self) -> str:
        """Half-width, without gaps."""
        text = unicodedata.normalize("NFKC", self.cleaned_data["corporate_number"])
        return text.replace(" ", "").replace("-", "")

    def payer(self) -> Payer:
        """What was typed."""
        return Payer(**{name: self.cleaned_data[name] for name in self.fields})


class GiftForm(forms.Form):
    """Whether gift cards are withheld from."""

    taxed = forms.ChoiceField(label="図書カード等の扱い", choices=GIFT_CHOICES,
                              widget=forms.RadioSelect)  # fmt: skip


class RemittanceForm(forms.Form):
    """When the tax of a month was remitted; the rest are hidden keys of the row."""

    month = forms.RegexField(r"\A\d{4}-\d{2}\Z")
    residency = forms.ChoiceField(choices=[("resident", "居住者"), ("nonresident", "非居住者")])
    seen = forms.IntegerField(min_value=1)
    remitted_on = forms.DateField(label="納付日")


class YearForm(forms.Form):
    """Which calendar year to show, as of which day."""

    year = forms.TypedChoiceField(label="年分", coerce=int, required=False)
    on = forms.DateField(
        label="作成日", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any, *, years: list[int], today: date) -> None:
        data = data.copy()
        if data.get("year") not in {str(one) for one in years}:
            # until the records are filed, the year before is the one that is worked on
            before = today.year - 1 if today.month < 4 else today.year
            data["year"] = str(before if before in years else years[0])
        data["on"] = data.get("on") or today.isoformat()
        super().__init__(data)
        self.today = today
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            (one, f"{one}年") for one in years
        ]

    def wanted(self) -> tuple[int, date]:
        """(year, day); nonsense is today, a day before the table of rates is its first."""
        self.is_valid()
        on = self.cleaned_data.get("on") or self.today
        return self.cleaned_data["year"], max(on, first_day())
