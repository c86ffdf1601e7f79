"""Every change of a charge: drafting, issuing, settling, taking back; and the facts it depends on.

Locks go report → tariffs → charges, after the books where an honorarium is concerned. What was
issued never changes: it is taken back by a reversal, which is issued like any other charge.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Organization, User
from accounts.times import local
from dispatch.models import Assignment, Request, RequestingBody
from honoraria.charges.pricing import Charged, cancellation_of, charge_of
from honoraria.models import Charge, Tariff, TariffVersion
from honoraria.months import Month
from honoraria.pricing import Unpriced, activity_date, versions_of
from honoraria.tariff import Share
from interpreting.models import Report

MOVED = "状態が変わったため、この操作はできません。画面を更新してご確認ください。"


def draft_charge(report: Report, by: User | None, at: datetime) -> Charge | None:
    """Price the requester's side of a confirmed report anew; None when there is nothing to charge.

    What was issued stays. Raises ActionError: not_confirmed.
    """
    with transaction.atomic():
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
        charge = standing or _new_charge(report, at)
        _put(charge, charged)
        charge.save()
        _log(charge, "charge.drafted", by=by, at=at, report=report.pk, total=charge.total)
    return charge


def take_back_charge(report: Report, by: User | None, at: datetime) -> None:
    """A confirmed report goes back: its draft goes too; what was issued stops it."""
    with transaction.atomic():
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
        before = (charge.tariff_version_id, charge.fee, charge.transport)
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
        changed += before != (charge.tariff_version_id, charge.fee, charge.transport)
    return changed


def charge_cancellation(
    assignment: Assignment, *, transport: int, by: User, at: datetime
) -> Charge:
    """Draft what the tariff says for a booking that was called off.

    ``transport``: yen spent all the same. Raises ActionError: not_cancelled, nothing_due, charged.
    """
    with transaction.atomic():
        booking = Request.objects.select_for_update().get(pk=assignment.request_id)
        assignment = Assignment.objects.select_related(
            "request__organization", "request__body__terms"
        ).get(pk=assignment.pk)
        if booking.status != Request.Status.CANCELLED:
            raise ActionError("not_cancelled", "取り消された依頼だけに取消料を計算できます。")
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
        charge.booked_on = charge.activity_date if last is None else local(at).date()
        _put(charge, charged)
        charge.save()
        _log(charge, "charge.drafted", by=by, at=at, assignment=assignment.pk, total=charge.total)
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
                activity_date=local(at).date(),
                booked_on=local(at).date(),
                fee=levy["amount"],
                total=levy["amount"],
                derivation=[{"code": "levy", "text": text, "amount": levy["amount"]}],
                shares=[asdict(Share(body.name, levy["amount"], text))],
                created_at=at,
            )
            _log(charge, "charge.drafted", by=by, at=at, levy=year, total=charge.total)
            made += 1
    return made


def remove_draft(charge: Charge, *, by: User, at: datetime) -> None:
    """Drop a drafted cancellation or levy; a report's draft goes with its report only."""
    with transaction.atomic():
        charge = _locked(charge)
        if charge.state != Charge.State.DRAFT or charge.kind == Charge.Kind.PRICED:
            raise ActionError("wrong_state", MOVED)
        _log(charge, "charge.draft_removed", by=by, at=at, total=charge.total)
        charge.delete()


def issue(charge: Charge, *, by: User, at: datetime, seen_total: int | None = None) -> Charge:
    """Issue one draft. Raises ActionError: changed_meanwhile, wrong_state."""
    with transaction.atomic():
        charge = _locked(charge)
        if seen_total is not None and seen_total != charge.total:
            raise ActionError("changed_meanwhile", MOVED)
        _move(charge, Charge.State.ISSUED)
        charge.issued_at, charge.issued_by = at, by
        charge.save(update_fields=["state", "issued_at", "issued_by"])
        _log(charge, "charge.issued", by=by, at=at, total=charge.total)
    return charge


def issue_all(
    organization: Organization,
    month: Month,
    *,
    by: User,
    at: datetime,
    only: Collection[int] | None = None,
) -> tuple[int, int]:
    """Issue the drafts of a month, all or ``only`` those: how many, and their yen."""
    with transaction.atomic():
        drafts = Charge.objects.of(organization).between(month.first, month.last).drafts()
        if only is not None:
            drafts = drafts.filter(pk__in=only)
        rows = list(drafts.select_for_update().order_by("pk").values_list("pk", "total"))
        keys = [pk for pk, _ in rows]
        Charge.objects.filter(pk__in=keys).update(
            state=Charge.State.ISSUED, issued_at=at, issued_by=by
        )
        total = sum(yen for _, yen in rows)
        if keys:
            record(
                f"charges:{month}",
                "charges.issued",
                organization=organization,
                by=by,
                at=at,
                count=len(keys),
                total=total,
                charges=keys,
            )
    return len(keys), total


