"""Payments for tests of the tax: made of entries, withheld from as the rules say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from accounts.models import Organization, User
from honoraria.models import (
    Honorarium,
    Payee,
    Payment,
    PaymentBatch,
    PaymentLine,
    Remittance,
)
from honoraria.tax.withholding import TaxLine, taxable_of, withhold, withhold_on_top
from tests import factories
from volunteers.models import Volunteer


def entry_of(volunteer: Volunteer, fee: int, transport: int = 0, **values: Any) -> Honorarium:
    """A closed entry of an activity in November 2026, or on another ``day``."""
    day = values.pop("day", date(2026, 11, 9))
    request = factories.RequestFactory(organization=volunteer.organization, status="finished")
    assignment = factories.AssignmentFactory(
        request=request, volunteer=volunteer, state="cancelled"
    )
    report = factories.ReportFactory(assignment=assignment, state="confirmed")
    made: Honorarium = factories.HonorariumFactory(
        report=report, activity_date=day, fee=fee, transport=transport,
        **{"state": "closed", **values},
    )  # fmt: skip
    return made


def payment_of(
    entries: list[Honorarium],
    decided_on: date,
    paid_on: date | None = None,
    *,
    residency: str = "resident",
    state: str = "",
    method: str = "bank",
    treaty: bool = False,
    on_top: bool = False,
) -> Payment:
    """One payment of the entries: paid when ``paid_on`` is given, else planned.

    ``on_top``: everything arrives, and the organization pays the tax.
    """
    volunteer = entries[0].volunteer
    lines = [TaxLine(one.fee, one.transport, one.tax, one.transport_to) for one in entries]
    bases = [taxable_of(one, gift_taxed=False, residency=residency) for one in lines]
    rule = withhold_on_top if on_top else withhold
    found = rule(sum(bases), paid_on or decided_on, residency=residency, treaty=treaty)
    gross = sum(one.total for one in entries) + (found.tax if on_top else 0)
    maker = factories.UserFactory()
    batch = PaymentBatch.objects.create(
        organization=volunteer.organization, method=method, value_date=paid_on or decided_on,
        created_at=factories.NOW, created_by=maker,
    )  # fmt: skip
    payment = Payment.objects.create(
        organization=volunteer.organization, batch=batch, volunteer=volunteer,
        state=state or ("paid" if paid_on else "planned"),
        decided_on=decided_on, paid_on=paid_on, gross=gross, taxable=found.taxable,
        withheld=found.tax, net=gross - found.tax, residency=residency,
        calculation=[{"text": one.text, "amount": one.amount} for one in found.steps],
        components=found.components, returned_on=paid_on if state == "returned" else None,
    )  # fmt: skip
    for one, base in zip(entries, bases, strict=True):
        PaymentLine.objects.create(
            payment=payment, honorarium=one, fee=one.fee, transport=one.transport, taxable=base,
            stands=payment.state in {"paid", "planned"},
        )  # fmt: skip
    if payment.state == "paid":
        Honorarium.objects.filter(pk__in=[one.pk for one in entries]).update(state="paid")
    return payment


def paid(
    volunteer: Volunteer, fee: int, decided_on: date, paid_on: date | None = None, **values: Any
) -> Payment:
    """A payment of a single entry of the day ``decided_on``."""
    values.setdefault("day", decided_on)
    how = {name: values.pop(name) for name in ("residency", "state", "method") if name in values}
    return payment_of([entry_of(volunteer, fee, **values)], decided_on, paid_on, **how)


def reversal_of(entry: Honorarium, on: date, **values: Any) -> Honorarium:
    """An entry is taken back: approved at noon in Tokyo of the day ``on``, booked on that day.

    ``booked_on`` and ``approved_at``: other ones, as while an older month is still open.
    """
    made: Honorarium = factories.HonorariumFactory(
        report=entry.report, volunteer=entry.volunteer, corrects=entry,
        booked_on=values.pop("booked_on", on),
        activity_date=entry.activity_date, fee=values.pop("fee", -entry.fee),
        transport=-entry.transport, tax=entry.tax, paid_by=entry.paid_by,
        approved_at=values.pop("approved_at", noon(on)),
        **{"kind": "reversal", "state": "closed", "minutes": -entry.minutes, **values},
    )  # fmt: skip
    return made


def noon(day: date) -> datetime:
    """In Tokyo."""
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def payee(volunteer: Volunteer, **values: Any) -> Payee:
    """The tax side of a volunteer."""
    return Payee.objects.create(volunteer=volunteer, changed_at=factories.NOW, **values)


def remittance_of(organization: Organization, by: User) -> Remittance:
    """October 2026 was remitted in November."""
    return Remittance.objects.create(
        organization=organization, month=date(2026, 10, 1), residency="resident", amount=1_021,
        remitted_on=date(2026, 11, 10), recorded_at=factories.NOW, recorded_by=by,
    )  # fmt: skip
