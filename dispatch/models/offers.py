"""Waves, offers and assignments: who is asked, what they say, and who holds a seat."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from accounts.times import local
from dispatch.models.requests import Request
from volunteers.models import Volunteer


def new_token() -> str:
    """A link secret of 128 bits, short enough for a message."""
    return secrets.token_urlsafe(16)


class Wave(models.Model):
    """打診の波: the offers sent at one moment, with the reason for its size."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="waves")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    rung_kind = models.CharField(max_length=20, default="volunteer")
    reason = models.CharField(max_length=300)
    pool_size = models.PositiveIntegerField(default=0)
    chance = models.FloatField(default=0, help_text="estimated chance to be filled by then")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="one_wave_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.request_id} 第{self.number}波"


class OfferQuerySet(models.QuerySet["Offer"]):
    """Domain words for offers."""

    def open(self) -> OfferQuerySet:
        """Offers that can still be answered."""
        return self.filter(state__in=Offer.OPEN_STATES)


class Offer(models.Model):
    """打診: asking one volunteer for one request."""

    class State(models.TextChoices):
        PREPARED = "prepared", "準備"
        SENT = "sent", "打診中"
        SEEN = "seen", "既読"
        ACCEPTED = "accepted", "承諾"
        DECLINED = "declined", "辞退"
        EXPIRED = "expired", "期限切れ"
        WITHDRAWN = "withdrawn", "取下げ"

    class Via(models.TextChoices):
        WEB = "web", "本人（画面）"
        PHONE = "phone", "本人（電話）"
        SMS = "sms", "本人（SMS）"
        VOICE = "voice", "本人（自動音声）"
        LINE = "line", "本人（LINE）"
        DESK = "desk", "職員"

    OPEN_STATES: ClassVar[list[str]] = [State.PREPARED, State.SENT, State.SEEN]
    # one table of allowed moves; `dispatch.actions.offers` checks it
    MOVES: ClassVar[dict[str, set[str]]] = {
        State.PREPARED: {
            State.SENT, State.SEEN, State.ACCEPTED, State.DECLINED, State.EXPIRED, State.WITHDRAWN,
        },
        State.SENT: {
            State.SEEN, State.ACCEPTED, State.DECLINED, State.EXPIRED, State.WITHDRAWN,
        },
        State.SEEN: {State.ACCEPTED, State.DECLINED, State.EXPIRED, State.WITHDRAWN},
        State.ACCEPTED: set(),
        State.DECLINED: {State.ACCEPTED},  # "I can after all" while the seat is free
        State.EXPIRED: {State.ACCEPTED},
        State.WITHDRAWN: set(),
    }  # fmt: skip

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="offers")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="offers")
    wave = models.ForeignKey(Wave, null=True, on_delete=models.SET_NULL, related_name="offers")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARED)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    code = models.CharField(
        max_length=2,
        blank=True,
        help_text="A, B …: A1 is yes, A2 is no; unlike the person's others",
    )
    remote = models.BooleanField(default=False, help_text="asked for video although on site")
    rank = models.PositiveSmallIntegerField(default=0)
    chance = models.FloatField(default=0, help_text="estimated chance of a yes when asked")
    reasons = models.JSONField(default=list)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_via = models.CharField(max_length=8, choices=Via.choices, blank=True, default="")
    answered_by = models.CharField(max_length=120, blank=True)
    decline_reason = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField()
    rings_until = models.DateTimeField(
        null=True, blank=True, help_text="an on-call person's page and telephone ring until then"
    )
    late_yes_at = models.DateTimeField(
        null=True, blank=True, help_text="said yes after it was filled: standby"
    )

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "volunteer"],
                condition=Q(state__in=["prepared", "sent", "seen"]),
                name="one_open_offer_per_person",
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "-created_at"], name="offer_volunteer"),
            models.Index(fields=["request", "state"], name="offer_request_state"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer} ← {self.request} ({self.state})"

    @property
    def is_open(self) -> bool:
        """It can still be answered."""
        return self.state in self.OPEN_STATES

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``offer:12``."""
        return f"offer:{self.pk}"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Domain words for assignments."""

    def active(self) -> AssignmentQuerySet:
        """Assignments that hold a seat."""
        return self.filter(state__in=Assignment.ACTIVE_STATES)


