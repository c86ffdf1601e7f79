"""The desk's pages about reports: what is missing, what waits, confirming and returning."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import STAFF, acting, roles
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.models import Membership, Role
from dispatch.access import get_assignment_for
from interpreting import actions, lists
from interpreting.access import READERS, get_receipt_for, get_report_for, visible_reports
from interpreting.forms import ReportForm, ReturnForm
from interpreting.models import Report
from interpreting.receipts import receipt_response

PER_PAGE = 50
MOST_AT_ONCE = 100  # each is confirmed and priced by itself; more would keep the desk waiting
REFUSED = 422


@require_GET
@roles(*READERS)
def list_reports(request: HttpRequest) -> HttpResponse:
    """Missing, waiting, returned and confirmed reports, of a month if asked, 50 on a page."""
    membership, organization, _ = acting(request)
    at = database_now()
    month = lists.month_of(request.GET.get("month", ""))
    span = None if month is None else lists.span_of(month)
    counts = lists.counts(organization, at, span)
    tab = request.GET.get("tab") or ("waiting" if counts["waiting"] else "missing")
    if tab not in dict(lists.TABS):
        raise Http404
    found: QuerySet[Any]
    if tab == "missing":
        found = lists.missing_reports(organization, at)
        found = found if span is None else lists.missing_in(found, span)
    else:
        found = lists.reports_in(membership, tab)
        found = found if span is None else lists.began_in(found, span)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "month": month,
        "tab": tab,
        "tabs": [(code, words, counts.get(code)) for code, words in lists.TABS],
        "page": page,
        "rows": list(page.object_list)
        if tab == "missing"
        else [lists.row_of(report) for report in cast("list[Report]", page.object_list)],
        "may_decide": membership.role in STAFF,
        "section": "reports",
    }
    return render(request, "interpreting/list.html", context)


@require_GET
@roles(*READERS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Booking and report side by side."""
    membership, _, _ = acting(request)
    return _show(request, membership, pk, ReturnForm(), 200)


def _show(
    request: HttpRequest, membership: Membership, pk: int, form: ReturnForm, status: int
) -> HttpResponse:
    report = get_report_for(membership, pk)
    row = lists.row_of(report)
    context = {
        "report": report,
        "booking": report.assignment.request,
        "volunteer": report.assignment.volunteer,
        "booked_minutes": _minutes(
            report.assignment.request.starts_at, report.assignment.request.ends_at
        ),
        "remarks": row.remarks,
        "receipts": report.receipts.defer("content"),
        "form": form,
        "may_decide": membership.role in STAFF,
        "may_read_comment": membership.role != Role.ACCOUNTANT,
        "section": "reports",
    }
    return render(request, "interpreting/detail.html", context, status=status)


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds() // 60)


@require_http_methods(["GET", "POST"])
@roles(*STAFF)
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk reports for a volunteer, or corrects a returned report."""
    membership, _, user = acting(request)
    assignment = get_assignment_for(membership, pk)
    report = Report.objects.filter(assignment=assignment).first()
    if report is not None and report.state != Report.State.RETURNED and request.method == "GET":
        return redirect("reports:detail", report.pk)
    form = ReportForm(
        request.POST or None, request.FILES or None, assignment=assignment, report=report
    )
    if request.method == "POST" and form.is_valid():
        try:
            report = actions.submit_report(
                assignment, form.draft(), via=Report.Via.DESK, by=user, at=database_now()
            )
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, "活動報告を登録しました。内容を確認してください。")
            return redirect("reports:detail", report.pk)
    context = {
        "form": form,
        "assignment": assignment,
        "booking": assignment.request,
        "report": report,
        "section": "reports",
    }
    status = REFUSED if request.method == "POST" else 200
    return render(request, "interpreting/enter.html", context, status=status)


@require_POST
@roles(*STAFF)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree with the version that was on the screen."""
    membership, _, user = acting(request)
    report = get_report_for(membership, pk)
    try:
        seen = parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        seen = None
    try:
        actions.confirm_report(report, by=user, at=database_now(), seen=seen)
    except ActionError as error:
        messages.error(request, error.text)
        return redirect("reports:detail", pk)
    messages.success(request, f"{report.assignment.volunteer.name}さんの活動報告を確認しました。")
    return redirect("reports:list")


@require_POST
@roles(*STAFF)
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the report to the volunteer with a reason."""
    membership, _, user = acting(request)
    report = get_report_for(membership, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _show(request, membership, pk, form, REFUSED)
    try:
        actions.return_report(report, form.cleaned_data["reason"], by=user, at=database_now())
    except ActionError as error:
        form.add_error(error.field if error.field in form.fields else None, error.text)
        return _show(request, membership, pk, form, 409)
    messages.success(request, "差し戻しました。本人に連絡します。")
    return redirect(f"{reverse('reports:list')}?tab=returned")


@require_POST
@roles(*STAFF)
def confirm_many(request: HttpRequest) -> HttpResponse:
    """Confirm the ticked reports that have no remarks; the others stay where they are.

    At most `MOST_AT_ONCE` at one press: beyond that nothing is confirmed and the page says so.
    """
    membership, _, user = acting(request)
    ticked = {int(pk) for pk in request.POST.getlist("report") if _is_key(pk)}
    if len(ticked) > MOST_AT_ONCE:
        text = (
            f"一度に確認できるのは{MOST_AT_ONCE}件までです。{MOST_AT_ONCE}件以下を選んでください。"
        )
        messages.error(request, text)
        return redirect(f"{reverse('reports:list')}?tab=waiting")
    at = database_now()
    done, left = 0, 0
    found = visible_reports(membership).filter(pk__in=ticked, state=Report.State.SUBMITTED)
    for report in found.order_by("pk"):
        try:
            if lists.row_of(report).remarks:
                left += 1
                continue
            actions.confirm_report(report, by=user, at=at, seen=report.submitted_at)
            done += 1
        except ActionError:
            left += 1
    if done:
        messages.success(request, f"{done}件の活動報告を確認しました。")
    if left:
        messages.warning(request, f"{left}件は確認が必要なため、そのままにしました。")
    if not ticked:
        messages.warning(request, "確認する活動報告を選んでください。")
    return redirect(f"{reverse('reports:list')}?tab=waiting")


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


@require_GET
@roles(*READERS)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo of a receipt."""
    membership, _, _ = acting(request)
    return receipt_response(get_receipt_for(membership, pk))
