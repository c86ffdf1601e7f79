"""What an accountant decides about tax: the payer's data, gift cards, remittances; filing a year.

Everything is logged. A remittance is the sum of what was withheld in a month that is over; it is
taken back and recorded anew when the month turns out different. Whoever fixes sums (remits, makes
the file) holds the books, so that nothing is approved, closed or paid meanwhile.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Organization, User
from accounts.times import local
from honoraria.closing.books import lock_books
from honoraria.models import Remittance
from honoraria.months import Month
from honoraria.tax import form309
from honoraria.tax.decisions import Filing, filed_years, filings, payer_of, policy_of
from honoraria.tax.remitting import due_of
from honoraria.tax.year_records import year_records

MOVED = "ほかの人が先に変更しました。画面を更新して、もう一度ご確認ください。"


def change_payer(
    organization: Organization, payer: form309.Payer, *, by: User, at: datetime
) -> None:
    """Store who files the records. Raises ActionError: bad_payer."""
    found = form309.problems(payer, [])
    if found:
        raise ActionError("bad_payer", "".join(one.text for one in found))
    _decide(organization, "payer", asdict(payer), "tax.payer_changed", by=by, at=at)


def decide_gift_cards(organization: Organization, taxed: bool, *, by: User, at: datetime) -> None:
    """Store whether gift cards are withheld from; reaches payments planned from now on."""
    _decide(organization, "gift_cards_taxed", taxed, "tax.gift_cards_decided", by=by, at=at)


def record_remittance(
    organization: Organization,
    month: Month,
    residency: str,
    remitted_on: date,
    *,
    seen: int,
    by: User,
    at: datetime,
) -> Remittance:
    """Note that the tax of a month was remitted. ``seen``: the yen that were on the screen.

    Raises ActionError: not_over, nothing_due, changed_meanwhile, bad_day, already_remitted.
    """
    today = local(at).date()
    if today <= month.last:
        raise ActionError("not_over", f"{month.words}はまだ終わっていません。")
    if not month.first <= remitted_on <= today:
        raise ActionError("bad_day", "納付日は、支払月の初日から今日までの日付にしてください。",
                          field="remitted_on")  # fmt: skip
    with transaction.atomic():
        lock_books(organization)
        due = due_of(organization, month, residency)
        if not due.tax:
            raise ActionError("nothing_due", "納付する税額がありません。")
        if due.tax != seen:
            text = "税額が変わりました。画面を更新して、もう一度ご確認ください。"
            raise ActionError("changed_meanwhile", text)
        made = _store(organization, due.month, residency, due.tax, remitted_on, by=by, at=at)
        record(_key(organization), "tax.remitted", organization=organization, by=by, at=at,
               month=str(month), residency=residency, amount=due.tax,
               remitted_on=remitted_on.isoformat())  # fmt: skip
    return made


def take_back_remittance(remittance: Remittance, *, by: User, at: datetime) -> None:
    """Remove a remittance that was recorded wrongly; the log keeps it."""
    with transaction.atomic():
        row = Remittance.objects.select_for_update().filter(pk=remittance.pk).first()
        if row is None:
            raise ActionError("changed_meanwhile", "この納付の記録は、すでに取り消されています。")
        detail: dict[str, Any] = {
            "month": f"{row.month:%Y-%m}",
            "residency": row.residency,
            "amount": row.amount,
            "remitted_on": row.remitted_on.isoformat(),
        }
        organization = row.organization
        row.delete()
        record(_key(organization), "tax.remittance_removed", organization=organization,
               by=by, at=at, **detail)  # fmt: skip


def export_form309(
    organization: Organization, year: int, prepared_on: date, *, by: User, at: datetime
) -> bytes:
    """The file of form 309 as of a day, logged with its hash and rows; making it files nothing.

    Raises Form309Error naming everybody whom the file cannot hold, and ActionError:
    nothing_to_file.
    """
    with transaction.atomic():
        lock_books(organization)
        organization.refresh_from_db(fields=["policy"])
        people = year_records(organization, year, prepared_on).needed
        if not people:
            raise ActionError("nothing_to_file", "支払調書の提出が必要な方はいません。")
        made = form309.file(payer_of(organization), [one.entry() for one in people], year)
        record(
            _key(organization), "tax.form309_exported", organization=organization, by=by, at=at,
            year=year, prepared_on=prepared_on.isoformat(), rows=len(people),
            amount=sum(one.sums.amount for one in people), sha256=hashlib.sha256(made).hexdigest(),
        )  # fmt: skip
    return made


def mark_filed(
    organization: Organization, year: int, filed: bool, *, by: User, at: datetime
) -> None:
    """Note that the records of a year were filed, as they are now, or that they were not after all.

    Corrections made later belong to their own year. Raises ActionError: year_not_over, changed_meanwhile.
    """
    with transaction.atomic():
        lock_books(organization)
        organization.refresh_from_db(fields=["policy"])
        if (year in filed_years(organization)) == filed:
            raise ActionError("changed_meanwhile", MOVED)
        today = local(at).date()
        if filed and today <= date(year, 12, 31):
            raise ActionError("year_not_over", f"{year}年はまだ終わっていません。")
        if filed:
            now = Filing(at, year_records(organization, year, today).to_file)
            _note_filing(organization, year, now)
            record(_key(organization), "tax.records_filed", organization=organization, by=by,
                   at=at, year=year, **now.figures._asdict())  # fmt: skip
        else:
            _note_filing(organization, year, None)
            record(_key(organization), "tax.records_not_filed", organization=organization, by=by,
                   at=at, year=year)  # fmt: skip


def _note_filing(organization: Organization, year: int, filing: Filing | None) -> None:
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    known = {str(one): noted.stored() for one, noted in filings(locked).items()}
    known.pop(str(year), None)
    if filing:
        known[str(year)] = filing.stored()
    locked.policy = {**policy_of(locked), "records_filed": known}
    locked.save(update_fields=["policy"])


def _store(
    organization: Organization,
    month: Month,
    residency: str,
    amount: int,
    remitted_on: date,
    *,
    by: User,
    at: datetime,
) -> Remittance:
    try:
        with transaction.atomic():
            return Remittance.objects.create(
                organization=organization,
                month=month.first,
                residency=residency,
                amount=amount,
                remitted_on=remitted_on,
                recorded_at=at,
                recorded_by=by,
            )
    except IntegrityError as error:
        text = f"{month.words}の納付は、すでに記録されています。"
        raise ActionError("already_remitted", text) from error


def _decide(
    organization: Organization, name: str, value: Any, verb: str, *, by: User, at: datetime
) -> None:
    """Write one decision into the policy and log it; the same decision again is nothing."""
    with transaction.atomic():
        locked = Organization.objects.select_for_update().get(pk=organization.pk)
        policy = policy_of(locked)
        before = policy.get(name)
        if before == value:
            return
        locked.policy = {**policy, name: value}
        locked.save(update_fields=["policy"])
        record(_key(locked), verb, organization=locked, by=by, at=at, before=before, after=value)


def _key(organization: Organization) -> str:
    return f"organization:{organization.pk}"
