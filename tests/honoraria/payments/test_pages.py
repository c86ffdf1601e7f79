"""The payments' pages: an accountant prepares, an administrator releases, the bank gets its file."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from honoraria.models import Payment, PaymentBatch
from honoraria.payments.actions import finish_batch, prepare_batch
from honoraria.payments.files import bank_file
from tests.honoraria.payments.paying import (
    AT,
    ON_PAY_DAY,
    PAY_DAY,
    account_of,
    body,
    entry_of,
    page_of,
)


def test_the_list_says_what_can_be_paid_and_who_is_held_back(desk, month, city, hana):
    account_of_nobody = entry_of(
        hana, 700, paid_by="cash", state="approved", booked_on=date(2026, 12, 1)
    )
    text = body(desk.get(reverse("honoraria:payments")))
    assert "11,907" in text
    assert "2名・4件" in text
    assert "現金" in text
    assert account_of_nobody.fee == 700
    cash = text[text.index("<h3", text.index("11,907")) :]
    assert "今支払える人はいません" in cash, "waits for December to be closed: no table of zeros"
    assert "0名・0件" not in text


def test_from_the_preview_to_the_bank_and_to_paid(desk, second, today, month, bank, hana):
    preview = body(desk.get(reverse("honoraria:payment_new"), {"value_date": "2026-12-07"}))
    assert "7,800円 × 10.21% = 796円" in preview
    fields = {"method": "bank", "value_date": "2026-12-07", "account": bank.pk}
    made = desk.post(reverse("honoraria:payment_new"), fields | {"seen_total": 11907})
    batch = PaymentBatch.objects.get()
    assert made["Location"] == page_of(batch)
    assert "別の人にしてください" in body(desk.get(page_of(batch)))
    desk.post(page_of(batch, "payment_release"), {"seen_total": 11907})
    batch.refresh_from_db()
    assert batch.state == "prepared", "whoever prepared does not release"
    assert "承認する</button>" in body(second.get(page_of(batch)))
    second.post(page_of(batch, "payment_release"), {"seen_total": 11907})
    batch.refresh_from_db()
    assert batch.state == "released"
    today.at = ON_PAY_DAY
    assert "全員を支払済みにする" in body(desk.get(page_of(batch)))
    desk.post(page_of(batch, "payment_finish"), {"paid_on": "2026-12-07"})
    assert set(Payment.objects.values_list("state", flat=True)) == {"paid"}
    body(desk.get(page_of(batch)))


def test_the_file_leaves_as_the_bytes_that_were_released_and_each_time_is_recorded(desk, released):
    answers = [desk.post(page_of(released, "payment_file")) for _ in range(2)]
    for answer in answers:
        assert answer.content == bank_file(released)
        assert hashlib.sha256(answer.content).hexdigest() == released.sha256
        assert answer["Content-Type"] == "application/octet-stream"
        title = f"tsunagi-20261207-{released.pk}.txt"
        assert answer["Content-Disposition"] == f'attachment; filename="{title}"'
        assert answer["Cache-Control"] == "no-store, private"
    lines = AuditEntry.objects.filter(verb="payment_batch.downloaded")
    assert [line.detail["sha256"] for line in lines] == [released.sha256] * 2


def test_there_is_no_file_before_the_release(desk, prepared):
    answer = desk.post(page_of(prepared, "payment_file"), follow=True)
    assert "承認された振込だけ" in body(answer)
    assert not AuditEntry.objects.filter(verb="payment_batch.downloaded").exists()


def test_a_file_is_never_fetched_by_following_a_link(desk, released):
    assert desk.get(page_of(released, "payment_file")).status_code == 405


def test_whoever_waits_is_not_in_the_batch(desk, month, bank, hana, minh):
    fields = {"method": "bank", "value_date": "2026-12-07", "account": bank.pk}
    desk.post(reverse("honoraria:payment_new"), fields | {"seen_total": 11907, "hold": [hana.pk]})
    assert [one.volunteer for one in PaymentBatch.objects.get().payments.all()] == [minh]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"value_date": "2026-12-05"}, "次の営業日は2026年12月7日"),
        ({"value_date": "2026-12-01"}, "支払日が過ぎています"),
        ({"value_date": "x"}, "日付として読み取れません"),
        ({"account": ""}, "振込元口座を選んでください"),
        ({"seen_total": "1"}, "状態が変わったため"),
        ({"method": "gold"}, "正しく選択してください"),
    ],
)
def test_a_wrong_wish_is_refused_in_words(desk, month, bank, change, text):
    fields = {
        "method": "bank", "value_date": "2026-12-07", "account": bank.pk, "seen_total": 11907,
    }  # fmt: skip
    answer = desk.post(reverse("honoraria:payment_new"), fields | change)
    assert answer.status_code == 422
    assert text in body(answer)
    assert not PaymentBatch.objects.exists()


def test_nothing_is_prepared_or_released_at_a_sum_that_nobody_saw(
    desk, second, city, month, bank, accountant
):
    fields = {"method": "bank", "value_date": "2026-12-07", "account": bank.pk}
    for seen in ({}, {"seen_total": "abc"}):
        answer = desk.post(reverse("honoraria:payment_new"), fields | seen)
        assert answer.status_code == 422
    batch = prepare_batch(city, "bank", PAY_DAY, bank, by=accountant, at=AT)
    for seen in ({}, {"seen_total": "abc"}, {"seen_total": "11908"}):
        answer = second.post(page_of(batch, "payment_release"), seen, follow=True)
        assert "状態が変わったため" in body(answer)
    batch.refresh_from_db()
    assert batch.state == "prepared"


def test_who_takes_an_entry_back_hears_that_it_is_about_to_be_paid(desk, second, prepared, month):
    url = reverse("honoraria:correct", args=[month[0].pk])
    text = body(desk.post(url, {"reason": "二重"}, follow=True))
    assert "12月7日の支払に入っています" in text
    text = body(second.get(page_of(prepared)))
    assert "取り消したもの（訂正の途中を含む）があります" in text


def test_a_transfer_that_was_released_is_said_to_be_on_its_way(desk, released, month):
    url = reverse("honoraria:correct", args=[month[0].pk])
    text = body(desk.post(url, {"reason": "二重"}, follow=True))
    assert "12月7日の承認済みの振込に入っています" in text


def test_what_blocks_a_release_is_on_the_page_before_anybody_presses(second, prepared, hana):
    hana.bank_accounts.update(state="entered")
    text = body(second.get(page_of(prepared)))
    assert "山田 花さん：振込先口座の確認が済んでいません。" in text


def test_a_warning_is_accepted_on_the_page(city, bank, hana, minh, accountant, second, month):
    minh.bank_accounts.update(state="ended")
    account_of(minh)
    batch = prepare_batch(city, "bank", PAY_DAY, bank, by=accountant, at=AT)
    text = body(second.get(page_of(batch)))
    assert "山田 花さん、グエン・ミンさんの振込先が同じ口座です。" in text
    assert 'name="accept" value="same_account"' in text
    second.post(page_of(batch, "payment_release"), {"seen_total": 11907})
    batch.refresh_from_db()
    assert batch.state == "prepared"
    accepted = {"seen_total": 11907, "accept": ["same_account"]}
    second.post(page_of(batch, "payment_release"), accepted)
    batch.refresh_from_db()
    assert batch.state == "released"


def test_cancelling_keeps_what_was_typed_when_it_is_refused(desk, released):
    answer = desk.post(page_of(released, "payment_cancel"), {"reason": "口座の誤り"})
    assert answer.status_code == 400
    assert "口座の誤り" in body(answer)
    desk.post(page_of(released, "payment_cancel"), {"reason": "口座の誤り", "not_sent": "on"})
    released.refresh_from_db()
    assert released.state == "cancelled"
    assert body(desk.get(page_of(released)))


def test_a_transfer_that_came_back_is_recorded_with_what_follows(
    desk, released, accountant, hana, today
):
    today.at = ON_PAY_DAY
    finish_batch(released, by=accountant, at=ON_PAY_DAY)
    one = released.payments.get(volunteer=hana)
    url = reverse("honoraria:payment_returned", args=[one.pk])
    assert "次の支払で支払えます" in body(desk.get(url))
    assert desk.post(url, {"reason": ""}).status_code == 422
    desk.post(url, {"reason": "口座相違", "end_account": "on"})
    one.refresh_from_db()
    assert (one.state, one.account.state) == ("returned", "ended")
    assert "口座相違" in body(desk.get(page_of(released)))
