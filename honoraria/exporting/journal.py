"""The journal (仕訳): the lines of each payment for a bookkeeping program, made by the database.

Fees go against the bank, cash or the stock of cards, transport is 旅費 as in the grant's claim, the
withheld tax is 預り金. Cards leave the stock by their face value: what is above the payment is a
loss, what is below it stays owed. A payment that came back stands on the day it was paid, and the
other way round on the day the return was recorded, so that lines taken in before stay right.
"""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, Q, QuerySet, Value

from accounts.models import Organization
from honoraria.exporting.columns import Column
from honoraria.exporting.wishes import Wish
from honoraria.models import Payment


def find_journal(organization: Organization, wish: Wish) -> QuerySet[Any, Any]:
    """Payments that were made on the days, and those that came back on them."""
    days = (wish.first, wish.last)
    moved = Q(paid_on__range=days) | Q(returned_on__range=days)
    states = (Payment.State.PAID, Payment.State.RETURNED)
    found = Payment.objects.filter(moved, organization=organization, state__in=states)
    day = DateField()
    return found.annotate(since=Value(wish.first, day), until=Value(wish.last, day)).order_by("id")


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
# x: the payment or its return · s: what is paid, by kind, and the face value of the cards · p: the
# same where a reversal made one of the kinds negative; the larger one bears the tax. Each line has
# one debit, one credit and a positive amount; ``deal`` is the same money as freee wants it.
JOURNAL_AROUND = """
    SELECT dense_rank() OVER (ORDER BY y.paid, y.payment, y.back) AS serial, y.*,
        CASE WHEN NOT y.back THEN y.what WHEN y.method = 'bank' THEN '振込不能の戻し ' || y.what
            ELSE '支払の戻し ' || y.what END AS purpose,
        CASE WHEN y.back THEN y.against ELSE y.of END AS debit,
        CASE WHEN y.back THEN y.of ELSE y.against END AS credit,
        CASE WHEN y.back THEN -y.amount ELSE y.amount END AS signed,
        CASE WHEN y.line > 1 THEN NULL WHEN y.back THEN '収入' ELSE '支出' END AS deal,
        CASE WHEN y.line = 1 THEN y.paid END AS settled,
        CASE WHEN y.line = 1 THEN y.method END AS settle_account,
        CASE WHEN y.line = 1 THEN y.value END AS settle_amount,
        'tax_class' AS tax_class, (
            SELECT string_agg(d.month::text, '・' ORDER BY d.year, d.month) || '月分' FROM (
                SELECT DISTINCT extract(year FROM h.activity_date)::int AS year,
                    extract(month FROM h.activity_date)::int AS month
                FROM honoraria_paymentline AS pl
                JOIN honoraria_honorarium AS h ON h.id = pl.honorarium_id
                WHERE pl.payment_id = y.payment
            ) AS d
        ) AS months
    FROM (
        SELECT x.*, e.paid, e.back, s.value, l.*,
            row_number() OVER (PARTITION BY x.payment, e.back ORDER BY l.place) AS line
        FROM {inner}
        CROSS JOIN LATERAL (VALUES (x.paid_on, false), (x.returned_on, true)) AS e(paid, back)
        CROSS JOIN LATERAL (
            SELECT x.gross - t.yen AS fee, t.yen AS travel, coalesce(c.yen, x.net) AS value
            FROM (SELECT coalesce(sum(pl.transport), 0) AS yen FROM honoraria_paymentline AS pl
                WHERE pl.payment_id = x.payment) AS t,
            (SELECT sum(-m.change * k.face_value) AS yen FROM honoraria_giftcardmove AS m
                JOIN honoraria_giftcardkind AS k ON k.id = m.kind_id
                WHERE m.payment_id = x.payment AND m.verb = 'handed_out') AS c
        ) AS s
        CROSS JOIN LATERAL (
            SELECT q.fee, q.travel, q.fee > x.withheld AS fee_taxed FROM (
                SELECT CASE WHEN s.fee < 0 THEN 0 ELSE s.fee + least(s.travel, 0) END AS fee,
                    CASE WHEN s.travel < 0 THEN 0 ELSE s.travel + least(s.fee, 0) END AS travel
            ) AS q
        ) AS p
        CROSS JOIN LATERAL (VALUES
            (1, '', 'expense', x.method, p.fee - CASE WHEN p.fee_taxed THEN x.withheld ELSE 0 END,
                'expense', s.fee),
            (2, '交通費 ', 'travel', x.method,
                p.travel - CASE WHEN p.fee_taxed THEN 0 ELSE x.withheld END, 'travel', s.travel),
            (3, '源泉所得税 ', CASE WHEN p.fee_taxed THEN 'expense' ELSE 'travel' END, 'withheld',
                x.withheld, 'withheld', -x.withheld),
            (4, '取消しの差引き ', CASE WHEN s.travel < 0 THEN 'expense' ELSE 'travel' END,
                CASE WHEN s.travel < 0 THEN 'travel' ELSE 'expense' END,
                -least(s.fee, s.travel, 0), CASE WHEN s.travel < 0 THEN 'travel' ELSE 'expense' END,
                least(s.fee, s.travel)),
            (5, '額面との差額 ', CASE WHEN s.value > x.net THEN 'difference' ELSE x.method END,
                CASE WHEN s.value > x.net THEN x.method ELSE 'payable' END, abs(s.value - x.net),
                CASE WHEN s.value > x.net THEN 'difference' ELSE 'payable' END, s.value - x.net)
        ) AS l(place, what, of, against, amount, deal_account, deal_amount)
        WHERE e.paid BETWEEN x.since AND x.until AND l.amount > 0
    ) AS y ORDER BY y.paid, y.payment, y.back, y.line
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
