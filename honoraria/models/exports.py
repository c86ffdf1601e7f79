"""Exports: mappings of columns as data, and runs with their progress, hash and file.

A file lies in the database in pieces until it expires, so that any web process can hand it out
whichever worker made it.
"""

from __future__ import annotations

from django.db import models

from accounts.models import Organization, User


class Mapping(models.Model):
    """出力形式: which columns of a dataset go out, how they are titled and written."""

    class Encoding(models.TextChoices):
        UTF8 = "utf-8-sig", "UTF-8（BOM付き）"
        CP932 = "cp932", "Shift_JIS（CP932）"

    class Newline(models.TextChoices):
        CRLF = "crlf", "CRLF"
        LF = "lf", "LF"

    class DateStyle(models.TextChoices):
        SLASH = "slash", "2026/11/30"
        ISO = "iso", "2026-11-30"
        COMPACT = "compact", "20261130"
        WAREKI = "wareki", "令和8年11月30日"
        WAREKI_SHORT = "wareki_short", "R08.11.30"

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="export_mappings"
    )
    name = models.CharField("名称", max_length=60)
    dataset = models.CharField("内容", max_length=20)
    columns = models.JSONField("列", default=list)
    encoding = models.CharField(max_length=10, choices=Encoding.choices, default=Encoding.UTF8)
    newline = models.CharField(max_length=4, choices=Newline.choices, default=Newline.CRLF)
    date_style = models.CharField(max_length=14, choices=DateStyle.choices, default=DateStyle.SLASH)
    header = models.BooleanField("見出し行を付ける", default=True)
    accounts = models.JSONField(
        "科目名", default=dict, blank=True, help_text="what this bookkeeping calls its accounts"
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_mapping_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class ExportRun(models.Model):
    """書き出し: one file that was asked for."""

    class State(models.TextChoices):
        QUEUED = "queued", "順番待ち"
        RUNNING = "running", "作成中"
        DONE = "done", "完成"
        FAILED = "failed", "作成できません"

    MOVES = {
        State.QUEUED: {State.RUNNING, State.FAILED},
        State.RUNNING: {State.DONE, State.FAILED, State.QUEUED},
        State.DONE: set(),
        State.FAILED: set(),
    }

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="export_runs"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    dataset = models.CharField(max_length=20)
    filter = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict, help_text="copy of the mapping; empty: the usual form")
    kind = models.CharField(max_length=8, help_text="csv, xlsx, zip or pdf")
    name = models.CharField(max_length=120, help_text="of the file")
    rows = models.PositiveIntegerField(default=0, help_text="written so far")
    rows_expected = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True, help_text="in Japanese, for whoever asked")
    lease_until = models.DateTimeField(
        null=True, blank=True, help_text="whoever works on it says so again and again"
    )
    attempts = models.PositiveSmallIntegerField(default=0, help_text="how often it was begun")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} {self.get_state_display()}"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``export_run:12``."""
        return f"export_run:{self.pk}"


class ExportPiece(models.Model):
    """A piece of a finished file."""

    run = models.ForeignKey(ExportRun, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="one_piece_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"
