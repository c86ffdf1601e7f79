"""The volunteer's own page: what came, signing for it, and what is not accepted as a signature."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from honoraria.gift_cards import actions
from honoraria.models import Payment
from tests.honoraria.gift_cards.box import AT, DRAWN, TODAY, cards_of, handed

pytestmark = pytest.mark.usefixtures("clock", "november")
PAGE = "/v/gifts/"


@pytest.fixture
def now():
    return AT


@pytest.fixture
def gift(thousand, hana, accountant, admin) -> Payment:
    """Two cards of 1,000 yen."""
    cards_of(hana, 2000)
    return handed(hana, thousand, accountant, admin)


@pytest.fixture
def phone(client_of, hana) -> Client:
    return client_of(hana.user)


def receipt(payment: Payment) -> str:
    return reverse("volunteer_money:gift_receipt", args=[payment.pk])


def test_it_shows_what_came_and_asks_for_a_signature(phone, gift):
    page = phone.get(PAGE).content.decode()
    for part in (
        "2026年12月3日にお渡ししたカード",
        "1,000円",
        "2枚",
        "合わせて 2,000円分",
        "受け取りました",
    ):
        assert part in page


def test_a_drawn_signature_is_kept_and_shown(phone, gift, client_of, accountant):
    assert phone.post(receipt(gift), {"path": DRAWN, "name": ""}).status_code == 302
    gift.refresh_from_db()
    assert (gift.signature, gift.receipt_how, gift.receipt_at) == (DRAWN, "phone", AT)
    assert f'd="{DRAWN}"' in phone.get(PAGE).content.decode()
    staff = client_of(accountant)
    shown = staff.get(reverse("honoraria:gift_card_payment", args=[gift.pk])).content.decode()
    assert f'd="{DRAWN}"' in shown
    slip = staff.get(reverse("honoraria:gift_card_slip", args=[gift.pk]))
    assert slip.content.startswith(b"%PDF")


def test_whoever_cannot_draw_types_the_name(phone, gift, client_of, accountant):
    phone.post(receipt(gift), {"path": "", "name": "山田花"})
    gift.refresh_from_db()
    assert gift.signature == "name:山田花"
    assert "山田花" in phone.get(PAGE).content.decode()
    slip = client_of(accountant).get(reverse("honoraria:gift_card_slip", args=[gift.pk]))
    assert slip.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "署名を書くか、お名前を入力してください"),
        ({"name": "別の人"}, "登録されているお名前と違います"),
        ({"path": '"><script>alert(1)</script>'}, "署名を読み取れません"),
        ({"path": "M1 1" + "L300 200" * 20_000}, "署名を読み取れません"),
        ({"path": "M1 1L300 200", "name": "x"}, None),
        ({"path": "M1 1L2 2"}, "署名が短すぎます"),
    ],
)
def test_what_is_no_signature_is_refused(phone, gift, data, words):
    answer = phone.post(receipt(gift), data)
    gift.refresh_from_db()
    if words is None:  # drawn and typed: the drawing counts
        assert gift.signature == "M1 1L300 200"
        return
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "<script>alert" not in page
    assert gift.receipt_at is None


def test_a_second_press_is_harmless(phone, gift):
    phone.post(receipt(gift), {"path": DRAWN})
    again = phone.post(receipt(gift), {"name": "山田 花"}, follow=True)
    assert "受け取りの確認は済んでいます" in again.content.decode()
    gift.refresh_from_db()
    assert gift.signature == DRAWN


def test_nobody_signs_for_somebody_else(client_of, gift, minh):
    other = client_of(minh.user)
    assert other.post(receipt(gift), {"path": DRAWN}).status_code == 404
    assert "お渡ししたカード" not in other.get(PAGE).content.decode()
    assert Client().post(receipt(gift), {"path": DRAWN}).status_code == 302
    gift.refresh_from_db()
    assert gift.receipt_at is None


def test_what_was_given_back_is_not_signed_for(phone, gift, accountant):
    actions.return_cards(gift, "辞退", on=TODAY, by=accountant, at=AT)
    assert phone.post(receipt(gift), {"path": DRAWN}).status_code == 404
    assert "お渡ししたカード" not in phone.get(PAGE).content.decode()


def test_whoever_has_left_still_signs(phone, gift, hana):
    hana.status = "withdrawn"
    hana.save()
    phone.post(receipt(gift), {"path": DRAWN})
    gift.refresh_from_db()
    assert gift.receipt_at == AT


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Cards you received", "I have received them", "3 Dec 2026"]),
        ("ja-simple", ["うけとりました"]),
    ],
)
def test_it_speaks_three_languages(phone, gift, hana, language, words):
    hana.message_language = language
    hana.save()
    page = phone.get(PAGE).content.decode()
    for part in words:
        assert part in page


def test_the_page_of_the_money_pointed_to_it_until_it_was_signed(phone, gift):
    ask = "受け取ったカードの確認をお願いします"
    assert ask in phone.get("/v/money/").content.decode()
    phone.post(receipt(gift), {"path": DRAWN})
    page = phone.get("/v/money/").content.decode()
    assert ask not in page
    assert PAGE in page


def test_whoever_never_got_cards_is_not_bothered(client_of, minh):
    assert PAGE not in client_of(minh.user).get("/v/money/").content.decode()
