"""Gift cards (図書カード等): stock by kind, a register of moves, a monthly count.

The stock of a kind is never negative (a constraint); the register is only added to: a mistake is a
second move. A count that differs from the register writes the difference as a move of its own.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from honoraria.models.payments import Payment
from volunteers.models import Volunteer


class GiftCardKind(models.Model):
    """A kind of card with one face value; ``stock`` is the balance after the last move."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="gift_card_kinds"
    )
    name = models.CharField("名称", max_length=60)
    face_value = models.PositiveIntegerField("額面（円）")
    stock = models.IntegerField("残数", default=0)
    active = models.BooleanField("使用中", default=True)

    class Meta:
        ordering = ["-active", "face_value", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(stock__gte=0), name="gift_cards_never_negative"),
            models.CheckConstraint(condition=Q(face_value__gt=0), name="gift_card_has_a_value"),
            models.UniqueConstraint(
                fields=["organization", "name", "face_value"], name="one_kind_per_name_and_value"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.face_value:,}円"


class GiftCardMove(models.Model):
    """A line of the register (受払簿): cards in or out, with the balance after it."""

    class Verb(models.TextChoices):
        OPENING = "opening", "繰越"
        BOUGHT = "bought", "購入"
        HANDED_OUT = "handed_out", "交付"
        RETURNED = "returned", "返却"
        SPOILED = "spoiled", "汚損・破損"
        COUNTED = "counted", "棚卸差異"

    kind = models.ForeignKey(GiftCardKind, on_delete=models.PROTECT, related_name="moves")
    on = models.DateField("日付")
    verb = models.CharField("区分", max_length=10, choices=Verb.choices)
    change = models.IntegerField("増減", help_text="cards; positive in, negative out")
    balance = models.IntegerField("残数", help_text="after this move")
    unit_cost = models.PositiveIntegerField("購入単価（円）", null=True, blank=True)
    volunteer = models.ForeignKey(
        Volunteer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="gift_card_moves"
    )
    takes_back = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="taken_back_by"
    )
    reason = models.CharField("摘要", max_length=200, blank=True)
    handled_at = models.DateTimeField()
    handled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="register_never_negative"),
            models.CheckConstraint(condition=~Q(change=0), name="a_move_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_verb_display()} {self.change:+d}"


class GiftCardCount(models.Model):
    """棚卸: what was in the box at the end of a month, and the difference to the register."""

    kind = models.ForeignKey(GiftCardKind, on_delete=models.PROTECT, related_name="counts")
    month = models.DateField("月", help_text="first day")
    expected = models.PositiveIntegerField("帳簿の残数")
    counted = models.PositiveIntegerField("実際の残数")
    reason = models.CharField("差異の理由", max_length=200, blank=True)
    counted_at = models.DateTimeField()
    counted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    move = models.OneToOneField(
        GiftCardMove, null=True, blank=True, on_delete=models.PROTECT, related_name="count"
    )

    class Meta:
        ordering = ["-month", "kind_id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "month"], name="one_count_per_month"),
            models.CheckConstraint(
                condition=Q(expected=F("counted")) | ~Q(reason=""), name="difference_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.counted}/{self.expected}"
