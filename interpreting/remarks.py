"""What a coordinator should look at before confirming a report: unusual, not forbidden.

Pure: compares the report with the booking. A report without warnings may be confirmed in bulk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from accounts.models import Organization
from accounts.times import local
from dispatch.models import Request
from interpreting.models import Report

LONGER = timedelta(minutes=30)
SHIFTED = timedelta(hours=2)
LONG_WAITING = 60
RECEIPT_ABOVE_YEN = 2_000  # per activity; `receipt_above_yen` in the organization's policy


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark; ``code`` is stable, ``text`` is for the screen."""

    code: str
    text: str


def remarks_of(
    report: Report, request: Request, *, receipts: int, receipt_above_yen: int
) -> list[Remark]:
    """Remarks in the order in which a person would check them."""
    found = [*_times(report, request)]
    if report.waiting_minutes > LONG_WAITING:
        found.append(Remark("long_waiting", f"待ち時間が{report.waiting_minutes}分です。"))
    if report.transport_yen > receipt_above_yen and not receipts:
        text = f"交通費が{receipt_above_yen:,}円を超えていますが、領収書がありません。"
        found.append(Remark("no_receipt", text))
    elif report.transport == Report.Transport.TAXI and report.transport_yen and not receipts:
        found.append(Remark("no_receipt", "タクシーの領収書がありません。"))
    if report.outcome not in {Report.Outcome.DONE, Report.Outcome.CONTINUES}:
        text = f"結果が「{report.get_outcome_display()}」です。"
        found.append(Remark("outcome", text))
    return found


def _times(report: Report, request: Request) -> list[Remark]:
    found = []
    booked = request.ends_at - request.starts_at
    longer = report.ended_at - report.started_at - booked
    if longer > LONGER:
        minutes = int(longer.total_seconds() // 60)
        found.append(Remark("longer_than_booked", f"予定より{minutes}分長くなっています。"))
    if local(report.started_at).date() != local(request.starts_at).date():
        found.append(Remark("other_day", "予定と違う日に始まっています。"))
    elif abs(report.started_at - request.starts_at) > SHIFTED:
        found.append(Remark("shifted", "予定の開始時刻と2時間以上違います。"))
    return found


def receipt_limit(organization: Organization) -> int:
    """Yen above which the organization wants a receipt."""
    limit = organization.policy.get("receipt_above_yen", RECEIPT_ABOVE_YEN)
    return limit if type(limit) is int else RECEIPT_ABOVE_YEN
