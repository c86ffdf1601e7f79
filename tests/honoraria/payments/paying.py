"""Short ways to what a payment needs: closed entries, checked accounts, a paying account.

The pay day is Monday 2026-12-07, two weeks after ``factories.NOW``; November is closed on the 2nd.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.errors import ActionError
from accounts.models import Organization, User
from accounts.times import TOKYO
from honoraria.models import (
    BankAccount,
    Books,
    Closing,
    Honorarium,
    PayingAccount,
    Payment,
    PaymentBatch,
)
from tests import factories
from volunteers.models import Volunteer

AT = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
CLOSED_AT = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
PAY_DAY = date(2026, 12, 7)
ON_PAY_DAY = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
SECRETS = ("1234567", "0000012", "7654321")
_hours = count()


def entry_of(volunteer: Volunteer, fee: int = 3000, transport: int = 0, **more: Any) -> Honorarium:
    """A closed entry of November, each of another hour."""
    start = datetime(2026, 11, 1, 0, 0, tzinfo=TOKYO) + timedelta(hours=next(_hours) % 600)
    request = factories.RequestFactory(
        organization=volunteer.organization,
        status="filled",
        starts_at=start,
        ends_at=start + timedelta(minutes=50),
        opened_at=start - timedelta(days=7),
    )
    assignment = factories.AssignmentFactory(
        request=request, volunteer=volunteer, state="finished", created_at=request.opened_at
    )
    fields: dict[str, Any] = {"activity_date": start.date(), "state": "closed"}
    return factories.HonorariumFactory(
        report__assignment=assignment,
        tariff_version=more.pop("tariff_version", None) or _version(volunteer.organization),
        fee=fee,
        transport=transport,
        **fields | more,
    )


def reversal_of(entry: Honorarium, **more: Any) -> Honorarium:
    """The closed reversal of an entry."""
    fields: dict[str, Any] = {
        "report": entry.report,
        "organization": entry.organization,
        "volunteer": entry.volunteer,
        "tariff_version": entry.tariff_version,
        "kind": "reversal",
        "corrects": entry,
        "activity_date": entry.activity_date,
        "minutes": -entry.minutes,
        "fee": -entry.fee,
        "transport": -entry.transport,
        "tax": entry.tax,
        "transport_to": entry.transport_to,
        "paid_by": entry.paid_by,
        "state": "closed",
    }
    return factories.HonorariumFactory(**fields | more)


def next_price(reversal: Honorarium, fee: int, **more: Any) -> Honorarium:
    """What a job that was taken back is worth now: closed, and by bank."""
    fields: dict[str, Any] = {
        "report": reversal.report,
        "organization": reversal.organization,
        "volunteer": reversal.volunteer,
        "tariff_version": reversal.tariff_version,
        "corrects": reversal,
        "activity_date": reversal.activity_date,
        "booked_on": reversal.booked_on,
        "minutes": -reversal.minutes,
        "fee": fee,
        "transport": 0,
        "state": "closed",
    }
    return factories.HonorariumFactory(**fields | more)


def account_of(volunteer: Volunteer, number: str = "1234567", **more: Any) -> BankAccount:
    """A checked account at the main branch of a bank in Hiroshima."""
    fields: dict[str, Any] = {
        "state": "checked",
        "bank_code": "0169",
        "branch_code": "001",
        "holder": volunteer.kana,
        "entered_at": factories.NOW,
        "checked_at": factories.NOW,
    }
    return BankAccount.objects.create(
        volunteer=volunteer, number=number, tail=number[-3:], **fields | more
    )


def paying_account(organization: Organization, **more: Any) -> PayingAccount:
    """From where the organization pays."""
    fields: dict[str, Any] = {
        "name": "普通預金（謝礼）",
        "consignor_code": "1234567890",
        "consignor_name": "ミナトシコクサイコウリュウキョウカイ",
        "bank_code": "0169",
        "branch_code": "001",
        "number": "7654321",
        "tail": "321",
    }
    return PayingAccount.objects.create(organization=organization, **fields | more)


def cash_payment_of(volunteer: Volunteer, by: User) -> Payment:
    """Released cash for one person that was not handed over yet."""
    batch = PaymentBatch.objects.create(
        organization=volunteer.organization,
        method="cash",
        state="released",
        value_date=factories.TODAY,
        count=1,
        total=3000,
        created_at=factories.NOW,
        created_by=by,
        released_at=factories.NOW,
        released_by=by,
    )
    return Payment.objects.create(
        organization=volunteer.organization,
        batch=batch,
        volunteer=volunteer,
        decided_on=factories.TODAY,
        gross=3000,
        taxable=0,
        withheld=0,
        net=3000,
    )


def close_november(organization: Organization, by: User) -> None:
    """The books as they are once November was closed."""
    Closing.objects.create(
        organization=organization,
        month=date(2026, 11, 1),
        closed_at=CLOSED_AT,
        closed_by=by,
        count=0,
        total=0,
    )
    Books.objects.update_or_create(
        organization=organization, defaults={"closed_through": date(2026, 11, 30)}
    )


def body(response: Any) -> str:
    """The text of an answer, in which no account number is ever."""
    text: str = response.content.decode()
    for secret in SECRETS:
        assert secret not in text, "an account number on a page"
    return text


def page_of(batch: PaymentBatch, name: str = "payment_batch") -> str:
    """The address of a page about a batch."""
    return reverse(f"honoraria:{name}", args=[batch.pk])


def code_of(attempt: Callable[[], Any]) -> str:
    """With which code an action is refused."""
    with pytest.raises(ActionError) as refused, transaction.atomic():
        attempt()
    return refused.value.code


def states(model: Any = Honorarium) -> list[str]:
    """The states of all rows, sorted."""
    return sorted(model.objects.values_list("state", flat=True))


def _version(organization: Organization) -> Any:
    found = organization.tariffs.first()
    if found is None:
        return factories.TariffVersionFactory(tariff__organization=organization)
    return found.versions.first()
