"""Columns about money that moved: payments, their entries, gift cards, other costs.

Payments that were cancelled, came back or are only planned have moved nothing: unless a state is
asked for, the files of payments hold what was paid, so that their sums are those of the bank.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Organization
from honoraria.exporting.wishes import Wish
from honoraria.exporting.work_columns import Columns, column
from honoraria.models import Cost, GiftCardMove, Payee, Payment, PaymentBatch, PaymentLine

ALL_STATES = "all"
PAYMENT_STATES = (
    ("", "支払済みだけ"),
    (ALL_STATES, "すべて"),
    *((code, words) for code, words in Payment.State.choices if code != Payment.State.PAID),
)
"""What of payments may be asked for; nothing said means what was paid."""
COST_STATES = tuple(Cost.State.choices)

PAYMENTS: Columns = dict(
    [
        column("id", "id", "支払番号", "number"),
        column("batch", "batch_id", "まとまり番号", "number"),
        column("number", "volunteer__number", "登録番号", "number", 9),
        column("name", "volunteer__name", "氏名", width=22),
        column("kana", "volunteer__kana", "フリガナ", width=22),
        column("method", "batch__method", "方法", "label", 12, words=PaymentBatch.Method.choices),
        column("state", "state", "状態", "label", 10, words=Payment.State.choices),
        column("value_date", "batch__value_date", "支払予定日", "date"),
        column("paid", "paid_on", "支払日", "date"),
        column("decided", "decided_on", "支払確定日", "date"),
        column("residency", "residency", "居住区分", "label", 10, words=Payee.Residency.choices),
        column("gross", "gross", "支払額（円）", "yen"),
        column("taxable", "taxable", "源泉徴収の対象（円）", "yen", 18),
        column("withheld", "withheld", "源泉徴収税額（円）", "yen", 16),
        column("net", "net", "差引支払額（円）", "yen", 15),
        column("calculation", "calculation", "計算の内訳", "lines", 60),
        column("receipt", "receipt_at", "受領日時", "time", 17),
        column(
            "receipt_how",
            "receipt_how",
            "受領の方法",
            "label",
            18,
            words=Payment._meta.get_field("receipt_how").choices,
        ),
        column("return_reason", "return_reason", "振込不能の理由", width=24),
        column("returned", "returned_on", "戻りの記録日", "date"),
    ]
)
USUAL_PAYMENTS = " ".join(PAYMENTS)


def find_payments(organization: Organization, wish: Wish) -> QuerySet[Any, Any]:
    """Payments paid on the days; those of another state by the day they were planned for."""
    found = Payment.objects.annotate(day=Coalesce("paid_on", "batch__value_date"))
    found = found.filter(organization=organization, day__range=(wish.first, wish.last))
    if wish.state != ALL_STATES:
        found = found.filter(state=wish.state or Payment.State.PAID)
    return found.order_by("day", "id")


LINES: Columns = dict(
    [
        column("payment", "payment_id", "支払番号", "number"),
        column("number", "honorarium__volunteer__number", "登録番号", "number", 9),
        column("name", "honorarium__volunteer__name", "氏名", width=22),
        column("paid", "payment__paid_on", "支払日", "date"),
        column("state", "payment__state", "支払の状態", "label", 12, words=Payment.State.choices),
        column("honorarium", "honorarium_id", "謝礼番号", "number"),
        column("day", "honorarium__activity_date", "活動日", "date"),
        column("booked", "honorarium__booked_on", "計上日", "date"),
        column("request", "honorarium__assignment__request__number", "受付番号", width=13),
        column("fee", "fee", "謝礼（円）", "yen"),
        column("transport", "transport", "交通費（円）", "yen"),
        column("taxable", "taxable", "源泉徴収の対象（円）", "yen", 18),
    ]
)


def find_lines(organization: Organization, wish: Wish) -> QuerySet[Any, Any]:
    """The entries inside payments of the days."""
    found = PaymentLine.objects.annotate(
        day=Coalesce("payment__paid_on", "payment__batch__value_date")
    )
    found = found.filter(payment__organization=organization, day__range=(wish.first, wish.last))
    if wish.state != ALL_STATES:
        found = found.filter(payment__state=wish.state or Payment.State.PAID)
    return found.order_by("day", "payment_id", "id")


GIFT_CARDS: Columns = dict(
    [
        column("id", "id", "番号", "number", 8),
        column("day", "on", "日付", "date"),
        column("kind", "kind__name", "種類", width=18),
        column("face_value", "kind__face_value", "額面（円）", "yen"),
        column("verb", "verb", "区分", "label", 10, words=GiftCardMove.Verb.choices),
        column("change", "change", "増減（枚）", "number"),
        column("balance", "balance", "残数（枚）", "number"),
        column("unit_cost", "unit_cost", "購入単価（円）", "yen"),
        column("number", "volunteer__number", "登録番号", "number", 9),
        column("name", "volunteer__name", "氏名", width=22),
        column("payment", "payment_id", "支払番号", "number"),
        column("receipt", "payment__receipt_at", "受領日時", "time", 17),
        column("reason", "reason", "摘要", width=26),
        column("handler", "handled_by__name", "取扱者", width=14),
        column("handled", "handled_at", "取扱日時", "time", 17),
        column("checker", "checked_by__name", "確認者", width=14),
        column("checked", "checked_at", "確認日時", "time", 17),
    ]
)


def find_gift_cards(organization: Organization, wish: Wish) -> QuerySet[Any, Any]:
    """Lines of the registers of the days, kind by kind."""
    days = (wish.first, wish.last)
    found = GiftCardMove.objects.filter(kind__organization=organization, on__range=days)
    return found.order_by("kind__face_value", "kind_id", "id")


COSTS: Columns = dict(
    [
        column("id", "id", "経費番号", "number", 8),
        column("day", "used_on", "納品・利用日", "date"),
        column("booked", "booked_on", "計上日", "date"),
        column("paid", "paid_on", "支払日", "date"),
        column("category", "category", "費目", "label", 16, words=Cost.Category.choices),
        column("description", "description", "内容", width=30),
        column("vendor", "vendor", "支払先", width=24),
        column("amount", "amount", "金額（円・税込）", "yen", 14),
        column("consumption_tax", "consumption_tax", "うち消費税（円）", "yen", 14),
        column("state", "state", "状態", "label", 10, words=Cost.State.choices),
        column("reason", "reason", "訂正の理由", width=24),
        column("approver", "approved_by__name", "承認者", width=14),
        column("approved", "approved_at", "承認日時", "time", 17),
    ]
)


def find_costs(organization: Organization, wish: Wish) -> QuerySet[Any, Any]:
    """Other costs used on the days."""
    days = (wish.first, wish.last)
    found = Cost.objects.filter(organization=organization, used_on__range=days)
    return (found.filter(state=wish.state) if wish.state else found).order_by("used_on", "id")
