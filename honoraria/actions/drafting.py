"""A confirmed report becomes a priced draft; a report taken up again loses it.

Locks go books → report → tariffs → honoraria, here and everywhere. What was done in a month that is
closed by now is booked into the first open one. A price that cannot be given leaves no entry:
`honoraria.months` lists the report with the reason until somebody acts.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Organization, User
from accounts.times import local
from dispatch.models import Request
from honoraria.closing.books import booking_day, lock_books
from honoraria.models import Books, Honorarium, Tariff, TariffVersion
from honoraria.months import Month, unpriced
from honoraria.pricing import Result, Unpriced, activity_date, price_report
from interpreting.models import Report


def draft_honorarium(report: Report, by: User | None, at: datetime) -> Honorarium | None:
    """Price a confirmed report anew; None when no amount can be given.

    Changes the standing draft, if there is one. Raises ActionError: not_confirmed,
    already_approved.
    """
    with transaction.atomic():
        books = lock_books_of(report)
        report = _locked(report)
        if report.state != Report.State.CONFIRMED:
            raise ActionError("not_confirmed", "確認済みの活動報告だけが計算できます。")
        # a version that begins now must not pass by a price that is just being computed
        organization = report.assignment.request.organization
        list(Tariff.objects.select_for_update().filter(organization=organization).order_by("pk"))
        standing = _standing(report)
        if standing is not None and standing.state != Honorarium.State.DRAFT:
            raise _approved()
        try:
            result = price_report(report)
        except Unpriced as error:
            _log(report, "honorarium.unpriced", by, at, code=error.code)
            if standing is not None:
                standing.delete()
            return None
        entry = standing or _new_entry(report, books, at)
        put_price(entry, report, result)
        entry.save()
        record(
            entry.key,
            "honorarium.drafted",
            organization=organization,
            by=by,
            at=at,
            report=report.pk,
            total=entry.total,
            version=entry.tariff_version_id,
        )
    return entry


def draft_missing(
    organization: Organization, month: Month, by: User | None, at: datetime
) -> tuple[int, int]:
    """Price every confirmed report of the month that has no entry: how many now have one, or not.

    One transaction for each, since each locks its report before the tariffs.
    """
    made = left = 0
    for report in unpriced(organization, month):
        try:
            entry = draft_honorarium(report, by, at)
        except ActionError:  # somebody was quicker
            continue
        made, left = made + (entry is not None), left + (entry is None)
    return made, left


def take_back_draft(report: Report, by: User | None, at: datetime) -> None:
    """A confirmed report goes back: its draft goes too; what is approved stops it."""
    with transaction.atomic():
        lock_books_of(report)
        standing = _standing(_locked(report))
        if standing is None:
            return
        if standing.state != Honorarium.State.DRAFT:
            raise _approved()
        total = standing.total
        standing.delete()
        _log(report, "honorarium.draft_removed", by, at, total=total)


def lock_books_of(report: Report, by: User | None = None, at: datetime | None = None) -> Books:
    """The books of the report's organization; taken before the report, also by who confirms it."""
    found = Request.objects.filter(assignments__report=report.pk)
    return lock_books(found.values_list("organization_id", flat=True).get())


def put_price(entry: Honorarium, report: Report, result: Result) -> None:
    """Write a price and its derivation into an entry that is not saved yet; its month stays."""
    priced = result.priced
    entry.activity_date, entry.minutes = activity_date(report), report.minutes
    put_terms(entry, result.version)
    entry.fee, entry.transport, entry.total = priced.fee, priced.transport, priced.total
    entry.derivation = [asdict(line) for line in priced.lines]


def put_terms(entry: Honorarium, version: TariffVersion) -> None:
    """Copy what the version says beside the amount: its name, how it is paid and taxed."""
    entry.tariff_version, entry.tariff_name = version, version.tariff.name
    entry.paid_by, entry.tax = version.paid_by, version.tax
    entry.transport_to = version.transport_to


def _locked(report: Report) -> Report:
    return (
        Report.objects.select_for_update(of=("self",))
        .select_related("assignment__request__organization", "assignment__volunteer")
        .get(pk=report.pk)
    )


def _standing(report: Report) -> Honorarium | None:
    return (
        Honorarium.objects.standing().filter(report=report).select_for_update(of=("self",)).first()
    )


def _new_entry(report: Report, books: Books, at: datetime) -> Honorarium:
    """A first entry, or the one that follows the last reversal."""
    last = Honorarium.objects.filter(report=report).order_by("-pk").first()
    return Honorarium(
        organization=report.assignment.request.organization,
        volunteer=report.assignment.volunteer,
        assignment=report.assignment,
        report=report,
        corrects=last,
        booked_on=booking_day(books, activity_date(report), local(at).date()),
        reason=last.reason if last else "",
        created_at=at,
    )


def _approved() -> ActionError:
    text = (
        "この報告の謝礼は承認済みです。経理が承認を取り消すか、訂正してから、やり直してください。"
    )
    return ActionError("already_approved", text)


def _log(report: Report, verb: str, by: User | None, at: datetime, **detail: Any) -> None:
    organization = report.assignment.request.organization_id
    record(report.key, verb, organization=organization, by=by, at=at, **detail)
