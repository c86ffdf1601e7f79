"""Columns about money that moved: payments, their lines, the journal, gift cards, other costs.

The journal (仕訳) has two lines for a payment: the net amount against the bank, the withheld tax
against 預り金. A payment that came back stands on the day it was paid, and the other way round on the
day the return was recorded, so that lines which a bookkeeping program has taken in stay right.
"""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.models import Organization
from honoraria.exporting.columns import Column
from honoraria.exporting.wishes import Wish
from honoraria.exporting.work_columns import Columns, column
from honoraria.models import Cost, GiftCardMove, Payee, Payment, PaymentBatch, PaymentLine

PAYMENT_STATES = tuple(Payment.State.choices)
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
    """Payments paid on the days, or planned for them."""
    found = Payment.objects.annotate(day=Coalesce("paid_on", "batch__value_date"))
    found = found.filter(organization=organization, day__range=(wish.first, wish.last))
    return (found.filter(state=wish.state) if wish.state else found).order_by("day", "id")


def find_journal(organization: Organization, wish: Wish) -> QuerySet[Any, Any]:
    """Payments that were made on the days, and those that came back on them."""
    days = (wish.first, wish.last)
    moved = Q(paid_on__range=days) | Q(returned_on__range=days)
    states = (Payment.State.PAID, Payment.State.RETURNED)
    found = Payment.objects.filter(moved, organization=organization, state__in=states)
    day = DateField()
    return found.annotate(since=Value(wish.first, day), until=Value(wish.last, day)).order_by("id")


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
    return found.order_by("day", "payment_id", "id")


JOURNAL_FIELDS = {
    "payment": "id",
    "number": "volunteer__number",
    "name": "volunteer__name",
    "kana": "volunteer__kana",
    "method": "batch__method",
    "paid_on": "paid_on",
    "returned_on": "returned_on",
    "gross": "gross",
    "withheld": "withheld",
    "net": "net",
    "since": "since",
    "until": "until",
}
JOURNAL_AROUND = """
    SELECT dense_rank() OVER (ORDER BY x.paid, x.payment, x.back) AS serial, x.*, l.line,
        CASE WHEN NOT x.back THEN l.purpose WHEN x.method = 'bank' THEN '振込不能の戻し ' || l.purpose
            ELSE '支払の戻し ' || l.purpose END AS purpose,
        CASE WHEN x.back THEN l.account ELSE 'expense' END AS debit,
        CASE WHEN x.back THEN 'expense' ELSE l.account END AS credit,
        l.amount, l.amount * x.sign AS signed, l.deal, l.deal_account, l.deal_amount, l.settled,
        l.settle_account, l.settle_amount, 'tax_class' AS tax_class, (
            SELECT string_agg(d.month::text, '・' ORDER BY d.year, d.month) || '月分' FROM (
                SELECT DISTINCT extract(year FROM h.activity_date)::int AS year,
                    extract(month FROM h.activity_date)::int AS month
                FROM honoraria_paymentline AS pl
                JOIN honoraria_honorarium AS h ON h.id = pl.honorarium_id
                WHERE pl.payment_id = x.payment
            ) AS d
        ) AS months
    FROM (
        SELECT x.*, e.paid, e.back, CASE WHEN e.back THEN -1 ELSE 1 END AS sign FROM {inner}
        CROSS JOIN LATERAL (VALUES (x.paid_on, false), (x.returned_on, true)) AS e(paid, back)
        WHERE e.paid BETWEEN x.since AND x.until
    ) AS x CROSS JOIN LATERAL (VALUES
        (1, '', x.method, x.net, CASE WHEN x.back THEN '収入' ELSE '支出' END, 'expense', x.gross,
            x.paid, x.method, x.net),
        (2, '源泉所得税 ', 'withheld', x.withheld, NULL, 'withheld', -x.withheld,
            NULL, NULL, NULL)
    ) AS l(line, purpose, account, amount, deal, deal_account, deal_amount, settled,
        settle_account, settle_amount)
    WHERE l.amount > 0 ORDER BY x.paid, x.payment, x.back, l.line
"""
JOURNAL = tuple(
    Column(name, title, kind, width)
    for name, title, kind, width in (
        ("serial", "取引番号", "number", 10),
        ("line", "行", "number", 5),
        ("payment", "支払番号", "number", 10),
        ("paid", "支払日・戻しの日", "date", 16),
        ("debit", "借方科目", "account", 14),
        ("credit", "貸方科目", "account", 14),
        ("amount", "金額（円）", "yen", 12),
        ("signed", "金額（戻しは負）", "yen", 12),
        ("tax_class", "税区分", "account", 10),
        ("purpose", "摘要の頭書き", "text", 14),
        ("months", "活動の月", "text", 12),
        ("number", "登録番号", "number", 9),
        ("name", "氏名", "text", 22),
        ("kana", "フリガナ", "text", 22),
        ("gross", "支払額（円）", "yen", 12),
        ("withheld", "源泉徴収税額（円）", "yen", 16),
        ("net", "差引支払額（円）", "yen", 15),
        ("deal", "収支区分（最初の行）", "text", 10),
        ("deal_account", "取引の科目", "account", 14),
        ("deal_amount", "取引の金額（税額は負）", "yen", 14),
        ("settled", "決済日（最初の行）", "date", 12),
        ("settle_account", "決済口座（最初の行）", "account", 14),
        ("settle_amount", "決済金額（最初の行）", "yen", 14),
    )
)
USUAL_JOURNAL = "serial line paid debit credit amount tax_class purpose months number name payment"

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
