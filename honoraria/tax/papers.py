"""What stands on the papers for payees: statement of a payment, of a year, copy of a record.

Statements are in the reader's language; the copy of a record is the tax agency's form and Japanese.
None of them carries an individual number, and an account only with its last digits.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from babel.dates import format_date
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dispatch.phone.words import reader
from honoraria.models import Honorarium, Payment, PaymentBatch
from honoraria.payments.lines import reaching
from honoraria.tax.decisions import payer_of
from honoraria.tax.form309 import Payer
from honoraria.tax.own import YearStatement
from honoraria.tax.parts import PaidPart
from honoraria.tax.payment_records import Sums
from honoraria.tax.unprepared import payee_of
from honoraria.tax.withholding import RESIDENT
from honoraria.tax.year_records import PersonYear
from honoraria.tax.years import tax_label, wareki
from ui.paper import paper
from volunteers.languages import name as language_name

TO_COPY = (
    "この金額を、税務署の様式に書き写して提出してください。この紙は提出用の様式ではありません。"
)
METHODS = {
    PaymentBatch.Method.BANK: lambda: _("口座振込"),
    PaymentBatch.Method.CASH: lambda: _("現金"),
    PaymentBatch.Method.GIFT_CARD: lambda: _("図書カード等"),
}


def pdf(made: bytes, name: str) -> HttpResponse:
    """A PDF to look at; never kept by anybody in between."""
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


def payment_statement(payment: Payment, today: date) -> bytes:
    """支払明細書 of one payment: every activity, the base, the tax, what was paid."""
    lines = list(
        payment.lines.select_related("honorarium__assignment__request").order_by(
            "honorarium__activity_date", "pk"
        )
    )
    rows = [
        [_day(one.honorarium.activity_date), _activity(one.honorarium), one.fee, one.transport,
         one.fee + one.transport]
        for one in lines
    ]  # fmt: skip
    fee, transport = sum(one.fee for one in lines), sum(one.transport for one in lines)
    if on_top := payment.gross - fee - transport:
        rows.append(["", _("団体が負担する源泉徴収税額"), "", "", on_top])
    table = {
        "title": "",
        "head": [_("活動日"), _("内容"), _("謝礼"), _("交通費"), _("合計")],
        "rows": rows,
        "foot": [_("合計"), "", fee, transport, payment.gross],
    }
    return _statement(
        payment, today,
        heading=_("支払明細書"),
        facts=_facts(payment),
        tables=[table],
        steps=_steps(payment),
        net=payment.net,
        notes=_payment_notes(payment),
    )  # fmt: skip


def year_statement(statement: YearStatement, today: date) -> bytes:
    """年間の支払明細 of a calendar year: payments, tax, and what is agreed but not paid."""
    rows = [_year_row(one) for one in statement.paid]
    year = _year(statement.year)
    head = [_("支払日"), _("方法"), _("支払額"), _("源泉徴収税額"), _("差引支払額")]
    foot = [_("合計"), "", statement.gross, statement.withheld, statement.net]
    tables = [{"title": _("支払済み"), "head": head, "rows": rows, "foot": foot}]
    if statement.waiting:
        waiting = [
            [_day(one.activity_date), _activity(one), reaching(one)] for one in statement.waiting
        ]
        tables.append({
            "title": _("まだ支払われていない分（源泉徴収の前の金額）"),
            "head": [_("活動日"), _("内容"), _("合計")],
            "rows": waiting,
            "foot": [_("合計"), "", statement.waiting_total],
        })  # fmt: skip
    facts = [
        [_("支払額"), _yen(statement.gross)],
        [_("源泉徴収税額"), _yen(statement.withheld)],
        [_("差引支払額"), _yen(statement.net)],
        [_("登録番号"), str(statement.volunteer.number)],
    ]
    return _statement(
        statement, today,
        heading=_("%(year)sの支払明細書") % {"year": year},
        facts=facts,
        tables=tables,
        steps=[],
        net=statement.net,
        notes=[
            _("活動した日の年で数えています。支払調書と同じ数え方です。"),
        ],
    )  # fmt: skip


def record_copy(person: PersonYear, payer: Payer, year: int, prepared_on: date) -> bytes:
    """支払調書（写し）, or the same figures for somebody of whom no record is filed."""
    sums = person.sums
    notes = ["個人番号（マイナンバー）は記載していません。"]
    if sums.unpaid:
        notes.append(
            "（内）は、作成日にまだ支払っていない金額と、まだ徴収していない税額です。"
            "支払金額・源泉徴収税額に含まれています。"
        )
    if person.residency != RESIDENT:
        notes.append(TO_COPY)
        payee = payee_of(person.volunteer)
        if payee and payee.treaty:
            notes.append(f"租税条約の届出：{payee.treaty}")
    if not person.needed:
        notes.append("年間の支払金額が基準以下のため、税務署には提出しません。")
    return paper("honoraria", "payment_record", {
        "year": tax_label(year),
        "form": person.form,
        "payee": {"name": person.name, "address": person.address},
        "payer": asdict(payer),
        "rows": [{"kind": kind.value, **_amounts(one)} for kind, one in person.kinds.items()],
        "days": _days(person),
        "prepared_on": wareki(prepared_on),
        "notes": notes,
    }, title=f"{tax_label(year)} {person.form}（写し） {person.name}")  # fmt: skip


def _statement(
    about: Payment | YearStatement,
    today: date,
    *,
    heading: str,
    facts: list[list[str]],
    tables: list[dict[str, Any]],
    steps: list[list[Any]],
    net: int,
    notes: list[str],
) -> bytes:
    person = about.volunteer
    number = _("支払番号 %(number)s") % {"number": about.pk} if isinstance(about, Payment) else ""
    data = {
        "lang": (get_language() or "ja")[:2],
        "heading": heading,
        "number": number,
        "issued": _("作成日 %(day)s") % {"day": _long_day(today)},
        "to": _("%(name)s 様") % {"name": person.name},
        "under": [_("登録番号 %(number)s") % {"number": person.number}],
        "payer": asdict(payer_of(about.organization)),
        "facts": facts,
        "tables": tables,
        "steps": steps,
        "steps_title": _("計算の内訳"),
        "net": [_("差引支払額"), net],
        "yen": _("円"),
        "notes": notes,
    }
    return paper("honoraria", "statement", data, title=f"{heading} {person.name}")


def _facts(payment: Payment) -> list[list[str]]:
    paid = payment.paid_on if payment.state == Payment.State.PAID else None
    day = _long_day(paid or payment.batch.value_date)
    method = METHODS[PaymentBatch.Method(payment.batch.method)]()
    facts = [[_("支払日") if paid else _("支払予定日"), day], [_("方法"), method]]
    if payment.account:
        facts.append([_("振込先"), f"****{payment.account.tail}"])
    facts += [
        [_("支払額"), _yen(payment.gross)],
        [_("源泉徴収税額"), _yen(payment.withheld)],
        [_("差引支払額"), _yen(payment.net)],
    ]
    return facts


def _steps(payment: Payment) -> list[list[Any]]:
    """The calculation; its stored sentences are Japanese, other readers get the figures alone."""
    if reader() == "ja":
        return [[one["text"], one["amount"]] for one in payment.calculation]
    return [
        [_("支払額"), payment.gross],
        [_("源泉徴収の対象"), payment.taxable],
        [_("源泉徴収税額"), payment.withheld],
    ]


def _payment_notes(payment: Payment) -> list[str]:
    if payment.state == Payment.State.PLANNED:
        return [_("まだ支払われていません。内容が変わることがあります。")]
    if payment.state in {Payment.State.RETURNED, Payment.State.CANCELLED}:
        return [_("この支払は取り消されました。")]
    return []


def _days(person: PersonYear) -> list[list[str]]:
    """Payment by payment, which the record of a non-resident asks for."""
    if person.residency == RESIDENT:
        return []
    parts = sorted(person.parts, key=lambda one: (one.paid_on or date.max, one.kind))
    return [
        [wareki(one.paid_on) if one.paid_on else "未払", one.kind.value,
         f"{one.amount:,}", f"{one.withheld:,}"]
        for one in parts
    ]  # fmt: skip


def _year_row(part: PaidPart) -> list[Any]:
    method = METHODS[PaymentBatch.Method(part.payment.batch.method)]()
    return [_long_day(part.paid_on), method, part.gross, part.withheld, part.net]


def _amounts(sums: Sums) -> dict[str, str]:
    """Yen as text; what is inside another amount is empty when there is none."""
    return {
        "amount": f"{sums.amount:,}",
        "withheld": f"{sums.withheld:,}",
        "unpaid": f"{sums.unpaid:,}" if sums.unpaid else "",
        "unwithheld": f"{sums.unwithheld:,}" if sums.unwithheld else "",
    }


def _activity(entry: Honorarium) -> str:
    language = language_name(entry.assignment.request.language, reader())
    if entry.kind == Honorarium.Kind.REVERSAL:
        return f"{language} {_('（訂正による取消し）')}"
    return language


def _day(day: date) -> str:
    if reader() == "en":
        return str(format_date(day, "d MMM", locale="en_GB"))
    return f"{day.month}月{day.day}日"


def _long_day(day: date | None) -> str:
    if day is None:
        return "—"
    if reader() == "en":
        return str(format_date(day, "d MMM yyyy", locale="en_GB"))
    return f"{day.year}年{day.month}月{day.day}日"


def _year(year: int) -> str:
    return str(year) if reader() == "en" else f"{year}年"


def _yen(amount: int) -> str:
    return _("%(yen)s円") % {"yen": f"{amount:,}"}
