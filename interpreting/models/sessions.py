"""通訳: one interpretation, whatever carries it: on site, room, telephone, operator or device.

Kept are start, end, the roles that took part, the rung and a summary of the line; never contents.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from dispatch.models import Assignment, Request


class Session(models.Model):
    """One interpretation of a request."""

    class Kind(models.TextChoices):
        ONSITE = "onsite", "現地"
        ROOM = "room", "通訳ルーム"
        PHONE = "phone", "電話"
        OPERATOR = "operator", "外部通訳"
        DEVICE = "device", "翻訳機"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="sessions")
    assignment = models.ForeignKey(
        Assignment, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    rung_kind = models.CharField(max_length=20, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    participants = models.JSONField(
        default=list, help_text='roles, not names: [{"role": "desk", "seconds": 840}]'
    )
    network = models.JSONField(
        default=dict, help_text="relayed, worst and usual level, drops; no addresses"
    )
    end_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="session_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["request", "kind"],
                condition=Q(ended_at__isnull=True),
                name="one_running_session_per_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} {self.kind}"
