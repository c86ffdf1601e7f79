"""通訳ルーム: a room of up to five seats, who may sit there, and when they were in it.

A seat belongs to one person and one browser: its link's secret is stored hashed, and the first
browser that gives its consent keeps it (``holder_hash``). Nothing said or shown is stored.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from dispatch.models import Assignment, Request
from volunteers.models import Volunteer


class Room(models.Model):
    """A three-way room of one request."""

    class State(models.TextChoices):
        OPEN = "open", "開いている"
        ENDED = "ended", "終了"

    class Provider(models.TextChoices):
        MESH = "mesh", "直接（WebRTC）"
        TWILIO = "twilio", "Twilio Video"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="rooms")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="rooms")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    provider = models.CharField(max_length=8, choices=Provider.choices, default=Provider.MESH)
    provider_id = models.CharField(max_length=80, blank=True)
    audio_only = models.BooleanField(default=False)
    locked = models.BooleanField("施錠", default=False)
    guest_language = models.CharField(max_length=20, blank=True, help_text="BCP 47")
    code_hash = models.CharField(
        max_length=64, blank=True, help_text="six digits by which a tablet takes the desk's seat"
    )
    code_expires_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
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
                fields=["request"], condition=Q(state="open"), name="one_open_room_per_request"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} {self.state}"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``room:12``."""
        return f"room:{self.pk}"


class Seat(models.Model):
    """A place in a room for one person on one device."""

    class Role(models.TextChoices):
        RESIDENT = "resident", "相談者"
        DESK = "desk", "窓口"
        INTERPRETER = "interpreter", "通訳"
        OBSERVER = "observer", "同席者"

    class State(models.TextChoices):
        INVITED = "invited", "案内済み"
        WAITING = "waiting", "待合室"
        ADMITTED = "admitted", "入室"
        LEFT = "left", "退室"
        REMOVED = "removed", "退室させた"

    ACTIVE_STATES: ClassVar[list[str]] = [State.INVITED, State.WAITING, State.ADMITTED]
    MOVES: ClassVar[dict[str, set[str]]] = {
        State.INVITED: {State.WAITING, State.ADMITTED, State.LEFT, State.REMOVED},
        State.WAITING: {State.ADMITTED, State.LEFT, State.REMOVED},
        State.ADMITTED: {State.WAITING, State.LEFT, State.REMOVED},
        State.LEFT: {State.WAITING, State.ADMITTED},
        State.REMOVED: set(),
    }

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="seats")
    number = models.PositiveSmallIntegerField(help_text="1 to 5")
    role = models.CharField(max_length=12, choices=Role.choices)
    label = models.CharField(max_length=60, blank=True, help_text="what the others see")
    state = models.CharField(max_length=10, choices=State.choices, default=State.INVITED)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    volunteer = models.ForeignKey(
        Volunteer, null=True, blank=True, on_delete=models.PROTECT, related_name="room_seats"
    )
    assignment = models.ForeignKey(
        Assignment, null=True, blank=True, on_delete=models.PROTECT, related_name="room_seats"
    )
    language = models.CharField(max_length=20, default="ja", help_text="of this person's buttons")
    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    holder_hash = models.CharField(max_length=64, blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_version = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True, blank=True)
    admitted_at = models.DateTimeField(null=True, blank=True)
    connection = models.CharField(
        max_length=40, blank=True, help_text="the socket that holds the seat at this moment"
    )
    session = models.CharField(
        max_length=64, blank=True, help_text="the page that joined last, by its own random name"
    )
    last_seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="left or removed")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=5), name="five_seats"),
            models.UniqueConstraint(
                fields=["room", "number"],
                condition=Q(state__in=["invited", "waiting", "admitted"]),
                name="one_person_per_place_in_a_room",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}/{self.number} {self.role}"

    @property
    def is_active(self) -> bool:
        """It may still be sat on."""
        return self.state in self.ACTIVE_STATES


class Visit(models.Model):
    """From joining a room's media to leaving it; a seat may have several."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="visits")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    network = models.JSONField(default=dict, help_text="summary of the line, no addresses")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("joined_at")),
                name="visit_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat} {self.joined_at:%H:%M}"
