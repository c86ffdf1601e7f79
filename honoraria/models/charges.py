"""What the requester is charged for an activity: the second result, never derived from the first.

A charge is drafted with the report, for a booking that was called off, or as a yearly levy. Once
issued it is only taken back by a reversal, which is a charge that waits to be issued itself. It
belongs to a month of the books; drafts move on when their month is closed. The database keeps both.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from dispatch.models import Assignment, RequestingBody
from honoraria.models.tariffs import TariffVersion
from interpreting.models import Report


class ChargeQuerySet(models.QuerySet["Charge"]):
    """Domain words for charges."""

    def of(self, organization: Organization) -> ChargeQuerySet:
        """Charges of one organization."""
        return self.filter(organization=organization)

    def between(self, first: date, last: date) -> ChargeQuerySet:
        """Charges billed with one of the days, both inclusive."""
        return self.filter(booked_on__gte=first, booked_on__lte=last)

    def drafts(self) -> ChargeQuerySet:
        """Charges that were not issued yet."""
        return self.filter(state=Charge.State.DRAFT)

    def standing(self) -> ChargeQuerySet:
        """Charges that no reversal has taken back, without the reversals."""
        taken_back = Charge.objects.filter(corrects=models.OuterRef("pk"))
        return self.filter(~models.Exists(taken_back)).exclude(kind=Charge.Kind.REVERSAL)


class Charge(models.Model):
    """請求: a priced charge; once issued it is only taken back by a reversal."""

    class Kind(models.TextChoices):
        PRICED = "priced", "活動"
        CANCELLATION = "cancelled", "取消料"
        LEVY = "levy", "年会費・負担金"
        REVERSAL = "reversal", "取消し"

    class State(models.TextChoices):
        DRAFT = "draft", "未請求"
        ISSUED = "issued", "請求済み"
        SETTLED = "settled", "入金済み"

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.ISSUED},
        State.ISSUED: {State.SETTLED},
        State.SETTLED: {State.ISSUED},
    }

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="charges")
    report = models.ForeignKey(
        Report, null=True, blank=True, on_delete=models.PROTECT, related_name="charges"
    )
    assignment = models.ForeignKey(
        Assignment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="charges",
        help_text="the booking that was held or called off; none for a levy",
    )
    body = models.ForeignKey(
        RequestingBody, null=True, blank=True, on_delete=models.PROTECT, related_name="charges"
    )
    fiscal_year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    tariff_version = models.ForeignKey(
        TariffVersion, on_delete=models.PROTECT, related_name="charges"
    )
    tariff_name = models.CharField(
        "基準の名称",
        max_length=120,
        blank=True,
        help_text="as it was called when the amount was computed",
    )
    kind = models.CharField("区分", max_length=10, choices=Kind.choices, default=Kind.PRICED)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="correction"
    )
    activity_date = models.DateField("活動日", help_text="in Asia/Tokyo; decides the tariff")
    booked_on = models.DateField(
        "計上日",
        help_text="decides month and statement: the activity's day while its month is open",
    )
    fee = models.IntegerField("料金（円）")
    transport = models.IntegerField("交通費（円）", default=0)
    consumption_tax = models.IntegerField(
        "消費税（円）", default=0, help_text="on top of amounts that are without it"
    )
    total = models.IntegerField("合計（円）")
    derivation = models.JSONField("計算の内訳", default=list)
    shares = models.JSONField("負担", default=list, help_text="payer, amount in yen, text, to")
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_on = models.DateField("入金日", null=True, blank=True)
    reason = models.CharField("訂正の理由", max_length=300, blank=True)

    objects = ChargeQuerySet.as_manager()

    class Meta:
        ordering = ["booked_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("fee") + F("transport") + F("consumption_tax")),
                name="charge_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(issued_at__isnull=False, issued_by__isnull=False),
                name="issued_charge_has_an_issuer",
            ),
            models.UniqueConstraint(
                fields=["report"], condition=Q(corrects__isnull=True), name="one_charge_per_report"
            ),
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(corrects__isnull=True, kind="cancelled"),
                name="one_charge_per_cancelled_booking",
            ),
            models.UniqueConstraint(
                fields=["tariff_version", "body", "fiscal_year"],
                condition=Q(corrects__isnull=True, kind="levy"),
                name="one_levy_per_body_and_year",
            ),
            models.CheckConstraint(
                condition=~Q(kind="priced") | Q(report__isnull=False), name="charge_has_a_report"
            ),
            models.CheckConstraint(
                condition=~Q(kind="reversal") | Q(corrects__isnull=False),
                name="charge_reversal_names_what_it_reverses",
            ),
        ]
        indexes = [models.Index(fields=["organization", "booked_on"], name="charge_month")]

    def __str__(self) -> str:
        return f"{self.activity_date} {self.total}円"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``charge:12``."""
        return f"charge:{self.pk}"

    @property
    def corrected(self) -> Charge | None:
        """The charge that takes this one back, or the one that follows a reversal."""
        return Charge.objects.filter(corrects=self).first()


class RequesterTerms(models.Model):
    """What tariffs distinguish about a requesting body: its kind and its membership."""

    body = models.OneToOneField(RequestingBody, on_delete=models.CASCADE, related_name="terms")
    client = models.CharField("依頼者の区分", max_length=40, blank=True)
    membership = models.CharField("会員区分", max_length=40, blank=True)

    class Meta:
        verbose_name_plural = "requester terms"

    def __str__(self) -> str:
        return f"{self.body} {self.client} {self.membership}"


class Facts(models.Model):
    """What a tariff may ask about one activity that the report does not say; the office knows it.

    Empty means that nobody told us; ``count`` is that of a flat fee (dispatches, calls, days) and
    0 where another entry of the same day covers it.
    """

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="facts")
    preparation_minutes = models.PositiveSmallIntegerField("打合せ（分）", default=0)
    travel_minutes = models.PositiveSmallIntegerField("移動時間（分）", default=0)
    count = models.PositiveSmallIntegerField("回数", default=1)
    requester_amount = models.PositiveIntegerField(
        "依頼者の基準による額（円）", null=True, blank=True
    )
    client = models.CharField("依頼者の区分", max_length=40, blank=True)
    membership = models.CharField("会員区分", max_length=40, blank=True)
    grade = models.CharField("級", max_length=40, blank=True)
    direction = models.CharField("翻訳の方向", max_length=10, blank=True)

    class Meta:
        verbose_name_plural = "facts"

    def __str__(self) -> str:
        return f"facts of {self.report}"
