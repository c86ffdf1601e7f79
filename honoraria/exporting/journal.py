"""The journal (仕訳): the lines of each payment for a bookkeeping program, made by the database.

Fees go against the bank, cash or the stock of cards, transport is 旅費 as in the grant's claim, the
withheld tax is 預り金. Cards leave the stock by their face value: what is above the payment is a
loss, what is below it stays owed. A payment that came back stands on the day it was paid, and the
other way round on the day the return was recorded; an exchange that changed the face value stands
with that change on its own day. So lines taken in before stay right.
"""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, Q, QuerySet, Value

from accounts.models import Organization
from honoraria.exporting.columns import Column
from honoraria.exporting.wishes import Wish
from honoraria.models import GiftCardMove, Payment


def find_journal(organization: Organization, wish: Wish) -> QuerySet[Any, Any]:
    """Payments that were made on the days, came back or had cards exchanged on them."""
    days = (wish.first, wish.last)
    moves = GiftCardMove.objects.filter(kind__organization=organization, on__range=days)
    swapped = Q(pk__in=moves.filter(verb=GiftCardMove.Verb.RETURNED).values("payment"))
    moved = Q(paid_on__range=days) | Q(returned_on__range=days) | swapped
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
# x: the payment · g: what the person had of its cards after each act at the counter, in yen · e: the
# payment, each exchange and the return; ``value``: the yen of cards or money that moved, and what
# of them is above the payment (``over``) or was still owed (``short``) · s, p: what is paid, by
# kind, and the same where a reversal made one of the kinds negative; the larger one bears the tax.
# Each line has one debit, one credit and a positive amount; ``deal`` is the same money as freee
# wants it.
JOURNAL_AROUND = """
    SELECT dense_rank() OVER (ORDER BY y.paid, y.payment, y.turn) AS serial, y.*,
        CASE WHEN y.swapped THEN '交換 ' || y.what WHEN NOT y.back THEN y.what
            WHEN y.method = 'bank' THEN '振込不能の戻し ' || y.what
            ELSE '支払の戻し ' || y.what END AS purpose,
        CASE WHEN y.turned THEN y.against ELSE y.of END AS debit,
        CASE WHEN y.turned THEN y.of ELSE y.against END AS credit,
        CASE WHEN y.turned THEN -y.amount ELSE y.amount END AS signed,
        CASE WHEN y.line > 1 THEN NULL WHEN y.income THEN '収入' ELSE '支出' END AS deal,
        CASE WHEN y.line = 1 THEN y.paid END AS settled,
        CASE WHEN y.line = 1 THEN y.method END AS settle_account,
        CASE WHEN y.line = 1 THEN abs(y.value) END AS settle_amount,
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
        SELECT x.*, e.paid, e.back, e.turn, e.value, e.swapped, e.back OR l.yen < 0 AS turned,
            e.back OR e.value < 0 AS income, l.place, l.what, l.of, l.against,
            abs(l.yen) AS amount, l.deal_account,
            CASE WHEN e.value < 0 AND e.swapped THEN -l.deal_yen ELSE l.deal_yen END AS deal_amount,
            row_number() OVER (PARTITION BY x.payment, e.turn ORDER BY l.place) AS line
        FROM {inner}
        CROSS JOIN LATERAL (
            WITH g AS (
                SELECT min(m.on) AS day,
                    (sum(sum(-m.change * k.face_value)) OVER w)::bigint AS kept,
                    row_number() OVER w AS turn, count(*) OVER () AS turns
                FROM honoraria_giftcardmove AS m
                JOIN honoraria_giftcardkind AS k ON k.id = m.kind_id
                WHERE m.payment_id = x.payment
                GROUP BY m.handled_at WINDOW w AS (ORDER BY m.handled_at)
            ), v AS (
                SELECT g.*, g.kept - lag(g.kept) OVER w AS change,
                    greatest(g.kept - x.net, 0) AS over, greatest(x.net - g.kept, 0) AS short,
                    g.turn = g.turns AND x.returned_on IS NOT NULL AS all_back
                FROM g WINDOW w AS (ORDER BY g.turn)
            ), c AS (
                SELECT v.*, v.over - lag(v.over) OVER w AS more_over,
                    v.short - lag(v.short) OVER w AS more_short
                FROM v WHERE NOT v.all_back WINDOW w AS (ORDER BY v.turn)
            )
            SELECT x.paid_on AS paid, 1 AS turn, false AS back, false AS swapped,
                coalesce((SELECT c.kept FROM c WHERE c.turn = 1), x.net) AS value,
                coalesce((SELECT c.over FROM c WHERE c.turn = 1), 0) AS over,
                coalesce((SELECT c.short FROM c WHERE c.turn = 1), 0) AS short
            UNION ALL SELECT c.day, c.turn, false, true, c.change, c.more_over, c.more_short
            FROM c WHERE c.turn > 1
            UNION ALL SELECT x.returned_on, coalesce(l.turn + 1, 2), true, false,
                coalesce(l.kept, x.net), coalesce(l.over, 0), coalesce(l.short, 0)
            FROM (VALUES (1)) AS one LEFT JOIN (SELECT * FROM c ORDER BY turn DESC LIMIT 1) AS l
                ON true
        ) AS e
        CROSS JOIN LATERAL (
            SELECT x.gross - t.yen AS fee, t.yen AS travel
            FROM (SELECT coalesce(sum(pl.transport), 0) AS yen FROM honoraria_paymentline AS pl
                WHERE pl.payment_id = x.payment) AS t
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
            (5, '額面との差額 ', 'difference', x.method, e.over, 'difference', e.over),
            (6, '額面との差額 ', x.method, 'payable', e.short, 'payable', -e.short)
        ) AS l(place, what, of, against, yen, deal_account, deal_yen)
        WHERE e.paid BETWEEN x.since AND x.until
            AND CASE WHEN e.swapped THEN l.place > 4 AND l.yen <> 0 ELSE l.yen > 0 END
    ) AS y ORDER BY y.paid, y.payment, y.turn, y.line
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
