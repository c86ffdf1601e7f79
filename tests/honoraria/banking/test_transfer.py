"""Files of transfers: refused when something does not fit, and mistakes found in files of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honoraria.banking.calendar import is_bank_business_day, next_business_day
from honoraria.banking.post import PostError, convert
from honoraria.banking.transfer import (
    Consignor,
    Form,
    Transfer,
    TransferError,
    check,
    read,
    write,
)

DAY = date(2026, 11, 30)
FROM = Consignor("1234567890", "ツナギ", "0169", "ヒロシマ", "001", "ホンテン", "1", "0123456")
TO = Transfer("0001", "ミズホ", "001", "トウキヨウ", "1", "7654321", "ヤマダ ハナ", 2335, "372")
GOOD = write(FROM, [TO, replace(TO, amount=6501)], DAY, Form())


def codes(content: bytes, day: date | None = DAY) -> list[str]:
    return [one.code for one in check(content, day)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": 0}, "amount_not_positive"),
        ({"amount": -1}, "amount_not_positive"),
        ({"amount": 10_000_000_000}, "amount_too_large"),
        ({"name": "山田"}, "invalid_char"),
        ({"name": "ア" * 31}, "too_long"),
        ({"name": ""}, "empty"),
        ({"account": "123456"}, "not_digits"),
        ({"account": "１２３４５６７"}, "not_digits"),
        ({"bank": "１"}, "not_digits"),
        ({"branch": "1"}, "not_digits"),
        ({"kind": "3"}, "unknown_kind"),
        ({"customer": "12345678901"}, "not_digits"),
        ({"customer": "１"}, "not_digits"),
        ({"bank_name": "ア" * 16}, "too_long"),
    ],
)
def test_what_does_not_fit_is_refused_and_the_record_named(changes, code):
    with pytest.raises(TransferError) as error:
        write(FROM, [TO, replace(TO, **changes)], DAY, Form())
    assert (error.value.code, error.value.index) == (code, 1)


@pytest.mark.parametrize("changes", [{"code": "12345678901"}, {"code": ""}, {"name": "ア" * 41}])
def test_the_consignor_is_checked_too(changes):
    with pytest.raises(TransferError):
        write(replace(FROM, **changes), [TO], DAY, Form())


def test_a_file_without_transfers_is_none():
    with pytest.raises(TransferError) as error:
        write(FROM, [], DAY, Form())
    assert error.value.code == "no_transfers"


@pytest.mark.parametrize(
    ("form", "length", "end", "fields"),
    [
        (Form(), 4 * 122, b"\r\n", b"0000000372" + b"0" * 10 + b"7"),
        (Form(last_newline=False), 4 * 122 - 2, b" ", b"0000000372" + b"0" * 10 + b"7"),
        (Form(newline="none"), 480, b" ", b"0000000372" + b"0" * 10 + b"7"),
        (Form(customer_code2="number"), 488, b"\r\n", b"0000000372" * 2 + b"7"),
        (Form(customer_code="zeros", transfer_kind="8"), 488, b"\r\n", b"0" * 20 + b"8"),
        (
            Form(customer_code="spaces", customer_code2="spaces", transfer_kind=""),
            488,
            b"\r\n",
            b" " * 21,
        ),
    ],
)
def test_each_bank_gets_the_form_it_wants(form, length, end, fields):
    content = write(FROM, [TO], DAY, form)
    assert len(content) == length
    assert content.endswith(end)
    record = content.split(b"\r\n")[1] if form.newline == "crlf" else content[120:240]
    assert record[91:112] == fields
    assert codes(content) == []


def test_a_good_file_is_good_and_says_what_was_written():
    assert codes(GOOD) == []
    found = read(GOOD)
    assert (found.count, found.total, found.header["day"]) == (2, 8836, "1130")
    assert found.transfers[0]["name"] == "ﾔﾏﾀﾞ ﾊﾅ"
    assert [int(one["amount"]) for one in found.transfers] == [2335, 6501]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"000000008836", b"000000008837", "trailer_total_mismatch"),
        (b"8000002", b"8000003", "trailer_count_mismatch"),
        (b"0000002335", b"0000000000", "amount_not_positive"),
        (b"0000002335", b"000000233x", "not_digits"),
        (b"20001", b"29999", "unknown_bank"),
        (
            b"20001\xd0\xbd\xde\xce           001",
            b"20001\xd0\xbd\xde\xce           999",
            "unknown_branch",
        ),
        (b"\xd4\xcf\xc0\xde", b"\xd4\xcf\xc0,", "invalid_char"),
        (b"\xd4\xcf\xc0\xde", b"\xe4\xcf\xc0\xde", "invalid_char"),
        (b"1130", b"1131", "bad_day"),
        (b"1130", b"1201", "other_day"),
        (b"\r\n8", b"\n8", "newline"),
        (b"\r\n8", b" \r\n8", "record_length"),
        (b"\r\n9", b"\r\n8", "record_order"),
    ],
)
def test_a_changed_byte_is_found(old, new, code):
    assert old in GOOD
    assert code in codes(GOOD.replace(old, new, 1))


@pytest.mark.parametrize("content", [b"", b"x", b"\r\n", b"1" * 120, b"\x00" * 480, b"\xff" * 600])
def test_what_is_no_such_file_is_told_and_not_read(content):
    assert codes(content)
    with pytest.raises(TransferError):
        read(content)


@given(st.binary(max_size=600))
def test_no_upload_breaks_the_check(content):
    assert isinstance(check(content), list)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_one_changed_byte_never_passes_for_another_sum(at, byte):
    changed = GOOD[:at] + bytes([byte]) + GOOD[at + 1 :]
    if check(changed, DAY):
        return
    assert read(changed).total == sum(int(one["amount"]) for one in read(changed).transfers) == 8836


def test_the_same_payee_and_amount_twice_is_a_warning():
    content = write(FROM, [TO, replace(TO, amount=1), TO], DAY, Form())
    [problem] = check(content, DAY)
    assert (problem.code, problem.record, problem.warning) == ("duplicate", 4, True)


def test_no_problem_names_an_account():
    content = write(FROM, [TO, TO], DAY, Form()).replace(b"20001", b"29999")
    assert not [one for one in check(content, DAY) if "7654321" in one.text_ja]


def test_a_day_on_which_banks_are_closed_is_found():
    sunday = date(2026, 11, 29)
    assert codes(write(FROM, [TO], sunday, Form()), sunday) == ["bank_closed"]


@given(st.lists(st.integers(1, 9_999_999_999), min_size=1, max_size=30))
def test_totals_are_those_of_the_transfers(amounts):
    content = write(FROM, [replace(TO, amount=one) for one in amounts], DAY, Form(newline="none"))
    assert len(content) == 120 * (len(amounts) + 3)
    found = read(content)
    assert (found.count, found.total) == (len(amounts), sum(amounts))
    assert not [one for one in check(content, DAY) if not one.warning]


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_the_next_business_day_is_open_and_the_first(day):
    found = next_business_day(day)
    assert found >= day
    assert is_bank_business_day(found)
    assert (found - day).days <= 10
    assert all(
        not is_bank_business_day(date.fromordinal(one))
        for one in range(day.toordinal(), found.toordinal())
    )


@pytest.mark.parametrize(
    ("symbol", "number", "account"),
    [
        ("１０５３０", "１２３４５６７１", "1234567"),
        ("10530-2", "12345671", "1234567"),
        (" 10530", "12 345 671", "1234567"),
        ("10530", "11", "0000001"),
        ("10530", "123451", "0012345"),
        ("00530-8", "12345", "0012345"),
    ],
)
def test_a_book_is_read_however_it_is_typed(symbol, number, account):
    assert convert(symbol, number).account == account


@pytest.mark.parametrize(
    ("symbol", "number", "code"),
    [
        ("20530", "12345671", "bad_symbol"),
        ("1053", "12345671", "bad_symbol"),
        ("", "", "bad_symbol"),
        ("10530", "123456781", "bad_number"),
        ("10530", "1", "bad_number"),
        ("10530", "x", "bad_number"),
        ("00530", "1234567", "bad_number"),
        ("10530", "12345670", "bango_must_end_with_1"),
    ],
)
def test_what_is_on_no_book_is_refused(symbol, number, code):
    with pytest.raises(PostError) as error:
        convert(symbol, number)
    assert error.value.code == code
