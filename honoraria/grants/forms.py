"""Forms of the grants' pages: programmes and terms, costs, judging many entries, consultations.

They read what is typed (full-width digits, 1,240円, days with or without era) and hand plain
values to the actions, which decide.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from accounts.errors import ActionError
from accounts.models import Organization
from dispatch.models import Desk
from honoraria.forms import MonthField
from honoraria.grants.actions.costs import CostValues
from honoraria.grants.actions.programmes import TERMS, Place
from honoraria.grants.actions.tagging import Share
from honoraria.grants.calculation import CAP_MISSING
from honoraria.grants.documents import MAX_BYTES, Prepared, prepare_all
from honoraria.grants.entries import COSTS, HONORARIA, STATES, Wanted
from honoraria.models import Cost, Programme, ProgrammeTerms, Tag, Tariff
from honoraria.months import Month
from interpreting.fields import DayField, NumberField, PhotosInput
from volunteers.models import Field

YEN = {"max_value": 999_999_999_999}


class ProgrammeForm(forms.Form):
    """A programme of a fiscal year."""

    fiscal_year = NumberField(label="年度", max_value=2100, help_text="2026年度は2026と入力")
    kind = forms.ChoiceField(
        label="種類",
        choices=Programme.Kind.choices,
        widget=forms.RadioSelect,
        help_text="運営は1/2、整備は10/10を初期値にします。あとで条件の版として直せます。",
    )
    name = forms.CharField(label="名称", max_length=120)

    def clean_fiscal_year(self) -> int:
        """Years that the grant can have."""
        year: int = self.cleaned_data["fiscal_year"]
        if year < 2010:
            raise ValidationError("西暦4桁で入力してください。")
        return year


class TermsForm(forms.Form):
    """A version of the terms, as the ministry states them."""

    rate_numerator = NumberField(label="交付率（分子）", max_value=30_000)
    rate_denominator = NumberField(label="交付率（分母）", max_value=30_000)
    cap = NumberField(label="限度額（円）", required=False, help_text=f"{CAP_MISSING}。", **YEN)
    decided_amount = NumberField(label="交付決定額（円）", required=False, **YEN)
    decided_on = DayField(label="交付決定日", required=False)
    rounding_unit = NumberField(
        label="端数処理の単位（円）", max_value=1_000_000, help_text="1000は千円未満切捨て"
    )
    method = forms.ChoiceField(label="方式", choices=ProgrammeTerms.Method.choices)
    completed_on = DayField(
        label="事業完了日", required=False, help_text="空欄のときは年度末とみなします。"
    )
    source = forms.CharField(
        label="根拠", max_length=200, required=False, help_text="例：交付決定通知の番号"
    )

    def clean(self) -> dict[str, Any]:
        """A rate is above nothing and at most a whole."""
        found = super().clean() or {}
        top, bottom = found.get("rate_numerator"), found.get("rate_denominator")
        if top is not None and bottom is not None and not 0 < top <= bottom:
            self.add_error("rate_numerator", "交付率は0より大きく、1以下にしてください。")
        if found.get("rounding_unit") == 0:
            self.add_error("rounding_unit", "1以上の数を入力してください。")
        return found

    @staticmethod
    def initial_of(terms: ProgrammeTerms | None) -> dict[str, Any]:
        """What the newest version says."""
        return {name: getattr(terms, name) for name in TERMS} if terms else {}


class PlaceForm(forms.Form):
    """A municipality; an empty row is left out."""

    name = forms.CharField(label="市町村", max_length=60, required=False)
    foreign_residents = NumberField(label="外国人住民数", required=False, max_value=10_000_000)
    population = NumberField(label="人口", required=False, max_value=20_000_000)
    reference_date = DayField(label="基準日", required=False)

    def clean(self) -> dict[str, Any]:
        """A name needs its number and its day."""
        found = super().clean() or {}
        if found.get("name"):
            for field in ("foreign_residents", "reference_date"):
                if found.get(field) is None and field not in self.errors:
                    self.add_error(field, "入力してください。")
        elif found.get("foreign_residents") is not None:
            self.add_error("name", "市町村名を入力してください。")
        return found


PlaceFormSet = forms.formset_factory(PlaceForm, extra=3, max_num=60, absolute_max=80)


def places_of(formset: Any) -> list[Place]:
    """The rows that were filled in."""
    return [
        Place(row["name"], row["foreign_residents"], row["population"], row["reference_date"])
        for row in (form.cleaned_data for form in formset)
        if row.get("name")
    ]


class DocumentsField(forms.FileField):
    """PDFs and photos, each recognised by its content."""

    def __init__(self, **options: Any) -> None:
        accept = {"accept": "application/pdf,image/jpeg,image/png"}
        help_text = "請求書・領収書など。PDF・JPEG・PNG、1件10MBまで。"
        options.setdefault("help_text", help_text)
        super().__init__(widget=PhotosInput(attrs=accept), **options)

    def clean(self, data: Any, initial: Any = None) -> list[Prepared]:
        """What may be kept; the first that may not is refused by name."""
        several = data if isinstance(data, list | tuple) else [data] if data else []
        files: list[UploadedFile[Any]] = list(several)
        if not files and self.required:
            raise ValidationError("ファイルを選んでください。", code="required")
        try:
            # one byte more than allowed is enough to be refused for its size
            return prepare_all((file.name or "", file.read(MAX_BYTES + 1)) for file in files)
        except ActionError as error:
            raise ValidationError(error.text, code=error.code) from error


class CostForm(forms.Form):
    """A cost as it stands on an invoice or receipt."""

    category = forms.ChoiceField(
        label="費目",
        choices=[
            ("", "選んでください"),
            *(one for one in Cost.Category.choices if one[0] != Cost.Category.HONORARIUM),
        ],
    )
    description = forms.CharField(label="内容", max_length=200)
    vendor = forms.CharField(label="支払先", max_length=120)
    used_on = DayField(label="納品・利用日", help_text="この日の年度の経費になります。")
    paid_on = DayField(label="支払日", required=False, help_text="まだのときは空欄")
    amount = NumberField(label="金額（円・税込）", max_value=2_000_000_000)
    consumption_tax = NumberField(label="うち消費税（円）", required=False, max_value=2_000_000_000)
    documents = DocumentsField(label="証拠書類", required=False)

    def values(self) -> CostValues:
        """For the actions."""
        found = {name: self.cleaned_data[name] for name in self.fields if name != "documents"}
        return CostValues(**{**found, "consumption_tax": found["consumption_tax"] or 0})

    @staticmethod
    def initial_of(cost: Cost) -> dict[str, Any]:
        """What was entered."""
        names = [name for name in CostForm.base_fields if name != "documents"]
        return {name: getattr(cost, name) for name in names}


class TaxReportForm(forms.Form):
    """What the tax return deducted of a claim's costs."""

    deductible = NumberField(
        label="仕入控除税額（円）",
        help_text="対象経費に係る消費税のうち、確定申告で控除した額。ないときは0",
        **YEN,
    )
    filed_on = DayField(label="消費税の申告日")
    note = forms.CharField(
        label="計算の根拠",
        max_length=200,
        required=False,
        help_text="例：課税売上割合、個別対応方式",
    )


