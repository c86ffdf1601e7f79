"""Issuing charges, noting their payment, taking them back.

What was issued never changes: it is taken back by a reversal, which is issued like any other
charge. Every action locks the books and its rows; drafts that were taken back meanwhile are not issued.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from accounts.audit import record
from accounts.errors import MOVED, ActionError
from accounts.models import Organization, User
from accounts.times import local
from honoraria.charges.actions.rows import locked, log, move
from honoraria.closing.books import lock_books
from honoraria.models import Charge
from honoraria.months import Month


def issue(charge: Charge, *, by: User, at: datetime, seen_total: int | None = None) -> Charge:
    """Issue one draft. Raises ActionError: changed_meanwhile, wrong_state."""
    with transaction.atomic():
        charge = locked(charge)
        if seen_total is not None and seen_total != charge.total:
            raise ActionError("changed_meanwhile", MOVED)
        move(charge, Charge.State.ISSUED)
        charge.issued_at, charge.issued_by = at, by
        charge.save(update_fields=["state", "issued_at", "issued_by"])
        log(charge, "charge.issued", by=by, at=at, total=charge.total)
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
        lock_books(organization)
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
        charge = locked(charge)
        if on > local(at).date():
            raise ActionError("future", "入金日に、これからの日は入力できません。", field="on")
        move(charge, Charge.State.SETTLED)
        charge.settled_on = on
        charge.save(update_fields=["state", "settled_on"])
        log(charge, "charge.settled", by=by, at=at, total=charge.total, on=on.isoformat())
    return charge


def unsettle(charge: Charge, *, by: User, at: datetime) -> Charge:
    """Take a settlement back that was noted by mistake."""
    with transaction.atomic():
        charge = locked(charge)
        if charge.state != Charge.State.SETTLED:
            raise ActionError("wrong_state", MOVED)
        charge.state, charge.settled_on = Charge.State.ISSUED, None
        charge.save(update_fields=["state", "settled_on"])
        log(charge, "charge.unsettled", by=by, at=at, total=charge.total)
    return charge


def reverse(charge: Charge, reason: str, *, by: User, at: datetime) -> Charge:
    """Take an issued charge back by a negative one, billed in the month of the correction.

    That month is open: none is closed before it is over.

    Raises ActionError: reason_missing, not_issued, has_correction, is_reversal.
    """
    if not reason.strip():
        raise ActionError("reason_missing", "理由を入力してください。", field="reason", status=400)
    with transaction.atomic():
        charge = locked(charge)
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
            tariff_name=charge.tariff_name,
            kind=Charge.Kind.REVERSAL,
            corrects=charge,
            activity_date=day,
            booked_on=max(local(at).date(), charge.booked_on),
            fee=-charge.fee,
            transport=-charge.transport,
            consumption_tax=-charge.consumption_tax,
            total=-charge.total,
            derivation=lines,
            shares=shares,
            created_at=at,
            reason=reason.strip()[:300],
        )
        log(reversal, "charge.reversed", by=by, at=at, total=reversal.total, reverses=charge.pk)
    return reversal
