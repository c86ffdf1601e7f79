"""The organization's own wording of messages, in place of the shipped one."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.models import Organization, User


class MessageTemplate(models.Model):
    """One sentence that an organization words itself, per kind of message and language."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40, help_text="a key of dispatch.message_texts.TEXTS")
    language = models.CharField(max_length=12, choices=settings.LANGUAGES)
    text = models.TextField("文面")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["kind", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "language"], name="one_wording_per_message"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"
