"""Closed months: nothing booked up to ``closed_through`` changes any more.

Months close one after the other; the last closed one may be reopened by an administrator with a
reason, and closed again. Every row is kept.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import ExtractDay
from django.db.models.lookups import Exact

from accounts.models import Organization, User

NEXT_DAY = Func(
    F("closed_through"), template="(%(expressions)s + 1)", output_field=models.DateField()
)


class Books(models.Model):
    """The books of an organization; the row that everything booking into a month locks."""

    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, related_name="books"
    )
    closed_through = models.DateField("締め済み", null=True, blank=True, help_text="last day")

    class Meta:
        verbose_name_plural = "books"
        constraints = [
            # a month is closed as a whole: the day after its last is the first of another
            models.CheckConstraint(
                condition=Q(closed_through__isnull=True) | Q(Exact(ExtractDay(NEXT_DAY), 1)),
                name="closed_through_ends_a_month",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.closed_through or '-'}"


class Closing(models.Model):
    """One closing of one month, and its reopening."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="closings"
    )
    month = models.DateField("月", help_text="first day")
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField("件数")
    minutes = models.BigIntegerField("活動時間（分）", default=0)
    total = models.BigIntegerField("合計（円）")
    warnings = models.JSONField(
        "確認した注意", default=list, help_text="codes and counts overridden"
    )
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField("再開の理由", max_length=300, blank=True)

    class Meta:
        ordering = ["-month", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "month"],
                condition=models.Q(reopened_at__isnull=True),
                name="one_closing_in_force_per_month",
            ),
            models.CheckConstraint(
                condition=models.Q(reopened_at__isnull=True) | ~models.Q(reason=""),
                name="reopening_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.month:%Y-%m}"
