"""What happens to a report: handed in, confirmed, returned.

The request is locked first (it finishes with its last report), then the report. A report that was
handed in changes only after it was returned, so that what somebody confirms is what they read.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.errors import ActionError
from accounts.models import User
from accounts.times import when_text
from dispatch.actions.assignments import finish
from dispatch.actions.common import lock_request, log
from dispatch.messages import home_url, tell_person, text_for
from dispatch.models import Assignment, Request
from dispatch.timing import decent_for
from interpreting import subscriptions
from interpreting.drafts import FIELDS, ReportDraft, check
from interpreting.message_texts import RETURNED
from interpreting.models import Receipt, Report
from interpreting.receipts import MAX_PHOTOS
from realtime.events import organization_group, publish, volunteer_group

OWN_REPORT = "自分の活動報告は、ほかの職員が確認してください。"
REPORTABLE = {
    Assignment.State.CONFIRMED,
    Assignment.State.RECONFIRMED,
    Assignment.State.STARTED,
    Assignment.State.FINISHED,
}


def submit_report(
    assignment: Assignment, draft: ReportDraft, *, via: str, by: User | None, at: datetime
) -> Report:
    """Hand in what happened; the assignment is finished by it.

    ``via``: Report.Via. The same draft again changes nothing. Raises ActionError: not_reportable,
    too_early, already_reported, too_many_receipts, and those of ``drafts.check``.
    """
    with transaction.atomic():
        request = lock_request(assignment.request_id)
        assignment = _locked_assignment(assignment)
        report = Report.objects.select_for_update().filter(assignment=assignment).first()
        if report is not None and _says_the_same(report, draft):
            return report
        _may_report(request, assignment, report, at)
        check(draft, request, at)
        again = report is not None
        report = report or Report(assignment=assignment)
        for name in FIELDS:
            setattr(report, name, getattr(draft, name))
        report.state, report.submitted_via, report.submitted_at = Report.State.SUBMITTED, via, at
        report.confirmed_at, report.confirmed_by, report.return_reason = None, None, ""
        report.save()
        _keep_receipts(report, draft, at)
        label = str(assignment.volunteer) if via == Report.Via.VOLUNTEER else ""
        if assignment.state != Assignment.State.FINISHED:
            finish(assignment, by=by, at=at, label=label)
        _log(report, "report.submitted", by=by, at=at, label=label, via=via, again=again)
    return report


def confirm_report(
    report: Report, *, by: User | None, at: datetime, seen: datetime | None = None
) -> Report:
    """The coordinator agrees; whoever subscribed (pricing) hears it in the same transaction.

    ``seen``: ``submitted_at`` of the version that was read; another one raises changed_meanwhile.
    Nobody confirms their own (own_report), unless the organization lets one person act alone.
    """
    with transaction.atomic():
        subscriptions.tell(subscriptions.before_deciding, report, by, at)
        report = _locked(report)
        if seen is not None and seen != report.submitted_at:
            raise _changed_meanwhile()
        if report.state == Report.State.CONFIRMED:
            return report
        own = by is not None and report.assignment.volunteer.user_id == by.pk
        if own and not report.assignment.request.organization.may_act_alone:
            raise ActionError("own_report", OWN_REPORT)
        _move(report, Report.State.CONFIRMED)
        report.confirmed_at, report.confirmed_by = at, by
        report.save(update_fields=["state", "confirmed_at", "confirmed_by"])
        subscriptions.tell(subscriptions.on_confirmed, report, by, at)
        more: dict[str, Any] = {"single_handed": True} if own else {}
        _log(report, "report.confirmed", by=by, at=at, **more)
    return report


def return_report(report: Report, reason: str, *, by: User | None, at: datetime) -> Report:
    """Back to the volunteer with a reason; of a confirmed one only while nothing is approved."""
    if not reason.strip():
        raise ActionError("reason_missing", "理由を入力してください。", field="reason", status=400)
    if len(reason) > 300:
        text = "理由は300文字以内で入力してください。"
        raise ActionError("too_long", text, field="reason", status=400)
    with transaction.atomic():
        subscriptions.tell(subscriptions.before_deciding, report, by, at)
        report = _locked(report)
        reopened = report.state == Report.State.CONFIRMED
        _move(report, Report.State.RETURNED)
        if reopened:
            subscriptions.tell(subscriptions.on_reopened, report, by, at)
        report.return_reason, report.confirmed_at, report.confirmed_by = reason.strip(), None, None
        report.save(update_fields=["state", "return_reason", "confirmed_at", "confirmed_by"])
        _tell_returned(report, at)
        _log(report, "report.returned", by=by, at=at, reason=reason.strip(), reopened=reopened)
    return report


def _locked_assignment(assignment: Assignment) -> Assignment:
    return (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("volunteer__organization")
        .get(pk=assignment.pk)
    )


def _locked(report: Report) -> Report:
    return (
        Report.objects.select_for_update(of=("self",))
        .select_related("assignment__request__organization", "assignment__volunteer__organization")
        .get(pk=report.pk)
    )


def _says_the_same(report: Report, draft: ReportDraft) -> bool:
    """A second press of the button, also long after; never true for a returned report."""
    if report.state == Report.State.RETURNED:
        return False
    kept = dict(report.receipts.values_list("pk", "sha256"))
    return (
        all(getattr(report, name) == getattr(draft, name) for name in FIELDS)
        and {_digest(photo) for photo in draft.receipts} <= set(kept.values())
        and not draft.drop_receipts & kept.keys()
    )


def _may_report(
    request: Request, assignment: Assignment, report: Report | None, at: datetime
) -> None:
    if assignment.state not in REPORTABLE:
        raise ActionError("not_reportable", "この派遣は取消しなどのため、報告できません。")
    if request.starts_at > at:
        raise ActionError("too_early", "開始時刻の前に報告することはできません。")
    if report is not None and report.state != Report.State.RETURNED:
        raise ActionError(
            "already_reported",
            "すでに報告されています。直すときは、職員が差し戻してからになります。",
        )


def _keep_receipts(report: Report, draft: ReportDraft, at: datetime) -> None:
    report.receipts.filter(pk__in=draft.drop_receipts).delete()
    known = set(report.receipts.values_list("sha256", flat=True))
    fresh = {_digest(photo): photo for photo in draft.receipts if _digest(photo) not in known}
    if len(known) + len(fresh) > MAX_PHOTOS:
        text = f"写真は{MAX_PHOTOS}枚までです。"
        raise ActionError("too_many_receipts", text, field="receipts", status=400)
    Receipt.objects.bulk_create(
        Receipt(report=report, content=photo, sha256=digest, uploaded_at=at)
        for digest, photo in fresh.items()
    )


def _digest(photo: bytes) -> str:
    return hashlib.sha256(photo).hexdigest()


def _move(report: Report, to: str) -> None:
    if to not in report.MOVES[Report.State(report.state)]:
        raise _changed_meanwhile()
    report.state = to


def _changed_meanwhile() -> ActionError:
    text = "報告の状態が変わったため、この操作はできません。画面を更新してご確認ください。"
    return ActionError("changed_meanwhile", text)


def _tell_returned(report: Report, at: datetime) -> None:
    assignment = report.assignment
    volunteer, request = assignment.volunteer, assignment.request
    language = volunteer.message_language if volunteer.message_language in RETURNED else "ja"
    organization = request.organization
    english = language == "en"
    tell_person(
        volunteer,
        kind="report_returned",
        subject=text_for("subject", request, volunteer),
        text=RETURNED[language].format(
            organization=organization.name_en or organization if english else organization,
            when=when_text(request.starts_at, request.ends_at, "en" if english else "ja"),
            url=home_url(),
        ),
        url=home_url(),
        subject_key=request.key,
        dedupe_key=f"{report.key}:returned:{int(at.timestamp())}",
        at=at,
        not_before=decent_for(volunteer, organization, at),
    )


def _log(
    report: Report, verb: str, *, by: User | None, at: datetime, label: str = "", **detail: object
) -> None:
    """A line in the request's log, and a hint to the open pages of staff and volunteer."""
    assignment = report.assignment
    log(
        assignment.request,
        verb,
        by=by,
        at=at,
        label=label,
        report=report.pk,
        assignment=assignment.pk,
        **detail,
    )
    publish(
        "report.changed",
        report.pk,
        int(at.timestamp() * 1000),
        organization_group(assignment.request.organization_id),
        volunteer_group(assignment.volunteer_id),
    )


__all__ = ["ReportDraft", "confirm_report", "return_report", "submit_report"]
