"""Payments: what one person receives at once, and the batch it leaves in.

Withholding is computed once per payment. An entry is in at most one payment that stands; a batch is
released by somebody other than who made it, and its file is the same bytes for ever (the hash is
kept, the file is made again from the copies in the payments).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.encrypted import EncryptedTextField
from accounts.models import Organization, User
from honoraria.models.entries import Honorarium
from honoraria.models.payees import BankAccount, Payee
from volunteers.models import Volunteer


class PayingAccount(models.Model):
    """振込元口座: from which bank account transfers leave, and what that bank wants of a file."""

    class Newline(models.TextChoices):
        CRLF = "crlf", "CRLF"
        NONE = "none", "なし"

    class CustomerCode(models.TextChoices):
        NUMBER = "number", "登録番号"
        ZEROS = "zeros", "0で埋める"
        SPACES = "spaces", "空白"

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="paying_accounts"
    )
    name = models.CharField("名称", max_length=60)
    consignor_code = models.CharField("委託者コード", max_length=10)
    consignor_name = models.CharField("委託者名（カナ）", max_length=40)
    bank_code = models.CharField("金融機関", max_length=4)
    branch_code = models.CharField("支店", max_length=3)
    kind = models.CharField("種目", max_length=1, choices=BankAccount.Kind.choices, default="1")
    number = EncryptedTextField("口座番号")
    tail = models.CharField(max_length=3)
    newline = models.CharField("改行", max_length=4, choices=Newline.choices, default=Newline.CRLF)
    last_newline = models.BooleanField("最後にも改行を付ける", default=True)
    transfer_kind = models.CharField("振込指定区分", max_length=1, default="7", blank=True)
    customer_code = models.CharField(
        "顧客コード1", max_length=10, default=CustomerCode.NUMBER, choices=CustomerCode.choices
    )
    customer_code2 = models.CharField(
        "顧客コード2", max_length=10, default=CustomerCode.ZEROS, choices=CustomerCode.choices
    )
    active = models.BooleanField("使用中", default=True)

    class Meta:
        ordering = ["-active", "id"]

    def __str__(self) -> str:
        return self.name


class PaymentBatch(models.Model):
    """支払のまとまり: the payments of one value date and method."""

    class Method(models.TextChoices):
        BANK = "bank", "口座振込"
        CASH = "cash", "現金"
        GIFT_CARD = "gift_card", "図書カード等"

    class State(models.TextChoices):
        PREPARED = "prepared", "作成済み（承認待ち）"
        RELEASED = "released", "承認済み"
        PAID = "paid", "支払済み"
        CANCELLED = "cancelled", "取消し"

    MOVES = {
        State.PREPARED: {State.RELEASED, State.CANCELLED},
        State.RELEASED: {State.PAID, State.CANCELLED},
        State.PAID: set(),
        State.CANCELLED: set(),
    }

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="payment_batches"
    )
    method = models.CharField("方法", max_length=10, choices=Method.choices)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.PREPARED)
    value_date = models.DateField(
        "支払日", help_text="振込指定日; a bank business day for transfers"
    )
    paying_account = models.ForeignKey(
        PayingAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="batches"
    )
    header = EncryptedTextField(
        blank=True, help_text="JSON copy of the paying account as it was at release"
    )
    count = models.PositiveIntegerField("件数", default=0)
    total = models.BigIntegerField("合計（円）", default=0, help_text="net, what leaves the house")
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the bank file, at release")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    downloaded_at = models.DateTimeField(null=True, blank=True)
    downloaded_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="who took the bank's file last: somebody else says that it was not sent",
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField("取消しの理由", max_length=300, blank=True)

    class Meta:
        ordering = ["-value_date", "-id"]
        verbose_name_plural = "payment batches"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "cancelled"])
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="payment_batch_was_released_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid")
                | Q(finished_at__isnull=False, finished_by__isnull=False),
                name="payment_batch_was_finished_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(method="bank", state__in=["released", "paid"]) | ~Q(sha256=""),
                name="released_transfers_keep_their_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value_date} {self.get_method_display()} {self.total}円"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``payment_batch:12``."""
        return f"payment_batch:{self.pk}"


