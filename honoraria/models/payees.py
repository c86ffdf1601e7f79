"""Payees: where a volunteer's money goes, and how it is taxed.

Account numbers are encrypted and never searched for; ``tail`` (the last three digits) is what
screens show. An account is ended and followed by a new one, never changed: what was paid to it
stays readable. Every reading of a whole number is recorded by the action that reads it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.encrypted import EncryptedTextField
from accounts.models import User
from volunteers.models import Volunteer


class Payee(models.Model):
    """支払先: the tax side of a volunteer; without a row: resident, name and address of the register."""

    class Residency(models.TextChoices):
        RESIDENT = "resident", "居住者"
        NONRESIDENT = "nonresident", "非居住者"

    volunteer = models.OneToOneField(Volunteer, on_delete=models.PROTECT, related_name="payee")
    legal_name = models.CharField("支払調書の氏名", max_length=120, blank=True)
    address = models.CharField("支払調書の住所", max_length=200, blank=True)
    residency = models.CharField(
        "居住区分", max_length=12, choices=Residency.choices, default=Residency.RESIDENT
    )
    treaty = models.CharField(
        "租税条約の届出", max_length=120, blank=True, help_text="set: no tax is withheld"
    )
    note = models.CharField("備考", max_length=200, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return self.legal_name or str(self.volunteer)


class BankAccount(models.Model):
    """振込先口座: as the volunteer or the office entered it; paid to only once it was checked."""

    class Kind(models.TextChoices):
        ORDINARY = "1", "普通"
        CURRENT = "2", "当座"
        SAVINGS = "4", "貯蓄"

    class State(models.TextChoices):
        ENTERED = "entered", "確認待ち"
        CHECKED = "checked", "確認済み"
        ENDED = "ended", "使用終了"

    MOVES = {
        State.ENTERED: {State.CHECKED, State.ENDED},
        State.CHECKED: {State.ENDED},
        State.ENDED: set(),
    }

    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="bank_accounts")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ENTERED)
    bank_code = models.CharField("金融機関", max_length=4)
    branch_code = models.CharField("支店", max_length=3)
    kind = models.CharField("種目", max_length=1, choices=Kind.choices, default=Kind.ORDINARY)
    number = EncryptedTextField("口座番号", help_text="seven digits")
    tail = models.CharField(max_length=3, help_text="last three digits, for screens")
    holder = EncryptedTextField(
        "口座名義（カナ）", help_text="as the bank writes it, zengin letters"
    )
    post_symbol = EncryptedTextField("記号・番号", blank=True, help_text="as on a Post Bank book")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer"], condition=~Q(state="ended"), name="one_account_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.bank_code}-{self.branch_code} ****{self.tail}"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``bank_account:12``."""
        return f"bank_account:{self.pk}"
