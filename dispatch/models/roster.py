"""当番: who sits at which desk on which weekday, and the days on which somebody does not come."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from dispatch.models.requests import Desk
from volunteers.models import Volunteer


class Shift(models.Model):
    """A volunteer sits at a desk on a weekday; ``nth_mask`` bit 0 is the first of a month."""

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="shifts")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField("曜日", help_text="0 Monday … 6 Sunday")
    from_minute = models.PositiveSmallIntegerField(help_text="minutes after 0:00, Asia/Tokyo")
    to_minute = models.PositiveSmallIntegerField()
    nth_mask = models.PositiveSmallIntegerField(default=0, help_text="0 means every week")
    on_holidays = models.BooleanField("祝日も", default=False)
    starts_on = models.DateField("開始日", null=True, blank=True)
    ends_on = models.DateField("終了日", null=True, blank=True)

    class Meta:
        ordering = ["weekday", "from_minute", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    weekday__lte=6, to_minute__gt=F("from_minute"), to_minute__lte=1440,
                    nth_mask__lt=32,
                ),
                name="shift_sane",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.volunteer} {self.weekday} {self.from_minute}-{self.to_minute}"


class ShiftAbsence(models.Model):
    """A day on which the person of a shift does not come."""

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="absences")
    day = models.DateField("日付")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shift", "day"], name="one_absence_per_day")]

    def __str__(self) -> str:
        return f"{self.shift} {self.day}"
