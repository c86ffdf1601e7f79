"""For how long somebody is registered, and the pledge of secrecy that was signed for it.

A text that somebody has signed is never changed: a new wording is a new version of the pledge.
The people themselves are in `volunteers.models.people`, which reads terms to know who is offerable.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization


class Registration(models.Model):
    """登録: a term (fiscal year, to 31 March) with the pledge of secrecy."""

    volunteer = models.ForeignKey(
        "volunteers.Volunteer", on_delete=models.CASCADE, related_name="registrations"
    )
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
