"""Applications: somebody who wants to become a volunteer, or to stay one for another term.

One state with one table of allowed moves; every step leaves a row. A renewal that is still open
exists once per volunteer and term, by constraint.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization, User
from volunteers.models.people import Volunteer


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
