"""The lines of a claim: every judged entry and cost with its evidence, in three statements.

Evidence numbers H-0001 … (honoraria) and K-0001 … (costs) go by date, then by key, over what
counts; once a claim was submitted its numbers stay and new lines get the next ones. Lines carry
register numbers, never names of volunteers. Of transport only what the person is paid is part of
an entry's amount; a ticket bought from the carrier comes in as a cost, by its bill. Where cards are
taxed, the tax that the organization bears on top of them is part of the amount, once it is planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from accounts.times import local
from dispatch.models import Mode
from honoraria.grants.calculation import apportion, year_days
from honoraria.grants.entries import SETTLED
from honoraria.models import Cost, Honorarium, PaidBy, PaymentBatch, Programme, Tag, TransportTo
from volunteers.languages import name as language_name

HONORARIUM, COST = "honorarium", "cost"
LETTERS = {HONORARIUM: "H", COST: "K"}
HOW_RECEIVED = {"phone": "受領（スマートフォンで署名）", "paper": "受領証"}
Key = tuple[str, int]
_MODES = dict(Mode.choices)

# every column of evidence; a payment line that stands is the only one of its entry; the tax on top
# of cards is shared among the lines of a payment by what of them is taxed, to the yen
HONORARIA_SQL = """
SELECT h.id, h.activity_date, h.corrects_id, h.kind, h.state, h.total, h.transport, h.transport_to,
       h.minutes,
       v.number, q.number, q.language, q.mode, d.name, h.tariff_name,
       t.numerator, t.denominator, t.tax_credit, t.reason, t.note,
       r.id, r.confirmed_at, h.approved_at, u.name,
       p.id, p.paid_on, p.receipt_at, p.receipt_how, b.method, b.id,
       (SELECT count(*) FROM interpreting_receipt c WHERE c.report_id = r.id),
       CASE WHEN b.method = 'gift_card' AND p.withheld > 0 THEN (
           SELECT p.withheld * x.upto / x.base - p.withheld * (x.upto - pl.taxable) / x.base
           FROM (SELECT sum(o.taxable) AS base, sum(o.taxable) FILTER (WHERE o.id <= pl.id) AS upto
                 FROM honoraria_paymentline o WHERE o.payment_id = p.id) AS x) ELSE 0 END
FROM honoraria_tag t
JOIN honoraria_honorarium h ON h.id = t.honorarium_id
JOIN volunteers_volunteer v ON v.id = h.volunteer_id
JOIN dispatch_assignment a ON a.id = h.assignment_id
LEFT JOIN interpreting_report r ON r.id = h.report_id
JOIN dispatch_request q ON q.id = a.request_id
LEFT JOIN dispatch_desk d ON d.id = q.desk_id
LEFT JOIN accounts_user u ON u.id = h.approved_by_id
LEFT JOIN honoraria_paymentline pl ON pl.honorarium_id = h.id AND pl.stands
LEFT JOIN honoraria_payment p ON p.id = pl.payment_id
LEFT JOIN honoraria_paymentbatch b ON b.id = p.batch_id
WHERE t.programme_id = %s AND h.organization_id = %s AND h.activity_date BETWEEN %s AND %s
  AND h.state = ANY(%s) AND h.paid_by <> %s
ORDER BY h.activity_date, h.id
"""
COSTS_SQL = """
SELECT c.id, c.used_on, c.corrects_id, c.category, c.state, c.amount, c.vendor, c.description,
       t.numerator, t.denominator, t.tax_credit, t.reason, t.note,
       c.approved_at, u.name, c.paid_on, c.consumption_tax,
       (SELECT count(*) FROM honoraria_costdocument f WHERE f.cost_id = c.id)
FROM honoraria_tag t
JOIN honoraria_cost c ON c.id = t.cost_id
LEFT JOIN accounts_user u ON u.id = c.approved_by_id
WHERE t.programme_id = %s AND c.organization_id = %s AND c.used_on BETWEEN %s AND %s
  AND c.state = %s
ORDER BY c.used_on, c.id
"""


class Line(NamedTuple):
    """One judged entry or cost. Yen are whole; ``transport`` is part of ``amount``.

    ``tickets`` are yen that the carrier gets for an entry; they are not part of its amount.
    ``on_top`` are yen of tax that the organization bears for cards; they are part of it.
    ``number`` is empty where nothing counts. Days are those of Asia/Tokyo.
    """

    kind: str
    key: int
    corrects: int | None
    category: str
    on: date
    payee: str
    description: str
    state: str
    amount: int
    tax_credit: int
    numerator: int
    denominator: int
    eligible: int
    reason: str
    note: str
    approved_on: date | None
    approved_by: str
    paid_on: date | None
    documents: int
    number: str = ""
    desk: str = ""
    tariff: str = ""
    transport: int = 0
    consumption_tax: int = 0
    eligible_transport: int = 0
    report: int | None = None
    confirmed_on: date | None = None
    payment: int | None = None
    batch: int | None = None
    method: str = ""
    receipt: str = ""
    tickets: int = 0
    on_top: int = 0

    @property
    def identity(self) -> Key:
        """Which entry or cost it is."""
        return self.kind, self.key

    @property
    def counts(self) -> bool:
        """Whether any of it is claimed."""
        return self.numerator > 0

    @property
    def share(self) -> str:
        """``対象``, ``対象外`` or the fraction."""
        if self.numerator == self.denominator:
            return "対象"
        return f"{self.numerator}/{self.denominator}" if self.numerator else "対象外"

    @property
    def reason_words(self) -> str:
        """Why it counts or not."""
        return str(Tag.Reason(self.reason).label)

    @property
    def category_words(self) -> str:
        """The category in words; transport is part of an honorarium's line."""
        return str(Cost.Category(self.category).label)