def settle(charge: Charge, on: date, *, by: User, at: datetime) -> Charge:
    """Note the day on which an issued charge was paid. Raises ActionError: wrong_state, future."""
    with transaction.atomic():
        charge = _locked(charge)
        if on > local(at).date():
            raise ActionError("future", "入金日に、これからの日は入力できません。", field="on")
        _move(charge, Charge.State.SETTLED)
        charge.settled_on = on
        charge.save(update_fields=["state", "settled_on"])
        _log(charge, "charge.settled", by=by, at=at, total=charge.total, on=on.isoformat())
    return charge


def unsettle(charge: Charge, *, by: User, at: datetime) -> Charge:
    """Take a settlement back that was noted by mistake."""
    with transaction.atomic():
        charge = _locked(charge)
        if charge.state != Charge.State.SETTLED:
            raise ActionError("wrong_state", MOVED)
        charge.state, charge.settled_on = Charge.State.ISSUED, None
        charge.save(update_fields=["state", "settled_on"])
        _log(charge, "charge.unsettled", by=by, at=at, total=charge.total)
    return charge


def reverse(charge: Charge, reason: str, *, by: User, at: datetime) -> Charge:
    """Take an issued charge back by a negative one, billed in the month of the correction.

    Raises ActionError: reason_missing, not_issued, has_correction, is_reversal.
    """
    if not reason.strip():
        raise ActionError("reason_missing", "理由を入力してください。", field="reason", status=400)
    with transaction.atomic():
        charge = _locked(charge)
        if charge.kind == Charge.Kind.REVERSAL:
            raise ActionError("is_reversal", "取消しの行は訂正できません。")
        if charge.state == Charge.State.DRAFT:
            raise ActionError("not_issued", "未請求の行は、取消しではなく計算し直してください。")
        if Charge.objects.filter(corrects=charge).exists():
            raise ActionError("has_correction", "すでに取り消されています。")
        day = charge.activity_date
        title = f"{day.year}年{day.month}月{day.day}日の請求の取消し"
        lines = [{"code": "reversal", "text": title, "amount": 0}]
        lines += [{**line, "amount": -line["amount"]} for line in charge.derivation]
        shares = [{**share, "amount": -share["amount"]} for share in charge.shares]
        reversal = Charge.objects.create(
            organization=charge.organization,
            report=charge.report,
            assignment=charge.assignment,
            body=charge.body,
            fiscal_year=charge.fiscal_year,
            tariff_version=charge.tariff_version,
            kind=Charge.Kind.REVERSAL,
            corrects=charge,
            activity_date=day,
            booked_on=max(local(at).date(), charge.booked_on),
            fee=-charge.fee,
            transport=-charge.transport,
            total=-charge.total,
            derivation=lines,
            shares=shares,
            created_at=at,
            reason=reason.strip()[:300],
        )
        _log(reversal, "charge.reversed", by=by, at=at, total=reversal.total, reverses=charge.pk)
    return reversal


# --- locks and rows ------------------------------------------------------------------------------


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


def _new_charge(report: Report, at: datetime) -> Charge:
    """A first charge, or the one that follows the last reversal."""
    last = Charge.objects.filter(report=report).order_by("-pk").first()
    day = activity_date(report)
    return Charge(
        organization=report.assignment.request.organization,
        report=report,
        assignment=report.assignment,
        body=report.assignment.request.body,
        corrects=last,
        activity_date=day,
        booked_on=day if last is None else local(at).date(),
        reason=last.reason if last else "",
        created_at=at,
    )


def _put(charge: Charge, charged: Charged) -> None:
    if charge.report is not None:
        charge.activity_date = activity_date(charge.report)
        charge.booked_on = charge.activity_date if charge.corrects_id is None else charge.booked_on
        charge.body = charge.report.assignment.request.body
    priced = charged.priced
    charge.tariff_version = charged.version
    charge.fee, charge.transport, charge.total = priced.fee, priced.transport, priced.total
    charge.derivation = [asdict(line) for line in priced.lines]
    charge.shares = [asdict(share) for share in charged.shares]


def _locked(charge: Charge) -> Charge:
    found = (
        Charge.objects.select_for_update(of=("self",))
        .select_related("organization", "report", "assignment", "body", "tariff_version")
        .filter(pk=charge.pk)
        .first()
    )
    if found is None:  # a draft goes when its report is returned
        raise ActionError("changed_meanwhile", MOVED)
    return found


def _move(charge: Charge, to: str) -> None:
    if to not in Charge.MOVES[charge.state]:
        raise ActionError("wrong_state", MOVED)
    charge.state = to


def _log(charge: Charge, verb: str, *, by: User | None, at: datetime, **detail: Any) -> None:
    record(charge.key, verb, organization=charge.organization_id, by=by, at=at, **detail)


def _log_report(report: Report, verb: str, by: User | None, at: datetime, **detail: Any) -> None:
    organization = report.assignment.request.organization_id
    record(report.key, verb, organization=organization, by=by, at=at, **detail)
