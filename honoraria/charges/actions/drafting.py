"""Drafting charges: with a report, for a booking that was called off, as a yearly levy.

Locks go books → report → tariffs → charges. A draft is booked on the day of the activity or, if that
month is closed, into the first open one. It follows its report and its tariff; what was issued stays
(`honoraria.charges.actions.issuing`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import MOVED, ActionError
from accounts.models import Organization, User
from accounts.times import local
from dispatch.models import Assignment, Request, RequestingBody
from honoraria.charges.actions.rows import locked, log
from honoraria.charges.pricing import (
    Charged,
    called_off_bookings,
    cancellation_of,
    charge_of,
)
from honoraria.closing.books import booking_day, lock_books
from honoraria.models import Books, Charge, Tariff, TariffVersion
from honoraria.months import Month
from honoraria.pricing import Unpriced, activity_date, versions_of
from honoraria.tariff import Share
from interpreting.models import Report


def draft_charge(report: Report, by: User | None, at: datetime) -> Charge | None:
    """Price the requester's side of a confirmed report anew; None when there is nothing to charge.

    What was issued stays. Raises ActionError: not_confirmed.
    """
    with transaction.atomic():
        books = _books_of(report)
        report = _locked_report(report)
        if report.state != Report.State.CONFIRMED:
            raise ActionError("not_confirmed", "確認済みの活動報告だけが計算できます。")
        organization = report.assignment.request.organization
        _lock_tariffs(organization)
        standing = _standing(report)
        if standing is not None and standing.state != Charge.State.DRAFT:
            return standing
        try:
            charged = charge_of(report)
        except Unpriced as error:
            charged = None
            _log_report(report, "charge.unpriced", by, at, code=error.code)
        if charged is None:
            if standing is not None:
                standing.delete()
            return None
        charge = standing or _new_charge(report, books, at)
        _put(charge, charged)
        charge.save()
        log(charge, "charge.drafted", by=by, at=at, report=report.pk, total=charge.total)
    return charge


def take_back_charge(report: Report, by: User | None, at: datetime) -> None:
    """A confirmed report goes back: its draft goes too; what was issued stops it."""
    with transaction.atomic():
        _books_of(report)
        standing = _standing(_locked_report(report))
        if standing is None:
            return
        if standing.state != Charge.State.DRAFT:
            text = "この報告の請求は発行済みです。経理が請求を取り消してから、やり直してください。"
            raise ActionError("already_issued", text)
        total = standing.total
        standing.delete()
        _log_report(report, "charge.draft_removed", by, at, total=total)


def draft_missing_charges(
    organization: Organization, month: Month, *, by: User, at: datetime
) -> int:
    """Price every confirmed report of the month without a standing charge; how many now have one."""
    begin, end = month.instants()
    standing = Charge.objects.standing().filter(report__isnull=False).values("report")
    reports = Report.objects.of(organization).filter(
        started_at__gte=begin, started_at__lt=end, state=Report.State.CONFIRMED
    )
    if not versions_of(organization, "charge"):
        return 0
    return sum(
        draft_charge(report, by, at) is not None
        for report in reports.exclude(pk__in=standing).order_by("pk")
    )


def reprice_charges(organization: Organization, first: date, last: date | None) -> int:
    """Price the drafts of reports on these days anew, inside the transaction that locks tariffs."""
    drafts = Charge.objects.of(organization).drafts().standing()
    drafts = drafts.filter(kind=Charge.Kind.PRICED, activity_date__gte=first)
    if last is not None:
        drafts = drafts.filter(activity_date__lte=last)
    versions = versions_of(organization, "charge")
    changed = 0
    for charge in drafts.select_for_update(of=("self",)).order_by("pk"):
        report = _report_of(charge)
        before = (charge.tariff_version_id, charge.fee, charge.total)
        try:
            charged = charge_of(report, versions)
        except Unpriced:
            charged = None
        if charged is None:
            charge.delete()
            changed += 1
            continue
        _put(charge, charged)
        charge.save()
        changed += before != (charge.tariff_version_id, charge.fee, charge.total)
    return changed


def charge_cancellation(
    assignment: Assignment, *, transport: int, by: User, at: datetime
) -> Charge:
    """Draft what the tariff says for a booking that was called off.

    ``transport``: yen spent all the same. Raises ActionError: not_cancelled, nothing_due, charged.
    """
    with transaction.atomic():
        books = lock_books(assignment.request.organization_id)
        booking = Request.objects.select_for_update().get(pk=assignment.request_id)
        found = called_off_bookings(booking.organization).filter(pk=assignment.pk).first()
        if found is None:
            text = (
                "派遣が決まったあとに依頼者側の都合で取り消された依頼だけに、料金を計算できます。"
            )
            raise ActionError("not_cancelled", text)
        assignment = found
        _lock_tariffs(assignment.request.organization)
        last = Charge.objects.filter(assignment=assignment, report__isnull=True).last()
        if last is not None and last.kind != Charge.Kind.REVERSAL:
            raise ActionError("charged", "この取消しの料金は、すでに計算してあります。")
        try:
            charged = cancellation_of(assignment, transport=transport)
        except Unpriced as error:
            raise ActionError(error.code, error.text) from error
        if charged is None or charged.priced.total == 0:
            raise ActionError("nothing_due", "基準によると、この取消しに料金はかかりません。")
        charge = Charge(
            organization=assignment.request.organization,
            assignment=assignment,
            body=assignment.request.body,
            kind=Charge.Kind.CANCELLATION,
            corrects=last,
            activity_date=local(assignment.request.starts_at).date(),
            created_at=at,
        )
        charge.booked_on = _booking(books, charge, at)
        _put(charge, charged)
        charge.save()
        log(charge, "charge.drafted", by=by, at=at, assignment=assignment.pk, total=charge.total)
    return charge


def add_levies(
    version: TariffVersion, bodies: Collection[RequestingBody], year: int, *, by: User, at: datetime
) -> int:
    """Draft the levy of the fiscal year for bodies that have none yet. Raises ActionError: no_levy."""
    levy = version.rules.get("levy")
    if levy is None or not levy["amount"]:
        raise ActionError("no_levy", "この基準には、年会費・負担金の額が定められていません。")
    made = 0
    with transaction.atomic():
        lock_books(version.tariff.organization)
        _lock_tariffs(version.tariff.organization)
        for body in bodies:
            known = Charge.objects.standing().filter(body=body, kind=Charge.Kind.LEVY)
            if known.filter(fiscal_year=year).exists():
                continue
            text = f"{year}年度の負担金（{levy['payer']}） {levy['amount']:,}円"
            charge = Charge.objects.create(
                organization=version.tariff.organization,
                body=body,
                fiscal_year=year,
                kind=Charge.Kind.LEVY,
                tariff_version=version,
                tariff_name=version.tariff.name,
                activity_date=local(at).date(),
                booked_on=local(at).date(),
                fee=levy["amount"],
                total=levy["amount"],
                derivation=[{"code": "levy", "text": text, "amount": levy["amount"]}],
                shares=[asdict(Share(body.name, levy["amount"], text))],
                created_at=at,
            )
            log(charge, "charge.drafted", by=by, at=at, levy=year, total=charge.total)
            made += 1
    return made


def remove_draft(charge: Charge, *, by: User, at: datetime) -> None:
    """Drop a drafted cancellation or levy; a report's draft goes with its report only."""
    with transaction.atomic():
        charge = locked(charge)
        if charge.state != Charge.State.DRAFT or charge.kind == Charge.Kind.PRICED:
            raise ActionError("wrong_state", MOVED)
        log(charge, "charge.draft_removed", by=by, at=at, total=charge.total)
        charge.delete()


