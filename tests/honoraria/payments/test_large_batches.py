"""The page of a batch with hundreds of people: by pages, with the sums of all, in few statements."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from honoraria.models import Payment, PaymentBatch
from tests import factories
from tests.honoraria.gift_cards.box import given_to
from tests.honoraria.payments.paying import AT, ON_PAY_DAY, PAY_DAY

PEOPLE = 400


@pytest.fixture
def desk(client_of, accountant, clock):
    clock.at = ON_PAY_DAY
    return client_of(accountant)


def batch_of(city, by, people, **more):
    """A batch as a release leaves it; what it pays is of no matter here."""
    fields = {"method": "cash", "state": "released"} | more
    batch = PaymentBatch.objects.create(
        organization=city, value_date=PAY_DAY, created_at=AT, created_by=by, released_at=AT,
        released_by=by, count=people, total=people * 2000, **fields,
    )  # fmt: skip
    for number in range(people):
        person = factories.VolunteerFactory(
            organization=city, number=1000 + number, name=f"受取人{number:03d}", skills=[]
        )
        Payment.objects.create(
            organization=city, batch=batch, volunteer=person, decided_on=PAY_DAY, gross=2000,
            taxable=0, withheld=0, net=2000,
        )  # fmt: skip
    return batch


def url_of(batch, page=1):
    return f"{reverse('honoraria:payment_batch', args=[batch.pk])}?page={page}"


def statements(desk, url):
    with CaptureQueriesContext(connection) as found:
        answer = desk.get(url)
    assert answer.status_code == 200
    return len(found)


def test_four_hundred_people_come_by_the_hundred_with_the_sums_of_all(desk, city, admin):
    batch = batch_of(city, admin, PEOPLE)
    desk.get(url_of(batch))
    start = time.monotonic()
    text = desk.get(url_of(batch)).content.decode()
    took = time.monotonic() - start
    assert [f"受取人{number:03d}" in text for number in (0, 99, 100, 399)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert "800,000" in text
    assert "?page=4" in text
    last = desk.get(url_of(batch, 4)).content.decode()
    assert "受取人399" in last
    assert "受取人000" not in last
    assert "800,000" in last
    small = batch_of(city, admin, 0)
    for payment in batch.payments.all()[:3]:
        payment.pk, payment.batch = None, small
        payment.save()
    assert statements(desk, url_of(batch)) <= statements(desk, url_of(small)) + 2
    assert took < 5, "a page of a hundred people"


def test_a_page_of_a_small_batch_is_one(desk, city, admin):
    text = desk.get(url_of(batch_of(city, admin, 3))).content.decode()
    assert "受取人002" in text
    assert "?page=2" not in text


def test_cards_lead_to_the_page_where_they_are_handed_out(desk, city, hana, admin):
    batch = batch_of(city, admin, 1, method="gift_card")
    waiting, given = batch.payments.get(), given_to(hana, admin)
    link = f'href="{reverse("honoraria:gift_card_payment", args=[waiting.pk])}"'
    text = desk.get(url_of(batch)).content.decode()
    assert link in text
    assert "カードを渡す" in text
    assert desk.get(reverse("honoraria:gift_card_payment", args=[waiting.pk])).status_code == 200
    text = desk.get(url_of(given.batch)).content.decode()
    assert f'href="{reverse("honoraria:gift_card_payment", args=[given.pk])}"' in text
    assert "カードと受領" in text


def test_cash_and_transfers_have_no_link_to_cards(desk, city, admin, released):
    assert "カードを渡す" not in desk.get(url_of(batch_of(city, admin, 1))).content.decode()
    assert "カードを渡す" not in desk.get(url_of(released)).content.decode()
