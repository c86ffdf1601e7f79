"""Cash on the pages: the list, a slip for each person, handing over, the receipt."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pypdfium2
import pytest
from django.urls import reverse

from honoraria.models import PaymentBatch, Remittance
from honoraria.payments.actions import prepare_batch, release_batch
from tests.honoraria.payments.paying import (
    AT,
    ON_PAY_DAY,
    PAY_DAY,
    body,
    close_november,
    entry_of,
    page_of,
)


@pytest.fixture
def cash(city, hana, minh, accountant, admin):
    entry_of(hana, 3000, 460, paid_by="cash"), entry_of(minh, 5000, paid_by="cash")
    close_november(city, accountant)
    batch = prepare_batch(city, "cash", PAY_DAY, by=accountant, at=AT)
    return release_batch(batch, by=admin, at=AT)


def words_of(pdf):
    found = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in found]


def test_the_cash_list_has_everybody_and_the_sum(desk, cash):
    answer = desk.get(page_of(cash, "payment_cash_list"))
    [text] = words_of(answer.content)
    for word in ("山田 花", "グエン・ミン", "3,107", "4,490", "7,597", "2026年12月7日"):
        assert word in text


def test_each_person_has_a_slip_with_lines_tax_and_a_place_to_sign(desk, cash, hana):
    pages = words_of(desk.get(page_of(cash, "payment_receipts")).content)
    assert len(pages) == 2
    words = ("受　領　証", "山田 花", "101", "3,000", "460", "353", "3,107", "署名または印")
    for word in words:
        assert word in pages[0], word
    assert "グエン" not in pages[0]


def test_a_transfer_has_no_papers_of_cash(desk, released):
    for name in ("payment_cash_list", "payment_receipts"):
        assert desk.get(page_of(released, name)).status_code == 404


def test_there_are_no_papers_before_the_release(desk, city, hana, accountant):
    entry_of(hana, paid_by="cash")
    close_november(city, accountant)
    batch = prepare_batch(city, "cash", PAY_DAY, by=accountant, at=AT)
    for name in ("payment_cash_list", "payment_receipts"):
        assert desk.get(page_of(batch, name)).status_code == 404


def test_cash_is_handed_over_and_receipted_on_the_page(desk, cash, today, hana):
    today.at = ON_PAY_DAY
    one = cash.payments.get(volunteer=hana)
    desk.post(reverse("honoraria:payment_paid", args=[one.pk]), {"paid_on": "2026-12-07"})
    desk.post(reverse("honoraria:payment_receipt", args=[one.pk]))
    one.refresh_from_db()
    assert (one.state, one.receipt_how) == ("paid", "paper")
    assert "受領証" in body(desk.get(page_of(cash)))


def test_cash_of_a_month_that_was_remitted_is_recorded_with_a_warning(
    desk, cash, city, accountant, today
):
    Remittance.objects.create(
        organization=city, month=date(2026, 12, 1), residency="resident", amount=1,
        remitted_on=date(2027, 1, 8), recorded_at=AT, recorded_by=accountant,
    )  # fmt: skip
    today.at = datetime(2027, 1, 9, 3, tzinfo=UTC)
    one, other = cash.payments.order_by("pk")
    words = "今回の税額{}円は、その納付額に入っていません。"
    for payment in (one, other):
        url = reverse("honoraria:payment_paid", args=[payment.pk])
        day = "2026-12-28" if payment == one else "2027-01-08"
        page = body(desk.post(url, {"paid_on": day}, follow=True))
        assert (words.format(payment.withheld) in page) == (payment == one)
        assert "さんに支払いました。" in page
    assert one.withheld


def test_who_cannot_be_transferred_to_is_paid_in_cash_instead(desk, month, city, hana, today):
    hana.bank_accounts.update(state="ended")
    url = reverse("honoraria:payment_new")
    assert "今回は現金で支払う" in body(desk.get(url, {"method": "cash"}))
    assert "7,004" in body(desk.get(url, {"method": "cash", "also": [hana.pk]}))
    wish = {"method": "cash", "value_date": "2026-12-07", "also": [hana.pk], "seen_total": 7004}
    desk.post(url, wish)
    assert PaymentBatch.objects.get().total == 7004
