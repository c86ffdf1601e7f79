"""応援協定: an agreement by which one organization may ask another one's volunteers by video.

Nothing crosses between tenants except through one of these. Both sides must have agreed, only
volunteers who said yes to it are asked, and until one accepts the borrower sees no name.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization


class SharingAgreement(models.Model):
    """``lender``'s volunteers may be asked for requests of ``borrower``, by video only."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "申し込み中"
        AGREED = "agreed", "有効"
        ENDED = "ended", "終了"

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.PROPOSED: {State.AGREED, State.ENDED},
        State.AGREED: {State.ENDED},
        State.ENDED: set(),
    }

    borrower = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="borrows")
    lender = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="lends")
    languages = models.JSONField(default=list, help_text="BCP 47; empty: every language")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(borrower=F("lender")), name="shares_with_another"),
            models.UniqueConstraint(
                fields=["borrower", "lender"],
                condition=Q(state__in=["proposed", "agreed"]),
                name="one_agreement_per_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lender} → {self.borrower} ({self.state})"
