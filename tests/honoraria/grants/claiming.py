"""Short ways to a claim: entries that are paid, what was remarked, submitting."""

from __future__ import annotations

import pytest

from accounts.errors import ActionError
from honoraria.grants import actions
from honoraria.grants.claim import picture
from honoraria.grants.remarks import remarks
from honoraria.models import Payment, PaymentBatch, PaymentLine
from tests.factories import NOW
from tests.honoraria.grants import rows


def points(grant):
    """What must be known before submitting, by code."""
    return {one.code: one for one in remarks(picture(grant), grant.claims.first())}


def submit(grant, by, **more):
    """The claim as it stands, with every remark accepted."""
    found = picture(grant)
    usual = {"accept": set(points(grant)), "seen": (found.eligible, found.grant.yen)}
    return actions.submit_claim(grant, **(usual | more), by=by, at=NOW)


def refused(code, action, *given, **more):
    """The action is refused with the code."""
    with pytest.raises(ActionError) as error:
        action(*given, **more)
    assert error.value.code == code


def pay(entry, *, method="bank", on=rows.DAY, receipt=None, sha256="0" * 64):
    """The entry, paid as the person's only one."""
    type(entry).objects.filter(pk=entry.pk).update(state="closed")
    batch = PaymentBatch.objects.create(
        organization=entry.organization,
        method=method,
        state="paid",
        value_date=on,
        created_at=NOW,
        created_by=rows.person(),
        released_at=NOW,
        released_by=rows.person(),
        finished_at=NOW,
        finished_by=rows.person(),
        sha256=sha256,
    )
    payment = Payment.objects.create(
        organization=entry.organization,
        batch=batch,
        volunteer=entry.volunteer,
        state="paid",
        decided_on=on,
        paid_on=on,
        gross=entry.total,
        taxable=entry.total,
        withheld=0,
        net=entry.total,
        receipt_at=receipt,
        receipt_how="paper" if receipt else "",
    )
    PaymentLine.objects.create(
        payment=payment, honorarium=entry, fee=entry.fee, transport=entry.transport
    )
    type(entry).objects.filter(pk=entry.pk).update(state="paid")
    return payment
