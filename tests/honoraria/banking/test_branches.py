"""Banks and branches: found however people write them, read only when they are needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from honoraria.banking import branches
from honoraria.banking.names import BANK_LIMIT, zengin_bytes


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0169", "0169"),
        ("０１６９", "0169"),
        ("広島", "0169"),
        ("広島銀行", "0169"),
        ("ひろしま", "0169"),
        ("ヒロシマ", "0169"),
        ("ﾋﾛｼﾏ", "0169"),
        ("ひろしまぎんこう", "0169"),
        ("hiroshima", "0169"),
        ("広島信用金庫", "1750"),
        ("ひろしましんようきんこ", "1750"),
        ("三菱UFJ銀行", "0005"),
        ("三菱ＵＦＪ", "0005"),
        ("ミツビシユーエフジェイ", "0005"),
        ("ゆうちょ銀行", "9900"),
        ("じゅうろく", "0153"),
        ("十六銀行", "0153"),
    ],
)
def test_a_bank_is_found_first(typed, code):
    assert branches.find_banks(typed)[0].code == code


@pytest.mark.parametrize("typed", ["002", "銀山町", "銀山町支店", "かなやまちょう", "カナヤマ"])
def test_a_branch_is_found_first(typed):
    assert branches.find_branches("0169", typed)[0].code == "002"


@pytest.mark.parametrize("typed", ["", " ", "銀行", "xyzzy", "%", "'; --", "あ" * 1000])
def test_nonsense_finds_nothing_wrong(typed):
    for one in branches.find_banks(typed):
        assert "銀行" in one.title or typed.strip()


@pytest.mark.parametrize(
    "code", ["", "9999", "169", "../banks", "../../updated_at", "0169/../0001"]
)
def test_what_is_no_code_is_no_bank_and_no_file(code):
    assert branches.bank(code) is None
    assert branches.branch(code, "001") is None
    assert branches.find_branches(code, "1") == []


def test_at_most_so_many_are_offered():
    assert len(branches.find_banks("の")) == branches.MOST


def test_every_reading_in_the_lists_can_be_written_into_a_file():
    for code in ("0001", "0005", "0169", "0181", "0304", "1561", "8332", "9900"):
        bank = branches.bank(code)
        assert bank is not None
        for place in [bank, *branches.find_branches(code, "0", 9999)]:
            assert 0 < len(zengin_bytes(branches.file_name(place))) <= BANK_LIMIT


def test_a_longer_reading_ends_after_a_whole_kana():
    place = branches.Branch("0001", "999", "長い", "ア" * 14 + "ガ", "a")
    assert branches.file_name(place) == "ｱ" * 14


def test_starting_the_site_reads_no_lists():
    code = (
        "import sys, honoraria.banking.branches as b, honoraria.banking.transfer\n"
        "assert 'zengin_code' not in sys.modules\n"
        "assert b._banks.cache_info().currsize == 0\n"
        "b.branch('0169', '001')\n"
        "assert 'zengin_code' not in sys.modules\n"
        "assert b._branches.cache_info().currsize == 1\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