class Assignment(models.Model):
    """派遣: a volunteer holds a seat on a request."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", "決定"
        RECONFIRMED = "reconfirmed", "前日確認済み"
        STARTED = "started", "実施中"
        FINISHED = "finished", "終了"
        CANCELLED = "cancelled", "取消"
        NO_SHOW = "no_show", "不参加"

    ACTIVE_STATES: ClassVar[list[str]] = [
        State.CONFIRMED, State.RECONFIRMED, State.STARTED, State.FINISHED,
    ]  # fmt: skip
    MOVES: ClassVar[dict[str, set[str]]] = {
        State.CONFIRMED: {
            State.RECONFIRMED, State.STARTED, State.FINISHED, State.CANCELLED, State.NO_SHOW,
        },
        State.RECONFIRMED: {State.STARTED, State.FINISHED, State.CANCELLED, State.NO_SHOW},
        State.STARTED: {State.FINISHED, State.CANCELLED, State.NO_SHOW},
        State.FINISHED: set(),
        State.CANCELLED: set(),
        State.NO_SHOW: set(),
    }  # fmt: skip

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="assignments")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="assignments")
    offer = models.OneToOneField(
        Offer, null=True, blank=True, on_delete=models.PROTECT, related_name="assignment"
    )
    seat = models.PositiveSmallIntegerField(default=1)
    remote = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CONFIRMED)
    period = DateTimeRangeField(help_text="copy of the activity's times, for the constraint")
    created_at = models.DateTimeField()
    reconfirm_asked_at = models.DateTimeField(null=True, blank=True)
    reconfirm_again_at = models.DateTimeField(
        null=True, blank=True, help_text="asked a second time, because nothing was heard"
    )
    reconfirm_silent_at = models.DateTimeField(
        null=True, blank=True, help_text="the desk was told that nothing was heard"
    )
    on_the_way_at = models.DateTimeField("出発", null=True, blank=True)
    arrived_at = models.DateTimeField("到着", null=True, blank=True)
    started_at = models.DateTimeField("開始", null=True, blank=True)
    finished_at = models.DateTimeField("終了", null=True, blank=True)
    calendar_sequence = models.PositiveIntegerField(
        default=0, help_text="SEQUENCE of RFC 5545: counts what a calendar has to be told"
    )
    calendar_changed_at = models.DateTimeField(
        null=True, blank=True, help_text="LAST-MODIFIED of RFC 5545; None: never since it was made"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["seat", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "seat"],
                condition=Q(state__in=["confirmed", "reconfirmed", "started", "finished"]),
                name="one_holder_per_seat",
            ),
            models.UniqueConstraint(
                fields=["request", "volunteer"],
                condition=Q(state__in=["confirmed", "reconfirmed", "started", "finished"]),
                name="one_seat_per_volunteer",
            ),
            # int8range instead of btree_gist: the embedded server has no extensions
            ExclusionConstraint(
                name="no_overlapping_assignments",
                index_type="GIST",
                expressions=[
                    (
                        Func(
                            F("volunteer_id"),
                            F("volunteer_id"),
                            Value("[]"),
                            function="int8range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["confirmed", "reconfirmed", "started", "finished"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer} → {self.request} ({self.state})"

    @property
    def is_active(self) -> bool:
        """It holds a seat."""
        return self.state in self.ACTIVE_STATES

    @property
    def stages(self) -> str:
        """What was heard from the place, for the desk: «13:20 出発　13:52 到着»; empty before."""
        heard = [
            (self.on_the_way_at, "出発"),
            (self.arrived_at, "到着"),
            (self.started_at, "開始"),
            (self.finished_at, "終了"),
        ]
        return "\u3000".join(f"{local(when):%-H:%M} {word}" for when, word in heard if when)
