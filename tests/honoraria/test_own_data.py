"""The own data: payments, receipts and cards of the person, and nobody else's."""

from __future__ import annotations

import json

from django.utils import timezone

from dispatch.phone.own.everything import everything, readme
from honoraria.own_data import own_data
from honoraria.payments.actions import finish_payment, prepare_batch, release_batch, sign_for_cash
from tests.honoraria.gift_cards import box
from tests.honoraria.gift_cards.box import DRAWN
from tests.honoraria.payments.paying import (
    AT,
    ON_PAY_DAY,
    PAY_DAY,
    account_of,
    close_november,
    entry_of,
)


def cash_of(city, hana, accountant, admin):
    entry = entry_of(hana, 3000, 460, paid_by="cash")
    close_november(city, accountant)
    batch = prepare_batch(city, "cash", PAY_DAY, by=accountant, at=AT)
    release_batch(batch, by=admin, at=AT)
    payment = finish_payment(batch.payments.get(), by=accountant, at=ON_PAY_DAY)
    sign_for_cash(payment, path=DRAWN, by=None, at=ON_PAY_DAY)
    return entry


def test_payments_have_their_activities_and_the_receipt(city, hana, minh, accountant, admin):
    entry = cash_of(city, hana, accountant, admin)
    [payment] = own_data([hana.pk])["payments"]
    assert (payment["method"], payment["state"], payment["paid_on"]) == ("cash", "paid", PAY_DAY)
    assert payment["gross"] - payment["withheld"] == payment["net"]
    assert payment["activities"] == [{"day": entry.activity_date, "fee": 3000, "transport": 460}]
    assert (payment["receipt_how"], payment["signature_drawn"]) == ("phone", DRAWN)
    assert own_data([minh.pk])["payments"] == []


def test_cards_are_listed_with_what_was_handed_out(city, hana, accountant, admin):
    kind = box.kind_of(city, admin)
    close_november(city, admin)
    box.cards_of(hana, 2000)
    box.handed(hana, kind, accountant, admin)
    [payment] = own_data([hana.pk])["payments"]
    assert payment["cards"] == [
        {"on": box.TODAY, "what": "handed_out", "face_value": 1000, "count": 2}
    ]


def test_the_file_names_the_part_and_no_account_number(city, hana, accountant, admin):
    cash_of(city, hana, accountant, admin)
    account_of(hana)
    found = everything(hana, timezone.now())
    assert "1234567" not in json.dumps(found, default=str)
    assert "payments" in readme(hana, timezone.now(), {"payments": 1})
