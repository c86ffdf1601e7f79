"""Pages: a file is looked at before it is sent; paying accounts; who sees neither."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry
from honoraria.models import PayingAccount, PaymentBatch
from honoraria.payments.files import bank_file
from tests.honoraria.payments.paying import (
    AT,
    PAY_DAY,
    body,
    page_of,
)

# --- looking at a file -----------------------------------------------------------------------------


def check(desk, data, name="furikomi.txt", **more):
    file = SimpleUploadedFile(name, data)
    return desk.post(reverse("honoraria:payment_check"), {"file": file, **more})


def test_the_released_file_is_recognized(desk, released):
    text = body(check(desk, bank_file(released)))
    assert "承認した内容と同じです" in text
    assert "全銀協の規則に合っています" in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda f: f.replace(b"0000007004", b"0000009004"), "承認 7,004円、ファイル 9,004円"),
        (lambda f: f.replace(b"11234567", b"17777777"), "）：口座番号が違います。"),
        (lambda f: f.replace(b"\r\n", b""), "金額や振込先以外の部分が違います"),
        (lambda f: f[:122] + f[244:], "振込がありません"),
    ],
)
def test_a_tampered_file_is_told_apart_and_how(desk, released, change, told):
    text = body(check(desk, change(bank_file(released))))
    assert "銀行へ送らないでください" in text
    assert told in text
    assert "7777777" not in text


@pytest.mark.parametrize("data", [b"hello", b"\x00" * 500, b"\xff" * 480, "山田".encode() * 90])
def test_anything_else_is_refused_in_words(desk, released, data):
    text = body(check(desk, data))
    assert "見つかりません" in text
    assert "承認した内容と同じです" not in text


def test_an_empty_or_huge_file_is_refused(desk, released):
    assert "空のファイルです" in body(check(desk, b""))
    answer = check(desk, b"1" * 2_000_001)
    assert answer.status_code == 422
    assert "2MBまで" in body(answer)


def test_another_towns_batch_cannot_be_compared_with(desk, released, town, admin):
    foreign = PaymentBatch.objects.create(
        organization=town, method="bank", state="released", value_date=PAY_DAY,
        created_at=AT, created_by=admin, sha256=released.sha256, released_at=AT,
        released_by=admin,
    )  # fmt: skip
    assert check(desk, b"hello", batch=foreign.pk).status_code == 422


# --- paying accounts -------------------------------------------------------------------------------

TYPED = {
    "name": "普通預金", "consignor_code": "１１１１１２２２２２", "consignor_name": "ミナトシ",
    "bank_code": "0169", "branch_code": "001", "kind": "1", "number": "7654321",
    "newline": "crlf", "last_newline": "on", "transfer_kind": "7", "customer_code": "number",
    "customer_code2": "zeros", "active": "on",
}  # fmt: skip


def test_a_paying_account_is_entered_and_masked(desk):
    answer = desk.post(reverse("honoraria:paying_account_new"), TYPED, follow=True)
    text = body(answer)
    assert "****321" in text
    account = PayingAccount.objects.get()
    assert (account.number, account.consignor_code) == ("7654321", "1111122222")
    text = body(desk.get(reverse("honoraria:paying_account", args=[account.pk])))
    assert "末尾321" in text
    desk.post(
        reverse("honoraria:paying_account", args=[account.pk]),
        TYPED | {"number": "", "newline": "none", "transfer_kind": ""},
    )
    account.refresh_from_db()
    assert (account.number, account.newline, account.transfer_kind) == ("7654321", "none", "")
    assert AuditEntry.objects.filter(verb="paying_account.changed").exists()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"consignor_code": "12"}, "10桁の数字"),
        ({"branch_code": "999"}, "一覧にありません"),
        ({"consignor_name": "港市"}, "カタカナで入力"),
        ({"number": "12"}, "7桁の数字"),
    ],
)
def test_a_wrong_paying_account_is_refused_in_words(desk, change, text):
    answer = desk.post(reverse("honoraria:paying_account_new"), TYPED | change)
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not PayingAccount.objects.exists()


def test_the_number_of_a_paying_account_is_not_typed_back_and_kept_by_no_browser(desk):
    for wrong in ({"consignor_code": "1"}, {"consignor_name": "港市"}):
        answer = desk.post(reverse("honoraria:paying_account_new"), TYPED | wrong)
        assert answer.status_code == 422
        assert "no-store" in answer["Cache-Control"]
        body(answer)


def test_coordinators_see_no_payments(client_of, coordinator, released):
    browser = client_of(coordinator)
    for url in (reverse("honoraria:payments"), page_of(released)):
        assert browser.get(url).status_code == 404
