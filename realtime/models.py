"""The outbox: every message to a person, recorded in the transaction that promises it.

A message leaves the house only after its row is committed, is claimed by one worker at a time with
a lease, and keeps what the provider said. Who the recipient is and what the message means belongs
to the apps above; here a recipient is a key such as ``volunteer:12``.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions the delivery loop and the screens ask."""

    def due(self, at: datetime) -> MessageQuerySet:
        """Messages that a worker may claim at the instant ``at`` (UTC)."""
        waiting = Q(state=Message.State.QUEUED, not_before__lte=at)
        abandoned = Q(state=Message.State.SENDING, lease_until__lt=at)
        own = self.filter(merged_into=None).exclude(channel=Message.Channel.HAND)
        return own.filter(waiting | abandoned)

    def unreached(self) -> MessageQuerySet:
        """The ends of chains that reached nobody: to be telephoned, or failed for good."""
        ends = self.filter(state__in=Message.UNREACHED, next_tries=None)
        return ends.exclude(error=Message.TAKEN_BACK)

    def chain(self, key: str) -> MessageQuerySet:
        """Every try on every channel of the facts below a subject or a dedupe key."""
        below = Q(dedupe_key__startswith=f"{key}:") | Q(dedupe_key__startswith=f"{key}~")
        return self.filter(Q(subject_key=key) | Q(dedupe_key=key) | below)

    def of_organization(self, organization_id: int) -> MessageQuerySet:
        """Messages of one tenant."""
        return self.filter(organization_id=organization_id)


class Message(models.Model):
    """One message to one person on one channel."""

    class Channel(models.TextChoices):
        SMS = "sms", "SMS"
        PUSH = "push", "プッシュ通知"
        EMAIL = "email", "メール"
        VOICE = "voice", "自動音声の電話"
        LINE = "line", "LINE"
        HAND = "hand", "電話連絡"

    class State(models.TextChoices):
        QUEUED = "queued", "送信待ち"
        SENDING = "sending", "送信中"
        SENT = "sent", "送信済み"
        DELIVERED = "delivered", "到達"
        FAILED = "failed", "送信失敗"
        BY_HAND = "by_hand", "電話で連絡"

    # one table of allowed moves; `realtime.chain` checks it
    MOVES: ClassVar[dict[str, set[str]]] = {
        State.QUEUED: {State.SENDING, State.FAILED},
        State.SENDING: {State.QUEUED, State.SENT, State.DELIVERED, State.FAILED},
        State.SENT: {State.DELIVERED, State.FAILED},
        State.BY_HAND: {State.FAILED},  # taken back
        State.DELIVERED: set(),
        State.FAILED: set(),
    }
    UNREACHED: ClassVar[list[str]] = [State.BY_HAND, State.FAILED]
    TAKEN_BACK = "taken_back"
    """The error of what was stopped before it left."""

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
    urgent = models.BooleanField(
        default=False, help_text="never merged, never held back by a limit for one person"
    )
    further = models.JSONField(
        default=list,
        help_text="ways still to try, in order: {channel, address, subject, body}",
    )
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="next_tries",
        help_text="the try on another channel that did not reach the person",
    )  # fmt: skip
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged",
        help_text="the message that carried this one's text as well",
    )  # fmt: skip
    handed_over = models.TextField(
        blank=True, help_text="what left the house, when it is not the body alone"
    )
    hand_over_by = models.DateTimeField(
        null=True, blank=True, help_text="when the next way is tried if nobody took this one"
    )
    receipt_seconds = models.PositiveIntegerField(
        default=0,
        help_text="how long to wait for a receipt before the next way; 0: none is awaited",
    )
    receipt_by = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)
    provider_status = models.CharField(max_length=20, blank=True)
    segments = models.PositiveSmallIntegerField(default=0)
    cost_yen = models.PositiveIntegerField(default=0, help_text="estimate, from settings")
    charged_on = models.DateField(
        null=True, blank=True, help_text="whose cost it counts to, in Tokyo"
    )
    quiet_from = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="minutes after 0:00, Tokyo; empty: may leave at night"
    )
    quiet_to = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state="queued"), name="message_queued"),
            models.Index(fields=["organization_id", "recipient", "-id"], name="message_inbox"),
            models.Index(fields=["subject_key"], name="message_subject"),
            models.Index(
                fields=["receipt_by"], condition=Q(state="sent"), name="message_receipt_awaited"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient} ({self.channel}, {self.state})"

    @property
    def text(self) -> str:
        """What leaves the house: the body, with those of merged messages if there are some."""
        return self.handed_over or self.body

    @property
    def went_on(self) -> bool:
        """Another channel is tried instead, so this failure is not the end."""
        return self.next_tries.exists()


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


