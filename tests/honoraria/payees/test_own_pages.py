"""The volunteer's page of the own bank account: proved, entered step by step, read back, masked."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry
from accounts.sessions import SIGNED_IN_AT
from honoraria.models import BankAccount
from honoraria.own_data import own_data
from realtime.models import Message
from tests.factories import BankAccountFactory

pytestmark = pytest.mark.django_db
NUMBER = "7654321"
TYPED = {"bank": "0169", "branch": "001", "kind": "1", "number": NUMBER, "holder": "ヤマダ ハナ"}
NEW = "/v/account/new/"


@pytest.fixture
def reachable(hana):
    hana.mobile = "+819012345678"
    hana.save()
    return hana


@pytest.fixture
def old(client_of, reachable, clock):
    """A session that was opened long ago."""
    return client_of(reachable.user)


@pytest.fixture
def mine(old, clock):
    """A session that was opened by a code just now."""
    session = old.session
    session[SIGNED_IN_AT] = clock.at.isoformat()
    session.save()
    return old


def text_of(browser: Any, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200, response
    assert "no-store" in response["Cache-Control"]
    return str(response.content.decode())


def test_an_old_session_looks_but_enters_only_after_a_code(old, reachable, clock):
    assert old.get("/v/account/").status_code == 200
    for send in (old.get(NEW), old.post(NEW, {**TYPED, "confirmed": "1"})):
        assert (send.status_code, send["Location"]) == (302, "/v/account/code/")
    assert not BankAccount.objects.exists()
    old.post("/v/account/code/")
    code = re.search(r"\d{6}", Message.objects.get(kind="code").body)
    assert code
    wrong = "000000" if code[0] != "000000" else "111111"
    assert old.post("/v/account/code/", {"code": wrong}).status_code == 422
    assert old.get(NEW).status_code == 302
    assert old.post("/v/account/code/", {"code": code[0]})["Location"] == NEW
    assert old.get(NEW).status_code == 200
    clock.move(minutes=16)
    assert old.get(NEW).status_code == 302


def test_a_sign_in_of_a_moment_ago_is_enough_and_one_of_an_hour_ago_is_not(mine, clock):
    assert mine.get(NEW).status_code == 200
    clock.move(minutes=60)
    assert mine.get(NEW).status_code == 302


def test_whoever_no_code_reaches_is_told_to_call(client_of, hana, clock):
    type(hana).objects.update(mobile="", email="", phone="")
    response = client_of(hana.user).post("/v/account/code/")
    assert "窓口へご連絡" in response.content.decode()
    assert not Message.objects.filter(kind="code").exists()


def test_the_steps_lead_from_the_bank_to_the_account(mine):
    assert "?bank=9900" in text_of(mine, NEW)
    assert "?bank=0169" in text_of(mine, f"{NEW}?q=ひろしま")
    assert "?bank=0169&amp;branch=001" in text_of(mine, f"{NEW}?bank=0169&q=honten")
    text = text_of(mine, f"{NEW}?bank=0169&branch=001")
    assert 'value="ヤマダ ハナ"' in text  # the register's reading
    assert 'name="symbol"' in text_of(mine, f"{NEW}?bank=9900")
    assert "見つかりません" in text_of(mine, f"{NEW}?q=そんな銀行はない")


def test_nothing_is_kept_before_it_was_read_back(mine, hana):
    response = mine.post(NEW, TYPED)
    text = response.content.decode()
    assert NUMBER in text
    assert "広島銀行" in text
    assert not BankAccount.objects.exists()
    assert "no-store" in response["Cache-Control"]
    assert "dispatch/offline" not in text  # no service worker keeps a copy
    again = mine.post(NEW, {**TYPED, "again": "1"})
    assert NUMBER in again.content.decode()
    assert not BankAccount.objects.exists()
    assert mine.post(NEW, {**TYPED, "confirmed": "1"})["Location"] == "/v/account/"
    account = BankAccount.objects.get()
    assert (account.volunteer, account.number, account.state) == (hana, NUMBER, "entered")
    assert account.entered_by == hana.user


def test_afterwards_only_the_last_digits_are_shown(mine, hana):
    mine.post(NEW, {**TYPED, "confirmed": "1"})
    text = text_of(mine, "/v/account/")
    assert "****321" in text
    assert "確認待ち" in text
    assert NUMBER not in text
    assert NUMBER not in text_of(mine, f"{NEW}?bank=0169&branch=001")
    assert AuditEntry.objects.get(verb="volunteer.account_entered").actor == hana.user


def test_a_post_bank_book_is_typed_as_it_is(mine):
    book = {"bank": "9900", "symbol": "10530", "number": "12345671", "holder": "ヤマダ ハナ"}
    assert "10530" in mine.post(NEW, book).content.decode()
    mine.post(NEW, {**book, "confirmed": "1"})
    account = BankAccount.objects.get()
    assert (account.branch_code, account.number) == ("058", "1234567")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"number": "123"}, "口座番号は7けた"),
        ({"holder": "山田"}, "「山」"),
        ({"holder": "ア" * 31}, "31文字"),
        ({"bank": "9900", "symbol": "99999", "number": "12345671"}, "記号は5けた"),
        ({"bank": "9900", "symbol": "10530", "number": "12345672"}, "最後の数字は1"),
    ],
)
def test_a_mistake_is_said_where_it_is(mine, changes, says):
    response = mine.post(NEW, {**TYPED, **changes, "confirmed": "1"})
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not BankAccount.objects.exists()


def test_another_name_than_the_registers_is_asked_about_but_not_refused(mine):
    assert (
        "登録のお名前と違います" in mine.post(NEW, {**TYPED, "holder": "タナカ"}).content.decode()
    )
    assert mine.post(NEW, {**TYPED, "holder": "タナカ", "confirmed": "1"}).status_code == 302


def test_the_former_contact_hears_of_the_change(mine):
    mine.post(NEW, {**TYPED, "confirmed": "1"})
    told = Message.objects.get(kind="account_changed")
    assert told.address == "+819012345678"
    assert NUMBER not in told.body


def test_nobody_sees_or_changes_somebody_elses_account(mine, minh):
    other = BankAccountFactory(volunteer=minh, number="9876543")
    assert "543" not in re.sub(r"\s", "", text_of(mine, "/v/account/"))
    mine.post(NEW, {**TYPED, "confirmed": "1", "volunteer": minh.pk, "account": other.pk})
    other.refresh_from_db()
    assert (other.state, other.number) == ("checked", "9876543")


def test_whoever_left_still_says_where_the_last_money_goes(mine, hana):
    type(hana).objects.filter(pk=hana.pk).update(status="withdrawn")
    mine.post(NEW, {**TYPED, "confirmed": "1"})
    assert BankAccount.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "ja-simple"])
def test_the_pages_speak_the_readers_language(mine, language):
    title = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
    for path in ("/v/account/?", f"{NEW}?", f"{NEW}?bank=0169&", f"{NEW}?bank=0169&branch=001&"):
        ours = title.findall(text_of(mine, f"{path}lang=ja"))
        assert ours != title.findall(text_of(mine, f"{path}lang={language}")), path


def test_the_own_data_has_the_account_without_its_number(hana, now):
    account = BankAccountFactory(volunteer=hana)
    found = own_data([hana.pk])
    text = json.dumps(found, default=str, ensure_ascii=False)
    assert found["bank_accounts"][0]["number"] == f"****{account.tail}"
    assert account.number not in text
    assert "ヤマダ ハナ" in text


def test_the_proof_is_counted_from_the_database_clock(mine, clock):
    clock.move(minutes=15)
    assert mine.get(NEW).status_code == 200
    clock.at += timedelta(seconds=1)
    assert mine.get(NEW).status_code == 302
