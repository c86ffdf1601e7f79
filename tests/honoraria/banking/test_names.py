"""Letters of a bank file: what is converted, what is refused, and that nothing else comes out."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honoraria.banking.names import LETTERS, BankTextError, zengin_bytes, zengin_text

KANA = (
    "アイウエオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドナニヌネノ"
    "ハバパヒビピフブプヘベペホボポマミムメモヤユヨラリルレロワンヴァィゥェォッャュョヮヵヶー"
)
TYPED = st.text(
    st.sampled_from(KANA + "あがぱっゃゔ" + "ABZabzＡｚ019０９ 　()（）-－./．「」￥"), min_size=1
)


def refused(text: str, limit: int = 30) -> BankTextError:
    with pytest.raises(BankTextError) as error:
        zengin_text(text, limit)
    return error.value


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ッャュョァィゥェォヮヵヶ", "ﾂﾔﾕﾖｱｲｳｴｵﾜｶｹ"),
        ("ｯｬｭｮｧｨｩｪｫｰ", "ﾂﾔﾕﾖｱｲｳｴｵ-"),
        ("ガパヴ", "ｶﾞﾊﾟｳﾞ"),
        ("カ\u3099ハ\u309a", "ｶﾞﾊﾟ"),  # marks as code points of their own
        ("カ゛ハ゜", "ｶﾞﾊﾟ"),
        ("ｶﾞﾊﾟ", "ｶﾞﾊﾟ"),
        ("ぐえん　ゔぁん", "ｸﾞｴﾝ ｳﾞｱﾝ"),
        ("Ｎｇｕｙｅｎ　Ｖａｎ", "NGUYEN VAN"),
        ("カ）ツナギ（エイ", "ｶ)ﾂﾅｷﾞ(ｴｲ"),
        ("ユ－シ－シ−ｰ‐", "ﾕ-ｼ-ｼ---"),
        ("「ア」．／￥", "｢ｱ｣./\\"),
        ("  アン ", "ｱﾝ"),
    ],
)
def test_ways_of_writing_become_one(typed, written):
    assert zengin_text(typed, 30) == written


@pytest.mark.parametrize(
    "char",
    [
        *"山々〇ヲをｦヰヱヷ・･、。，,_'&＆+＋*:;!?@#$%=~〜|éễ𠮷한Я",
        *("\n", "\t", "\u200b", "\u00a0", "\0"),
    ],
)
def test_anything_else_is_refused_with_the_letter_as_typed(char):
    error = refused(f"アン{char}")
    assert (error.code, error.char) == ("invalid_char", char)
    assert error.text


def test_a_mark_without_its_kana_is_refused():
    for text in ("゛ア", "ｱﾞ", "ナ゛", "カ゜", "Aﾞ", "ガ゛"):
        assert refused(text).char in "゛゜ﾞﾟ"


def test_a_letter_that_cannot_be_seen_is_named_by_its_number():
    assert "U+200B" in refused("アン\u200b").text


def test_nothing_is_cut_at_the_limit_and_marks_count():
    assert len(zengin_text("ガ" * 15, 30)) == 30
    error = refused("ガ" * 15 + "ア")
    assert (error.code, error.length) == ("too_long", 31)


@pytest.mark.parametrize("blank", ["", " ", "　"])
def test_nothing_is_no_name(blank):
    assert refused(blank).code == "empty"


@given(TYPED)
def test_what_is_accepted_is_of_the_set_one_byte_a_letter_and_stays_itself(text):
    try:
        written = zengin_text(text, 30)
    except BankTextError:
        return
    content = zengin_bytes(written)
    assert set(written) <= LETTERS
    assert len(content) == len(written) <= 30
    assert content.decode("cp932") == written
    assert zengin_text(written, 30) == written
    assert zengin_text(unicodedata.normalize("NFKC", written), 30) == written


@given(st.text())
def test_no_text_at_all_brings_another_letter_out(text):
    try:
        written = zengin_text(text, 30)
    except BankTextError:
        return
    assert set(written) <= LETTERS
    assert len(zengin_bytes(written)) <= 30