class Provider(models.Model):
    """How a channel's provider does, shared by all workers: the state of its circuit breaker."""

    channel = models.CharField(max_length=10, primary_key=True, choices=Message.Channel.choices)
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    failing_since = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(
        null=True, blank=True, help_text="left alone since then; None while the circuit is closed"
    )
    probe_at = models.DateTimeField(null=True, blank=True, help_text="when one try is let through")
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.channel} {'open' if self.opened_at else 'closed'}"


class ParkedStatus(models.Model):
    """A provider's word about a message that we do not know (yet); matched when we do."""

    channel = models.CharField(max_length=10, choices=Message.Channel.choices)
    provider_id = models.CharField(max_length=80)
    status = models.CharField(max_length=20, help_text="the provider's word")
    state = models.CharField(max_length=10, choices=Message.State.choices, default="sent")
    error = models.CharField(max_length=60, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "provider_id", "status"], name="one_parked_status"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.status}"


class Inbound(models.Model):
    """A message that somebody sent us, kept as it came; what it meant is decided above."""

    class State(models.TextChoices):
        NEW = "new", "未処理"
        UNDERSTOOD = "understood", "自動で処理"
        UNCLEAR = "unclear", "要確認"
        HANDLED = "handled", "対応済み"

    channel = models.CharField(max_length=10, choices=Message.Channel.choices)
    provider_id = models.CharField(max_length=80)
    address = models.CharField(max_length=254, help_text="whom it came from")
    body = models.TextField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    organization_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    recipient = models.CharField(max_length=60, blank=True, help_text="e.g. volunteer:12")
    understood_as = models.CharField(max_length=200, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "provider_id"], name="one_inbound")
        ]
        indexes = [
            models.Index(fields=["state"], condition=Q(state="new"), name="inbound_new"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class DailyCost(models.Model):
    """What an organization's messages cost on one day (Asia/Tokyo), estimated, against its cap."""

    organization_id = models.BigIntegerField()
    day = models.DateField()
    yen = models.PositiveIntegerField(default=0)
    held_back = models.PositiveIntegerField(
        default=0, help_text="messages sent another way instead"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "day"], name="one_cost_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.day}: {self.yen}"


class SimulatedLine(models.Model):
    """How the simulated provider of a channel behaves; without a row it does everything right."""

    class Mode(models.TextChoices):
        OK = "ok", "正常"
        AWAY = "503", "受け付けない（503）"
        LOST_ANSWER = "500", "受け付けるが、エラーを返す（500）"
        TIMEOUT = "timeout", "応答がない"
        SLOW = "slow", "遅い"
        TWICE = "twice", "到達通知が2回届く"
        REORDER = "reorder", "到達通知の順序が逆になる"
        NEVER = "never", "到達通知が届かない"
        REPLY = "reply", "届くと「はい」と返信がある"

    channel = models.CharField(max_length=10, primary_key=True, choices=Message.Channel.choices)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.OK)

    def __str__(self) -> str:
        return f"{self.channel}: {self.mode}"


class SimulatedMessage(models.Model):
    """What a simulated provider took, and what it has still to say about it."""

    channel = models.CharField(max_length=10, choices=Message.Channel.choices)
    address = models.CharField(max_length=254)
    digest = models.CharField(max_length=64, help_text="of the text; the text is not kept twice")
    accepted_at = models.DateTimeField()
    word = models.CharField(max_length=20, default="queued", help_text="its last word")
    plan = models.JSONField(default=list, help_text="words to come: [seconds after, word]")
    next_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["channel", "digest"], name="simulated_alike"),
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="simulated_next"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sid} {self.word}"

    @property
    def sid(self) -> str:
        """What the provider calls it."""
        return f"sim-{self.pk}"
