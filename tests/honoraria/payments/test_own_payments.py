"""What a volunteer sees of the own payments on the page of the own money."""

from __future__ import annotations

import pytest
from django.urls import reverse

from honoraria.payments.actions import finish_batch
from honoraria.payments.own import own_payments
from tests.honoraria.payments.paying import AT, ON_PAY_DAY, PAY_DAY

MONEY = reverse("volunteer_money:money")


@pytest.fixture
def phone(client_of, hana, clock):
    clock.at = AT
    return client_of(hana.user)


def page(phone):
    return phone.get(MONEY).content.decode()


def test_what_waits_for_its_release_is_not_promised(phone, prepared):
    assert "支払の予定と記録" not in page(phone)


def test_what_was_released_is_on_its_way(phone, released):
    text = page(phone)
    for words in (
        "2026年12月7日にお支払いする予定です",
        "支払予定",
        "7,004円",
        "税金（源泉徴収） 796円",
    ):
        assert words in text
    assert "4,903" not in text, "somebody else's"


def test_what_was_paid_has_its_day(phone, released, accountant, hana):
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    [one] = own_payments([hana.pk], 2026)
    assert (one.day, one.is_paid, one.payment.net) == (PAY_DAY, True, 7004)
    assert "支払予定" not in page(phone)
    assert own_payments([hana.pk], 2025) == []


def test_the_account_number_is_not_on_the_page(phone, released):
    assert "1234567" not in page(phone)
