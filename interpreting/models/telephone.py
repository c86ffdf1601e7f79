"""電話での三者通話: one conference of a request and its legs, each a call to one person.

A leg is the call of a role or, for somebody who gave the number in a room, of that seat: several
residents are called at once. Each role and each seat has at most one living leg.

Numbers are kept encrypted and only while the conference lives; nobody is ever shown another's.
Nothing that is said is recorded. States of a leg only go forward; a new try is a new leg.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.encrypted import EncryptedTextField
from accounts.models import Organization, User
from dispatch.models import Assignment, Request
from interpreting.models.rooms import Room, Seat
from volunteers.models import Volunteer


class PhoneConference(models.Model):
    """A three-way telephone call of one request."""

    class State(models.TextChoices):
        OPEN = "open", "通話の準備・通話中"
        ENDED = "ended", "終了"

    class Carrier(models.TextChoices):
        TWILIO = "twilio", "自動でかける"
        HAND = "hand", "職員がかける"

    MOVES: ClassVar[dict[str, set[str]]] = {State.OPEN: {State.ENDED}, State.ENDED: set()}

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="phone_conferences"
    )
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="phone_conferences")
    room = models.ForeignKey(
        Room, null=True, blank=True, on_delete=models.PROTECT, related_name="phone_conferences",
        help_text="the room that goes on beside it, for writing and showing",
    )  # fmt: skip
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    carrier = models.CharField(max_length=8, choices=Carrier.choices)
    name = models.CharField(
        max_length=43, unique=True, help_text="random; how the provider calls it"
    )
    language = models.CharField(max_length=20, help_text="BCP 47, of the resident")
    beside = models.JSONField(
        default=list, help_text="roles that take part without a telephone of their own"
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state="open"),
                name="one_open_conference_per_request",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} {self.state}"

    @property
    def waits_for_desk(self) -> bool:
        """A guest has given a number that nobody has called yet."""
        ready = self.legs.filter(state=PhoneLeg.State.READY)
        return self.state == self.State.OPEN and ready.exists()


class PhoneLeg(models.Model):
    """One call to one person of a conference."""

    class State(models.TextChoices):
        READY = "ready", "番号の連絡あり"
        QUEUED = "queued", "これからかけます"
        RINGING = "ringing", "呼出し中"
        ANSWERED = "answered", "応答（案内中）"
        JOINED = "joined", "通話中"
        LEFT = "left", "終了"
        BUSY = "busy", "話し中"
        NO_ANSWER = "no_answer", "応答なし"
        FAILED = "failed", "つながらない"

    LIVE: ClassVar[list[str]] = [State.QUEUED, State.RINGING, State.ANSWERED, State.JOINED]
    OVER: ClassVar[set[str]] = {State.LEFT, State.BUSY, State.NO_ANSWER, State.FAILED}
    MOVES: ClassVar[dict[str, set[str]]] = {
        State.READY: {State.QUEUED, *OVER},
        State.QUEUED: {State.RINGING, State.ANSWERED, State.JOINED, *OVER},
        State.RINGING: {State.ANSWERED, State.JOINED, *OVER},
        State.ANSWERED: {State.JOINED, *OVER},
        State.JOINED: {State.LEFT},
        State.LEFT: set(),
        State.BUSY: set(),
        State.NO_ANSWER: set(),
        State.FAILED: set(),
    }

    conference = models.ForeignKey(PhoneConference, on_delete=models.CASCADE, related_name="legs")
    role = models.CharField(max_length=12, choices=Seat.Role.choices)
    seat = models.ForeignKey(
        Seat, null=True, blank=True, on_delete=models.PROTECT, related_name="phone_legs",
        help_text="whose own number it is, when a guest gave it in the room",
    )  # fmt: skip
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    token = models.CharField(
        max_length=43, unique=True, help_text="random; in the addresses that the provider calls"
    )
    provider_id = models.CharField(max_length=40, null=True, blank=True, unique=True)
    number = EncryptedTextField(blank=True, help_text="E.164; blanked when the conference ends")
    language = models.CharField(max_length=20, default="ja", help_text="of the spoken words")
    volunteer = models.ForeignKey(
        Volunteer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assignment = models.ForeignKey(
        Assignment, null=True, blank=True, on_delete=models.PROTECT, related_name="phone_legs"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    dialled_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    news_at = models.DateTimeField(null=True, blank=True, help_text="last word of the provider")
    hang_up_at = models.DateTimeField(null=True, blank=True, help_text="the desk wants it to end")
    hung_up_at = models.DateTimeField(null=True, blank=True, help_text="the provider was told")
    problem = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["conference", "role"],
                condition=Q(
                    seat__isnull=True,
                    state__in=["ready", "queued", "ringing", "answered", "joined"],
                ),
                name="one_living_leg_per_role",
            ),
            models.UniqueConstraint(
                fields=["conference", "seat"],
                condition=Q(state__in=["ready", "queued", "ringing", "answered", "joined"]),
                name="one_living_leg_per_seat",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(joined_at__isnull=True)
                | Q(ended_at__gte=F("joined_at")),
                name="leg_ends_after_joining",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conference_id} {self.role} {self.state}"

    @property
    def is_over(self) -> bool:
        """This call is done with; another try is another leg."""
        return self.state in self.OVER
