"""The register of volunteers: people, languages, fields, hours, terms, and its import.

The one invariant: a volunteer without a valid term, a signed pledge and a language is never
offered anything (`VolunteerQuerySet.offerable`). There is no field for residence status, passport,
visa or My Number, on purpose: what is not stored cannot be demanded.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from accounts.times import TOKYO


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


class AvailabilityRule(models.Model):
    """活動できる時間: a weekly rule; ``nth_mask`` bit 0 is the first such weekday of a month."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="rules")
    weekday = models.PositiveSmallIntegerField(help_text="0 Monday … 6 Sunday, 7 public holiday")
    from_minute = models.PositiveSmallIntegerField(help_text="minutes after 0:00, Asia/Tokyo")
    to_minute = models.PositiveSmallIntegerField(help_text="may pass 1440 (overnight)")
    nth_mask = models.PositiveSmallIntegerField(default=0, help_text="0 means every week")
    on_holidays = models.BooleanField(default=True)

    class Meta:
        ordering = ["weekday", "from_minute"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    weekday__lte=7,
                    to_minute__gt=F("from_minute"),
                    from_minute__lt=1440,
                    to_minute__lte=2160,
                    nth_mask__lt=32,
                ),
                name="availability_rule_sane",
            )
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.from_minute}-{self.to_minute}"


class AvailabilityException(models.Model):
    """Days on which the weekly rules do not hold."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="exceptions")
    first_day = models.DateField("初日")
    last_day = models.DateField("最終日")
    from_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    to_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    available = models.BooleanField("活動できる", default=False)
    note = models.CharField("メモ", max_length=120, blank=True)

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="exception_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(from_minute__isnull=True, to_minute__isnull=True)
                | Q(to_minute__gt=F("from_minute"), to_minute__lte=1440),
                name="exception_minutes_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day}"


class Registration(models.Model):
    """登録: a term (fiscal year, to 31 March) with the pledge of secrecy."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="registrations")
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("登録期限")
    pledge_version = models.CharField("誓約書の版", max_length=20, blank=True)
    pledged_on = models.DateField("誓約日", null=True, blank=True)

    class Meta:
        ordering = ["-ends_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "starts_on"], name="one_registration_per_start"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="registration_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on}"


class ImportMapping(models.Model):
    """How an organization's workbook columns were mapped last time."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fingerprint"], name="one_mapping_per_layout"
            )
        ]

    def __str__(self) -> str:
        return self.fingerprint[:8]


class ImportRun(models.Model):
    """One upload of a register workbook, from the file to the confirmed result."""

    class State(models.TextChoices):
        MAPPING = "mapping", "列の確認"
        READING = "reading", "読み取り中"
        PREVIEW = "preview", "内容の確認"
        APPLYING = "applying", "登録中"
        DONE = "done", "完了"
        FAILED = "failed", "中止"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAPPING)
    pledged_on = models.DateField(
        null=True, blank=True, help_text="everybody in the list had signed the pledge on this day"
    )
    done_rows = models.PositiveIntegerField(default=0)
    total_rows = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One line of an uploaded workbook and what it would do."""

    class Outcome(models.TextChoices):
        CREATE = "create", "新規"
        CHANGE = "change", "変更"
        SAME = "same", "変更なし"
        SKIP = "skip", "対象外"
        HUMAN = "human", "要確認"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=100)
    row_number = models.PositiveIntegerField()
    raw = models.JSONField(default=dict)
    draft = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    volunteer = models.ForeignKey(
        Volunteer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    changes = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    decision = models.CharField(
        max_length=8,
        blank=True,
        choices=[("skip", "取り込まない"), ("use", "この行を使う"), ("separate", "別人として登録")],
        help_text="empty: new and changed rows are written, doubtful ones are not",
    )
    applied = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.sheet}:{self.row_number} {self.outcome}"


