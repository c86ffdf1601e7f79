"""The volunteer's own page of cash: what was handed over, signing for it, and who cannot."""

from __future__ import annotations

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from honoraria.models import Payment, PaymentBatch
from honoraria.payments.actions import (
    finish_batch,
    finish_payment,
    prepare_batch,
    release_batch,
    return_payment,
)
from tests.honoraria.gift_cards.box import DRAWN
from tests.honoraria.payments.paying import AT, ON_PAY_DAY, PAY_DAY, close_november, entry_of

pytestmark = pytest.mark.usefixtures("clock")
PAGE = "/v/cash/"


@pytest.fixture
def now():
    return ON_PAY_DAY


@pytest.fixture
def batch(city, hana, minh, accountant, admin) -> PaymentBatch:
    """Cash for two, released."""
    entry_of(hana, 3000, 460, paid_by="cash"), entry_of(minh, 5000, paid_by="cash")
    close_november(city, accountant)
    made = prepare_batch(city, "cash", PAY_DAY, by=accountant, at=AT)
    return release_batch(made, by=admin, at=AT)


@pytest.fixture
def cash(batch, hana, accountant) -> Payment:
    """What hana was handed."""
    return finish_payment(batch.payments.get(volunteer=hana), by=accountant, at=ON_PAY_DAY)


@pytest.fixture
def phone(client_of, hana) -> Client:
    return client_of(hana.user)


def receipt(payment: Payment) -> str:
    return reverse("volunteer_money:cash_receipt", args=[payment.pk])


def test_it_shows_what_was_handed_over_and_asks_for_a_signature(phone, cash):
    page = phone.get(PAGE).content.decode()
    for part in ("2026年12月7日にお渡しした現金", f"{cash.net:,}円", "受け取りました"):
        assert part in page
    assert "受け取った現金の確認をお願いします。" in phone.get("/v/money/").content.decode()


def test_a_drawn_signature_is_kept_and_shown_to_the_office(phone, cash, client_of, accountant):
    assert phone.post(receipt(cash), {"path": DRAWN, "name": ""}).status_code == 302
    cash.refresh_from_db()
    assert (cash.signature, cash.receipt_how, cash.receipt_at) == (DRAWN, "phone", ON_PAY_DAY)
    assert f'd="{DRAWN}"' in phone.get(PAGE).content.decode()
    staff = client_of(accountant)
    url = reverse("honoraria:payment_batch", args=[cash.batch_id])
    assert f'd="{DRAWN}"' in staff.get(url).content.decode()
    slips = staff.get(reverse("honoraria:payment_receipts", args=[cash.batch_id])).content
    first = pypdfium2.PdfDocument(slips)[0].get_textpage().get_text_range()
    assert "スマートフォンで署名済み" in first
    line = AuditEntry.objects.get(verb="payment.received")
    assert (line.actor, line.detail["how"]) == (cash.volunteer.user, "phone")


def test_the_own_name_may_be_typed_instead(phone, cash, client_of, accountant):
    assert phone.post(receipt(cash), {"path": "", "name": "山田花"}).status_code == 302
    cash.refresh_from_db()
    assert cash.signature == "name:山田花"
    staff = client_of(accountant).get(reverse("honoraria:payment_batch", args=[cash.batch_id]))
    assert "山田花</p>" in staff.content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": "別人"},
        {"path": "<script>alert(1)</script>"},
        {"path": "M1 1L900 1"},
        {"path": "M1 1" + "L2 2" * 9000},
    ],
)
def test_anything_else_is_no_signature(phone, cash, given):
    answer = phone.post(receipt(cash), given)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    cash.refresh_from_db()
    assert (cash.signature, cash.receipt_at) == ("", None)


def test_a_second_signature_changes_nothing(phone, cash):
    phone.post(receipt(cash), {"path": DRAWN})
    assert phone.post(receipt(cash), {"name": "山田花"}).status_code == 302
    cash.refresh_from_db()
    assert cash.signature == DRAWN


def test_what_was_not_handed_over_or_is_somebody_elses_does_not_exist(
    phone, batch, cash, minh, accountant
):
    his = batch.payments.get(volunteer=minh)
    assert phone.post(receipt(his), {"path": DRAWN}).status_code == 404
    finish_batch(batch, by=accountant, at=ON_PAY_DAY)
    assert phone.post(receipt(his), {"path": DRAWN}).status_code == 404
    return_payment(cash, "渡していなかった", by=accountant, at=ON_PAY_DAY)
    assert phone.post(receipt(cash), {"path": DRAWN}).status_code == 404
    assert not Payment.objects.exclude(signature="").exists()


def test_transfers_are_not_on_the_page(phone, released, accountant):
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    assert "7,004" not in phone.get(PAGE).content.decode()


@pytest.mark.parametrize("language", ["en", "ja-simple"])
def test_the_page_speaks_the_readers_language(phone, cash, hana, language):
    hana.message_language = language
    hana.save()
    page = phone.get(PAGE).content.decode()
    assert "お渡しした現金" not in page
    assert f"{cash.net:,}" in page
