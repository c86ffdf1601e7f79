"""活動報告: what the volunteer and the requester say happened, without names.

One report per assignment. Times are instants in UTC; money in it is the transport a volunteer
paid, in yen. A report changes only after it was returned, one with an approved honorarium never.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from dispatch.models import Assignment


class ReportQuerySet(models.QuerySet["Report"]):
    """Domain words for reports."""

    def of(self, organization: Organization) -> ReportQuerySet:
        """Reports on requests of one organization."""
        return self.filter(assignment__request__organization=organization)


class Report(models.Model):
    """What happened at one assignment."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", "提出済み"
        RETURNED = "returned", "差戻し"
        CONFIRMED = "confirmed", "確認済み"

    class Outcome(models.TextChoices):
        DONE = "done", "予定どおり終了"
        CONTINUES = "continues", "次回も必要"
        RESIDENT_ABSENT = "resident_absent", "相談者が来なかった"
        CANCELLED_ON_SITE = "cancelled_on_site", "現地で中止"
        TROUBLE = "trouble", "困ったことがあった"

    class Transport(models.TextChoices):
        NONE = "none", "なし・徒歩"
        TRAIN_BUS = "train_bus", "電車・バス"
        CAR = "car", "自家用車"
        TAXI = "taxi", "タクシー"

    class Via(models.TextChoices):
        VOLUNTEER = "volunteer", "本人"
        DESK = "desk", "職員が代理"

    MOVES = {
        State.SUBMITTED: {State.CONFIRMED, State.RETURNED},
        State.RETURNED: {State.SUBMITTED},
        State.CONFIRMED: {State.RETURNED},  # unless a floor above has approved something on it
    }

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="report")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SUBMITTED)
    started_at = models.DateTimeField("開始")
    ended_at = models.DateTimeField("終了")
    waiting_minutes = models.PositiveSmallIntegerField("待ち時間（分）", default=0)
    transport = models.CharField(
        "交通手段", max_length=10, choices=Transport.choices, default=Transport.NONE
    )
    transport_yen = models.PositiveIntegerField("交通費（円）", default=0)
    transport_route = models.CharField("経路", max_length=200, blank=True)
    distance_km = models.PositiveSmallIntegerField("距離（km）", null=True, blank=True)
    amount_units = models.PositiveIntegerField(
        "ページ・文字数", null=True, blank=True, help_text="pages, characters or words (翻訳)"
    )
    outcome = models.CharField("結果", max_length=20, choices=Outcome.choices)
    comment = models.TextField("連絡事項", blank=True)
    submitted_via = models.CharField(max_length=10, choices=Via.choices)
    submitted_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    return_reason = models.CharField(max_length=300, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gt=F("started_at")), name="report_ends_after_start"
            )
        ]
        indexes = [
            # few rows: what somebody still has to decide, for the pages that count it
            models.Index(
                fields=["started_at"],
                condition=Q(state__in=["submitted", "returned"]),
                name="report_undecided",
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.state}"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``report:12``."""
        return f"report:{self.pk}"

    @property
    def minutes(self) -> int:
        """Whole minutes from start to end."""
        return int((self.ended_at - self.started_at).total_seconds() // 60)


class Receipt(models.Model):
    """A photo of a receipt, re-encoded without camera data; kept in the database."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="receipts")
    content = models.BinaryField()
    content_type = models.CharField(max_length=40, default="image/jpeg")
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:8]
