"""The claim with its frozen snapshot, its evidence numbers, and what is reported afterwards.

A claim names the version of the terms that it used.
"""

from __future__ import annotations

from django.db import models

from accounts.models import User
from honoraria.models.grants import Programme, ProgrammeTerms


class Claim(models.Model):
    """実績報告: what was claimed; the snapshot is frozen on submission."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="claims")
    terms = models.ForeignKey(ProgrammeTerms, on_delete=models.PROTECT, related_name="claims")
    number = models.PositiveSmallIntegerField("回")
    eligible = models.BigIntegerField("対象経費（円）")
    amount = models.BigIntegerField("実績額（円）")
    snapshot = models.JSONField(help_text="totals, steps and every line, as submitted")
    sha256 = models.CharField(max_length=64, help_text="of the canonical JSON of the snapshot")
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    note = models.CharField("備考", max_length=200, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="one_claim_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.programme} 第{self.number}回 {self.amount}円"


class EvidenceNumber(models.Model):
    """証拠番号: the number under which a line was submitted; it stays, also when the line goes."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="evidence_numbers"
    )
    kind = models.CharField("種類", max_length=10)
    key = models.BigIntegerField("行", help_text="of the entry or the cost, which may be gone")
    number = models.CharField("証拠番号", max_length=12)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "kind", "key"], name="one_number_per_line"
            ),
            models.UniqueConstraint(fields=["programme", "number"], name="one_line_per_number"),
        ]

    def __str__(self) -> str:
        return self.number


class TaxReport(models.Model):
    """仕入控除税額の報告: consumption tax that was deducted after the claim, and what goes back."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="tax_reports")
    deductible = models.PositiveBigIntegerField("仕入控除税額（円）")
    refund = models.PositiveBigIntegerField(
        "返還額（円）", help_text="the share of the grant in it"
    )
    filed_on = models.DateField("消費税の申告日")
    note = models.CharField("計算の根拠", max_length=200, blank=True)
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.claim} 仕入控除税額 {self.deductible}円"
