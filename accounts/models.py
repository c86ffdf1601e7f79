"""Tenants, people with a login, what they may do, and the audit trail.

Everything in Tsunagi belongs to exactly one organization. A user is a person who signs in; what
that person may do is said by memberships (staff) or by a volunteer record (one floor up). Audit
entries are only ever added; a trigger in the database refuses anything else.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q


class Organization(models.Model):
    """An association or city that runs a desk (団体)."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    fax = models.CharField("FAX", max_length=20, blank=True)
    email = models.EmailField(blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    is_demo = models.BooleanField(
        default=False, help_text="a demo organization can never send anything real"
    )
    quiet_from = models.PositiveSmallIntegerField(default=21 * 60, help_text="minutes after 0:00")
    quiet_to = models.PositiveSmallIntegerField(default=8 * 60, help_text="minutes after 0:00")
    pledge_version = models.CharField(max_length=20, default="2026-04")
    daily_cost_cap = models.PositiveIntegerField(
        "1日の通信費の上限（円）", null=True, blank=True, help_text="SMS and calls; None: no cap"
    )
    takes_applications = models.BooleanField("ボランティアの応募を受け付ける", default=False)
    application_note = models.TextField("応募される方へ", blank=True)
    minimum_age = models.PositiveSmallIntegerField("登録できる年齢", default=18)
    dormant_after_months = models.PositiveSmallIntegerField(
        "活動のない方に継続を確認する月数", default=24
    )
    policy = models.JSONField(
        default=dict, blank=True, help_text="overrides of the dispatch policy; see dispatch/policy"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def may_act_alone(self) -> bool:
        """One person may do what otherwise two must do; every such act is logged as one."""
        return self.policy.get("single_handed") is True


class UserManager(BaseUserManager["User"]):
    """Creates users; e-mail is optional because many volunteers have none."""

    def create_user(
        self, email: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        """A new user; without a password only codes, links and passkeys open the account."""
        user = self.model(email=self.normalize_email(email) if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Required by Django's command; grants nothing inside any organization."""
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in."""

    email = models.EmailField(null=True, blank=True, unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=12, default="ja")
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or str(self.email)


class Role(models.TextChoices):
    """What a member may do in an organization."""

    COORDINATOR = "coordinator", "コーディネーター"
    ACCOUNTANT = "accountant", "経理"
    ADMIN = "admin", "管理者"
    REQUESTER = "requester", "依頼元"


class Membership(models.Model):
    """A user's role in an organization (担当者)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=12, choices=Role.choices)
    active = models.BooleanField(default=True)
    requesting_body_id = models.BigIntegerField(
        null=True, blank=True, help_text="for requesters: the body they ask for (dispatch)"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"], name="one_membership_per_organization"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} @ {self.organization}"


class ApiToken(models.Model):
    """A key for the API; only its hash is kept."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=60)
    prefix = models.CharField(max_length=8)
    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.label} ({self.prefix}…)"


class SignInCode(models.Model):
    """A single-use secret that signs somebody in: a typed code or a link; only a hash is kept."""

    class Purpose(models.TextChoices):
        CODE = "code", "確認番号"
        LINK = "link", "リンク"
        DEMO = "demo", "デモ用リンク"
        INVITE = "invite", "招待"
        TIE = "tie", "連絡先の接続"

    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE)
    subject = models.CharField(max_length=60, blank=True, help_text="e.g. volunteer:12")
    secret_hash = models.CharField(max_length=64, db_index=True)
    browser_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="sign_in_code_expires"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject or self.user_id}"


class IdempotencyKey(models.Model):
    """What was answered to a POST that carried an Idempotency-Key."""

    scope = models.CharField(max_length=80, help_text="who asked: token or session key hash")
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    status = models.PositiveSmallIntegerField(default=0, help_text="0 while the first one runs")
    body = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.scope}:{self.key}"


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Reading the trail."""

    def about(self, *subjects: str) -> AuditQuerySet:
        """Entries about any of the subjects, e.g. ``request:12``."""
        return self.filter(subject__in=subjects)


class AuditEntry(models.Model):
    """One line of the trail: who did what to which row, when.

    ``number`` and ``hash`` are filled a moment later by ``accounts.audit.seal``; each hash covers
    the line and the hash before it, per organization.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_label = models.CharField(max_length=120, help_text="name at that time, or 自動")
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    detail = models.JSONField(default=dict, blank=True)
    number = models.BigIntegerField(null=True, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_subject"),
            models.Index(fields=["organization", "id"], name="audit_organization"),
            models.Index(fields=["id"], condition=Q(number=None), name="audit_unsealed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="audit_number")
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.verb} {self.subject}"
