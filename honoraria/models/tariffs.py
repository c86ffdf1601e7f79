"""Tariffs: versioned rules, and what their amounts mean for tax and payment.

A version used by an approved entry or an issued charge never changes, it is succeeded: rules, way of
paying, tax and what it applies to. Two versions of one tariff never hold on the same day. Name and
priority are around them; entries keep the name under which they were priced.
"""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from accounts.models import Organization


class PaidBy(models.TextChoices):
    """How amounts of a tariff reach the person."""

    BANK = "bank", "口座振込"
    CASH = "cash", "現金"
    GIFT_CARD = "gift_card", "図書カード等"
    REQUESTER = "requester", "依頼者が本人に直接支払"
    NONE = "none", "支払なし（実費のみ）"


class Tax(models.TextChoices):
    """How amounts of a tariff are treated when they are paid (所得税法204条, 所基通204-2, 204-6)."""

    WITHHELD = "withheld", "源泉徴収する（通訳・翻訳の報酬）"
    SIGN_LANGUAGE = "sign_language", "源泉徴収しない（手話通訳）"
    EXPENSES = "expenses", "源泉徴収しない（実費の弁償のみ）"
    GIFT = "gift", "図書カード等（団体の決定による）"


class TransportTo(models.TextChoices):
    """Who is paid the transport: cash to the person is taxed with the fee, tickets are not."""

    PERSON = "person", "本人に支払う"
    CARRIER = "carrier", "団体が交通機関に直接支払う"


class Tariff(models.Model):
    """謝礼基準: a named set of rules; what holds on a day is one of its versions."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="tariffs")
    code = models.SlugField(max_length=60)
    name = models.CharField("名称", max_length=120)
    priority = models.PositiveSmallIntegerField(
        default=100, help_text="the first tariff whose conditions fit is taken; lower comes first"
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
    """What a tariff says from one day on; ``rules`` is read by ``honoraria.tariff``."""

    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="versions")
    valid_from = models.DateField("適用開始日")
    valid_to = models.DateField("適用終了日", null=True, blank=True)
    rules = models.JSONField("計算の規則")
    paid_by = models.CharField(
        "支払方法", max_length=10, choices=PaidBy.choices, default=PaidBy.BANK
    )
    tax = models.CharField(
        "源泉徴収", max_length=16, choices=Tax.choices, default=Tax.WITHHELD, help_text="see `Tax`"
    )
    transport_to = models.CharField(
        "交通費の支払先",
        max_length=8,
        choices=TransportTo.choices,
        default=TransportTo.PERSON,
    )
    modes = models.JSONField(
        default=list, blank=True, help_text="modes it applies to; empty means every mode"
    )

    # what an entry or a charge that left the draft was priced with: the database keeps it, too
    TERMS = ("paid_by", "tax", "transport_to", "modes")

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
