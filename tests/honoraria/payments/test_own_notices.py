"""What a volunteer's first page and 登録・設定 say about money: what waits, and what has come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from accounts.times import local
from honoraria.models import Honorarium
from honoraria.own_notices import notices
from honoraria.payments.actions import finish_batch, return_payment
from tests.factories import NOW
from tests.honoraria.gift_cards.box import given_to
from tests.honoraria.payments.paying import AT, ON_PAY_DAY, account_of, entry_of

NEEDED = "謝礼をお支払いするために、振込先口座の登録が必要です。"
ENDED = "振込先口座が使えなくなりました。口座をもう一度登録してください。"
CASH = "受け取った現金の確認をお願いします。"
CARDS = "受け取ったカードの確認をお願いします。"


def said(person, at=AT):
    return [one.text for one in notices([person.pk], at)]


def test_nothing_is_said_when_nothing_waits(hana):
    assert said(hana) == []


@pytest.mark.parametrize("state", ["approved", "closed"])
def test_an_account_is_asked_for_when_money_is_approved(hana, minh, state):
    entry_of(hana, state=state)
    assert said(hana) == [NEEDED]
    assert said(minh) == []


@pytest.mark.parametrize("more", [{"state": "draft"}, {"paid_by": "cash"}, {"fee": 0}])
def test_no_account_is_asked_for_without_money_for_it(hana, more):
    entry_of(hana, **{"fee": 3000, **more})
    assert said(hana) == []


@pytest.mark.parametrize("state", ["entered", "checked"])
def test_an_account_that_is_there_or_waits_for_the_office_is_enough(hana, state):
    entry_of(hana)
    account_of(hana, state=state)
    assert said(hana) == []


def test_an_account_that_was_refused_is_to_be_replaced(hana):
    former = account_of(hana, state="ended", ended_at=AT, end_reason="口座なし")
    assert said(hana) == [ENDED]
    assert said(hana, AT + timedelta(days=100)) == []
    account_of(hana, number="7654321")
    assert former.pk
    assert said(hana) == []


def test_cash_and_cards_wait_for_a_signature(hana, accountant):
    for method in ("gift_card", "cash"):
        given_to(hana, accountant, method)
    assert [text for text in said(hana) if text in (CASH, CARDS)] == [CASH, CARDS]
    for one in hana.payments.all():
        one.receipt_at = AT
        one.save()
    assert CASH not in said(hana)
    assert CARDS not in said(hana)


def test_a_payment_is_told_of_for_two_weeks(released, hana, accountant):
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    words = "2026年12月7日に、謝礼7,004円をお支払いしました。"
    assert said(hana, ON_PAY_DAY) == [words]
    assert said(hana, ON_PAY_DAY + timedelta(days=14)) == [words]
    assert said(hana, ON_PAY_DAY + timedelta(days=15)) == []


def test_a_payment_that_came_back_is_no_news(released, hana, accountant):
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    payment = released.payments.get(volunteer=hana)
    return_payment(payment, "口座なし", by=accountant, at=ON_PAY_DAY, end_account=True)
    assert said(hana, ON_PAY_DAY) == [ENDED]


CASH_BACK = (
    "2026年11月24日の現金1,000円は、お渡ししていなかったため、受領の記録を取り消しました。"
    "受け取っている場合は、窓口へご連絡ください。"
)
CARDS_BACK = (
    "2026年11月24日に受け取ったカード（1,000円分）は、返却されたものとして記録しました。"
    "返していない場合は、窓口へご連絡ください。"
)


@pytest.mark.parametrize(("method", "words"), [("cash", CASH_BACK), ("gift_card", CARDS_BACK)])
def test_who_had_signed_hears_for_two_weeks_that_it_was_taken_back(hana, accountant, method, words):
    payment = given_to(hana, accountant, method)
    payment.state, payment.returned_on, payment.return_reason = "returned", local(AT).date(), "誤り"
    payment.save()
    assert said(hana) == [], "nothing was signed for"
    payment.receipt_at, payment.receipt_how = NOW, "paper"
    payment.save()
    assert said(hana) == [words]
    assert said(hana, AT + timedelta(days=14)) == [words]
    assert said(hana, AT + timedelta(days=15)) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "The cards for 1,000 yen that you received on 24 Nov 2026 are recorded as given back.",
        ),
        (
            "ja-simple",
            "2026年11月24日に うけとった カード（1,000円）は、あなたが かえしたと 記録しました。",
        ),
    ],
)
def test_that_cards_came_back_is_said_in_the_readers_language(hana, accountant, language, words):
    payment = given_to(hana, accountant)
    payment.state, payment.returned_on, payment.receipt_at = "returned", local(AT).date(), NOW
    payment.save()
    with translation.override(language):
        assert said(hana)[0].startswith(words)


def test_the_first_page_and_the_menu_say_it(client_of, hana, clock):
    entry_of(hana)
    phone = client_of(hana.user)
    for page in ("/v/", "/v/me/"):
        text = phone.get(page).content.decode()
        assert text.count(NEEDED) == 1, page
        assert 'href="/v/account/"' in text


def test_the_menu_has_a_line_for_a_signature(client_of, hana, accountant, clock):
    given_to(hana, accountant, "cash")
    text = client_of(hana.user).get("/v/me/").content.decode()
    assert text.count(CASH) == 1
    assert 'href="/v/cash/"' in text


def test_the_menu_stays_as_it_is_when_nothing_waits(client_of, hana, clock):
    text = client_of(hana.user).get("/v/me/").content.decode()
    assert "/v/account/" in text
    assert "/v/cash/" not in text
    assert not Honorarium.objects.exists()


def test_whoever_has_more_rows_than_one_is_told_of_each(hana, minh, accountant):
    entry_of(minh)
    account_of(hana)
    assert [one.text for one in notices([hana.pk, minh.pk], AT)] == [NEEDED]


@pytest.mark.parametrize("language", ["en", "ja-simple"])
def test_it_is_said_in_the_readers_language(client_of, hana, clock, language):
    entry_of(hana)
    hana.message_language = language
    hana.save()
    text = client_of(hana.user).get("/v/").content.decode()
    assert NEEDED not in text
    assert 'href="/v/account/"' in text