NUMBER = Line._fields.index("number")


def lines(programme: Programme) -> list[Line]:
    """Every line of the programme, honoraria before costs, each by date, then key."""
    first, last = year_days(programme.fiscal_year)
    whose: list[Any] = [programme.pk, programme.organization_id, first, last]
    with connection.cursor() as cursor:
        cursor.execute(HONORARIA_SQL, [*whose, [str(one) for one in SETTLED], PaidBy.REQUESTER])
        found = [_of_honorarium(row) for row in cursor.fetchall()]
        cursor.execute(COSTS_SQL, [*whose, Cost.State.APPROVED])
        found += [_of_cost(row) for row in cursor.fetchall()]
    return numbered(found, frozen_numbers(programme))


def frozen_numbers(programme: Programme) -> dict[Key, str]:
    """The evidence numbers of everything that was ever submitted for the programme."""
    rows = programme.evidence_numbers.values_list("kind", "key", "number")
    return {(kind, key): number for kind, key, number in rows.iterator(chunk_size=5000)}


def numbered(found: Iterable[Line], frozen: Mapping[Key, str]) -> list[Line]:
    """The lines with evidence numbers: the frozen ones stay, the others follow on."""
    last = dict.fromkeys(LETTERS, 0)
    for (kind, _), number in frozen.items():
        last[kind] = max(last[kind], int(number.partition("-")[2]))
    done = []
    for line in found:
        number = frozen.get(line.identity, "") if line.counts else ""
        if line.counts and not number:
            last[line.kind] += 1
            number = f"{LETTERS[line.kind]}-{last[line.kind]:04d}"
        done.append(Line._make((*line[:NUMBER], number, *line[NUMBER + 1 :])) if number else line)
    return done


def _of_honorarium(row: tuple[Any, ...]) -> Line:
    (key, on, corrects, kind, state, total, transport, paid_to, minutes, *about) = row
    tickets = transport if paid_to == TransportTo.CARRIER else 0
    total, transport = total - tickets + about[-1], transport - tickets
    (person, request, language, mode, desk, tariff, *about) = about
    (numerator, denominator, tax_credit, reason, note, *about) = about
    (report, confirmed, approved, approver, payment, paid_on, received, how, *about) = about
    method, batch, receipts, on_top = about
    spent = f"{minutes}分" if report else "取消料"
    words = f"{request} {_language(language)}・{_MODES[mode]} {spent}"
    reversal = kind == Honorarium.Kind.REVERSAL
    return Line(
        kind=HONORARIUM,
        key=key,
        corrects=corrects if reversal else None,
        category=Cost.Category.HONORARIUM.value,
        on=on,
        payee=f"登録番号{person}",
        description=f"{words}（取消し）" if reversal else words,
        desk=desk or "",
        tariff=tariff,
        state=state,
        amount=total,
        transport=transport,
        tax_credit=tax_credit,
        numerator=numerator,
        denominator=denominator,
        eligible=apportion(total, numerator, denominator, tax_credit),
        eligible_transport=apportion(transport, numerator, denominator),
        reason=reason,
        note=note,
        report=report,
        confirmed_on=_day(confirmed),
        approved_on=_day(approved),
        approved_by=approver or "",
        payment=payment,
        batch=batch,
        method=method or "",
        paid_on=paid_on,
        receipt=_receipt(method, received, how),
        documents=receipts,
        on_top=on_top,
        tickets=tickets,
    )


@cache
def _language(tag: str) -> str:
    return language_name(tag, "ja")


def _of_cost(row: tuple[Any, ...]) -> Line:
    (key, on, corrects, category, state, amount, vendor, description, *about) = row
    (numerator, denominator, tax_credit, reason, note, *about) = about
    approved, approver, paid_on, consumption_tax, documents = about
    return Line(
        kind=COST,
        key=key,
        corrects=corrects,
        category=category,
        on=on,
        payee=vendor,
        description=f"{description}（取消し）" if corrects else description,
        state=state,
        amount=amount,
        consumption_tax=consumption_tax,
        tax_credit=tax_credit,
        numerator=numerator,
        denominator=denominator,
        eligible=apportion(amount, numerator, denominator, tax_credit),
        reason=reason,
        note=note,
        approved_on=_day(approved),
        approved_by=approver or "",
        paid_on=paid_on,
        documents=documents,
    )


def _receipt(method: str | None, received: datetime | None, how: str | None) -> str:
    """What proves that the person has the money: the bank's own record, or a receipt."""
    if received:
        return f"{HOW_RECEIVED.get(how or '', '受領')} {local(received):%Y-%m-%d}"
    return "振込" if method == PaymentBatch.Method.BANK else ""


def _day(at: datetime | None) -> date | None:
    return local(at).date() if at else None


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """Yen of one category: all of it, and what counts."""

    category: str
    words: str
    count: int
    amount: int
    eligible: int

    @property
    def ineligible(self) -> int:
        """The rest."""
        return self.amount - self.eligible


def by_category(found: Iterable[Line]) -> list[CategoryTotal]:
    """Totals in the order of the categories; the transport of an honorarium is 旅費."""
    sums: dict[str, list[int]] = {}
    for line in found:
        own = [line.amount - line.transport, line.eligible - line.eligible_transport]
        _add(sums, line.category, 1, *own)
        if line.transport:
            _add(sums, Cost.Category.TRAVEL.value, 1, line.transport, line.eligible_transport)
    return [
        CategoryTotal(category.value, str(category.label), *sums[category.value])
        for category in Cost.Category
        if category.value in sums
    ]


def _add(sums: dict[str, list[int]], category: str, *numbers: int) -> None:
    there = sums.setdefault(category, [0] * len(numbers))
    for position, number in enumerate(numbers):
        there[position] += number
