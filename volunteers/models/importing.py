"""A workbook on its way into the register: the upload, its rows, and how its columns were read.

Nothing reaches the register from here until somebody has looked at the rows; each row keeps what
the sheet said, what it would do and what was decided about it.
"""

from __future__ import annotations

from django.db import models

from accounts.models import Organization, User
from volunteers.models.people import Volunteer


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
