"""The audit trail for administrators: a list, a check of the chain, a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import acting, roles
from accounts.audit import verb_in_words, verbs_meaning, verify
from accounts.forms import AuditFilterForm
from accounts.models import AuditEntry, AuditQuerySet, Organization, Role

PAGE = 100
COLUMNS = ["番号", "日時", "操作した人", "操作", "対象", "内容", "検証値"]


class _Echo:
    """A file whose write hands the line back, so that it can be streamed."""

    def write(self, line: str) -> str:
        return line


@roles(Role.ADMIN)
@require_safe
def list_entries(request: HttpRequest) -> HttpResponse:
    """The newest lines first; with ``?verify=1`` the chain is checked as well."""
    organization = acting(request)[1]
    form = AuditFilterForm(request.GET)
    page = Paginator(_filtered(organization, form), PAGE).get_page(request.GET.get("page"))
    checked = request.GET.get("verify") == "1"
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("verify", None)
    context = {
        "form": form,
        "page": page,
        "lines": [(entry, verb_in_words(entry.verb)) for entry in page],
        "checked": checked,
        "broken_at": verify(organization) if checked else None,
        "sealed": AuditEntry.objects.filter(organization=organization, number__isnull=False).count()
        if checked
        else 0,
        "query": query.urlencode(),
    }
    return render(request, "accounts/audit.html", context)


@roles(Role.ADMIN)
@require_safe
def download_entries(request: HttpRequest) -> HttpResponseBase:
    """The filtered lines as CSV (UTF-8 with BOM, oldest first)."""
    organization = acting(request)[1]
    entries = _filtered(organization, AuditFilterForm(request.GET)).order_by("id")
    response = StreamingHttpResponse(_lines(entries), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _filtered(organization: Organization, form: AuditFilterForm) -> AuditQuerySet:
    entries = AuditEntry.objects.filter(organization=organization).order_by("-id")
    if not form.is_valid():
        return entries
    if text := form.cleaned_data["text"].replace("\x00", "").strip():
        entries = entries.filter(
            Q(subject__icontains=text)
            | Q(verb__icontains=text)
            | Q(verb__in=verbs_meaning(text))
            | Q(actor_label__icontains=text)
        )
    if first := form.cleaned_data["first"]:
        entries = entries.filter(at__gte=timezone.make_aware(datetime.combine(first, time())))
    if last := form.cleaned_data["last"]:
        try:
            end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time()))
        except OverflowError:  # the last day of the calendar
            return entries
        entries = entries.filter(at__lt=end)
    return entries


def _lines(entries: AuditQuerySet) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for entry in entries.iterator(chunk_size=2000):
        yield writer.writerow(
            [
                entry.number or "",
                timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
                _plain(entry.actor_label),
                verb_in_words(entry.verb),
                entry.subject,
                json.dumps(entry.detail, ensure_ascii=False, sort_keys=True),
                entry.hash,
            ]
        )


def _plain(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
