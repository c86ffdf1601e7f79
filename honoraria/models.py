"""Tariffs and honoraria: versioned rules, priced entries and their approval.

Amounts are integer yen. A tariff used by an approved entry never changes, it is succeeded; two
versions of one tariff never hold on the same day. A closed month never changes.
"""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from accounts.models import Organization, User
from interpreting.models import Report
from volunteers.models import Volunteer


class Tariff(models.Model):
    """謝礼基準: a named set of rules; what holds on a day is one of its versions."""

    class PaidBy(models.TextChoices):
        BANK = "bank", "口座振込"
        CASH = "cash", "現金"
        GIFT_CARD = "gift_card", "図書カード等"
        NONE = "none", "支払なし（実費のみ）"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="tariffs")
    code = models.SlugField(max_length=60)
    name = models.CharField("名称", max_length=120)
    paid_by = models.CharField("支払方法", max_length=10, choices=PaidBy.choices, default="bank")
    priority = models.PositiveSmallIntegerField(
        default=100, help_text="the first tariff whose conditions fit is taken; lower comes first"
    )
    modes = models.JSONField(
        default=list, blank=True, help_text="modes it applies to; empty means every mode"
    )

    class Meta:
        ordering = ["priority", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="one_tariff_per_code")
        ]

    def __str__(self) -> str:
        return self.name


class TariffVersionQuerySet(models.QuerySet["TariffVersion"]):
    """Domain words for versions."""

    def in_force(self, on: date) -> TariffVersionQuerySet:
        """Versions valid on the day of the activity."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class TariffVersion(models.Model):
    """The rules of a tariff from one day on; ``rules`` is read by ``honoraria.tariff``."""

    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="versions")
    valid_from = models.DateField("適用開始日")
    valid_to = models.DateField("適用終了日", null=True, blank=True)
    rules = models.JSONField("計算の規則")

    objects = TariffVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="tariff_days_in_order",
            ),
            ExclusionConstraint(
                name="one_tariff_version_per_day",
                index_type="GIST",
                expressions=[
                    (
                        Func(F("tariff_id"), F("tariff_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff}（{self.valid_from}から）"


class HonorariumQuerySet(models.QuerySet["Honorarium"]):
    """Domain words for honoraria."""

    def of(self, organization: Organization) -> HonorariumQuerySet:
        """Entries of one organization."""
        return self.filter(organization=organization)

    def between(self, first: date, last: date) -> HonorariumQuerySet:
        """Entries whose activity was on one of the days, both inclusive."""
        return self.filter(activity_date__gte=first, activity_date__lte=last)

    def drafts(self) -> HonorariumQuerySet:
        """Entries that wait for approval."""
        return self.filter(state=Honorarium.State.DRAFT)

    def standing(self) -> HonorariumQuerySet:
        """Priced entries that no reversal has taken back: at most one per report."""
        taken_back = Honorarium.objects.filter(corrects=models.OuterRef("pk"))
        return self.filter(~models.Exists(taken_back), kind=Honorarium.Kind.PRICED)


class Honorarium(models.Model):
    """謝礼: a priced entry; a correction is a new entry that names the one it corrects."""

    class State(models.TextChoices):
        DRAFT = "draft", "承認待ち"
        APPROVED = "approved", "承認済み"
        CLOSED = "closed", "締め済み"
        PAID = "paid", "支払済み"

    class Kind(models.TextChoices):
        PRICED = "priced", "計算"
        REVERSAL = "reversal", "取消し"

    MOVES = {
        State.DRAFT: {State.APPROVED},
        State.APPROVED: {State.CLOSED, State.DRAFT},
        State.CLOSED: {State.PAID},
        State.PAID: set(),
    }

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="honoraria"
    )
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="honoraria")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="honoraria")
    tariff_version = models.ForeignKey(
        TariffVersion, on_delete=models.PROTECT, related_name="honoraria"
    )
    kind = models.CharField("区分", max_length=10, choices=Kind.choices, default=Kind.PRICED)
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    activity_date = models.DateField("活動日", help_text="in Asia/Tokyo")
    minutes = models.IntegerField("活動時間（分）", help_text="negative in a reversal")
    fee = models.IntegerField("謝礼（円）")
    transport = models.IntegerField("交通費（円）", default=0)
    total = models.IntegerField("合計（円）")
    derivation = models.JSONField("計算の内訳", default=list)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField("訂正の理由", max_length=300, blank=True)

    objects = HonorariumQuerySet.as_manager()

    class Meta:
        ordering = ["activity_date", "id"]
        verbose_name_plural = "honoraria"
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("fee") + F("transport")), name="honorarium_total_adds_up"
            ),
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(corrects__isnull=True),
                name="one_honorarium_per_report",
            ),
            # original ← reversal ← new price ← …: a chain, never two corrections of one entry
            models.UniqueConstraint(fields=["corrects"], name="one_correction_per_honorarium"),
            models.CheckConstraint(
                condition=Q(kind="priced", minutes__gte=0)
                | Q(kind="reversal", corrects__isnull=False),
                name="reversal_names_what_it_reverses",
            ),
        ]
        indexes = [models.Index(fields=["organization", "activity_date"], name="honorarium_month")]

    def __str__(self) -> str:
        return f"{self.activity_date} {self.volunteer} {self.total}円"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``honorarium:12``."""
        return f"honorarium:{self.pk}"
