"""The file of form 309: letters, columns, and who keeps it from being written."""

from __future__ import annotations

import pytest

from honoraria.tax.form309 import Entry, Form309Error, Payer, encode, file, full_width, line
from honoraria.tax.payment_records import Kind, Sums

PAYER = Payer("みなと市国際交流協会", "東京都みなと市1-2-3", "03-0000-0000", "1234567890123")
SUMS = Sums(amount=60_000, unpaid=4_500, withheld=6_126, unwithheld=459)


def entry(name: str = "山田 花", address: str = "東京都みなと市本町1-1", **values) -> Entry:
    kinds = values.pop("kinds", {Kind.INTERPRETING: SUMS})
    return Entry(who=f"101 {name}", name=name, address=address, kinds=kinds, **values)


def test_there_are_53_columns_in_the_order_of_the_layout():
    cells = line(PAYER, entry(), 2026).split(",")
    assert len(cells) == 53
    filled = {number: text for number, text in enumerate(cells, 1) if text}
    assert filled == {
        1: "309", 4: "東京都みなと市１－２－３", 5: "みなと市国際交流協会", 6: "03-0000-0000",
        10: "0", 11: "08", 12: "東京都みなと市本町１－１", 13: "0", 14: "山田　花", 15: "通訳料",
        17: "60000", 18: "4500", 19: "6126", 20: "459", 52: "1234567890123", 53: " ",
    }  # fmt: skip


def test_translations_stand_in_the_second_group_of_columns():
    both = {Kind.INTERPRETING: SUMS, Kind.TRANSLATION: Sums(amount=20_000, withheld=2_042)}
    cells = line(PAYER, entry(kinds=both), 2026).split(",")
    assert len(cells) == 53
    assert cells[14:26] == ["通訳料", "", "60000", "4500", "6126", "459",
                            "翻訳料", "", "20000", "", "2042", ""]  # fmt: skip
    alone = line(PAYER, entry(kinds={Kind.TRANSLATION: SUMS}), 2026).split(",")
    assert alone[14:21] == ["翻訳料", "", "60000", "4500", "6126", "459", ""]


def test_every_line_ends_and_the_individual_number_stays_empty():
    made = file(PAYER, [entry(), entry("Tran Thi B")], 2026)
    assert made.count(b"\r\n") == 2
    assert made.endswith(b", \r\n")
    assert "Ｔｒａｎ　Ｔｈｉ　Ｂ" in made.decode("cp932")


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("Nguyen Van An", "Ｎｇｕｙｅｎ　Ｖａｎ　Ａｎ"),
        ("グエン ﾊﾞﾝ", "グエン　バン"),
        ("O'Brien, J.", "Ｏ’Ｂｒｉｅｎ，　Ｊ．"),
        ("本町1−2〜3", "本町１－２～３"),
        ("は\u3099", "ば"),
        (" 山田\n花 ", "山田　花"),
        ("", ""),
    ],
)
def test_text_becomes_full_width(text, wide):
    assert full_width(text) == wide
    assert wide == "" or encode(wide).decode("cp932") == wide


@pytest.mark.parametrize("name", ["Nguyễn Văn An", "João Silva", "𠮷野 花", "髙橋 明", "①番", "😀",
                                  "神\ufa19社"])  # fmt: skip
def test_a_name_that_the_file_cannot_hold_refuses_the_file_and_names_the_person(name):
    with pytest.raises(Form309Error) as caught:
        file(PAYER, [entry(), entry(name), entry(address="")], 2026)
    first, second = caught.value.problems
    assert first.who == f"101 {name}"
    assert "書けない文字" in first.text
    assert (second.who, second.text) == ("101 山田 花", "住所が入力されていません。")


def test_the_letter_itself_is_named():
    with pytest.raises(Form309Error, match="「ễă」"):
        file(PAYER, [entry("Nguyễn Văn")], 2026)


def test_nothing_is_cut():
    with pytest.raises(Form309Error, match=r"氏名が30文字を超えています（31文字）"):
        file(PAYER, [entry("あ" * 31)], 2026)
    assert "あ" * 30 in file(PAYER, [entry("あ" * 30)], 2026).decode("cp932")
    with pytest.raises(Form309Error, match="住所が60文字"):
        file(PAYER, [entry(address="あ" * 61)], 2026)


@pytest.mark.parametrize(
    ("payer", "words"),
    [
        (Payer("", "住所", "03-1", ""), "支払者：名称が入力されていません"),
        (Payer("名", "住所", "03-1", "123"), "法人番号は13桁"),
        (Payer("名", "住所", "０３－１", ""), "電話番号は半角"),
        (Payer("名", "住所", "03,1", ""), "電話番号は半角"),
    ],
)
def test_the_payer_is_checked_too(payer, words):
    with pytest.raises(Form309Error, match=words):
        file(payer, [entry()], 2026)


def test_a_comma_in_a_name_moves_no_column():
    assert line(PAYER, entry("A,B\r\nC"), 2026).count(",") == 52


@pytest.mark.parametrize(("year", "digits"), [(2019, "01"), (2026, "08"), (2028, "10")])
def test_the_year_has_two_digits(year, digits):
    assert line(PAYER, entry(), year).split(",")[10] == digits
