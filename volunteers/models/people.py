"""The people of the register: where they go, what they speak, how they are reached.

The one invariant: a volunteer without a valid term, a signed pledge and a language is never
offered anything (`VolunteerQuerySet.offerable`). There is no field for residence status, passport,
visa or My Number, on purpose: what is not stored cannot be demanded.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization, User
from accounts.times import TOKYO
from volunteers.models.terms import Registration


class Area(models.Model):
    """A named part of town that volunteers go to (地域)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="areas")
    name = models.CharField(max_length=60)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_area_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class Field(models.TextChoices):
    """分野: what the conversation is about."""

    MEDICAL = "medical", "医療"
    SCHOOL = "school", "学校・教育"
    ADMINISTRATIVE = "administrative", "行政手続き"
    LEGAL = "legal", "法律"
    EMPLOYMENT = "employment", "労働"
    CHILDCARE = "childcare", "子育て"
    HOUSING = "housing", "住まい"
    DISASTER = "disaster", "災害"
    OTHER = "other", "その他"


class VolunteerQuerySet(models.QuerySet["Volunteer"]):
    """Domain words for the register."""

    def of(self, organization: Organization) -> VolunteerQuerySet:
        """Volunteers of one organization."""
        return self.filter(organization=organization)

    def offerable(self, on: date) -> VolunteerQuerySet:
        """People active on the day ``on``, with registration and pledge valid then and a language."""
        valid = Registration.objects.filter(
            volunteer=models.OuterRef("pk"),
            starts_on__lte=on,
            ends_on__gte=on,
            pledged_on__isnull=False,
        )
        skill = LanguageSkill.objects.filter(volunteer=models.OuterRef("pk"))
        back = Q(status=Volunteer.Status.PAUSED, paused_until__lt=on)
        active = Q(status=Volunteer.Status.ACTIVE) | back
        return self.filter(active, models.Exists(valid), models.Exists(skill))

    def on_call(self, at: datetime) -> VolunteerQuerySet:
        """People who said they are ready for video at the instant ``at``, with a valid term."""
        today = at.astimezone(TOKYO).date()
        return self.offerable(today).filter(status=Volunteer.Status.ACTIVE, on_call_until__gt=at)


