"""Grant programmes, costs, and what is eligible of them; the budget of a year.

A programme's terms are versioned. The fiscal year of a grant goes by the date of the activity,
never by the date of payment.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from honoraria.models.entries import Honorarium


class Programme(models.Model):
    """交付金等の事業: one kind of grant in one fiscal year."""

    class Kind(models.TextChoices):
        OPERATING = "operating", "運営"
        SETUP = "setup", "整備"
        OTHER = "other", "その他"

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="programmes"
    )
    fiscal_year = models.PositiveSmallIntegerField(
        "年度", help_text="2026: April 2026 to March 2027"
    )
    kind = models.CharField("種類", max_length=10, choices=Kind.choices, default=Kind.OPERATING)
    name = models.CharField("名称", max_length=120)

    class Meta:
        ordering = ["-fiscal_year", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fiscal_year", "name"], name="one_programme_per_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year}年度 {self.name}"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``programme:12``."""
        return f"programme:{self.pk}"


class ProgrammeTerms(models.Model):
    """交付の条件: what the ministry said, as a version; the newest one holds."""

    class Method(models.TextChoices):
        SINGLE = "single", "単独"
        JOINT = "joint", "共同"

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField("版")
    rate_numerator = models.PositiveSmallIntegerField("交付率（分子）", default=1)
    rate_denominator = models.PositiveSmallIntegerField("交付率（分母）", default=2)
    cap = models.PositiveBigIntegerField("限度額（円）", null=True, blank=True)
    decided_amount = models.PositiveBigIntegerField("交付決定額（円）", null=True, blank=True)
    decided_on = models.DateField("交付決定日", null=True, blank=True)
    rounding_unit = models.PositiveIntegerField("端数処理の単位（円）", default=1000)
    method = models.CharField("方式", max_length=8, choices=Method.choices, default=Method.SINGLE)
    completed_on = models.DateField("事業完了日", null=True, blank=True)
    source = models.CharField("根拠", max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        verbose_name_plural = "programme terms"
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="one_terms_per_number"),
            models.CheckConstraint(
                condition=Q(
                    rate_denominator__gt=0,
                    rate_numerator__gt=0,
                    rate_numerator__lte=F("rate_denominator"),
                    rounding_unit__gt=0,
                ),
                name="terms_are_a_rate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} 第{self.number}版"


class Municipality(models.Model):
    """構成市町村: who shares a joint desk, weighted by its foreign residents."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="municipalities"
    )
    name = models.CharField("市町村", max_length=60)
    position = models.PositiveSmallIntegerField("順番")
    foreign_residents = models.PositiveIntegerField("外国人住民数")
    population = models.PositiveIntegerField("人口", null=True, blank=True)
    reference_date = models.DateField("基準日")

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "municipalities"
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="one_share_per_municipality")
        ]

    def __str__(self) -> str:
        return self.name


class Cost(models.Model):
    """経費: what the desk paid besides honoraria: devices, publicity, operators, training, wages."""

    class Category(models.TextChoices):
        HONORARIUM = "honorarium", "諸謝金"
        TRAVEL = "travel", "旅費"
        WAGES = "wages", "人件費"
        RENT = "rent", "使用料及び賃借料"
        COMMUNICATION = "communication", "通信運搬費"
        COMMISSION = "commission", "委託料"
        PRINTING = "printing", "印刷製本費"
        SUPPLIES = "supplies", "消耗品費"
        EQUIPMENT = "equipment", "備品購入費"
        TRAINING = "training", "研修費"
        OTHER = "other", "その他"

    class State(models.TextChoices):
        DRAFT = "draft", "承認待ち"
        APPROVED = "approved", "承認済み"

    MOVES = {State.DRAFT: {State.APPROVED}, State.APPROVED: {State.DRAFT}}

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="costs")
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.DRAFT)
    category = models.CharField("費目", max_length=16, choices=Category.choices)
    description = models.CharField("内容", max_length=200)
    vendor = models.CharField("支払先", max_length=120)
    used_on = models.DateField("納品・利用日", help_text="decides the fiscal year")
    booked_on = models.DateField("計上日", help_text="decides the month of the books")
    paid_on = models.DateField("支払日", null=True, blank=True)
    amount = models.IntegerField("金額（円・税込）", help_text="negative in a reversal")
    consumption_tax = models.IntegerField("うち消費税（円）", default=0)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="correction"
    )
    reason = models.CharField("訂正の理由", max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["used_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, corrects__isnull=True)
                | Q(amount__lt=0, corrects__isnull=False),
                name="only_a_reversal_is_negative",
            )
        ]
        indexes = [models.Index(fields=["organization", "used_on"], name="cost_day")]

    def __str__(self) -> str:
        return f"{self.used_on} {self.description} {self.amount}円"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``cost:12``."""
        return f"cost:{self.pk}"


class CostDocument(models.Model):
    """証拠書類: an invoice or receipt of a cost, as it was uploaded (PDF or image)."""

    cost = models.ForeignKey(Cost, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField("ファイル名", max_length=120)
    content = models.BinaryField()
    content_type = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """対象区分: how much of an entry or a cost counts for a programme, and why.

    ``numerator``/``denominator``: 1/1 eligible, 0/1 not eligible, anything between apportioned.
    """

    class Reason(models.TextChoices):
        DESK_WORK = "desk_work", "相談窓口の業務"
        SHARED = "shared", "他の業務と按分"
        BEFORE_DECISION = "before_decision", "交付決定前の支出"
        OTHER_GRANT = "other_grant", "他の補助金の対象"
        TAX_CREDIT = "tax_credit", "仕入控除できる消費税"
        FOR_JAPANESE = "for_japanese", "日本人住民向けの講座等"
        GIVE_AWAY = "give_away", "啓発品・記念品"
        NOT_DESK = "not_desk", "窓口以外の業務"
        OTHER = "other", "その他（備考に記入）"

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="tags")
    # a draft whose approval was undone takes its judgement along when it is taken back
    honorarium = models.ForeignKey(
        Honorarium, null=True, blank=True, on_delete=models.CASCADE, related_name="tags"
    )
    cost = models.ForeignKey(
        Cost, null=True, blank=True, on_delete=models.PROTECT, related_name="tags"
    )
    numerator = models.PositiveIntegerField("按分（分子）", default=1)
    denominator = models.PositiveIntegerField("按分（分母）", default=1)
    tax_credit = models.PositiveIntegerField(
        "控除できる消費税（円）", default=0, help_text="taken off before the share is taken"
    )
    reason = models.CharField("理由", max_length=16, choices=Reason.choices)
    note = models.CharField("備考", max_length=200, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(honorarium__isnull=False, cost__isnull=True)
                | Q(honorarium__isnull=True, cost__isnull=False),
                name="tag_is_on_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(denominator__gt=0, numerator__lte=F("denominator")),
                name="tag_is_a_share",
            ),
            models.UniqueConstraint(
                fields=["programme", "honorarium"], name="one_tag_per_honorarium"
            ),
            models.UniqueConstraint(fields=["programme", "cost"], name="one_tag_per_cost"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.numerator}/{self.denominator}"


class Consultations(models.Model):
    """相談件数: how many consultations a desk had on a day, counted outside this system."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="consultations"
    )
    desk = models.ForeignKey(
        "dispatch.Desk", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    on = models.DateField("日付")
    count = models.PositiveIntegerField("件数")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "desk_id"]
        verbose_name_plural = "consultations"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "desk", "on"],
                nulls_distinct=False,
                name="one_number_per_desk_and_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.count}件"


class Budget(models.Model):
    """予算: what an organization may spend in a fiscal year, for the forecast on the dashboard."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="budgets")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    amount = models.PositiveBigIntegerField("予算額（円）")

    class Meta:
        ordering = ["-fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fiscal_year"], name="one_budget_per_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year}年度 {self.amount:,}円"