def _report_of(charge: Charge) -> Report:
    """Its report, with what pricing reads; the constraint says that a priced charge has one."""
    return Report.objects.select_related(
        "assignment__request__organization", "assignment__request__body__terms", "facts"
    ).get(charges=charge)


def _locked_report(report: Report) -> Report:
    return (
        Report.objects.select_for_update(of=("self",))
        .select_related("assignment__request__organization", "assignment__request__body__terms")
        .get(pk=report.pk)
    )


def _lock_tariffs(organization: Organization) -> None:
    list(Tariff.objects.select_for_update().filter(organization=organization).order_by("pk"))


def _standing(report: Report) -> Charge | None:
    return Charge.objects.standing().filter(report=report).select_for_update(of=("self",)).first()


def _books_of(report: Report) -> Books:
    found = Request.objects.filter(assignments__report=report.pk)
    return lock_books(found.values_list("organization_id", flat=True).get())


def _booking(books: Books, charge: Charge, at: datetime) -> date:
    """The day of the activity, or that on which a correction is followed; in an open month."""
    today = local(at).date()
    day = charge.activity_date if charge.corrects is None else today
    return booking_day(books, day, today)


def _new_charge(report: Report, books: Books, at: datetime) -> Charge:
    """A first charge, or the one that follows the last reversal."""
    last = Charge.objects.filter(report=report).order_by("-pk").first()
    charge = Charge(
        organization=report.assignment.request.organization,
        report=report,
        assignment=report.assignment,
        body=report.assignment.request.body,
        corrects=last,
        activity_date=activity_date(report),
        reason=last.reason if last else "",
        created_at=at,
    )
    charge.booked_on = _booking(books, charge, at)
    return charge


def _put(charge: Charge, charged: Charged) -> None:
    if charge.report is not None:
        charge.activity_date = activity_date(charge.report)
        charge.body = charge.report.assignment.request.body
    priced = charged.priced
    charge.tariff_version, charge.tariff_name = charged.version, charged.version.tariff.name
    charge.fee, charge.transport, charge.total = priced.fee, priced.transport, priced.total
    charge.consumption_tax = priced.consumption_tax
    charge.derivation = [asdict(line) for line in priced.lines]
    charge.shares = [asdict(share) for share in charged.shares]


def _log_report(report: Report, verb: str, by: User | None, at: datetime, **detail: Any) -> None:
    organization = report.assignment.request.organization_id
    record(report.key, verb, organization=organization, by=by, at=at, **detail)
