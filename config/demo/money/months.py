"""The demo's months: approved on the 5th, closed on the 8th, paid in the middle of the next one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from accounts.models import Organization, Role, User
from config.demo.money import days
from honoraria.actions import approve as approve_one
from honoraria.closing.actions import close_month
from honoraria.closing.checklist import checklist
from honoraria.models import Honorarium, PayingAccount, Payment, PaymentBatch
from honoraria.months import Month
from honoraria.payments.actions import (
    Particulars,
    finish_batch,
    prepare_batch,
    record_cash_receipt,
    release_batch,
    save_account,
)
from honoraria.payments.planning import plan
from honoraria.payments.verifying import findings
from honoraria.tax.actions import change_payer, record_remittance
from honoraria.tax.form309 import Payer
from honoraria.tax.remitting import dues

Method = PaymentBatch.Method


def approve(
    city: Organization,
    last: Month,
    accountant: User,
    at: datetime,
    *,
    hold: Collection[int] = (),
) -> int:
    """Entries of the months up to ``last`` without ``hold``; returns how many.

    On the fifth of the month after, or now if that is still to come.
    """
    drafts = Honorarium.objects.of(city).drafts().filter(activity_date__lte=last.last)
    done = 0
    for entry in drafts.exclude(pk__in=hold).order_by("activity_date", "pk"):
        month = Month.of(entry.activity_date)
        approve_one(entry, by=accountant, at=min(days.on(month, days.APPROVE), at))
        done += 1
    return done


def found(city: Organization, staff: dict[str, User], opened: datetime) -> PayingAccount:
    """Who pays: the organization for the tax office, and its account at the bank."""
    admin = staff[Role.ADMIN]
    payer = Payer(city.name.removesuffix("（デモ）"), "東京都八王子市元本郷町0-1", "0420000010")
    change_payer(city, payer, by=admin, at=opened)
    particulars = Particulars(
        name="謝礼支払口座",
        consignor_code="0000012345",
        consignor_name="ハチオウジコクサイキヨウカイ",
        bank_code="1360",
        branch_code="013",
        kind="1",
        number="0001234",
    )
    return save_account(city, None, particulars, by=admin, at=opened)


def close_and_pay(city: Organization, month: Month, staff: dict[str, User], at: datetime) -> None:
    """Close it with its warnings accepted, pay by bank and in cash, remit the tax."""
    closed_at = days.on(month, days.CLOSE)
    points = checklist(city, month, closed_at)
    accept = [point.code for point in points if not point.blocks]
    close_month(city, month, by=staff[Role.ACCOUNTANT], at=closed_at, accept=accept)
    if batch := release(city, Method.BANK, month, staff):
        paid_at = days.on(month, days.value_date(month).day, 15 * 60)
        finish_batch(batch, by=staff[Role.ACCOUNTANT], at=paid_at)
    if batch := release(city, Method.CASH, month, staff):
        _hand_over(batch, month, staff[Role.ACCOUNTANT])
    _remit(city, month, staff[Role.ACCOUNTANT], at)


def release(
    city: Organization, method: str, month: Month, staff: dict[str, User]
) -> PaymentBatch | None:
    """What is payable by a method, prepared by the accountant and released by the administrator."""
    prepared_at, released_at = days.on(month, days.PREPARE), days.on(month, days.RELEASE)
    value_date = days.value_date(month)
    if not plan(city, method, value_date).people:
        return None
    account = city.paying_accounts.first() if method == Method.BANK else None
    by = staff[Role.ACCOUNTANT]
    batch = prepare_batch(city, method, value_date, account, by=by, at=prepared_at)
    payments = list(batch.payments.select_related("volunteer", "account"))
    said = [one.code for one in findings(batch, payments, released_at) if not one.blocks]
    return release_batch(batch, by=staff[Role.ADMIN], at=released_at, accept=said)


def _hand_over(batch: PaymentBatch, month: Month, by: User) -> None:
    """Cash with a signed slip from everybody but the last, whose slip has not come back."""
    day = batch.value_date
    at = days.on(month, day.day, 14 * 60)
    finish_batch(batch, day, by=by, at=at)
    payments = list(Payment.objects.filter(batch=batch).order_by("volunteer__number"))
    for payment in payments[: max(len(payments) - 1, 1)]:
        record_cash_receipt(payment, "paper", by=by, at=at)


def _remit(city: Organization, month: Month, by: User, at: datetime) -> None:
    """The tax withheld in the month after ``month``, remitted on the eighth of the one after."""
    paid_in = month.after
    remitted_at = days.on(paid_in, days.CLOSE)
    if remitted_at > at:
        return
    for due in dues(city, paid_in.year):
        if due.month == paid_in and due.tax:
            record_remittance(
                city, paid_in, due.residency, paid_in.after.first.replace(day=days.CLOSE),
                seen=due.tax, by=by, at=remitted_at,
            )  # fmt: skip