class DocumentsForm(forms.Form):
    """More evidence for a cost."""

    documents = DocumentsField(label="証拠書類")


class PaidForm(forms.Form):
    """On which day a cost was paid."""

    paid_on = DayField(label="支払日")


class CostFilter(forms.Form):
    """Which costs to show."""

    year = forms.ChoiceField(label="年度")
    category = forms.ChoiceField(
        label="費目", required=False, choices=[("", "すべて"), *Cost.Category.choices]
    )
    state = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *Cost.State.choices]
    )

    def __init__(self, data: Any, *, this_year: int) -> None:
        data = data.copy()
        data.setdefault("year", str(this_year))
        super().__init__(data)
        years = range(this_year + 1, this_year - 10, -1)
        self.fields["year"].choices = [(str(one), f"{one}年度") for one in years]  # type: ignore[attr-defined]
        self.is_valid()
        self.chosen_year = int(self.cleaned_data.get("year") or this_year)


class TagFilter(forms.Form):
    """Which entries of a programme to show or to judge."""

    kind = forms.ChoiceField(
        choices=[(HONORARIA, "謝礼"), (COSTS, "経費")], required=False, widget=forms.HiddenInput
    )
    state = forms.ChoiceField(label="区分", required=False, choices=STATES)
    desk = forms.ChoiceField(label="窓口", required=False)
    tariff = forms.ChoiceField(label="謝礼基準", required=False)
    field = forms.ChoiceField(
        label="分野", required=False, choices=[("", "すべて"), *Field.choices]
    )
    category = forms.ChoiceField(
        label="費目", required=False, choices=[("", "すべて"), *Cost.Category.choices]
    )

    def __init__(self, data: Any, *, organization: Organization) -> None:
        super().__init__(data)
        for name, model in (("desk", Desk), ("tariff", Tariff)):
            rows = model._default_manager.filter(organization=organization)
            known = [(str(pk), words) for pk, words in rows.values_list("pk", "name")]
            self.fields[name].choices = [("", "すべて"), *known]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """The filter; what is not known is left out."""
        self.is_valid()
        found = self.cleaned_data
        return Wanted(
            kind=found.get("kind") or HONORARIA,
            state=found.get("state", ""),
            desk=int(found.get("desk") or 0) or None,
            tariff=int(found.get("tariff") or 0) or None,
            field=found.get("field", ""),
            category=found.get("category", ""),
        )


