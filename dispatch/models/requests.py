"""What is asked for: requests, their requirements, and the places and bodies they name."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from volunteers.models import Field, Volunteer


class Desk(models.Model):
    """A consultation desk of the organization (窓口)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="desks")
    name = models.CharField("名称", max_length=120)
    address = models.CharField("住所", max_length=200, blank=True)
    phone = models.CharField("電話", max_length=20, blank=True)
    feed_token = models.CharField(max_length=43, null=True, blank=True, unique=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """A remembered place that interpreters go to (派遣先)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="places")
    name = models.CharField("名称", max_length=120)
    kana = models.CharField("よみ", max_length=120, blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    area = models.CharField("地域", max_length=60, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    used_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-used_count", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_place_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class RequestingBody(models.Model):
    """A school, clinic or ward office that asks (依頼元)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="bodies")
    name = models.CharField("名称", max_length=120)
    phone = models.CharField("電話", max_length=20, blank=True)
    email = models.EmailField("メール", blank=True)
    fax = models.CharField("FAX", max_length=20, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_body_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class Mode(models.TextChoices):
    """How the interpretation takes place."""

    ACCOMPANY = "accompany", "同行"
    ONSITE = "onsite", "窓口"
    VIDEO = "video", "映像（三者通話）"
    PHONE = "phone", "電話"
    TRANSLATION = "translation", "翻訳"

    @property
    def is_remote(self) -> bool:
        """Nobody has to travel."""
        return self in {Mode.VIDEO, Mode.PHONE, Mode.TRANSLATION}


class Urgency(models.TextChoices):
    """How soon somebody is needed."""

    NOW = "now", "今すぐ"
    TODAY = "today", "本日"
    BOOKED = "booked", "予約"


class RequestQuerySet(models.QuerySet["Request"]):
    """Domain words for requests."""

    def of(self, organization: Organization) -> RequestQuerySet:
        """Requests of one organization."""
        return self.filter(organization=organization)

    def open(self) -> RequestQuerySet:
        """Requests that still look for somebody."""
        return self.filter(status=Request.Status.OPEN)

    def due_before(self, at: datetime) -> RequestQuerySet:
        """Open requests whose next action is due at the instant ``at`` (UTC)."""
        return self.open().filter(next_action_at__lte=at)


class RequestSeries(models.Model):
    """A need that repeats; each occurrence is a request of its own."""

    class Every(models.TextChoices):
        WEEK = "week", "毎週"
        TWO_WEEKS = "two_weeks", "隔週"
        MONTH = "month", "毎月同じ曜日"

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    every = models.CharField("くり返し", max_length=10, choices=Every.choices)
    count = models.PositiveSmallIntegerField("回数")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=2, count__lte=60), name="series_count")
        ]

    def __str__(self) -> str:
        return f"{self.get_every_display()} {self.count}回"