class Volunteer(models.Model):
    """A registered person (ボランティア); may have no login, no e-mail, no mobile phone."""

    class Status(models.TextChoices):
        ACTIVE = "active", "活動中"
        PAUSED = "paused", "休止中"
        WITHDRAWN = "withdrawn", "退会"

    MOVES: ClassVar[dict[str, frozenset[str]]] = {
        "active": frozenset({"paused", "withdrawn"}),
        "paused": frozenset({"paused", "active", "withdrawn"}),
        "withdrawn": frozenset({"active"}),
    }

    class Gender(models.TextChoices):
        UNSTATED = "", "記載なし"
        FEMALE = "female", "女性"
        MALE = "male", "男性"
        OTHER = "other", "その他"

    class Channel(models.TextChoices):
        SMS = "sms", "SMS"
        EMAIL = "email", "メール"
        PUSH = "push", "スマートフォンの通知"
        LINE = "line", "LINE"
        VOICE = "voice", "自動音声の電話"
        HAND = "hand", "電話（職員から）"

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="volunteers"
    )
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="volunteers"
    )
    number = models.PositiveIntegerField("登録番号")
    name = models.CharField("氏名", max_length=120)
    kana = models.CharField("フリガナ", max_length=120, blank=True)
    birth_date = models.DateField("生年月日", null=True, blank=True)
    gender = models.CharField(
        "性別", max_length=8, choices=Gender.choices, blank=True, default=Gender.UNSTATED
    )
    mobile = models.CharField("携帯電話", max_length=20, blank=True, help_text="E.164")
    phone = models.CharField("固定電話", max_length=20, blank=True, help_text="E.164")
    fax = models.CharField("FAX", max_length=20, blank=True, help_text="E.164")
    email = models.EmailField("メール", blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    areas = models.ManyToManyField(Area, blank=True, related_name="volunteers")
    reach_minutes = models.PositiveSmallIntegerField(
        "移動できる時間（分）", null=True, blank=True, help_text="from home, one way"
    )
    by_car = models.BooleanField("車で移動できる", default=False)
    channel = models.CharField(
        "連絡方法", max_length=8, choices=Channel.choices, default=Channel.SMS
    )
    other_channels = models.JSONField(
        "次の連絡方法", default=list, blank=True, help_text="tried in this order after ``channel``"
    )
    muted = models.JSONField(
        "使わない連絡", default=dict, blank=True,
        help_text="by channel, the groups of messages not wanted there: asking, news, reminder",
    )  # fmt: skip
    quiet_from = models.PositiveSmallIntegerField(
        "連絡を控える時間（から）",
        null=True,
        blank=True,
        help_text="minutes after 0:00; None: as the desk",
    )
    quiet_to = models.PositiveSmallIntegerField("連絡を控える時間（まで）", null=True, blank=True)
    sms_stopped_at = models.DateTimeField(
        "SMSの停止", null=True, blank=True, help_text="asked by STOP not to be written to"
    )
    line_id = models.CharField("LINE", max_length=60, blank=True, help_text="provider's user id")
    contact_confirmed_at = models.DateTimeField(
        "連絡先の確認", null=True, blank=True,
        help_text="when the person last proved that number and address are theirs",
    )  # fmt: skip
    contact_wrong_at = models.DateTimeField(
        "連絡先の誤り", null=True, blank=True, help_text="somebody else said the number is theirs"
    )
    feed_token = models.CharField(max_length=43, null=True, blank=True, unique=True)
    stay_asked_at = models.DateTimeField(
        "継続の確認", null=True, blank=True, help_text="after long silence: asked whether to stay"
    )
    stay_answer = models.CharField(
        "継続の返事",
        max_length=5,
        blank=True,
        choices=[("stay", "続けたい"), ("leave", "やめたい")],
    )
    message_language = models.CharField(
        "連絡の言語", max_length=12, choices=settings.LANGUAGES, default="ja"
    )
    night_messages = models.BooleanField("夜間・早朝の連絡も可", default=False)
    weekly_hours_cap = models.PositiveSmallIntegerField("週の上限（時間）", null=True, blank=True)
    accepts_video = models.BooleanField("映像・電話の通訳も可", default=True)
    accepts_neighbours = models.BooleanField("近隣団体の映像通訳も可", default=False)
    on_call_until = models.DateTimeField("待機終了", null=True, blank=True)
    on_call_since = models.DateTimeField(
        null=True, blank=True, help_text="when the person was last put on call"
    )
    public_name_consent = models.BooleanField("氏名の公開に同意", default=False)
    status = models.CharField("状態", max_length=10, choices=Status.choices, default=Status.ACTIVE)
    paused_until = models.DateField("休止終了日", null=True, blank=True)
    certificates = models.CharField("資格等", max_length=300, blank=True)
    remarks = models.TextField(
        "備考", blank=True, help_text="includes what an import could not read"
    )
    last_seen_at = models.DateTimeField("最後に応答した日時", null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"], name="one_volunteer_per_number"
            ),
            models.UniqueConstraint(
                fields=["organization", "user"],
                condition=Q(user__isnull=False),
                name="one_volunteer_per_user",
            ),
        ]
        indexes = [models.Index(fields=["organization", "status"], name="volunteer_status")]

    def __str__(self) -> str:
        return self.name

    @property
    def pseudonym(self) -> str:
        """How residents see this person unless consent says otherwise."""
        return self.name if self.public_name_consent else f"通訳 {self.number}番"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``volunteer:12``."""
        return f"volunteer:{self.pk}"


class LanguageSkill(models.Model):
    """対応言語: one language of one volunteer, with a level each way."""

    class Level(models.IntegerChoices):
        LITTLE = 1, "△ 少し"
        EVERYDAY = 2, "○ 日常会話"
        INTERPRETING = 3, "◎ 通訳可"

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="skills")
    language = models.CharField("言語", max_length=20, help_text="BCP 47, with dialect")
    to_japanese = models.PositiveSmallIntegerField(
        "日本語へ", choices=Level.choices, default=Level.EVERYDAY
    )
    from_japanese = models.PositiveSmallIntegerField(
        "日本語から", choices=Level.choices, default=Level.EVERYDAY
    )
    certificate = models.CharField("資格", max_length=120, blank=True)
    verified_by = models.CharField("確認者", max_length=120, blank=True)
    verified_on = models.DateField("確認日", null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "language"], name="one_skill_per_language")
        ]
        indexes = [models.Index(fields=["language", "volunteer"], name="skill_language")]

    def __str__(self) -> str:
        return f"{self.language} ({self.to_japanese}/{self.from_japanese})"


class FieldSkill(models.Model):
    """A field a volunteer accepts, and whether the training it demands was done."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="field_skills")
    field = models.CharField("分野", max_length=16, choices=Field.choices)
    qualified = models.BooleanField("研修修了・資格あり", default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "field"], name="one_entry_per_field")
        ]

    def __str__(self) -> str:
        return self.get_field_display()


class Training(models.Model):
    """研修・資格: a certificate or a training of one volunteer, perhaps with an end."""

    class Kind(models.TextChoices):
        CERTIFICATE = "certificate", "資格"
        TRAINING = "training", "研修"

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="trainings")
    kind = models.CharField("種類", max_length=12, choices=Kind.choices, default=Kind.TRAINING)
    name = models.CharField("名称", max_length=120)
    done_on = models.DateField("取得・受講日", null=True, blank=True)
    ends_on = models.DateField("有効期限", null=True, blank=True)
    verified_by = models.CharField("確認者", max_length=120, blank=True)

    class Meta:
        ordering = ["-done_on", "-id"]

    def __str__(self) -> str:
        return self.name