class ShareForm(forms.Form):
    """How much counts and why."""

    share = forms.ChoiceField(
        label="区分",
        choices=[("whole", "対象"), ("part", "按分"), ("none", "対象外")],
        widget=forms.RadioSelect,
        error_messages={"required": "区分を選んでください。"},
    )
    numerator = NumberField(label="按分の分子", required=False, max_value=2_000_000_000)
    denominator = NumberField(label="按分の分母", required=False, max_value=2_000_000_000)
    tax_credit = NumberField(
        label="仕入控除できる消費税（円）", required=False, max_value=2_000_000_000
    )
    reason = forms.ChoiceField(label="理由", choices=Tag.Reason.choices)
    note = forms.CharField(
        label="備考",
        max_length=200,
        required=False,
        help_text="按分のときはその根拠、消費税のある経費は仕入控除の有無を書きます。",
    )

    def clean(self) -> dict[str, Any]:
        """A part needs its fraction."""
        found = super().clean() or {}
        if found.get("share") == "part":
            for name in ("numerator", "denominator"):
                if found.get(name) is None and name not in self.errors:
                    self.add_error(name, "按分のときは入力してください。")
        return found

    def value(self) -> Share:
        """For the actions."""
        found = self.cleaned_data
        top, bottom = {"whole": (1, 1), "none": (0, 1)}.get(
            found["share"], (found["numerator"], found["denominator"])
        )
        return Share(top, bottom, found["reason"], found["note"], found["tax_credit"] or 0)


class ConsultationsFilter(forms.Form):
    """A month and a desk; unless somebody chose, the first desk of this month."""

    month = MonthField(label="月", required=False)
    desk = forms.ChoiceField(label="窓口", required=False)

    def __init__(self, data: Any, *, organization: Organization, today: date) -> None:
        data = data.copy()
        data.setdefault("month", str(Month.of(today)))
        self.desks = list(Desk.objects.filter(organization=organization))
        data.setdefault("desk", str(self.desks[0].pk) if self.desks else "")
        super().__init__(data)
        choices = [(str(desk.pk), desk.name) for desk in self.desks]
        self.fields["desk"].choices = [("", "窓口を決めないもの"), *choices]  # type: ignore[attr-defined]
        self.is_valid()
        self.shown: Month = self.cleaned_data.get("month") or Month.of(today)
        chosen = self.cleaned_data.get("desk") or ""
        self.chosen = next((desk for desk in self.desks if str(desk.pk) == chosen), None)


class CountsForm(forms.Form):
    """One number for each day of a month."""

    def __init__(self, data: Any, *, days: list[date], **options: Any) -> None:
        super().__init__(data, **options)
        for day in days:
            label = f"{day.month}月{day.day}日の件数"
            self.fields[f"day-{day}"] = NumberField(label=label, required=False, max_value=9999)
        self.days = days

    def counts(self) -> dict[date, int | None]:
        """For the action."""
        return {day: self.cleaned_data[f"day-{day}"] for day in self.days}
