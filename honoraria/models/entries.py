"""Honoraria: priced entries. Amounts are integer yen; a closed month never changes.

An entry is priced from the report of a booking. What a tariff gives for a booking that was called
off has no report: who recorded it stands for who confirms a report. A correction is a reversal that
names what it takes back. How an amount is paid and taxed is copied from the tariff when it is
priced, so that a later change of the tariff does not reach it.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from dispatch.models import Assignment
from honoraria.models.tariffs import PaidBy, TariffVersion, Tax, TransportTo
from interpreting.models import Report
from volunteers.models import Volunteer


class HonorariumQuerySet(models.QuerySet["Honorarium"]):
    """Domain words for honoraria."""

    def of(self, organization: Organization) -> HonorariumQuerySet:
        """Entries of one organization."""
        return self.filter(organization=organization)

    def between(self, first: date, last: date) -> HonorariumQuerySet:
        """Entries booked on one of the days, both inclusive."""
        return self.filter(booked_on__gte=first, booked_on__lte=last)

    def happened_between(self, first: date, last: date) -> HonorariumQuerySet:
        """Entries of activities on one of the days, both inclusive, whenever they were booked."""
        return self.filter(activity_date__gte=first, activity_date__lte=last)

    def drafts(self) -> HonorariumQuerySet:
        """Entries that wait for approval."""
        return self.filter(state=Honorarium.State.DRAFT)

    def standing(self) -> HonorariumQuerySet:
        """Entries that no reversal has taken back, without the reversals: one per report."""
        taken_back = Honorarium.objects.filter(corrects=models.OuterRef("pk"))
        return self.filter(~models.Exists(taken_back)).exclude(kind=Honorarium.Kind.REVERSAL)


class Honorarium(models.Model):
    """謝礼: a priced entry; a correction is a new entry that names the one it corrects."""

    class State(models.TextChoices):
        DRAFT = "draft", "承認待ち"
        APPROVED = "approved", "承認済み"
        CLOSED = "closed", "締め済み"
        PAID = "paid", "支払済み"

    class Kind(models.TextChoices):
        PRICED = "priced", "計算"
        CANCELLED = "cancelled", "取消料"
        REVERSAL = "reversal", "取消し"

    MOVES = {
        State.DRAFT: {State.APPROVED},
        State.APPROVED: {State.CLOSED, State.DRAFT},
        State.CLOSED: {State.PAID, State.APPROVED},  # back when the month is opened again
        State.PAID: {State.CLOSED},  # the bank sent the money back
    }

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="honoraria"
    )
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="honoraria")
    assignment = models.ForeignKey(
        Assignment,
        on_delete=models.PROTECT,
        related_name="honoraria",
        help_text="the booking that was held or called off",
    )
    report = models.ForeignKey(
        Report,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="honoraria",
        help_text="none when the booking was called off",
    )
    tariff_version = models.ForeignKey(
        TariffVersion, on_delete=models.PROTECT, related_name="honoraria"
    )
    tariff_name = models.CharField(
        "基準の名称",
        max_length=120,
        blank=True,
        help_text="as it was called when the amount was computed",
    )
    kind = models.CharField("区分", max_length=10, choices=Kind.choices, default=Kind.PRICED)
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    activity_date = models.DateField("活動日", help_text="in Asia/Tokyo; decides tariff and grant")
    booked_on = models.DateField(
        "計上日", help_text="decides the month: the activity's, or a later one if that was closed"
    )
    minutes = models.IntegerField("活動時間（分）", help_text="negative in a reversal")
    fee = models.IntegerField("謝礼（円）")
    transport = models.IntegerField("交通費（円）", default=0)
    total = models.IntegerField("合計（円）")
    derivation = models.JSONField("計算の内訳", default=list)
    paid_by = models.CharField(
        "支払方法", max_length=10, choices=PaidBy.choices, default=PaidBy.BANK
    )
    tax = models.CharField("源泉徴収", max_length=16, choices=Tax.choices, default=Tax.WITHHELD)
    transport_to = models.CharField(
        "交通費の支払先", max_length=8, choices=TransportTo.choices, default=TransportTo.PERSON
    )
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="who entered a reversal or what has no report; somebody else approves it",
    )
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
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(corrects__isnull=True, kind="cancelled"),
                name="one_honorarium_per_cancelled_booking",
            ),
            # original ← reversal ← new price ← …: a chain, never two corrections of one entry
            models.UniqueConstraint(fields=["corrects"], name="one_correction_per_honorarium"),
            models.CheckConstraint(
                condition=Q(kind__in=["priced", "cancelled"], minutes__gte=0)
                | Q(kind="reversal", corrects__isnull=False),
                name="reversal_names_what_it_reverses",
            ),
            models.CheckConstraint(
                condition=~Q(kind="priced") | Q(report__isnull=False),
                name="priced_honorarium_has_a_report",
            ),
            models.CheckConstraint(
                condition=~Q(kind="cancelled") | Q(report__isnull=True, minutes=0),
                name="cancelled_honorarium_has_no_report",
            ),
            models.CheckConstraint(
                condition=Q(report__isnull=False) | Q(recorded_by__isnull=False),
                name="somebody_answers_for_an_honorarium",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "activity_date"], name="honorarium_month"),
            models.Index(fields=["organization", "booked_on", "id"], name="honorarium_booked"),
            models.Index(fields=["volunteer", "state"], name="honorarium_of_person"),
            # few rows: what was booked later than it was done, such as corrections
            models.Index(
                fields=["organization", "booked_on"],
                condition=~Q(booked_on=F("activity_date")),
                name="honorarium_booked_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity_date} {self.volunteer} {self.total}円"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``honorarium:12``."""
        return f"honorarium:{self.pk}"

    @property
    def answered_by_id(self) -> int | None:
        """Who recorded a reversal or an entry without a report, else who confirmed the report.

        Never who approves it.
        """
        if self.recorded_by_id is not None or self.report is None:
            return self.recorded_by_id
        return self.report.confirmed_by_id
