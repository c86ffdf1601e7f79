"""What the requester is charged for an activity: the second result, never derived from the first."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from honoraria.models.tariffs import TariffVersion
from interpreting.models import Report


class Charge(models.Model):
    """請求: a priced charge of one report; once issued it is only taken back by a reversal."""

    class Kind(models.TextChoices):
        PRICED = "priced", "計算"
        REVERSAL = "reversal", "取消し"

    class State(models.TextChoices):
        DRAFT = "draft", "未請求"
        ISSUED = "issued", "請求済み"
        SETTLED = "settled", "入金済み"

    MOVES = {
        State.DRAFT: {State.ISSUED},
        State.ISSUED: {State.SETTLED},
        State.SETTLED: {State.ISSUED},
    }

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="charges")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="charges")
    tariff_version = models.ForeignKey(
        TariffVersion, on_delete=models.PROTECT, related_name="charges"
    )
    kind = models.CharField("区分", max_length=10, choices=Kind.choices, default=Kind.PRICED)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="correction"
    )
    activity_date = models.DateField("活動日", help_text="in Asia/Tokyo")
    fee = models.IntegerField("料金（円）")
    transport = models.IntegerField("交通費（円）", default=0)
    total = models.IntegerField("合計（円）")
    derivation = models.JSONField("計算の内訳", default=list)
    shares = models.JSONField("負担", default=list, help_text="payer, amount in yen, text")
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_on = models.DateField("入金日", null=True, blank=True)
    reason = models.CharField("訂正の理由", max_length=300, blank=True)

    class Meta:
        ordering = ["activity_date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("fee") + F("transport")), name="charge_total_adds_up"
            ),
            models.UniqueConstraint(
                fields=["report"], condition=Q(corrects__isnull=True), name="one_charge_per_report"
            ),
        ]
        indexes = [models.Index(fields=["organization", "activity_date"], name="charge_month")]

    def __str__(self) -> str:
        return f"{self.activity_date} {self.total}円"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``charge:12``."""
        return f"charge:{self.pk}"
