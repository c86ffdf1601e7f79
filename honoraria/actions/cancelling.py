"""What a tariff gives a volunteer for a booking that was called off: recorded by one, approved by another.

Nobody reports such a booking, so the accountant records it from the list of what was called off;
then it is an entry like any other. Locks go books → request → tariffs → entries.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.errors import MOVED, ActionError
from accounts.models import User
from accounts.times import local
from dispatch.models import Assignment, Request
from honoraria.actions.drafting import put_terms
from honoraria.charges.pricing import Charged, called_off_bookings, cancellation_of
from honoraria.closing.books import booking_day, check_open, lock_books
from honoraria.models import Honorarium, Tariff
from honoraria.pricing import Unpriced

NOTHING_DUE = "基準によると、この取消しに謝礼はかかりません。"
NOT_CALLED_OFF = "派遣が決まったあとに依頼者側の都合で取り消された依頼だけに、謝礼を計上できます。"


def record_cancelled(
    assignment: Assignment, *, transport: int, by: User, at: datetime
) -> Honorarium:
    """Draft what the tariff gives for a booking that was called off.

    ``transport``: yen spent all the same. Raises ActionError: not_cancelled, already_recorded,
    nothing_due, month_closed, and the codes of what could not be priced.
    """
    with transaction.atomic():
        books = lock_books(assignment.request.organization_id)
        Request.objects.select_for_update().get(pk=assignment.request_id)
        booking = _called_off(assignment)
        organization = booking.request.organization
        list(Tariff.objects.select_for_update().filter(organization=organization).order_by("pk"))
        last = Honorarium.objects.filter(assignment=booking, report=None).order_by("pk").last()
        if last is not None and last.kind != Honorarium.Kind.REVERSAL:
            raise ActionError("already_recorded", "この取消しの謝礼は、すでに計上してあります。")
        day = local(booking.request.starts_at).date()
        entry = Honorarium(
            organization=organization,
            volunteer=booking.volunteer,
            assignment=booking,
            kind=Honorarium.Kind.CANCELLED,
            corrects=last,
            activity_date=day,
            booked_on=booking_day(books, day, local(at).date()),
            minutes=0,
            recorded_by=by,
            reason=last.reason if last else "",
            created_at=at,
        )
        _put(entry, _price(booking, transport))
        entry.save()
        _log(entry, "honorarium.drafted", by=by, at=at, assignment=booking.pk, total=entry.total)
    return entry


def remove_cancelled(entry: Honorarium, *, by: User, at: datetime) -> None:
    """Drop a drafted entry of a booking that was called off; others go with their report.

    Raises ActionError: changed_meanwhile, month_closed.
    """
    with transaction.atomic():
        books = lock_books(entry.organization_id)
        drafts = Honorarium.objects.drafts().filter(pk=entry.pk, kind=Honorarium.Kind.CANCELLED)
        found = drafts.select_for_update().first()
        if found is None:
            raise ActionError("changed_meanwhile", MOVED)
        check_open(books, found.booked_on)
        _log(found, "honorarium.draft_removed", by=by, at=at, total=found.total)
        found.delete()


def price_again(entry: Honorarium) -> None:
    """Write today's price into a draft that is not saved yet. Raises Unpriced: nothing is due."""
    booking = Assignment.objects.select_related(
        "request__organization", "request__body__terms"
    ).get(pk=entry.assignment_id)
    try:
        _put(entry, _price(booking, entry.transport))
    except ActionError as error:
        raise Unpriced(error.code, error.text, "経理") from error


def _called_off(assignment: Assignment) -> Assignment:
    found = called_off_bookings(assignment.request.organization).filter(pk=assignment.pk).first()
    if found is None:
        raise ActionError("not_cancelled", NOT_CALLED_OFF)
    return found


def _price(booking: Assignment, transport: int) -> Charged:
    try:
        due = cancellation_of(booking, side="payout", transport=transport)
    except Unpriced as error:
        raise ActionError(error.code, error.text) from error
    if due is None or due.priced.total == 0:
        raise ActionError("nothing_due", NOTHING_DUE)
    return due


def _put(entry: Honorarium, due: Charged) -> None:
    put_terms(entry, due.version)
    priced = due.priced
    entry.fee, entry.transport, entry.total = priced.fee, priced.transport, priced.total
    entry.derivation = [asdict(line) for line in priced.lines]


def _log(entry: Honorarium, verb: str, *, by: User, at: datetime, **detail: Any) -> None:
    record(entry.key, verb, organization=entry.organization_id, by=by, at=at, **detail)