class Request(models.Model):
    """依頼: one need for interpretation."""

    class Status(models.TextChoices):
        OPEN = "open", "手配中"
        FILLED = "filled", "手配済み"
        FINISHED = "finished", "終了"
        CANCELLED = "cancelled", "取消"
        UNMET = "unmet", "手配できず"

    class Sensitivity(models.TextChoices):
        NORMAL = "normal", "通常"
        SENSITIVE = "sensitive", "配慮が必要"
        STRICT = "strict", "特に配慮（知人を避ける）"

    class Payer(models.TextChoices):
        ORGANIZATION = "organization", "団体が負担"
        BODY = "body", "依頼元が負担"
        RESIDENT = "resident", "相談者が負担"
        NONE = "none", "無償"

    class CancelledBy(models.TextChoices):
        RESIDENT = "resident", "相談者"
        BODY = "body", "依頼元"
        ORGANIZATION = "organization", "団体"
        INTERPRETER = "interpreter", "通訳者"
        OTHER = "other", "天災・その他"

    class NextAction(models.TextChoices):
        NONE = "", "なし"
        WAVE = "wave", "打診"
        RUNG = "rung", "次のつなぎ段階"
        DESK = "desk", "職員の対応"
        RECONFIRM = "reconfirm", "前日の確認"
        CLOSE = "close", "終了の確認"

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="requests"
    )
    number = models.CharField("受付番号", max_length=20, help_text="e.g. R8-00123")
    language = models.CharField("言語", max_length=20, help_text="BCP 47")
    mode = models.CharField("方法", max_length=12, choices=Mode.choices)
    urgency = models.CharField("緊急度", max_length=8, choices=Urgency.choices)
    field = models.CharField("分野", max_length=16, choices=Field.choices)
    sensitivity = models.CharField(
        "配慮", max_length=10, choices=Sensitivity.choices, default=Sensitivity.NORMAL
    )
    starts_at = models.DateTimeField("開始")
    ends_at = models.DateTimeField("終了")
    seats = models.PositiveSmallIntegerField("人数", default=1)
    desk = models.ForeignKey(
        Desk, null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    place = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.SET_NULL, related_name="requests"
    )
    place_name = models.CharField("場所", max_length=120, blank=True)
    place_address = models.CharField("住所", max_length=200, blank=True)
    place_area = models.CharField("地域", max_length=60, blank=True)
    place_lat = models.FloatField(null=True, blank=True)
    place_lon = models.FloatField(null=True, blank=True)
    note = models.TextField("通訳者に伝えること", blank=True)
    resident_name = models.CharField("相談者", max_length=120, blank=True)
    body = models.ForeignKey(
        RequestingBody, null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    contact_name = models.CharField("依頼者の氏名", max_length=120, blank=True)
    contact_phone = models.CharField("依頼者の電話", max_length=20, blank=True)
    payer = models.CharField(
        "費用負担", max_length=12, choices=Payer.choices, default=Payer.ORGANIZATION
    )
    follow_up_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="follow_ups",
        help_text="the request that a device served until a human comes",
    )  # fmt: skip
    device_allowed_at = models.DateTimeField(
        null=True, blank=True, help_text="a human said yes to a device for a delicate matter"
    )
    device_used_at = models.DateTimeField(null=True, blank=True)
    series = models.ForeignKey(
        RequestSeries, null=True, blank=True, on_delete=models.SET_NULL, related_name="requests"
    )
    status = models.CharField("状態", max_length=10, choices=Status.choices, default=Status.OPEN)
    policy = models.JSONField(default=dict, help_text="dispatch policy copied when it opened")
    ladder = models.JSONField(default=list, help_text="rungs copied when it opened")
    rung = models.PositiveSmallIntegerField(default=0, help_text="index into ladder")
    rung_since = models.DateTimeField(null=True, blank=True)
    waves_stopped = models.BooleanField("打診を止めている", default=False)
    next_action = models.CharField(
        max_length=10, choices=NextAction.choices, blank=True, default=NextAction.NONE
    )
    next_action_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    search_since = models.DateTimeField(
        help_text="answers from before (to another time or place) no longer count"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(
        max_length=12, choices=CancelledBy.choices, blank=True, default=""
    )
    cancel_reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"], name="one_request_per_number"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="request_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(seats__gte=1, seats__lte=20), name="request_seats"),
            models.CheckConstraint(
                condition=~Q(status="open")
                | (Q(next_action_at__isnull=False) & ~Q(next_action="")),
                name="open_request_has_next_action",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_action_at"],
                condition=Q(next_action_at__isnull=False),
                name="request_due",
            ),
            models.Index(fields=["organization", "status", "starts_at"], name="request_board"),
        ]

    loaded_next_action_at: datetime | None = None  # what `dispatch.actions` found in the row

    # one table of allowed moves; `dispatch.actions` checks it
    MOVES: dict[str, set[str]] = {
        Status.OPEN: {Status.FILLED, Status.CANCELLED, Status.UNMET, Status.FINISHED},
        Status.FILLED: {Status.OPEN, Status.FINISHED, Status.CANCELLED},
        Status.UNMET: {Status.OPEN, Status.CANCELLED},
        Status.CANCELLED: {Status.OPEN},
        Status.FINISHED: set(),
    }

    def __str__(self) -> str:
        return self.number

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``request:12``."""
        return f"request:{self.pk}"

    @property
    def public_area(self) -> str:
        """Where it is, as far as somebody may know before accepting: the area, or our own desk."""
        if self.place_area or self.desk is None or self.place_name != self.desk.name:
            return self.place_area
        return self.desk.name

    @property
    def current_rung(self) -> dict[str, object]:
        """The rung of the copied ladder that is open now."""
        return self.ladder[self.rung] if self.rung < len(self.ladder) else {}


class Requirement(models.Model):
    """条件: a wish on a request, hard (must) or soft (rather)."""

    class Kind(models.TextChoices):
        GENDER = "gender", "通訳者の性別"
        LEVEL = "level", "通訳の水準"
        QUALIFIED = "qualified", "分野の研修修了"
        DIALECT = "dialect", "方言"
        PREFERRED = "preferred", "希望する通訳者"
        EXCLUDED = "excluded", "避けたい通訳者"

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="requirements")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    hard = models.BooleanField("必須", default=False)
    value = models.CharField(max_length=40, blank=True)
    volunteer = models.ForeignKey(
        Volunteer, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["preferred", "excluded"], volunteer__isnull=False)
                | (~Q(kind__in=["preferred", "excluded"]) & Q(volunteer__isnull=True)),
                name="requirement_names_a_person_when_it_must",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}={self.value or self.volunteer_id} {'必須' if self.hard else '希望'}"


class Counter(models.Model):
    """Numbers given out one by one per organization, such as a fiscal year's requests."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=20)
    value = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_counter_per_name")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