class Application(models.Model):
    """応募・更新: somebody who wants to become a volunteer, or to stay one for another term."""

    class Kind(models.TextChoices):
        NEW = "new", "新規"
        RENEWAL = "renewal", "更新"

    class State(models.TextChoices):
        DRAFT = "draft", "下書き"
        SUBMITTED = "submitted", "受付"
        SCREENING = "screening", "書類確認"
        INTERVIEW = "interview", "面談"
        ACCEPTED = "accepted", "登録"
        DECLINED = "declined", "見送り"
        WITHDRAWN = "withdrawn", "辞退"

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.SUBMITTED},
        State.SUBMITTED: {
            State.SCREENING, State.INTERVIEW, State.ACCEPTED, State.DECLINED, State.WITHDRAWN,
        },
        State.SCREENING: {State.INTERVIEW, State.ACCEPTED, State.DECLINED, State.WITHDRAWN},
        State.INTERVIEW: {State.ACCEPTED, State.DECLINED, State.WITHDRAWN},
        State.ACCEPTED: set(),
        State.DECLINED: set(),
        State.WITHDRAWN: set(),
    }  # fmt: skip

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="applications"
    )
    kind = models.CharField("種類", max_length=8, choices=Kind.choices, default=Kind.NEW)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.SUBMITTED)
    volunteer = models.ForeignKey(
        Volunteer, null=True, blank=True, on_delete=models.PROTECT, related_name="applications",
        help_text="for a renewal whose it is; for a new one who came of it",
    )  # fmt: skip
    reference = models.CharField(max_length=43, unique=True, help_text="secret part of its address")
    term_starts_on = models.DateField("登録期間の開始")
    name = models.CharField("氏名", max_length=120)
    kana = models.CharField("フリガナ", max_length=120, blank=True)
    birth_date = models.DateField("生年月日", null=True, blank=True)
    mobile = models.CharField("携帯電話", max_length=20, blank=True, help_text="E.164")
    email = models.EmailField("メール", blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    message_language = models.CharField(max_length=12, choices=settings.LANGUAGES, default="ja")
    skills = models.JSONField(
        "対応言語", default=list, help_text="[{language, to_japanese, from_japanese, certificate}]"
    )
    fields = models.JSONField("分野", default=list, help_text="codes of Field")
    motive = models.TextField("応募の動機・経験", blank=True)
    guardian_name = models.CharField("保護者の氏名", max_length=120, blank=True)
    guardian_phone = models.CharField("保護者の電話", max_length=20, blank=True)
    guardian_consent_on = models.DateField("保護者の同意", null=True, blank=True)
    public_name_consent = models.BooleanField("氏名の公開に同意", default=False)
    pledge_version = models.CharField("誓約書の版", max_length=20, blank=True)
    pledged_on = models.DateField("誓約日", null=True, blank=True)
    signed_name = models.CharField(
        "署名", max_length=120, blank=True, help_text="typed under the pledge; empty: on paper"
    )
    contact_channel = models.CharField(
        max_length=8, blank=True, help_text="sms or email: the contact that a code has confirmed"
    )
    draft = models.JSONField(
        default=dict, blank=True, help_text="what was typed so far; empty once it is sent"
    )
    interview_at = models.DateTimeField("面談の日時", null=True, blank=True)
    interview_place = models.CharField("面談の場所", max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField("判定の理由", blank=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "term_starts_on"],
                condition=Q(kind="renewal", state__in=["submitted", "screening", "interview"]),
                name="one_open_renewal_per_term",
            )
        ]
        indexes = [models.Index(fields=["organization", "state"], name="application_state")]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_state_display()})"


class ApplicationDocument(models.Model):
    """A file that came with an application; erased with the decision's retention."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField("書類", max_length=60)
    file_name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=60)
    content = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class ScreeningStep(models.Model):
    """One step of an application's screening: who did what, when, with what result."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=Application.State.choices)
    note = models.TextField("メモ", blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.at:%Y-%m-%d}"


class Pledge(models.Model):
    """誓約書: the text that volunteers of an organization sign, by version; never changed."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="pledges")
    version = models.CharField("版", max_length=20)
    text = models.TextField("本文", help_text="Japanese; the binding one")
    text_simple = models.TextField("本文（やさしい日本語）", blank=True)
    text_en = models.TextField("本文（英語）", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "version"], name="one_pledge_version")
        ]

    def __str__(self) -> str:
        return self.version
