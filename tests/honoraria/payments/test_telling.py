"""Messages about money: once per payment, in the own language, not at night, worded by the town."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.errors import ActionError
from dispatch.calls import to_say
from dispatch.models import MessageTemplate
from honoraria.payees.accounts import end_account
from honoraria.payments.actions import finish_batch, finish_payment, return_payment
from honoraria.payments.telling import tell_paid
from realtime.models import Message
from tests.factories import NOW
from tests.honoraria.payments.paying import ON_PAY_DAY, account_of

AT_NIGHT = datetime(2026, 12, 7, 14, 0, tzinfo=UTC)  # 23:00 in Tokyo


@pytest.fixture
def paid(released, accountant):
    """The transfers of the month were made."""
    return finish_batch(released, by=accountant, at=ON_PAY_DAY)


def told(kind, **more):
    return list(Message.objects.filter(kind=kind, **more).order_by("pk"))


def test_everybody_is_told_once_how_much_was_paid_and_when(paid, hana, minh, settings):
    first, second = told("paid")
    assert [first.recipient, second.recipient] == [hana.key, minh.key]
    assert "12月7日に、謝礼7,004円" in first.body
    assert f"{settings.PUBLIC_BASE_URL}/v/money/" in first.body
    assert "7,004" not in second.body
    assert not first.urgent


def test_nothing_is_said_twice(paid, accountant, city):
    with pytest.raises(ActionError):
        finish_batch(paid, by=accountant, at=ON_PAY_DAY)
    tell_paid(paid.payments.select_related("batch", "volunteer"), city, ON_PAY_DAY)
    assert len(told("paid")) == 2


def test_nothing_is_said_before_the_money_has_left(released):
    assert told("paid") == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "we paid you 7,004 yen on 7 Dec"),
        ("ja-simple", "12月7日に お礼の お金 7,004円を はらいました"),
    ],
)
def test_it_is_said_in_the_persons_language(released, hana, accountant, language, words):
    hana.message_language = language
    hana.save()
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    assert words in told("paid", recipient=hana.key)[0].body


def test_it_waits_for_the_morning(released, city, accountant):
    city.quiet_from, city.quiet_to = 21 * 60, 8 * 60
    city.save()
    finish_batch(released, by=accountant, at=AT_NIGHT)
    assert {one.not_before for one in told("paid")} == {datetime(2026, 12, 7, 23, tzinfo=UTC)}


def test_the_towns_own_words_are_used(released, city, hana, accountant):
    text = "{organization}です。{net}円を{day}に送金 {url}"
    MessageTemplate.objects.create(
        organization=city, kind="paid", language="ja", text=text, changed_at=NOW
    )
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    assert "です。7,004円を12月7日に送金 http" in told("paid", recipient=hana.key)[0].body


def test_nobody_is_telephoned_only_to_say_that_money_came(released, hana, accountant):
    hana.channel = "hand"
    hana.save()
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    assert told("paid", recipient=hana.key) == []


def test_what_the_bank_sent_back_is_told_once_and_asks_for_the_account(paid, hana, accountant):
    payment = paid.payments.get(volunteer=hana)
    return_payment(payment, "口座なし", by=accountant, at=ON_PAY_DAY, end_account=True)
    [message] = told("transfer_returned")
    assert message.recipient == hana.key
    assert "/v/account/" in message.body
    assert told("account_refused") == []


def test_who_cannot_be_written_to_is_telephoned_about_the_account(paid, hana, accountant):
    hana.channel = "hand"
    hana.save()
    payment = paid.payments.get(volunteer=hana)
    return_payment(payment, "口座なし", by=accountant, at=ON_PAY_DAY)
    [message] = told("transfer_returned")
    assert (message.channel, message.state) == ("hand", "by_hand")
    assert to_say(message.kind) == "謝礼の振込が戻ったこと（振込先口座の確認のお願い）"


def test_an_account_that_the_office_ends_is_told_of(hana, accountant):
    end_account(account_of(hana), "名義が違う", by=accountant, at=ON_PAY_DAY)
    [message] = told("account_refused")
    assert "/v/account/" in message.body
    assert "1234567" not in message.body + message.subject
    assert "名義が違う" not in message.body


def test_somebody_who_has_left_is_not_written_to(hana, accountant):
    hana.status = "withdrawn"
    hana.save()
    end_account(account_of(hana), "退会", by=accountant, at=ON_PAY_DAY)
    assert told("account_refused") == []


def test_cash_is_told_of_person_by_person(city, hana, minh, accountant, admin):
    from honoraria.payments.actions import prepare_batch, release_batch
    from tests.honoraria.payments.paying import AT, PAY_DAY, close_november, entry_of

    entry_of(hana, 3000, paid_by="cash"), entry_of(minh, 5000, paid_by="cash")
    close_november(city, accountant)
    batch = prepare_batch(city, "cash", PAY_DAY, by=accountant, at=AT)
    release_batch(batch, by=admin, at=AT)
    finish_payment(batch.payments.get(volunteer=hana), by=accountant, at=ON_PAY_DAY)
    assert [one.recipient for one in told("paid")] == [hana.key]
    finish_batch(batch, by=accountant, at=ON_PAY_DAY)
    assert [one.recipient for one in told("paid")] == [hana.key, minh.key]