class Payment(models.Model):
    """支払: what one person receives at once. ``gross - withheld = net``, all in yen."""

    class State(models.TextChoices):
        PLANNED = "planned", "予定"
        PAID = "paid", "支払済み"
        RETURNED = "returned", "振込不能"
        CANCELLED = "cancelled", "取消し"

    MOVES = {
        State.PLANNED: {State.PAID, State.CANCELLED},
        State.PAID: {State.RETURNED},
        State.RETURNED: set(),
        State.CANCELLED: set(),
    }

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="payments"
    )
    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="payments")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="payments")
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.PLANNED)
    decided_on = models.DateField("支払確定日", help_text="decides the tax year")
    paid_on = models.DateField("支払日", null=True, blank=True, help_text="decides the remittance")
    gross = models.IntegerField("支払額（円）", help_text="fee and transport paid to the person")
    taxable = models.IntegerField("源泉徴収の対象（円）")
    withheld = models.IntegerField("源泉徴収税額（円）")
    net = models.IntegerField("差引支払額（円）")
    residency = models.CharField(
        "居住区分", max_length=12, choices=Payee.Residency.choices, default="resident"
    )
    calculation = models.JSONField("計算の内訳", default=list, help_text="steps as text and yen")
    components = models.JSONField("税目", default=dict, help_text="yen by component of the rate")
    account = models.ForeignKey(
        BankAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    sent_to = EncryptedTextField(
        "振込先の写し", blank=True, help_text="JSON of the record as it was released"
    )
    receipt_at = models.DateTimeField("受領", null=True, blank=True)
    receipt_how = models.CharField(
        max_length=10,
        blank=True,
        choices=[("phone", "スマートフォンで署名"), ("paper", "受領証")],
    )
    signature = models.TextField(blank=True, help_text="SVG path drawn on the phone")
    return_reason = models.CharField("不能の理由", max_length=200, blank=True)
    returned_on = models.DateField(
        "戻りの記録日",
        null=True,
        blank=True,
        help_text="the journal takes the payment back that day",
    )

    class Meta:
        ordering = ["batch_id", "volunteer__number", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(net=F("gross") - F("withheld")), name="payment_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(gross__gt=0, withheld__gte=0, taxable__gte=0),
                name="payment_is_positive",
            ),
            models.UniqueConstraint(
                fields=["batch", "volunteer"], name="one_payment_per_person_and_batch"
            ),
            models.CheckConstraint(
                condition=Q(state="returned", returned_on__isnull=False)
                | ~Q(state="returned") & Q(returned_on__isnull=True),
                name="payment_returned_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "paid_on"], name="payment_day"),
            models.Index(fields=["organization", "decided_on"], name="payment_decided"),
            models.Index(
                fields=["organization", "returned_on"],
                condition=Q(returned_on__isnull=False),
                name="payment_returned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer} {self.net}円"

    @property
    def key(self) -> str:
        """The key other tables use, e.g. ``payment:12``."""
        return f"payment:{self.pk}"


class PaymentLine(models.Model):
    """An entry inside a payment; ``stands`` ends when the payment is cancelled or returned."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="lines")
    honorarium = models.ForeignKey(
        Honorarium, on_delete=models.PROTECT, related_name="payment_lines"
    )
    fee = models.IntegerField("謝礼（円）")
    transport = models.IntegerField("交通費（円）", default=0)
    taxable = models.IntegerField("源泉徴収の対象（円）", default=0)
    stands = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["honorarium"], condition=Q(stands=True), name="paid_at_most_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.honorarium_id} → {self.payment_id}"


class Remittance(models.Model):
    """納付: withheld tax of a month of payments was sent to the tax office."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="remittances"
    )
    month = models.DateField("支払月", help_text="first day of the month in which was paid")
    residency = models.CharField(max_length=12, choices=Payee.Residency.choices)
    amount = models.PositiveIntegerField("納付額（円）")
    remitted_on = models.DateField("納付日")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-month", "residency"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "month", "residency"], name="one_remittance_per_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.amount}円"
