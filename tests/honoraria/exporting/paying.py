"""A payment as the tests of exports need it: one entry, paid on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from honoraria.models import Payment, PaymentBatch, PaymentLine
from tests import factories
from tests.factories import NOW

DAY = date(2026, 11, 30)


def paid(
    *,
    number: int = 371,
    gross: int = 7240,
    transport: int = 0,
    withheld: int = 739,
    on: date = DAY,
    method: str = "bank",
    organization: Any = None,
    state: str = "paid",
) -> Payment:
    """A payment of one entry of the same month; the figures are taken as they are."""
    organization = organization or factories.OrganizationFactory()
    volunteer = factories.VolunteerFactory(organization=organization, number=number)
    request = factories.RequestFactory(organization=organization)
    assignment = factories.AssignmentFactory(request=request, volunteer=volunteer)
    entry = factories.HonorariumFactory(
        report__assignment=assignment,
        activity_date=on.replace(day=20),
        fee=gross - transport,
        transport=transport,
        state="paid",
    )
    user = factories.MembershipFactory(organization=organization, role="admin").user
    batch = PaymentBatch.objects.create(
        organization=organization, method=method, state="paid", value_date=on, count=1,
        total=gross - withheld, created_at=NOW, created_by=user, released_at=NOW, released_by=user,
        finished_at=NOW, finished_by=user, sha256="0" * 64,
    )  # fmt: skip
    payment = Payment.objects.create(
        organization=organization, batch=batch, volunteer=volunteer, state=state, decided_on=on,
        paid_on=on if state in {"paid", "returned"} else None,
        returned_on=on if state == "returned" else None,
        gross=gross, taxable=gross, withheld=withheld, net=gross - withheld,
    )  # fmt: skip
    PaymentLine.objects.create(
        payment=payment, honorarium=entry, fee=gross - transport, transport=transport, taxable=gross
    )
    return payment
