"""When a volunteer can come: weekly rules, and the days on which they do not hold.

Minutes count from 0:00 in Asia/Tokyo. Constraints refuse hours that end before they begin; what
the rules mean for one appointment is decided in `volunteers.availability`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from volunteers.models.people import Volunteer


class AvailabilityRule(models.Model):
    """活動できる時間: a weekly rule; ``nth_mask`` bit 0 is the first such weekday of a month."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="rules")
    weekday = models.PositiveSmallIntegerField(help_text="0 Monday … 6 Sunday, 7 public holiday")
    from_minute = models.PositiveSmallIntegerField(help_text="minutes after 0:00, Asia/Tokyo")
    to_minute = models.PositiveSmallIntegerField(help_text="may pass 1440 (overnight)")
    nth_mask = models.PositiveSmallIntegerField(default=0, help_text="0 means every week")
    on_holidays = models.BooleanField(default=True)

    class Meta:
        ordering = ["weekday", "from_minute"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    weekday__lte=7,
                    to_minute__gt=F("from_minute"),
                    from_minute__lt=1440,
                    to_minute__lte=2160,
                    nth_mask__lt=32,
                ),
                name="availability_rule_sane",
            )
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.from_minute}-{self.to_minute}"


class AvailabilityException(models.Model):
    """Days on which the weekly rules do not hold."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="exceptions")
    first_day = models.DateField("初日")
    last_day = models.DateField("最終日")
    from_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    to_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    available = models.BooleanField("活動できる", default=False)
    note = models.CharField("メモ", max_length=120, blank=True)

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="exception_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(from_minute__isnull=True, to_minute__isnull=True)
                | Q(to_minute__gt=F("from_minute"), to_minute__lte=1440),
                name="exception_minutes_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day}"
