"""外部通訳: contracted interpreting companies, what they serve at what price, and calls to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.encrypted import EncryptedTextField
from accounts.models import Organization, User
from dispatch.models.requests import Request


class Operator(models.Model):
    """A company under contract that is reached by telephone or video."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="operators"
    )
    name = models.CharField("名称", max_length=120)
    phone = models.CharField("電話番号", max_length=20, help_text="E.164")
    pin = EncryptedTextField("利用者番号・PIN", blank=True, default="")
    instructions = models.TextField("かけ方", blank=True)
    active = models.BooleanField("利用中", default=True)
    position = models.PositiveSmallIntegerField("順番", default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_operator_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class OperatorService(models.Model):
    """Which languages an operator serves in which hours, and what a call costs."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="services")
    languages = models.JSONField(default=list, help_text="BCP 47; empty: every language")
    weekdays = models.JSONField(default=list, help_text="0 Monday … 6, 7 holiday; empty: every day")
    from_minute = models.PositiveSmallIntegerField(default=0, help_text="Asia/Tokyo")
    to_minute = models.PositiveSmallIntegerField(default=1440)
    yen_per_call = models.PositiveIntegerField("1回（円）", default=0)
    yen_per_minute = models.PositiveIntegerField("1分（円）", default=0)
    minimum_minutes = models.PositiveSmallIntegerField("最低（分）", default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_minute__gt=F("from_minute"), to_minute__lte=1440),
                name="operator_hours_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.operator} {self.from_minute}-{self.to_minute}"


class OperatorCall(models.Model):
    """One call of the desk to an operator for a request: dialled → connected → ended."""

    class State(models.TextChoices):
        DIALLING = "dialling", "呼出中"
        CONNECTED = "connected", "通話中"
        ENDED = "ended", "終了"
        FAILED = "failed", "つながらず"

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.DIALLING: {State.CONNECTED, State.FAILED},
        State.CONNECTED: {State.ENDED},
        State.ENDED: set(),
        State.FAILED: set(),
    }

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="operator_calls")
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="calls")
    service = models.ForeignKey(OperatorService, null=True, on_delete=models.SET_NULL)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DIALLING)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    dialled_at = models.DateTimeField()
    connected_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=120, blank=True)
    price = models.JSONField(default=dict, help_text="the service's prices when it was dialled")
    yen = models.PositiveIntegerField(null=True, blank=True, help_text="set when it ended")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=["dialling", "connected"]),
                name="one_running_operator_call",
            )
        ]

    def __str__(self) -> str:
        return f"{self.operator} {self.state}"
