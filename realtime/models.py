"""The outbox: every message to a person, recorded in the transaction that promises it.

A message leaves the house only after its row is committed, is claimed by one worker at a time with
a lease, and keeps what the provider said. Who the recipient is and what the message means belongs
to the apps above; here a recipient is a key such as ``volunteer:12``.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions the delivery loop and the screens ask."""

    def due(self, at: datetime) -> MessageQuerySet:
        """Messages that a worker may claim at the instant ``at`` (UTC)."""
        waiting = Q(state=Message.State.QUEUED, not_before__lte=at)
        abandoned = Q(state=Message.State.SENDING, lease_until__lt=at)
        return self.filter(waiting | abandoned).exclude(channel=Message.Channel.HAND)

    def of_organization(self, organization_id: int) -> MessageQuerySet:
        """Messages of one tenant."""
        return self.filter(organization_id=organization_id)


class Message(models.Model):
    """One message to one person on one channel."""

    class Channel(models.TextChoices):
        SMS = "sms", "SMS"
        PUSH = "push", "プッシュ通知"
        EMAIL = "email", "メール"
        HAND = "hand", "電話連絡"

    class State(models.TextChoices):
        QUEUED = "queued", "送信待ち"
        SENDING = "sending", "送信中"
        SENT = "sent", "送信済み"
        DELIVERED = "delivered", "到達"
        FAILED = "failed", "送信失敗"
        BY_HAND = "by_hand", "電話で連絡"

    organization_id = models.BigIntegerField(db_index=True)
    recipient = models.CharField(max_length=60, help_text="e.g. volunteer:12")
    kind = models.CharField(max_length=40, help_text="what it tells: offer, filled, code …")
    subject_key = models.CharField(max_length=60, blank=True, help_text="e.g. offer:99")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=12, default="ja")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    simulated = models.BooleanField(
        default=False, help_text="true for demo organizations: never leaves this server"
    )
    dedupe_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    provider_id = models.CharField(max_length=80, blank=True, db_index=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    handled_at = models.DateTimeField(
        null=True, blank=True, help_text="the desk told the person by telephone instead"
    )
    handled_by = models.CharField(max_length=120, blank=True, default="")

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state="queued"), name="message_queued"),
            models.Index(fields=["organization_id", "recipient", "-id"], name="message_inbox"),
            models.Index(fields=["subject_key"], name="message_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient} ({self.channel}, {self.state})"


class PushSubscription(models.Model):
    """A browser that agreed to be woken by push messages; belongs to one recipient's device."""

    recipient = models.CharField(max_length=60, db_index=True, help_text="e.g. volunteer:12")
    endpoint = models.URLField(max_length=600, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    device = models.CharField(max_length=80, blank=True, help_text="such as Android · Chrome")
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.recipient} {self.device}"
