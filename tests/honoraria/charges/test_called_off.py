"""What requesters owe for a booking that was called off."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from accounts.times import TOKYO
from dispatch.actions.requests import cancel_request
from dispatch.models import Request
from honoraria.charges import actions
from honoraria.charges.reading import called_off
from honoraria.models import Charge
from honoraria.months import Month
from honoraria.tariff import preset
from tests.honoraria.charges.charging import code_of, tariff_of
from tests.interpreting.reporting import job_of

pytestmark = pytest.mark.usefixtures("clock")
NOVEMBER = Month(2026, 11)

# example H31..H35: booked two hours at 5,000 yen, on a Monday after a weekend
CANCELLED = [
    (datetime(2026, 11, 30, 10, 0), datetime(2026, 11, 26, 16, 0), 0, 0),
    (datetime(2026, 11, 30, 10, 0), datetime(2026, 11, 26, 17, 1), 0, 5000),
    (datetime(2026, 11, 30, 10, 0), datetime(2026, 11, 27, 17, 30), 1000, 11000),
    (datetime(2026, 11, 24, 10, 0), datetime(2026, 11, 20, 16, 0), 1000, 5000),
]


def called_off_at(hana, start, at, by="resident", **job):
    booking = job_of(hana, start=start, minutes=120, payer="body", **job)
    cancel_request(booking.request, cancelled_by=by, reason="都合により", by=None, at=at)
    return booking


@pytest.mark.parametrize(("start", "at", "transport", "expected"), CANCELLED)
def test_a_cancellation_is_charged_as_the_tariff_says(
    city, hana, accountant, hospital, start, at, transport, expected
):
    tariff_of(city, preset("kotosapo").rules)
    start, at = start.replace(tzinfo=TOKYO), at.replace(tzinfo=TOKYO)
    booking = called_off_at(hana, start, at, body=hospital)
    assert [row.assignment for row in called_off(city, NOVEMBER)] == [booking]
    do = {"transport": transport, "by": accountant, "at": at}
    if not expected:
        assert code_of(lambda: actions.charge_cancellation(booking, **do)) == "nothing_due"
        return
    charge = actions.charge_cancellation(booking, **do)
    assert (charge.total, charge.kind, charge.body) == (expected, "cancelled", hospital)
    assert code_of(lambda: actions.charge_cancellation(booking, **do)) == "charged"
    assert called_off(city, NOVEMBER)[0].charge == charge


def test_the_page_lists_cancellations_and_makes_the_charge(
    client_of, accountant, city, hana, hospital
):
    tariff_of(city, preset("kotosapo").rules)
    start = datetime(2026, 11, 30, 10, 0, tzinfo=TOKYO)
    booking = called_off_at(hana, start, datetime(2026, 11, 26, 17, 1, tzinfo=TOKYO), body=hospital)
    client = client_of(accountant)
    page = client.get("/charges/?month=2026-11").content.decode()
    assert "取消料 10,000円 × 50% = 5,000円" in page
    client.post(reverse("honoraria:charge_cancelled", args=[booking.pk]), {"transport": "0"})
    charge = Charge.objects.get()
    assert charge.total == 5000
    client.post(reverse("honoraria:charge_remove", args=[charge.pk]))
    assert not Charge.objects.exists()


def test_a_cancellation_that_costs_nothing_is_not_offered(
    client_of, accountant, city, hana, hospital
):
    tariff_of(city, preset("kotosapo").rules)
    start = datetime(2026, 11, 30, 10, 0, tzinfo=TOKYO)
    called_off_at(hana, start, datetime(2026, 11, 10, 9, 0, tzinfo=TOKYO), body=hospital)
    page = client_of(accountant).get("/charges/?month=2026-11").content.decode()
    assert "取消料なし" in page
    assert "請求に加える" not in page


@pytest.mark.parametrize("who", [Request.CancelledBy.ORGANIZATION, Request.CancelledBy.INTERPRETER])
def test_what_the_desk_or_the_interpreter_called_off_is_not_charged(city, hana, hospital, who):
    tariff_of(city, preset("kotosapo").rules)
    start = datetime(2026, 11, 30, 10, 0, tzinfo=TOKYO)
    called_off_at(hana, start, start - timedelta(hours=1), by=who, body=hospital)
    assert called_off(city, NOVEMBER) == []
