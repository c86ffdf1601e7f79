"""Telephone numbers and e-mail addresses as they are typed."""

from __future__ import annotations

import pytest

from volunteers.importing.contacts import parse_emails, parse_phones


@pytest.mark.parametrize(
    ("typed", "expected", "e164", "kind"),
    [
        ("08017914588", "mobile", "+818017914588", "mobile"),
        ("080-7438-9888", "mobile", "+818074389888", "mobile"),
        ("070（9439）4577", "mobile", "+817094394577", "mobile"),
        ("+81 80 2919 6357", "mobile", "+818029196357", "mobile"),
        ("+81（0）80-2919-6357", "mobile", "+818029196357", "mobile"),
        ("０９０ー１２３４ー５６７８", "mobile", "+819012345678", "mobile"),
        ("090‐1234‐5678", "mobile", "+819012345678", "mobile"),
        (7011532780, "mobile", "+817011532780", "mobile"),
        ("90-1234-5678", "mobile", "+819012345678", "mobile"),
        ("042-629-5776", "landline", "+81426295776", "landline"),
        ("(042)629-5776", "landline", "+81426295776", "landline"),
        ("03-3456-7890", "phone", "+81334567890", "landline"),
        ("050-3456-7890", "phone", "+815034567890", "ip"),
        ("042-629-5776", "fax", "+81426295776", "fax"),
        ("携帯：090-1234-5678", "mobile", "+819012345678", "mobile"),
    ],
)
def test_every_style_of_number_becomes_e164_without_a_question(typed, expected, e164, kind):
    parsed = parse_phones(typed, "unknown" if expected == "phone" else expected)
    assert [(phone.e164, phone.kind) for phone in parsed.value] == [(e164, kind)]
    assert (parsed.problems, parsed.rest) == ((), "")


@pytest.mark.parametrize("typed", [426295776, 819012345678])
def test_a_zero_put_back_where_it_is_not_certain_is_told(typed):
    parsed = parse_phones(typed)
    assert parsed.value[0].e164 in {"+81426295776", "+819012345678"}
    assert [problem.code for problem in parsed.problems] == ["phone_restored"]


def test_several_numbers_in_a_cell_are_all_read():
    parsed = parse_phones("090-1234-5678\n042-629-5776")
    assert [phone.e164 for phone in parsed.value] == ["+819012345678", "+81426295776"]
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("不明", "phone_unreadable"),
        ("12345", "phone_unreadable"),
        ("同上", "ditto"),
        ("042-629-5776（内線12）", "phone_extra_text"),
        ("090-1234-567", "phone_invalid"),
    ],
)
def test_doubtful_numbers_are_pointed_out(typed, code):
    parsed = parse_phones(typed)
    assert [problem.code for problem in parsed.problems] == [code]
    assert parsed.rest == typed or parsed.value


def test_a_landline_in_the_column_of_mobiles_is_pointed_out():
    codes = [problem.code for problem in parse_phones("042-629-5776", "mobile").problems]
    assert codes == ["phone_not_mobile"]


def test_nothing_is_no_problem():
    assert parse_phones(None) == parse_phones("なし") == parse_phones("－")
    assert parse_phones("なし").problems == ()


@pytest.mark.parametrize(
    ("typed", "addresses"),
    [
        ("user67@example.jp", ("user67@example.jp",)),
        ("Ｕｓｅｒ＠Ｅｘａｍｐｌｅ．ＪＰ", ("User@example.jp",)),
        ("a@example.jp、b@example.com", ("a@example.jp", "b@example.com")),
        ("<a.b+c@sub.example.co.jp>", ("a.b+c@sub.example.co.jp",)),
        (" なし ", ()),
    ],
)
def test_addresses_are_read(typed, addresses):
    parsed = parse_emails(typed)
    assert (parsed.value, parsed.problems, parsed.rest) == (addresses, (), "")


@pytest.mark.parametrize(
    ("typed", "code"),
    [("user@", "email_unreadable"), ("a@example.jp（家族）", "email_extra_text")],
)
def test_doubtful_addresses_are_pointed_out_and_kept(typed, code):
    parsed = parse_emails(typed)
    assert [problem.code for problem in parsed.problems] == [code]
    assert parsed.rest == typed
