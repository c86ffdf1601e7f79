"""Consumption tax comes on top of a charge where the tariff's amounts are without it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from accounts.times import TOKYO
from dispatch.actions.requests import cancel_request
from honoraria.charges import actions
from honoraria.charges.reading import Wanted, charges, totals
from honoraria.models import Charge, Honorarium
from honoraria.months import Month
from honoraria.rules_form import RulesForm, initial_of
from honoraria.samples import samples
from honoraria.tariff import TariffError, consumption_tax_rate, describe, validate
from tests import factories
from tests.factories import NOW
from tests.honoraria.tariff_builders import rules
from tests.interpreting.reporting import confirmed, job_of

pytestmark = pytest.mark.usefixtures("clock")
FLAT = {"kind": "flat", "amount": 4000, "per": "dispatch"}


def without_tax(fee=FLAT, **more):
    return rules(fee, **{"role": "charge", "consumption_tax": "excluded", **more})


def charge_by(city, hana, coordinator, some_rules):
    factories.TariffVersionFactory(
        tariff__organization=city, valid_from=date(2020, 4, 1), rules=some_rules
    )
    body = factories.RequestingBodyFactory(organization=city, name="中央病院")
    confirmed(hana, coordinator, job={"body": body, "payer": "body"}, minutes=60)
    return Charge.objects.get()


def test_it_is_a_line_of_its_own_and_borne_with_the_rest(city, hana, coordinator):
    charge = charge_by(city, hana, coordinator, without_tax())
    tax = charge.fee // 10
    assert charge.fee > 0
    assert (charge.consumption_tax, charge.total) == (tax, charge.fee + charge.transport + tax)
    last = charge.derivation[-1]
    assert last == {
        "code": "consumption_tax",
        "text": f"消費税 {charge.fee:,}円 × 10% = {tax:,}円",
        "amount": tax,
    }
    assert sum(line["amount"] for line in charge.derivation) == charge.total
    assert sum(share["amount"] for share in charge.shares) == charge.total


@pytest.mark.parametrize("how", ["included", "not_taxed", "unstated"])
def test_nothing_comes_on_top_otherwise(city, hana, coordinator, how):
    charge = charge_by(city, hana, coordinator, without_tax(consumption_tax=how))
    assert (charge.consumption_tax, charge.total) == (0, charge.fee + charge.transport)


def test_the_volunteer_receives_no_consumption_tax(city, hana, coordinator):
    both = without_tax(role="both")
    charge = charge_by(city, hana, coordinator, both)
    entry = Honorarium.objects.get()
    assert entry.fee == charge.fee
    assert entry.total == entry.fee + entry.transport == charge.total - charge.consumption_tax


@pytest.mark.parametrize(
    ("how", "expected"), [({}, 123), ({"consumption_tax_rounding": "ceil"}, 124),
    ({"consumption_tax_rounding": "half_up"}, 124), ({"consumption_tax_rounding": "floor"}, 123)]
)  # fmt: skip
def test_the_fraction_goes_as_the_tariff_says(city, hana, coordinator, how, expected):
    fee = {"kind": "flat", "amount": 1237, "per": "dispatch"}
    charge = charge_by(city, hana, coordinator, without_tax(fee=fee, **how))
    assert charge.consumption_tax == expected


@pytest.mark.parametrize(
    ("transport", "expected"),
    [({"kind": "flat", "amount": 500}, 150), ({"kind": "actual"}, 100)],
)
def test_fares_as_paid_contain_it_already(city, hana, coordinator, transport, expected):
    fee = {"kind": "flat", "amount": 1000, "per": "dispatch"}
    charge = charge_by(city, hana, coordinator, without_tax(fee=fee, transport=transport))
    assert charge.consumption_tax == expected


@pytest.mark.parametrize(
    ("day", "rate"),
    [(date(2014, 4, 1), "8%"), (date(2019, 9, 30), "8%"), (date(2019, 10, 1), "10%")],
)
def test_the_rate_is_that_of_the_day(day, rate):
    assert consumption_tax_rate(day) == rate


def test_before_the_table_there_is_a_clear_message():
    with pytest.raises(TariffError, match="2014年3月31日の消費税率が登録されていません"):
        consumption_tax_rate(date(2014, 3, 31))


def test_a_reversal_takes_it_back_and_the_month_adds_up(city, hana, coordinator, accountant):
    charge = charge_by(city, hana, coordinator, without_tax())
    actions.issue(charge, by=accountant, at=NOW)
    reversal = actions.reverse(charge, "誤り", by=accountant, at=NOW)
    assert (reversal.consumption_tax, reversal.total) == (-charge.consumption_tax, -charge.total)
    sums = totals(charges(city, Wanted(month=Month(2026, 11))))
    assert (sums.count, sums.tax, sums.total) == (2, 0, 0)


def test_a_cancellation_makes_up_for_a_loss_and_is_not_taxed(city, hana, accountant):
    step = {"days_before": 1, "time": "00:00", "begin": ">=", "rate": "100%", "transport": False}
    cancellation = {"days": "calendar", "yen_rounding": "floor", "steps": [step]}
    factories.TariffVersionFactory(
        tariff__organization=city, valid_from=date(2020, 4, 1),
        rules=without_tax(cancellation=cancellation),
    )  # fmt: skip
    start = datetime(2026, 11, 30, 10, 0, tzinfo=TOKYO)
    booking = job_of(hana, start=start, minutes=60, payer="body")
    at = datetime(2026, 11, 29, 12, 0, tzinfo=TOKYO)
    cancel_request(booking.request, cancelled_by="body", reason="都合", by=None, at=at)
    charge = actions.charge_cancellation(booking, transport=0, by=accountant, at=NOW)
    assert (charge.consumption_tax, charge.total) == (0, charge.fee)


def test_the_form_keeps_it_and_the_preview_shows_it():
    some = without_tax(consumption_tax_rounding="half_up")
    assert validate(some) == []
    assert initial_of(some)["consumption_tax_rounding"] == "half_up"
    form = RulesForm({**initial_of(some), "valid_from": "2026-11-25"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["consumption_tax_rounding"] == "half_up"
    assert "四捨五入" in "".join(describe(some))
    sample = samples(some, date(2026, 11, 25))[0]
    assert sample.priced is not None
    assert sample.priced.lines[-1].code == "consumption_tax"


def test_an_unknown_rounding_is_named():
    assert [one.path for one in validate(without_tax(consumption_tax_rounding="up"))]
