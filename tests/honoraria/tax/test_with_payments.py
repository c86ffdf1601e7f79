"""From closed entries over a batch to the record and the remittance: the same yen everywhere."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from honoraria.models import Payment
from honoraria.months import Month
from honoraria.payments.actions import (
    finish_batch,
    prepare_batch,
    release_batch,
    return_payment,
)
from honoraria.tax.own import year_statements
from honoraria.tax.remitting import due_of
from honoraria.tax.year_records import year_records
from tests.honoraria.closing.months_of import DECEMBER, JANUARY, close, entry_on, noon
from tests.honoraria.payments.paying import (
    AT,
    ON_PAY_DAY,
    PAY_DAY,
    account_of,
    close_november,
    entry_of,
    next_price,
    paying_account,
    reversal_of,
)

pytestmark = pytest.mark.django_db
EXAMPLES = json.loads(
    (Path(__file__).parents[2] / "data" / "money_examples.json").read_text(encoding="utf-8")
)["examples"]
[EXAMPLE] = [one for one in EXAMPLES if one["id"] == "P06"]


@pytest.fixture
def month(city, hana, accountant):
    """Hana: three entries of 2,600 yen; November is closed on 2 December."""
    account_of(hana)
    for _ in range(3):
        entry_of(hana, 2600)
    close_november(city, accountant)


def sums(city, on: date = PAY_DAY):
    [one] = year_records(city, 2026, on).people
    return one.sums.amount, one.sums.unpaid, one.sums.withheld, one.sums.unwithheld


def test_every_step_of_a_payment_leaves_the_record_as_it_was(city, month, hana, accountant, admin):
    assert sums(city) == (7_800, 7_800, 796, 796)
    batch = prepare_batch(city, "bank", PAY_DAY, paying_account(city), by=accountant, at=AT)
    assert sums(city) == (7_800, 7_800, 796, 796)
    release_batch(batch, by=admin, at=AT)
    assert due_of(city, Month(2026, 12), "resident").tax == 0
    finish_batch(batch, by=accountant, at=ON_PAY_DAY)
    assert sums(city) == (7_800, 0, 796, 0)
    due = due_of(city, Month(2026, 12), "resident")
    assert (due.base, due.tax, sum(due.components.values())) == (7_800, 796, 796)
    assert due.due == date(2027, 1, 12)
    [statement] = year_statements([hana.pk], 2026)
    assert (statement.gross, statement.withheld, statement.net) == (7_800, 796, 7_004)


def test_a_transfer_that_came_back_is_unpaid_again(city, month, hana, accountant, admin):
    batch = prepare_batch(city, "bank", PAY_DAY, paying_account(city), by=accountant, at=AT)
    release_batch(batch, by=admin, at=AT)
    finish_batch(batch, by=accountant, at=ON_PAY_DAY)
    return_payment(Payment.objects.get(), "口座解約", by=accountant, at=ON_PAY_DAY)
    assert sums(city) == (7_800, 7_800, 796, 796)
    assert due_of(city, Month(2026, 12), "resident").tax == 0
    [statement] = year_statements([hana.pk], 2026)
    assert (statement.gross, statement.waiting_total) == (0, 7_800)


def test_the_worked_example_of_december_comes_out_of_the_whole_product(
    city, hana, accountant, admin
):
    account_of(hana)
    given, expected = EXAMPLE["input"], EXAMPLE["expected"]
    done, paid = date.fromisoformat(given["confirmed_on"]), date.fromisoformat(given["paid_on"])
    prepared_on = date.fromisoformat(given["prepared_on"])
    entry_on(hana, done, fee=given["amount"])
    close(city, DECEMBER, accountant, JANUARY)
    batch = prepare_batch(city, "bank", paid, paying_account(city), by=accountant, at=JANUARY)
    release_batch(batch, by=admin, at=JANUARY)
    for on_the_way in (True, False):
        [one] = year_records(city, expected["year"], prepared_on).people
        assert {
            "year": expected["year"],
            "支払金額": one.sums.amount,
            "内書き未払金額": one.sums.unpaid,
            "源泉徴収税額": one.sums.withheld,
            "内書き未徴収税額": one.sums.unwithheld,
        } == expected
        assert year_records(city, expected["year"] + 1, prepared_on).people == []
        if on_the_way:
            finish_batch(batch, by=accountant, at=noon(paid))
    assert Payment.objects.get().decided_on == done
    [later] = year_records(city, expected["year"], paid).people
    assert (later.sums.amount, later.sums.unpaid) == (given["amount"], 0)


@pytest.mark.parametrize("state", ["approved", "closed"])
def test_a_reversal_that_moves_to_cards_takes_from_the_cards_before_and_after(
    city, hana, accountant, admin, state
):
    city.policy = {**city.policy, "gift_cards_taxed": True}
    city.save()
    account_of(hana)
    wrong = entry_of(hana, 5_000)
    close_november(city, accountant)
    batch = prepare_batch(city, "bank", PAY_DAY, paying_account(city), by=accountant, at=AT)
    release_batch(batch, by=admin, at=AT)
    finish_batch(batch, by=accountant, at=ON_PAY_DAY)
    december = {"booked_on": date(2026, 12, 1), "state": state}
    reversal = reversal_of(wrong, **december)
    next_price(reversal, 7_000, paid_by="gift_card", tax="gift", **december)
    before = sums(city)
    assert before == (5_000 + 2_227, 2_227, 510 + 227, 227)
    if state == "closed":
        later = date(2026, 12, 21)
        prepare_batch(city, "gift_card", later, by=accountant, at=ON_PAY_DAY)
        assert sums(city) == before


def test_what_settles_unpaid_leaves_nothing_in_the_record(city, hana, accountant):
    city.policy = {**city.policy, "gift_cards_taxed": True}
    city.save()
    wrong = entry_of(hana, 3_000, paid_by="gift_card", tax="gift")
    next_price(reversal_of(wrong), 4_000)
    close_november(city, accountant)
    before = sums(city)
    assert before == (4_000, 4_000, 408, 408)
    account_of(hana)
    prepare_batch(city, "bank", PAY_DAY, paying_account(city), by=accountant, at=AT)
    assert sums(city) == before


def test_taxed_cards_are_in_the_record_with_the_tax_on_top(city, hana, accountant):
    city.policy = {**city.policy, "gift_cards_taxed": True}
    city.save()
    old = entry_of(hana, 2000, paid_by="gift_card", tax="gift")
    before = sums(city)
    assert before == (2_227, 2_227, 227, 227)
    entry_of(hana, 3000, paid_by="gift_card", tax="gift", activity_date=date(2027, 1, 9),
             booked_on=old.booked_on)  # fmt: skip
    close_november(city, accountant)
    prepare_batch(city, "gift_card", PAY_DAY, by=accountant, at=AT)
    assert sums(city) == before
    [later] = year_records(city, 2027, PAY_DAY).people
    payment = Payment.objects.get()
    assert before[0] + later.sums.amount == payment.gross == payment.taxable
    assert before[2] + later.sums.withheld == payment.withheld
    assert payment.net == 5_000
