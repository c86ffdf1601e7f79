"""What proves each line of a claim: report, confirmation, approval, closing, payment, papers.

Read for a batch of lines in a constant number of statements. Names stand here because evidence
needs them; what was talked about and account numbers never do. Times are Asia/Tokyo's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Func, IntegerField

from accounts.models import Organization
from accounts.times import local
from honoraria.grants.lines import HONORARIUM, HOW_RECEIVED, Line
from honoraria.models import Closing, Cost, CostDocument, Honorarium, PaymentBatch, PaymentLine
from interpreting.models import Receipt, Report

GONE = "提出のあとに取り下げられたため、記録が残っていません。"
RECEIPT, DOCUMENT = "receipt", "document"
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Attached:
    """A photo or document of a line; its bytes are read when they are needed."""

    kind: str
    key: int
    name: str
    content_type: str
    sha256: str
    size: int

    def content(self) -> bytes:
        """The bytes as they are stored."""
        rows = (Receipt if self.kind == RECEIPT else CostDocument)._default_manager
        return bytes(rows.values_list("content", flat=True).get(pk=self.key))


@dataclass(frozen=True, slots=True)
class Proof:
    """The parts of a sheet: title, then label and text of each row."""

    line: Line
    parts: list[tuple[str, Rows]]
    attached: list[Attached]


def proofs_of(organization: Organization, found: list[Line]) -> list[Proof]:
    """The proofs of some lines, in their order."""
    honoraria = _Honoraria(organization, [one for one in found if one.kind == HONORARIUM])
    costs = _Costs(organization, [one for one in found if one.kind != HONORARIUM])
    return [(honoraria if one.kind == HONORARIUM else costs).proof(one) for one in found]


class _Honoraria:
    def __init__(self, organization: Organization, found: list[Line]) -> None:
        keys = [line.key for line in found]
        people = (
            "volunteer", "approved_by", "report__confirmed_by", "tariff_version__tariff",
            "assignment__request__desk", "recorded_by",
        )  # fmt: skip
        mine = Honorarium.objects.filter(organization=organization)
        self.entries = mine.select_related(*people).in_bulk(keys)
        standing = PaymentLine.objects.filter(honorarium__in=keys, stands=True).select_related(
            "payment__batch__created_by", "payment__batch__released_by"
        )
        self.payments = {one.honorarium_id: one.payment for one in standing}
        self.closings = _closings(organization) if keys else {}
        reports = {one.report_id for one in self.entries.values() if one.report_id}
        self.receipts: dict[int, list[Attached]] = defaultdict(list)
        rows = _sized(Receipt.objects.filter(report__in=reports)).order_by("pk")
        for key, report, kind, sha256, size in rows.values_list(
            "pk", "report_id", "content_type", "sha256", "size"
        ):
            name = f"領収書の写真{len(self.receipts[report]) + 1}"
            self.receipts[report].append(Attached(RECEIPT, key, name, kind, sha256, size))

    def proof(self, line: Line) -> Proof:
        entry = self.entries.get(line.key)
        if entry is None:
            return Proof(line, [("支出", [*_spent(line), ["記録", GONE]])], [])
        parts = [
            ("支出", _spent(line)),
            (
                "活動した人",
                [["登録番号", str(entry.volunteer.number)], ["氏名", entry.volunteer.name]],
            ),
            ("活動報告", _report(entry)),
            ("確認と承認", _decided(entry)),
            ("締めと支払", [*self._closed(entry), *self._paid(entry)]),
        ]
        # the photos belong to what was priced; a reversal takes that back
        report = entry.report_id if entry.kind == Honorarium.Kind.PRICED else None
        return Proof(line, parts, self.receipts[report] if report else [])

    def _closed(self, entry: Honorarium) -> Rows:
        closing = self.closings.get(entry.booked_on.replace(day=1))
        month = f"{entry.booked_on:%Y年%-m月}"
        if closing is None:
            return [["月締め", f"{month}（まだ締めていません）"]]
        return [["月締め", f"{month}　{_when(closing.closed_at)}　{closing.closed_by}"]]

    def _paid(self, entry: Honorarium) -> Rows:
        payment = self.payments.get(entry.pk)
        if payment is None:
            return [["支払", "まだ支払っていません"]]
        batch = payment.batch
        rows = [
            ["支払日", _day(payment.paid_on) or f"予定 {_day(batch.value_date)}"],
            ["方法", f"{batch.get_method_display()}（支払番号 {payment.pk}・まとまり {batch.pk}）"],
            [
                "支払額",
                f"{payment.gross:,}円 − 源泉徴収 {payment.withheld:,}円 = {payment.net:,}円",
            ],
            ["支払の作成・承認", _people(batch)],
        ]
        if batch.method == PaymentBatch.Method.BANK and batch.sha256:
            rows.append(["振込データのSHA-256", batch.sha256])
        if payment.receipt_at:
            how = HOW_RECEIVED.get(payment.receipt_how, "受領")
            rows.append(["受領", f"{how}　{_when(payment.receipt_at)}"])
        return rows


class _Costs:
    def __init__(self, organization: Organization, found: list[Line]) -> None:
        keys = [line.key for line in found]
        mine = Cost.objects.filter(organization=organization)
        self.costs = mine.select_related("created_by", "approved_by").in_bulk(keys)
        self.documents: dict[int, list[Attached]] = defaultdict(list)
        rows = _sized(CostDocument.objects.filter(cost__in=self.costs)).order_by("pk")
        for key, cost, name, kind, sha256, size in rows.values_list(
            "pk", "cost_id", "name", "content_type", "sha256", "size"
        ):
            self.documents[cost].append(Attached(DOCUMENT, key, name, kind, sha256, size))

    def proof(self, line: Line) -> Proof:
        cost = self.costs.get(line.key)
        if cost is None:
            return Proof(line, [("支出", [*_spent(line), ["記録", GONE]])], [])
        parts = [
            ("支出", _spent(line)),
            (
                "経費",
                [
                    ["支払先", cost.vendor],
                    ["納品・利用日", _day(cost.used_on)],
                    ["うち消費税", f"{cost.consumption_tax:,}円"],
                    *_reason(cost.reason),
                ],
            ),
            (
                "承認と支払",
                [
                    ["入力", f"{_when(cost.created_at)}　{cost.created_by}"],
                    ["承認", _signed(cost.approved_at, cost.approved_by)],
                    ["支払日", _day(cost.paid_on) or "まだ支払っていません"],
                ],
            ),
        ]
        return Proof(line, parts, self.documents[cost.pk])


def _spent(line: Line) -> Rows:
    rows = [["費目", line.category_words], ["内容", line.description]]
    transport = f"（うち交通費 {line.transport:,}円）" if line.transport else ""
    rows.append(["支出額", f"{line.amount:,}円{transport}"])
    if line.on_top:
        rows.append(
            ["源泉徴収税額の上乗せ", f"{line.on_top:,}円（カードの分を団体が負担。支出額に含む）"]
        )
    if line.tickets:
        rows.append(["切符代", f"{line.tickets:,}円（交通機関へ直接支払。この行に含めません）"])
    if line.tax_credit:
        rows.append(["控除する消費税", f"{line.tax_credit:,}円"])
    rows.append(["対象額", f"{line.eligible:,}円（{line.share}）"])
    note = f"　{line.note}" if line.note else ""
    return [*rows, ["理由", f"{line.reason_words}{note}"]]


def _report(entry: Honorarium) -> Rows:
    report, request = entry.report, entry.assignment.request
    rows = [["依頼", f"{request.number}{f'（{request.desk}）' if request.desk else ''}"]]
    if report is None:  # the booking was called off
        rows.append(["予定の日時", _from_to(request.starts_at, request.ends_at)])
        rows.append(["結果", "中止（活動の報告はありません）"])
        rows.append(["記録", _signed(entry.created_at, entry.recorded_by)])
    else:
        days = _from_to(report.started_at, report.ended_at)
        rows.append(["日時", f"{days}（{report.minutes}分）"])
        rows.append(["結果", str(report.get_outcome_display())])
        if report.waiting_minutes:
            rows.append(["待ち時間", f"{report.waiting_minutes}分"])
        rows.append(["交通", " ".join(_transport(report))])
    if entry.kind == Honorarium.Kind.REVERSAL:
        rows.append(["訂正", "取消し"])
    return [*rows, *_reason(entry.reason)]


def _from_to(starts: datetime, ends: datetime) -> str:
    start, end = local(starts), local(ends)
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M}〜{until}"


def _transport(report: Report) -> Iterator[str]:
    yield str(report.get_transport_display())
    if report.transport_route:
        yield report.transport_route
    if report.distance_km is not None:
        yield f"{report.distance_km}km"
    if report.transport_yen:
        yield f"{report.transport_yen:,}円"


def _decided(entry: Honorarium) -> Rows:
    report = entry.report
    rows = (
        [
            ["報告の提出", f"{_when(report.submitted_at)}　{report.get_submitted_via_display()}"],
            ["報告の確認", _signed(report.confirmed_at, report.confirmed_by)],
        ]
        if report
        else []
    )
    steps = "／".join(f"{one['text']} {one['amount']:,}円" for one in entry.derivation)
    tariff = entry.tariff_name
    return [
        *rows,
        ["謝礼の計算", f"{tariff}　{steps}"],
        ["謝礼の承認", _signed(entry.approved_at, entry.approved_by)],
    ]


def _reason(text: str) -> Rows:
    return [["訂正の理由", text]] if text else []


def _people(batch: PaymentBatch) -> str:
    return f"{batch.created_by}　／　{batch.released_by or '—'}"


def _signed(at: datetime | None, by: Any) -> str:
    return f"{_when(at)}　{by or ''}" if at else "—"


def _when(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _closings(organization: Organization) -> dict[date, Closing]:
    found: Iterable[Closing] = Closing.objects.filter(
        organization=organization, reopened_at=None
    ).select_related("closed_by")
    return {one.month: one for one in found}


def _sized(rows: Any) -> Any:
    size = Func(F("content"), function="octet_length", output_field=IntegerField())
    return rows.annotate(size=size)
